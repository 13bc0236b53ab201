"""Arithmetic of boxes, rows (x1, y1, x2, y2), and of vectors' lengths. Numbers keep their precision."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal, TypeVar

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from rostro.core.types import Face

Real = TypeVar("Real", bound="np.floating[Any]")


def boxes_of(faces: Sequence[Face]) -> NDArray[np.float64]:
    """The boxes of faces, (N, 4) float64; N may be 0."""
    return np.array([face.box for face in faces], np.float64).reshape(-1, 4)


def overlap(boxes: NDArray[Real], others: NDArray[Real], over: Literal["union", "smaller"] = "union") -> NDArray[Real]:
    """How much boxes overlap others.

    Args:
        boxes: (N, 4).
        others: (M, 4).
        over: What the area in common is divided by: the ``union`` of the two (IoU) or the ``smaller`` one.

    Returns:
        (N, M) values in [0, 1]; 0 where a box has no area.
    """
    x1, y1, x2, y2 = boxes.T[:, :, None]
    u1, v1, u2, v2 = others.T
    common = np.maximum(np.minimum(x2, u2) - np.maximum(x1, u1), 0) * np.maximum(
        np.minimum(y2, v2) - np.maximum(y1, v1), 0
    )
    area, areas = (x2 - x1) * (y2 - y1), (u2 - u1) * (v2 - v1)
    whole = area + areas - common if over == "union" else np.minimum(area, areas)
    part: NDArray[Real] = np.divide(common, whole, out=np.zeros_like(common), where=common > 0)
    return part


def squared(boxes: NDArray[Real]) -> NDArray[Real]:
    """The boxes grown about their centres to squares of their longer sides."""
    centres = (boxes[:, :2] + boxes[:, 2:]) / 2
    half = np.max(boxes[:, 2:] - boxes[:, :2], axis=1, keepdims=True) / 2
    return np.hstack([centres - half, centres + half])


def unit_rows(vectors: NDArray[Real]) -> NDArray[Real]:
    """Rows of norm 1, in the direction that they had; a row of zeros has none and stays as it is.

    Args:
        vectors: (N, d); N may be 0.

    Returns:
        (N, d) of the same type.
    """
    norms = np.linalg.norm(vectors, axis=1, keepdims=True)
    rows: NDArray[Real] = vectors / np.maximum(norms, np.finfo(np.float32).tiny)
    return rows
