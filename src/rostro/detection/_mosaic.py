"""Many small pictures on few canvases of one size, so that a fully convolutional network runs one shape."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence


def cuts(length: int, side: int, overlap: int) -> list[tuple[int, int]]:
    """Cuts a length into spans that fit a canvas.

    Args:
        length: What to cut, in pixels.
        side: The longest span.
        overlap: Pixels that neighbours share; less than ``side``.

    Returns:
        (start, end) of each span; every window of ``overlap`` + 1 pixels lies in one of them.
    """
    step = side - overlap
    starts = range(0, max(length - overlap, 1), step)
    return [(start, min(start + side, length)) for start in starts]


def shelves(sizes: Sequence[tuple[int, int]], side: int, multiple: int = 1) -> list[tuple[int, int, int]]:
    """Places rectangles on square canvases: shelf by shelf, the tallest first.

    Args:
        sizes: (height, width) of each, at most ``side``.
        side: Side of the canvases; a multiple of ``multiple``.
        multiple: Places are multiples of this.

    Returns:
        (canvas, y, x) of each rectangle, in the order of ``sizes``; none overlaps another.
    """
    places = [(0, 0, 0)] * len(sizes)
    canvas = y = x = shelf = 0
    for index in sorted(range(len(sizes)), key=lambda i: -sizes[i][0]):
        height, width = (-(-length // multiple) * multiple for length in sizes[index])
        if x + width > side:
            y, x, shelf = y + shelf, 0, 0
        if y + height > side:
            canvas, y, x, shelf = canvas + 1, 0, 0, 0
        places[index] = canvas, y, x
        x, shelf = x + width, max(shelf, height)
    return places
