"""YuNet's pyramid."""

from __future__ import annotations

import cv2
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rostro.detection.scaling import scaled
from rostro.detection.yunet import _levels


@pytest.mark.parametrize(
    ("shape", "expected"),
    [
        ((250, 250), [(250, 250)]),
        ((960, 1280), [(960, 1280), (480, 640)]),
        ((3000, 4000), [(960, 1280), (480, 640)]),
        ((4001, 2999), [(1280, 959), (640, 479)]),
        ((1, 5000), [(1, 1280), (1, 640)]),
    ],
)
def test_levels_average_the_photo(shape: tuple[int, int], expected: list[tuple[int, int]]) -> None:
    """In steps, which must come to what averaging at once gives."""
    small = np.random.default_rng(0).integers(0, 256, (*(max(1, side // 16) for side in shape), 3), np.uint8)
    image = cv2.resize(small, shape[::-1], interpolation=cv2.INTER_CUBIC)
    levels = list(_levels(image, 1280))
    assert [level.image.shape[:2] for level in levels] == expected
    for level in levels:
        high, wide = level.image.shape[:2]
        width, height = np.round(level.back * (wide, high)).astype(int)
        assert shape[0] - height in range(8), "of an odd number of rows the last is left out at each halving"
        assert shape[1] - width in range(8)
        at_once = cv2.resize(image[:height, :width], (wide, high), interpolation=cv2.INTER_AREA)
        assert np.abs(level.image.astype(int) - at_once).mean() < 1.5


@given(st.integers(40, 400), st.integers(40, 400), st.floats(0.1, 1))
def test_a_level_says_where_its_pixels_were(width: int, height: int, share: float) -> None:
    """Of a picture that says where each pixel is: a slope is averaged and mixed to itself."""
    columns, rows = np.meshgrid(np.arange(width) + 0.5, np.arange(height) + 0.5)
    image = np.stack([columns * 255 / width, rows * 255 / height, 0 * rows], axis=-1).astype(np.uint8)
    level = scaled(image, max(2, round(width * share)), max(2, round(height * share)))
    high, wide = level.image.shape[:2]
    x, y = wide // 2, high // 2
    there = (np.array([x, y]) + 0.5) * level.back
    told = (level.image[y, x, :2] + 0.5) / 255 * (width, height)
    np.testing.assert_allclose(told, there, atol=0.02 * max(width, height))
