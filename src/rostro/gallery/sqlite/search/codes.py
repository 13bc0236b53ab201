"""What numbers are rounded to, and how that lies in bytes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

#: Longest vectors that get four bits for each number; longer ones get two, and so at most 128 bytes up to 512 numbers.
FOUR_BITS = 256

#: Number of levels → distance between them that loses least on a standard Gaussian, and what that least is, as a part
#: of the variance (Max 1960, table II).
STEPS = {4: 0.9957, 16: 0.3352}
LOSSES = {4: 0.1188, 16: 0.0115}

#: The same where the upper and the lower two bits of sixteen levels stand apart: both lose about what is least then,
#: 0.1286 of the variance the upper ones alone.
STEP_IN_HALVES, LOSS_IN_HALVES = 0.29, 0.0136


def evenly(levels: int, step: float) -> NDArray[np.float64]:
    """What a number is taken for at each level."""
    return np.asarray((np.arange(levels) - (levels - 1) / 2) * step)


def packed(codes: NDArray[Any], bits: int) -> NDArray[np.uint8]:
    """(n, D) numbers of two or four bits → (n, bytes), the first one in the lowest bits."""
    if bits == 2:
        codes = _in_pairs(codes, 2)
    if codes.shape[1] % 2:
        codes = np.pad(codes, ((0, 0), (0, 1)))
    return _in_pairs(codes, 4)


def _in_pairs(codes: NDArray[np.uint8], bits: int) -> NDArray[np.uint8]:
    """Two numbers of so many bits in each byte, the first one below, of (n, an even number of) single ones."""
    pairs: NDArray[np.uint16] = np.ascontiguousarray(codes).view("<u2")
    packed: NDArray[np.uint8] = (pairs | pairs >> 8 - bits).astype(np.uint8)
    return packed
