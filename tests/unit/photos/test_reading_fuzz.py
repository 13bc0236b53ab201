"""Altered files give a picture or a `PhotoError`, never another exception."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from odd_files import encoded

from rostro.core.errors import PhotoError, UnreadablePhoto
from rostro.photos.reading import read_photo

pytestmark = pytest.mark.filterwarnings("ignore")

#: (where, as a fraction of the file; how many bytes are taken away; what is put there)
Change = tuple[float, int, bytes]
changes = st.lists(st.tuples(st.floats(0, 1), st.integers(0, 12), st.binary(max_size=12)), min_size=1, max_size=8)
headers = st.floats(0, 0.1)


def alter(data: bytes, change: Change) -> bytes:
    where, taken, put = change
    at = int(where * len(data))
    return data[:at] + put + data[at + taken :]


@settings(max_examples=400, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    extension=st.sampled_from(sorted(encoded())),
    body=changes,
    header=st.tuples(headers, st.just(2), st.binary(max_size=2)),
)
def test_altered_files(extension: str, body: list[Change], header: Change) -> None:
    data = encoded()[extension]
    for change in (*body, header):
        data = alter(data, change)
    try:
        photo = read_photo(data, max_pixels=4_000_000)
    except PhotoError as error:
        assert error.photo == "<bytes>"
        assert error.reason.isprintable()
    else:
        assert photo.image.shape[2] == 3


@settings(max_examples=200, deadline=None)
@given(st.binary(max_size=200))
def test_random_bytes_are_no_picture(data: bytes) -> None:
    with pytest.raises(UnreadablePhoto):
        read_photo(data)


@settings(max_examples=200, deadline=None)
@given(st.sampled_from(sorted(encoded())), st.floats(0, 0.96))
def test_truncated_files_are_never_half_pictures(extension: str, kept: float) -> None:
    data = encoded()[extension]
    with pytest.raises(UnreadablePhoto):
        read_photo(data[: int(len(data) * kept)])
