"""Where labels go: beside their faces, inside the picture, off all faces and off each other.

Detectors' boxes end below the hair, so what lies right above a box lies on a forehead. A face is therefore taken with
the head around it: its label stands under the chin first, then above the head.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from rostro.drawing.shapes import Box

    Boxes = NDArray[np.float64]

#: What it costs to hide all of a label's own face, another face, another label, a head; and to take the next place.
_OVER_OWN = 30.0
_OVER_FACE = 10.0
_OVER_LABEL = 8.0
_OVER_HEAD = 1.0
_LATER_CHOICE = 0.02
#: How far a head reaches beyond its face: above it, in heights, and on each side, in widths.
_ABOVE, _ASIDE = 0.35, 0.08
#: Cells of the grid on which room is looked for, in a label's height.
_CELLS = 4


def place_labels(
    sizes: Sequence[tuple[float, float]],
    boxes: Sequence[Box],
    width: float,
    height: float,
    *,
    gap: float,
    avoid: Sequence[Box],
    far: bool = False,
) -> list[tuple[float, float]]:
    """Chooses each label's top left corner, greedily in the order given.

    Of the places around and in its face, moved inside the picture, a label takes the one that hides least of all faces,
    of the labels placed before and of heads; under the face comes first.

    Args:
        sizes: (width, height) of each label, none larger than the picture.
        boxes: (x1, y1, x2, y2) of each label's face.
        width: Of the picture, in pixels.
        height: Of the picture, in pixels.
        gap: Between face and label, in pixels.
        avoid: (x1, y1, x2, y2) of all faces, also those without a label.
        far: Labels that would hide something of a face or of another label go to the nearest place in the picture where
            they hide none, if there is one; they come after the others, and want a line to their face.
    """
    faces = np.asarray(avoid, np.float64).reshape(-1, 4)
    heads = np.asarray([head_of(face) for face in avoid], np.float64).reshape(-1, 4)
    chosen = [(0.0, 0.0)] * len(sizes)
    placed = np.empty((0, 4))
    waiting = list(range(len(sizes)))
    for patient in (True, False) if far else (False,):
        for index in list(waiting):
            size, box = sizes[index], boxes[index]
            choices = _choices(size, box, gap)
            choices[:, 0] = choices[:, 0].clip(0, width - size[0])
            choices[:, 1] = choices[:, 1].clip(0, height - size[1])
            rectangles = np.hstack([choices, choices + size])
            own = np.asarray([box], np.float64)
            on_faces, on_labels = overlap(rectangles, faces), overlap(rectangles, placed)
            hidden = _OVER_OWN * overlap(rectangles, own) + _OVER_FACE * on_faces + _OVER_LABEL * on_labels
            hidden += _OVER_HEAD * overlap(rectangles, heads)
            best = int(np.argmin(hidden / (size[0] * size[1]) + _LATER_CHOICE * np.arange(len(choices))))
            rectangle = rectangles[best]
            if far and on_faces[best] + on_labels[best] > 0:
                if patient:
                    continue
                room = _room(size, box, (width, height), [np.vstack([some, placed]) for some in (heads, faces)])
                rectangle = rectangle if room is None else room
            chosen[index] = float(rectangle[0]), float(rectangle[1])
            placed = np.vstack([placed, rectangle])
            waiting.remove(index)
    return chosen


def head_of(face: Box) -> Box:
    """The head around a face."""
    x1, y1, x2, y2 = face
    aside = (x2 - x1) * _ASIDE
    return x1 - aside, y1 - (y2 - y1) * _ABOVE, x2 + aside, y2


def distance(plate: Box, box: Box) -> float:
    """Pixels between a label and a face; 0 where they touch."""
    across = max(0.0, box[0] - plate[2], plate[0] - box[2])
    return math.hypot(across, max(0.0, box[1] - plate[3], plate[1] - box[3]))


def _choices(size: tuple[float, float], box: Box, gap: float) -> Boxes:
    (width, height), (x1, y1, x2, y2) = size, box
    middle = (x1 + x2 - width) / 2
    below, above, over = y2 + gap, y1 - height - gap, y1 - (y2 - y1) * _ABOVE - height
    across = (middle, x1, x2 - width)
    outside = [(x, y) for y in (below, over) for x in across]
    aside = gap + (x2 - x1) * _ASIDE
    beside = [(x, y) for x in (x2 + aside, x1 - width - aside) for y in (y2 - height, y1)]
    tight = [*((x, above) for x in across), (x2 + gap, y2 - height), (x1 - width - gap, y2 - height)]
    inside = [(middle, y2 - height - gap), (middle, y1 + gap)]
    return np.asarray(outside + beside + tight + inside, np.float64)


def _room(
    size: tuple[float, float], box: Box, picture: tuple[float, float], obstacles: Sequence[Boxes]
) -> Boxes | None:
    """The nearest place that is free of the first obstacles, else of the second, …; None where there is none.

    Looked for on a grid, so that room which is hardly larger than the label may be passed over.
    """
    cell = max(1.0, size[1] / _CELLS)
    columns, rows = (int(side // cell) for side in picture)
    wide, high = (math.ceil(side / cell) for side in size)
    if wide > columns or high > rows:
        return None
    left, top = np.arange(columns - wide + 1) * cell, np.arange(rows - high + 1) * cell
    across = np.maximum(0, np.maximum(box[0] - left - size[0], left - box[2]))
    down = np.maximum(0, np.maximum(box[1] - top - size[1], top - box[3]))
    away = np.hypot(across[None, :], down[:, None])
    for these in obstacles:
        taken = np.zeros((rows, columns))
        for x1, y1, x2, y2 in np.maximum(these / cell, 0):
            taken[math.floor(y1) : math.ceil(y2), math.floor(x1) : math.ceil(x2)] = 1
        sums = np.pad(taken, ((1, 0), (1, 0))).cumsum(0).cumsum(1)
        inside = sums[high:, wide:] - sums[:-high, wide:] - sums[high:, :-wide] + sums[:-high, :-wide]
        if (inside == 0).any():
            row, column = np.unravel_index(np.argmin(np.where(inside == 0, away, np.inf)), away.shape)
            x, y = left[column], top[row]
            return np.asarray([x, y, x + size[0], y + size[1]])
    return None


def overlap(rectangles: Boxes, others: Boxes) -> Boxes:
    """(n,) area of each rectangle that the others cover, counted once for each."""
    low = np.maximum(rectangles[:, None, :2], others[None, :, :2])
    high = np.minimum(rectangles[:, None, 2:], others[None, :, 2:])
    covered: Boxes = np.prod(np.maximum(high - low, 0), axis=2).sum(axis=1)
    return covered
