"""Arithmetic of boxes that detectors share. Boxes are rows (x1, y1, x2, y2)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

import numpy as np

from rostro.types import Face

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from rostro.types import Floats


def overlap(box: Floats, others: Floats, over: Literal["union", "smaller"] = "union") -> Floats:
    """How much one box overlaps each of the others.

    Args:
        box: (4,).
        others: (N, 4).
        over: What the area in common is divided by: the ``union`` of the two (IoU) or the ``smaller`` one.

    Returns:
        (N,) values in [0, 1]; 0 where a box has no area.
    """
    sides = np.minimum(box[2:], others[:, 2:]) - np.maximum(box[:2], others[:, :2])
    common = np.prod(np.maximum(sides, 0), axis=1)
    area = np.prod(np.maximum(box[2:] - box[:2], 0))
    areas = np.prod(np.maximum(others[:, 2:] - others[:, :2], 0), axis=1)
    whole = area + areas - common if over == "union" else np.minimum(area, areas)
    part: Floats = np.divide(common, whole, out=np.zeros_like(common), where=whole > 0)
    return part


def nms(boxes: Floats, scores: Floats, iou: float, *, over: Literal["union", "smaller"] = "union") -> NDArray[np.intp]:
    """Greedy non-maximum suppression: the best box stays, what overlaps it goes, and so on.

    Args:
        boxes: (N, 4) float32.
        scores: (N,).
        iou: A box goes when it overlaps a better one by more than this.
        over: See `overlap`.

    Returns:
        Indices of the boxes that stay, best first; of equal scores the earlier one is the better.
    """
    left = np.argsort(-scores, kind="stable")
    kept = []
    while left.size:
        best, left = left[0], left[1:]
        kept.append(best)
        left = left[overlap(boxes[best], boxes[left], over) <= iou]
    return np.array(kept, np.intp)


def squared(boxes: Floats) -> Floats:
    """The boxes grown about their centres to squares of their longer sides."""
    centres = (boxes[:, :2] + boxes[:, 2:]) / 2
    half = np.max(boxes[:, 2:] - boxes[:, :2], axis=1, keepdims=True) / 2
    return np.hstack([centres - half, centres + half])


def faces(boxes: Floats, scores: Floats, landmarks: Floats | None = None) -> list[Face]:
    """Rows as faces, in their order; boxes without area are dropped, scores are clipped to [0, 1].

    Args:
        boxes: (N, 4).
        scores: (N,).
        landmarks: (N, 5, 2), or None where the detector gives none.
    """
    found = []
    for i in np.flatnonzero((boxes[:, 2:] > boxes[:, :2]).all(axis=1)):
        x1, y1, x2, y2 = map(float, boxes[i])
        points = None if landmarks is None else landmarks[i].astype(np.float32)
        found.append(Face((x1, y1, x2, y2), float(np.clip(scores[i], 0, 1)), points))
    return found
