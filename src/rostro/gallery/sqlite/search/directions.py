"""The directions in which faces differ."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from rostro.core.types import Floats

#: The part of the variance that the directions have which are kept.
VARIANCE = 0.95

#: The part of the variance that the directions have which are scanned; the rest is looked up.
_SCANNED = 0.85


def directions_of(centred: Floats) -> tuple[Floats, int]:
    """(d, D) orthonormal columns, D even, that span `VARIANCE` of the variance; zeros where d is odd and all count.

    Also how many of them span `_SCANNED` of it, a multiple of four; D where that is nearly all.
    """
    variances, axes = np.linalg.eigh(centred.T @ centred)
    falling = np.maximum(variances[::-1], 0)
    kept, scanned = 1 + np.searchsorted(np.cumsum(falling), [VARIANCE * falling.sum(), _SCANNED * falling.sum()])
    axes = axes[:, ::-1]
    if kept % 2 and kept == axes.shape[1]:
        axes = np.pad(axes, ((0, 0), (0, 1)))
    axes = axes[:, : kept + kept % 2]
    first = int(scanned + -scanned % 4)
    return axes, first if first + 4 <= axes.shape[1] else axes.shape[1]
