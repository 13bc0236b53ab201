"""Fine detail against the whole Fourier transform that it is defined by."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from rostro.quality.detail import fine_detail


def by_definition(crop: np.ndarray) -> float:
    """The weakest of eight directions at 10 to 16 cycles, each 45 degrees wide, by all terms of the transform."""
    face = crop[28:108, 16:96] @ np.array([0.299, 0.587, 0.114])
    face = (face - face.mean()) / (face.std() + 1e-3)
    power = np.abs(np.fft.fft2(face * np.outer(np.hanning(80), np.hanning(80)))) ** 2
    cycles = np.fft.fftfreq(80) * 80
    radius, angle = np.hypot(cycles[:, None], cycles), np.arctan2(cycles[:, None], cycles)
    shares = []
    for direction in range(8):
        apart = np.abs((angle - direction * np.pi / 8 + np.pi / 2) % np.pi - np.pi / 2)
        shares.append(power[(radius >= 10) & (radius < 16) & (apart < np.pi / 8)].mean())
    power[0, 0] = 0
    return float(np.log(min(shares) / (power.sum() + 1e-9) + 1e-9))


@pytest.mark.parametrize("blur", [0.1, 1, 3, 6])
def test_fine_detail_is_that_of_the_whole_transform(blur: float) -> None:
    random = np.random.default_rng(round(10 * blur))
    crops = np.stack([cv2.GaussianBlur(random.integers(0, 256, (112, 112, 3), np.uint8), (0, 0), blur) for _ in "abc"])
    crops[1] = cv2.blur(crops[1], (1, 9))  # less of it in one direction
    assert fine_detail(crops) == pytest.approx([by_definition(crop) for crop in crops], abs=1e-3)


def test_nothing_and_one_colour_have_no_detail() -> None:
    assert fine_detail(np.empty((0, 112, 112, 3), np.uint8)).shape == (0,)
    assert fine_detail(np.full((1, 112, 112, 3), 90, np.uint8))[0] < -15
