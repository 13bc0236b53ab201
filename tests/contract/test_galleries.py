"""Every gallery backend keeps the contract of `rostro.testing`."""

from __future__ import annotations

import os
import secrets

import pytest
from gallery_backends import BACKENDS, SPACE, URLS, backend_class
from hypothesis import given, settings
from hypothesis import strategies as st

from rostro.gallery.base import GALLERIES, Gallery, open_gallery
from rostro.testing import GalleryContract
from rostro.testing.searching import check_search


@pytest.fixture(params=BACKENDS)
def backend(request: pytest.FixtureRequest) -> str:
    return request.param


@pytest.fixture
def new_url(request: pytest.FixtureRequest, backend: str) -> str:
    """A gallery that is not there."""
    return URLS[backend](request, f"g{secrets.token_hex(6)}")


@pytest.fixture
def url(request: pytest.FixtureRequest, backend: str, new_url: str) -> str:
    """A gallery with nobody in it."""
    if backend != "milvus":
        return new_url
    # making a gallery takes Milvus seconds, emptying it none; each process of a run has its own
    name = f"contract_{os.environ.get('PYTEST_XDIST_WORKER', 'alone')}"
    url = URLS[backend](request, name)
    with open_gallery(url, space=SPACE) as used:
        milvus = used._milvus  # type: ignore[attr-defined]
        milvus.delete(milvus.people, "id > 0 or id < 0")
        if milvus.has_records:
            milvus.delete(milvus.records, "id > 0")
        if used.info().dims:
            milvus.delete(milvus.templates, 'key != ""')
    return url


@pytest.fixture
def gallery(url: str):
    with open_gallery(url, space=SPACE) as opened:
        yield opened


class TestBackends(GalleryContract):
    @pytest.fixture
    def gallery_class(self, backend: str) -> type[Gallery]:
        return backend_class(backend)

    @pytest.fixture
    def url(self, url: str) -> str:
        return url

    @pytest.fixture
    def turns(self, backend: str) -> int:
        """Often, where a write takes milliseconds."""
        return 6 if backend == "milvus" else 40


@settings(max_examples=40, deadline=None)
@given(
    sizes=st.lists(st.integers(1, 40), min_size=1, max_size=6),
    count=st.integers(1, 60),
    removed=st.integers(0, 5),
    seed=st.integers(0, 2**32 - 1),
)
def test_search_agrees_with_comparing_everything_whatever_is_stored(
    sizes: list[int], count: int, removed: int, seed: int
) -> None:
    check_search(GALLERIES.get("sqlite"), ":memory:", sizes=sizes, count=count, removed=removed, seed=seed)
