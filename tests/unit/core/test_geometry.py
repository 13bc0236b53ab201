"""Boxes and directions, against what is known of every box and every direction."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from rostro.core.geometry import boxes_of as boxes_of_faces
from rostro.core.geometry import overlap, squared, unit_rows
from rostro.core.types import Face

corners = arrays(np.float32, st.tuples(st.integers(0, 12), st.just(4)), elements=st.integers(0, 40).map(float))


def boxes_of(rows: np.ndarray) -> np.ndarray:
    """Rows of corners and sides as boxes."""
    return np.hstack([rows[:, :2], rows[:, :2] + rows[:, 2:]])


def test_overlap_of_known_boxes() -> None:
    box = np.array([0, 0, 10, 10], np.float32)
    others = np.array([[0, 0, 10, 10], [5, 0, 15, 10], [10, 0, 20, 10], [2, 2, 7, 7], [3, 3, 3, 9]], np.float32)
    np.testing.assert_allclose(overlap(box[None], others), [[1, 50 / 150, 0, 0.25, 0]], atol=1e-6)
    np.testing.assert_allclose(overlap(box[None], others, "smaller"), [[1, 0.5, 0, 1, 0]], atol=1e-6)


@settings(deadline=None)
@given(corners)
def test_overlap_is_symmetric_and_bounded(rows: np.ndarray) -> None:
    boxes = boxes_of(rows)
    matrix = overlap(boxes, boxes)
    assert matrix.shape == (len(boxes), len(boxes))
    np.testing.assert_allclose(matrix, matrix.T, atol=1e-6)
    assert ((matrix >= 0) & (matrix <= 1 + 1e-6)).all()
    for i, row in enumerate(rows):
        assert matrix[i, i] == pytest.approx(1.0 if row[2] * row[3] > 0 else 0.0)


@settings(deadline=None)
@given(corners, st.integers(-50, 50), st.sampled_from([0.5, 2.0, 8.0]))
def test_overlap_knows_no_place_and_no_scale(rows: np.ndarray, shift: int, scale: float) -> None:
    boxes = boxes_of(rows)
    np.testing.assert_allclose(overlap(boxes * scale + shift, boxes * scale + shift), overlap(boxes, boxes), atol=1e-5)


@settings(deadline=None)
@given(corners)
def test_overlap_over_the_smaller_is_never_less(rows: np.ndarray) -> None:
    boxes = boxes_of(rows)
    assert (overlap(boxes, boxes, "smaller") >= overlap(boxes, boxes) - 1e-6).all()


def test_overlap_is_what_counting_pixels_gives() -> None:
    rng = np.random.default_rng(0)
    boxes = boxes_of(rng.integers(0, 20, (12, 4)).astype(np.float32))
    y, x = np.mgrid[:40, :40]
    masks = np.stack([(x >= x1) & (x < x2) & (y >= y1) & (y < y2) for x1, y1, x2, y2 in boxes])
    common = (masks[:, None] & masks).sum(axis=(2, 3))
    union = (masks[:, None] | masks).sum(axis=(2, 3))
    np.testing.assert_allclose(overlap(boxes, boxes), common / np.maximum(union, 1), atol=1e-6)


@pytest.mark.parametrize("kind", [np.float32, np.float64])
def test_numbers_keep_their_precision(kind: type[np.floating]) -> None:
    boxes = np.array([[0, 0, 10, 10]], kind)
    assert overlap(boxes, boxes).dtype == squared(boxes).dtype == unit_rows(boxes).dtype == kind
    assert overlap(boxes[:0], boxes).shape == (0, 1)


def test_boxes_of_faces() -> None:
    faces = [Face((1.0, 2.0, 3.0, 4.0), 0.5), Face((0.0, 0.0, 9.0, 9.5), 0.5)]
    assert boxes_of_faces(faces).tolist() == [[1, 2, 3, 4], [0, 0, 9, 9.5]]
    assert boxes_of_faces([]).shape == (0, 4)


@settings(deadline=None)
@given(corners)
def test_squares_hold_their_boxes(rows: np.ndarray) -> None:
    boxes = boxes_of(rows)
    squares = squared(boxes)
    sides = squares[:, 2:] - squares[:, :2]
    np.testing.assert_allclose(sides[:, 0], sides[:, 1], atol=1e-4)
    np.testing.assert_allclose(sides[:, 0], rows[:, 2:].max(axis=1), atol=1e-4)
    assert (squares[:, :2] <= boxes[:, :2] + 1e-4).all()
    assert (squares[:, 2:] >= boxes[:, 2:] - 1e-4).all()


@settings(deadline=None)
@given(arrays(np.float32, st.tuples(st.integers(0, 8), st.integers(1, 6)), elements=st.floats(-1e6, 1e6, width=32)))
def test_rows_of_norm_one_point_where_they_did(vectors: np.ndarray) -> None:
    rows = unit_rows(vectors)
    assert rows.shape == vectors.shape
    norms = np.linalg.norm(vectors.astype(np.float64), axis=1)
    for row, vector, norm in zip(rows, vectors, norms, strict=True):
        if norm > 1e-15:
            assert np.linalg.norm(row) == pytest.approx(1, abs=1e-5)
            np.testing.assert_allclose(row * norm, vector, rtol=1e-4, atol=1e-6 * norm)
        elif norm == 0:
            assert not row.any()
        assert np.isfinite(row).all()
