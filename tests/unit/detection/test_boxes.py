from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from rostro.core.geometry import overlap
from rostro.detection._boxes import faces, nms

corners = arrays(np.float32, st.tuples(st.integers(0, 12), st.just(4)), elements=st.integers(0, 40).map(float))


def boxes_of(rows: np.ndarray) -> np.ndarray:
    """Rows of corners and sides as boxes."""
    return np.hstack([rows[:, :2], rows[:, :2] + rows[:, 2:]])


def test_nms_keeps_the_best_of_what_overlaps() -> None:
    boxes = np.array([[0, 0, 10, 10], [1, 0, 11, 10], [30, 0, 40, 10], [0, 1, 10, 11]], np.float32)
    assert nms(boxes, np.array([0.6, 0.9, 0.7, 0.8]), 0.5).tolist() == [1, 2]
    assert nms(boxes, np.array([0.6, 0.9, 0.7, 0.8]), 0.95).tolist() == [1, 3, 2, 0]
    assert nms(boxes, np.full(4, 0.5), 0.5).tolist() == [0, 2], "of equal scores the earlier one stays"


def test_nms_of_nothing() -> None:
    kept = nms(np.empty((0, 4), np.float32), np.empty(0, np.float32), 0.5)
    assert kept.shape == (0,)
    assert kept.dtype == np.intp


@settings(deadline=None)
@given(corners, st.randoms(use_true_random=False), st.floats(0, 0.9), st.sampled_from(["union", "smaller"]))
def test_nms_leaves_no_overlap_and_drops_nothing_else(rows: np.ndarray, random: object, iou: float, over: str) -> None:
    boxes = boxes_of(rows)
    scores = np.array([random.random() for _ in rows], np.float32)
    kept = nms(boxes, scores, iou, over=over)
    assert (np.diff(scores[kept]) <= 0).all()
    for i in range(len(boxes)):
        better = [k for k in kept if scores[k] >= scores[i] and k != i]
        covered = bool(better) and overlap(boxes[[i]], boxes[better], over).max() > iou
        assert covered == (i not in kept)


def test_nms_over_many_blocks_is_the_greedy_one() -> None:
    rng = np.random.default_rng(0)
    corner = rng.uniform(0, 300, (700, 2))
    boxes = np.hstack([corner, corner + rng.uniform(10, 60, (700, 2))]).astype(np.float32)
    scores = rng.integers(0, 50, 700) / 50
    pairs = overlap(boxes, boxes)
    greedy: list[int] = []
    for i in np.argsort(-scores, kind="stable"):
        if (pairs[i, greedy] <= 0.3).all():
            greedy.append(i)
    assert len(greedy) > 128
    assert nms(boxes, scores, 0.3).tolist() == greedy


def test_faces_drop_boxes_without_area_and_clip_scores() -> None:
    boxes = np.array([[1, 2, 3, 5], [4, 4, 4, 9], [5, 5, 2, 9], [0, 0, 9, 9]], np.float32)
    points = np.arange(40, dtype=np.float64).reshape(4, 5, 2)
    found = faces(boxes, np.array([1.0000001, 0.9, 0.8, 0.7]), points)
    assert [face.box for face in found] == [(1, 2, 3, 5), (0, 0, 9, 9)]
    assert [face.score for face in found] == [1.0, pytest.approx(0.7)]
    np.testing.assert_array_equal(found[1].landmarks, points[3])
    assert found[1].landmarks.dtype == np.float32
    assert faces(boxes[:1], np.array([0.5]))[0].landmarks is None
