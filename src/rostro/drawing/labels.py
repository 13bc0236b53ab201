"""Where labels go: beside their faces, inside the picture, off each other."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from rostro.drawing.shapes import Box

#: What it costs to hide all of a label's own face, another label, another face; and to take the next place.
_OVER_OWN = 30.0
_OVER_LABEL = 8.0
_OVER_FACE = 1.0
_LATER_CHOICE = 0.02


def place_labels(
    sizes: Sequence[tuple[float, float]],
    boxes: Sequence[Box],
    width: float,
    height: float,
    *,
    gap: float,
    avoid: Sequence[Box],
) -> list[tuple[float, float]]:
    """Chooses each label's top left corner, greedily in the order given.

    Of the places around and in its face, moved inside the picture, a label takes the one that hides least of the
    labels placed before and of all faces, least of all its own; above the face comes first.

    Args:
        sizes: (width, height) of each label, none larger than the picture.
        boxes: (x1, y1, x2, y2) of each label's face.
        width: Of the picture, in pixels.
        height: Of the picture, in pixels.
        gap: Between face and label, in pixels.
        avoid: (x1, y1, x2, y2) of all faces, also those without a label.
    """
    faces = np.asarray(avoid, np.float64).reshape(-1, 4)
    placed = np.empty((0, 4))
    for size, box in zip(sizes, boxes, strict=True):
        choices = _choices(size, box, gap)
        choices[:, 0] = choices[:, 0].clip(0, width - size[0])
        choices[:, 1] = choices[:, 1].clip(0, height - size[1])
        rectangles = np.hstack([choices, choices + size])
        own = np.asarray([box], np.float64)
        hidden = _OVER_OWN * overlap(rectangles, own) + _OVER_LABEL * overlap(rectangles, placed)
        hidden += _OVER_FACE * overlap(rectangles, faces)
        cost = hidden / (size[0] * size[1]) + _LATER_CHOICE * np.arange(len(choices))
        placed = np.vstack([placed, rectangles[np.argmin(cost)]])
    return [(float(x), float(y)) for x, y, _, _ in placed]


def _choices(size: tuple[float, float], box: Box, gap: float) -> NDArray[np.float64]:
    (width, height), (x1, y1, x2, y2) = size, box
    middle = (x1 + x2 - width) / 2
    above, below = y1 - height - gap, y2 + gap
    outside = [(x1, above), (x2 - width, above), (middle, above), (x1, below), (x2 - width, below), (middle, below)]
    beside = [(x2 + gap, y1), (x1 - width - gap, y1), (x2 + gap, y2 - height), (x1 - width - gap, y2 - height)]
    inside = [(middle, y2 - height - gap), (middle, y1 + gap)]
    return np.asarray(outside + beside + inside, np.float64)


def overlap(rectangles: NDArray[np.float64], others: NDArray[np.float64]) -> NDArray[np.float64]:
    """(n,) area of each rectangle that the others cover, counted once for each."""
    low = np.maximum(rectangles[:, None, :2], others[None, :, :2])
    high = np.minimum(rectangles[:, None, 2:], others[None, :, 2:])
    covered: NDArray[np.float64] = np.prod(np.maximum(high - low, 0), axis=2).sum(axis=1)
    return covered
