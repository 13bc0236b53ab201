from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from rostro.detection.ssd_mobilenet import anchors, decode


def test_anchors_of_the_object_detection_api() -> None:
    """Their number, and rows of each kind worked out by hand from the paper's formulas."""
    rows = anchors()
    assert rows.shape == (1917, 4)
    np.testing.assert_allclose(rows[0], [0.5 / 19, 0.5 / 19, 0.1, 0.1], rtol=1e-5)
    np.testing.assert_allclose(rows[1], [0.5 / 19, 0.5 / 19, 0.2 * 2**0.5, 0.2 / 2**0.5], rtol=1e-5)
    np.testing.assert_allclose(rows[3], [1.5 / 19, 0.5 / 19, 0.1, 0.1], rtol=1e-5)
    np.testing.assert_allclose(rows[1083], [0.05, 0.05, 0.35, 0.35], rtol=1e-5)
    np.testing.assert_allclose(rows[1088], [0.05, 0.05, (0.35 * 0.5) ** 0.5, (0.35 * 0.5) ** 0.5], rtol=1e-5)
    np.testing.assert_allclose(rows[-1], [0.5, 0.5, 0.95**0.5, 0.95**0.5], rtol=1e-5)


def test_zero_is_the_anchor_itself() -> None:
    rows = anchors()
    boxes = decode(np.zeros_like(rows), rows)
    np.testing.assert_allclose((boxes[:, :2] + boxes[:, 2:]) / 2, rows[:, :2], atol=1e-6)
    np.testing.assert_allclose(boxes[:, 2:] - boxes[:, :2], rows[:, 2:], atol=1e-6)


@settings(deadline=None)
@given(st.tuples(*[st.floats(0.1, 0.9)] * 2, *[st.floats(0.05, 0.9)] * 2), st.integers(0, 1916))
def test_decoding_undoes_coding(box: tuple[float, float, float, float], number: int) -> None:
    x, y, width, height = box
    ax, ay, aw, ah = anchors()[number]
    code = [10 * (y - ay) / ah, 10 * (x - ax) / aw, 5 * np.log(height / ah), 5 * np.log(width / aw)]
    decoded = decode(np.array([code], np.float32), anchors()[[number]])[0]
    np.testing.assert_allclose(decoded, [x - width / 2, y - height / 2, x + width / 2, y + height / 2], atol=1e-4)
