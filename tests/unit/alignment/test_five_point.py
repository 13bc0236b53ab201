"""The five-point similarity: exact on similar points, least squares on others, and no reflection."""

from __future__ import annotations

import math

import cv2
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rostro.alignment.five_point import TEMPLATE, FivePoint, similarities
from rostro.core.errors import BadInput
from rostro.core.types import Face

angles = st.floats(-math.pi, math.pi)
scales = st.floats(0.05, 20)
shifts = st.floats(-3000, 3000)


def apply(matrix: np.ndarray, points: np.ndarray) -> np.ndarray:
    return points @ matrix[:, :2].T + matrix[:, 2]


def moved(angle: float, scale: float, x: float, y: float) -> np.ndarray:
    turn = scale * np.array([[math.cos(angle), -math.sin(angle)], [math.sin(angle), math.cos(angle)]])
    return TEMPLATE @ turn.T + (x, y)


@given(angles, scales, shifts, shifts)
def test_similar_points_come_back_onto_the_template(angle: float, scale: float, x: float, y: float) -> None:
    points = moved(angle, scale, x, y)
    (matrix,) = similarities(points[None], TEMPLATE)
    np.testing.assert_allclose(apply(matrix, points), TEMPLATE, atol=0.02)


@given(st.integers(0, 2**32 - 1))
def test_no_other_similarity_is_nearer(seed: int) -> None:
    random = np.random.default_rng(seed)
    points = random.uniform(0, 200, (5, 2))
    (matrix,) = similarities(points[None], TEMPLATE)
    best = ((apply(matrix, points) - TEMPLATE) ** 2).sum()
    for _ in range(20):
        a, b = matrix[0, 0] + random.normal(0, 0.02), matrix[1, 0] + random.normal(0, 0.02)
        shift = matrix[:, 2] + random.normal(0, 1, 2)
        other = np.array([[a, -b, shift[0]], [b, a, shift[1]]])
        assert ((apply(other, points) - TEMPLATE) ** 2).sum() >= best - 1e-6


@given(st.integers(0, 2**32 - 1))
def test_it_is_a_similarity(seed: int) -> None:
    """Rotation and one scale: the linear part is orthogonal up to its scale, and never a mirror."""
    points = np.random.default_rng(seed).uniform(0, 200, (5, 2))
    (matrix,) = similarities(points[None], TEMPLATE)
    linear = matrix[:, :2]
    scale = np.linalg.det(linear)
    assert scale >= 0
    np.testing.assert_allclose(linear @ linear.T, scale * np.eye(2), atol=1e-9)


def test_agrees_with_opencv_where_no_point_is_an_outlier() -> None:
    points = (TEMPLATE * 1.7 + (12, -5) + np.array([[1, 0], [0, 1], [-1, 0.5], [0.5, -1], [-0.5, -0.5]])).astype(
        np.float32
    )
    theirs, _ = cv2.estimateAffinePartial2D(points, TEMPLATE, method=cv2.LMEDS, refineIters=0)
    (ours,) = similarities(points[None], TEMPLATE)
    assert ((apply(ours, points) - TEMPLATE) ** 2).sum() <= ((apply(theirs, points) - TEMPLATE) ** 2).sum() + 1e-6


@pytest.mark.parametrize("size", [112, 224])
def test_landmarks_land_where_they_belong(size: int) -> None:
    """A dot drawn at each landmark of a turned face is found at the template's place in the crop."""
    points = moved(0.4, 2.0, 60, 90).astype(np.float32)
    image = np.zeros((500, 500, 3), np.uint8)
    for x, y in points:
        cv2.circle(image, (round(x), round(y)), 4, (255, 255, 255), -1)
    (crop,) = FivePoint(size).align(image, [Face((0, 0, 500, 500), 1.0, points)])
    for x, y in TEMPLATE * size / 112:
        assert crop[round(y), round(x)].min() > 200


def test_no_faces_no_crops() -> None:
    assert FivePoint(112).align(np.zeros((9, 9, 3), np.uint8), []).shape == (0, 112, 112, 3)


def test_outside_is_black() -> None:
    face = Face((0, 0, 10, 10), 1.0, (TEMPLATE - 1000).astype(np.float32))
    assert not FivePoint(112).align(np.full((50, 50, 3), 255, np.uint8), [face]).any()


def test_a_face_without_landmarks_is_refused() -> None:
    with pytest.raises(BadInput, match="landmarks"):
        FivePoint(112).align(np.zeros((9, 9, 3), np.uint8), [Face((0, 0, 5, 5), 1.0)])


def test_points_that_are_all_one_do_not_break_it() -> None:
    assert np.isfinite(similarities(np.full((1, 5, 2), 7.0, np.float32), TEMPLATE)).all()


def test_a_narrow_crop_is_the_middle_of_the_wide_one_stretched() -> None:
    """A picture without detail finer than a few pixels: cutting and stretching afterwards gives the same."""
    y, x = np.mgrid[:300, :300].astype(np.float32)
    image = np.stack([x * 0.7, y * 0.7, (x + y) * 0.4], axis=2).astype(np.uint8)
    face = Face((80.0, 80.0, 220.0, 220.0), 1.0, (TEMPLATE * 1.3 + 70).astype(np.float32))
    wide = FivePoint(112).align(image, [face])[0]
    narrow = FivePoint(112, width=96).align(image, [face])[0]
    expected = cv2.resize(wide[:, 8:104], (112, 112), interpolation=cv2.INTER_LINEAR)
    assert np.abs(narrow[:, 2:-2].astype(int) - expected[:, 2:-2]).max() <= 3
    assert np.array_equal(FivePoint(112, width=112).align(image, [face])[0], wide)
    with pytest.raises(BadInput, match="width"):
        FivePoint(112, width=0)
