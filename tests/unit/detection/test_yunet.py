"""YuNet's pyramid."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from rostro.detection.yunet import _levels


@pytest.mark.parametrize(
    ("shape", "expected"),
    [
        ((250, 250), [(250, 250)]),
        ((960, 1280), [(960, 1280), (480, 640)]),
        ((3000, 4000), [(960, 1280), (480, 640)]),
        ((4001, 2999), [(1280, 959), (640, 480)]),
        ((1, 5000), [(1, 1280), (1, 640)]),
    ],
)
def test_levels_average_the_photo(shape: tuple[int, int], expected: list[tuple[int, int]]) -> None:
    """In steps, which must come to what averaging at once gives."""
    small = np.random.default_rng(0).integers(0, 256, (*(max(1, side // 16) for side in shape), 3), np.uint8)
    image = cv2.resize(small, shape[::-1], interpolation=cv2.INTER_CUBIC)
    levels = list(_levels(image, 1280))
    assert [level.shape[:2] for _, level in levels] == expected
    for scale, level in levels:
        assert scale == max(level.shape[:2]) / max(shape)
        at_once = cv2.resize(image, level.shape[1::-1], interpolation=cv2.INTER_AREA)
        assert np.abs(level.astype(int) - at_once).mean() < 1.5
