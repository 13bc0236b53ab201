from __future__ import annotations

import math

import numpy as np
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from rostro.detection._landmarks import five_points

coordinate = st.floats(-500, 500)
point = st.tuples(coordinate, coordinate)


def test_a_level_face() -> None:
    points = five_points((40, 50), (60, 50), (50, 65.2))
    np.testing.assert_allclose(points, [(40, 50), (60, 50), (50, 61.16), (41.3, 71.576), (58.7, 71.576)], atol=1e-3)


def test_a_frontal_face_is_assumed_without_the_nose() -> None:
    np.testing.assert_allclose(five_points((40, 50), (60, 50)), five_points((40, 50), (60, 50), (50, 65.2)), atol=1e-4)


def test_a_turned_face_moves_nose_and_mouth_to_its_side() -> None:
    frontal, turned = five_points((40, 50), (60, 50), (50, 65)), five_points((40, 50), (60, 50), (55, 65))
    shift = turned[2:, 0] - frontal[2:, 0]
    assert shift[0] > 5 and (shift[1:] > 1).all()
    np.testing.assert_allclose(turned[2:, 1], frontal[2:, 1], atol=1e-4)


@settings(deadline=None)
@given(point, point, point, st.floats(-math.pi, math.pi), st.floats(0.2, 5), point)
def test_moves_with_the_face(left, right, nose, angle, scale, shift) -> None:
    """Turning, scaling and moving the three known points does the same to the estimates."""
    left, right, nose = np.array(left), np.array(right), np.array(nose)
    assume(np.hypot(*(right - left)) > 20)
    turn = scale * np.array([[math.cos(angle), -math.sin(angle)], [math.sin(angle), math.cos(angle)]])
    expected = five_points(left, right, nose) @ turn.T + shift
    found = five_points(turn @ left + shift, turn @ right + shift, turn @ nose + shift)
    np.testing.assert_allclose(found, expected, atol=0.05, rtol=1e-3)
