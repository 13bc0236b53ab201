"""What detectors do with their boxes: rows (x1, y1, x2, y2)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

import numpy as np

from rostro.core.geometry import overlap
from rostro.core.types import Face

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from rostro.core.types import Floats


#: Boxes that `nms` compares at once: enough to keep numpy busy, few enough for the processor's cache.
_BLOCK = 128


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
    if len(scores) < 2:
        return np.arange(len(scores))
    order = np.argsort(-scores, kind="stable")
    kept = order[:0]
    for start in range(0, len(order), _BLOCK):
        block = order[start : start + _BLOCK]
        if len(kept):
            block = block[(overlap(boxes[block], boxes[kept], over) <= iou).all(axis=1)]
        clash = overlap(boxes[block], boxes[block], over) > iou
        stays = np.ones(len(block), bool)
        for i in range(len(block)):
            if stays[i]:
                stays[i + 1 :] &= ~clash[i, i + 1 :]
        kept = np.concatenate([kept, block[stays]])
    return kept


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
