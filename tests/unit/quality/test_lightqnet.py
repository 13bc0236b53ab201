"""What LightQNet is given."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from rostro.quality.lightqnet import _shrink


@pytest.mark.parametrize("side", [112, 160, 96])
def test_crops_are_averaged(side: int) -> None:
    """Photos are smoother than noise: there the quick way is within one of OpenCV's averages."""
    noise = np.random.default_rng(side).integers(0, 256, (side, side, 3), np.uint8)
    crop = cv2.GaussianBlur(noise, (0, 0), 2)
    smaller = np.empty((96, 96, 3), np.uint8)
    _shrink(crop, smaller)
    averaged = cv2.resize(crop, (96, 96), interpolation=cv2.INTER_AREA)
    assert np.abs(smaller.astype(int) - averaged).max() <= 1
