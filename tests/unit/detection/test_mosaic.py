from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from rostro.detection._mosaic import cuts, shelves
from rostro.detection.mtcnn import _CANVAS

sizes = st.lists(st.tuples(st.integers(1, 64), st.integers(1, 64)), max_size=40)


@settings(deadline=None)
@given(st.integers(1, 600), st.integers(12, 300))
def test_every_window_lies_in_a_cut(length: int, side: int) -> None:
    overlap = 10
    spans = cuts(length, side, overlap)
    assert all(0 <= start < end <= length and end - start <= side for start, end in spans)
    starts = np.arange(length - overlap)
    covered = [(low <= starts) & (starts + overlap + 1 <= high) for low, high in spans]
    assert np.any(covered, axis=0).all()


def test_what_fits_is_not_cut() -> None:
    assert cuts(256, 256, 10) == [(0, 256)]
    assert cuts(257, 256, 10) == [(0, 256), (246, 257)]
    assert cuts(3, 256, 10) == [(0, 3)]


@settings(deadline=None)
@given(sizes, st.sampled_from([1, 2, 4]))
def test_nothing_overlaps_or_sticks_out(sizes: list[tuple[int, int]], multiple: int) -> None:
    side = 64
    places = shelves(sizes, side, multiple)
    assert len(places) == len(sizes)
    count = 1 + max((canvas for canvas, _, _ in places), default=-1)
    used = np.zeros((count, side, side), int)
    for (height, width), (canvas, y, x) in zip(sizes, places, strict=True):
        assert y % multiple == x % multiple == 0
        assert y + height <= side and x + width <= side
        used[canvas, y : y + height, x : x + width] += 1
    assert (used <= 1).all()
    assert all(canvas.any() for canvas in used), "no canvas is left empty"


def test_a_pyramid_shares_one_canvas() -> None:
    """The reason for the size of MTCNN's canvases: all levels of a photo of LFW are on one."""
    levels = [int(np.ceil(250 * 0.6 * 0.709**k)) for k in range(8)]
    assert {canvas for canvas, _, _ in shelves([(side, side) for side in levels], _CANVAS, 2)} == {0}
