"""``crop`` and ``eye_line``: what is cut out, and where it lands."""

from __future__ import annotations

import math

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from rostro.alignment.crop import Crop
from rostro.alignment.eye_line import EyeLine, tilt
from rostro.core.types import Face

IMAGE = np.random.default_rng(3).integers(0, 256, (120, 150, 3), np.uint8)


def box(x1: float, y1: float, x2: float, y2: float) -> Face:
    return Face((x1, y1, x2, y2), 0.9)


def test_crop_of_its_own_size_is_the_box() -> None:
    assert np.array_equal(Crop(40, margin=0).align(IMAGE, [box(20, 30, 60, 70)])[0], IMAGE[30:70, 20:60])


def test_margin_is_shared_by_both_sides() -> None:
    assert np.array_equal(Crop(48, margin=0.2).align(IMAGE, [box(20, 30, 60, 70)])[0], IMAGE[26:74, 16:64])


def test_square_widens_the_shorter_side() -> None:
    assert np.array_equal(Crop(40, margin=0).align(IMAGE, [box(30, 30, 50, 70)])[0], IMAGE[30:70, 20:60])


def test_not_square_stretches_the_box() -> None:
    crop = Crop(40, margin=0, square=0).align(IMAGE, [box(30, 30, 50, 70)])[0]
    assert crop.shape == (40, 40, 3)
    np.testing.assert_allclose(crop.mean(axis=1), IMAGE[30:70, 30:50].mean(axis=1), atol=1)


def test_large_boxes_shrink_by_area() -> None:
    crop = Crop(2, margin=0).align(IMAGE, [box(10, 10, 110, 110)])[0]
    np.testing.assert_allclose(crop[0, 0], IMAGE[10:60, 10:60].mean(axis=(0, 1)), atol=0.51)


def test_black_outside() -> None:
    crop = Crop(40, margin=0).align(IMAGE, [box(-10, -20, 30, 20)])[0]
    assert (crop[:20] == 0).all()
    assert (crop[:, :10] == 0).all()
    assert np.array_equal(crop[20:, 10:], IMAGE[:20, :30])


def marked(angle: float) -> tuple[np.ndarray, Face]:
    """A large photo of a face turned by an angle: two bright eyes, and the box about them."""
    image = np.zeros((400, 400, 3), np.uint8)
    points = []
    for x, y in ((-40, -30), (40, -30), (0, 0), (-30, 40), (30, 40)):
        turned = complex(x, y) * complex(math.cos(angle), math.sin(angle))
        points.append((200 + turned.real, 200 + turned.imag))
    for x, y in points[:2]:
        image[round(y) - 3 : round(y) + 4, round(x) - 3 : round(x) + 4] = 255
    return image, Face((100.0, 100.0, 300.0, 300.0), 0.9, np.array(points, np.float32))


@settings(max_examples=50, deadline=None)
@given(st.floats(-math.pi / 2, math.pi / 2))
def test_eye_line_levels_the_eyes(angle: float) -> None:
    image, face = marked(angle)
    assert math.isclose(tilt(face), angle, abs_tol=1e-4)
    crop = EyeLine(100, margin=0).align(image, [face])[0, ..., 0].astype(float)
    centres = []
    for half in (crop[:, :50], crop[:, 50:]):
        rows, columns = np.indices(half.shape)
        centres.append(((half * rows).sum() / half.sum(), (half * columns).sum() / half.sum()))
    (left_y, left_x), (right_y, right_x) = centres
    assert abs(left_y - right_y) < 1
    assert abs(left_y - 35) < 1
    assert abs(right_x + 50 - left_x - 40) < 1


def test_eye_line_of_level_eyes_is_the_crop() -> None:
    image, face = marked(0.0)
    assert np.array_equal(EyeLine(60).align(image, [face]), Crop(60, margin=0.3).align(image, [face]))
