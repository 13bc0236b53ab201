"""Where faces go between detections, and which detection is which track."""

from __future__ import annotations

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rostro.core.geometry import boxes_of, overlap
from rostro.core.types import Face
from rostro.video.flow import Flow
from rostro.video.matching import match
from rostro.video.tracker import Tracker

TEXTURE = cv2.GaussianBlur(np.random.default_rng(1).integers(0, 255, (480, 640, 3), dtype=np.uint8), (0, 0), 3)


def face(x: float, y: float, size: float = 80, score: float = 0.9) -> Face:
    points = np.array([[0.3, 0.4], [0.7, 0.4], [0.5, 0.6], [0.35, 0.8], [0.65, 0.8]]) * size + [x, y]
    return Face((x, y, x + size, y + size), score, points.astype(np.float32))


def moved(right: float, down: float, scale: float = 1.0, centre: tuple[float, float] = (240, 190)) -> np.ndarray:
    x, y = centre
    matrix = np.array([[scale, 0, right + x - scale * x], [0, scale, down + y - scale * y]], np.float64)
    return cv2.warpAffine(TEXTURE, matrix, (640, 480), borderMode=cv2.BORDER_REFLECT)


@pytest.mark.parametrize(("right", "down", "scale"), [(0, 0, 1), (7, -4, 1), (-15, 10, 1), (3, 2, 1.05), (0, 0, 0.94)])
def test_flow_follows(right: float, down: float, scale: float) -> None:
    flow, before = Flow(), face(200, 150)
    assert flow.motions(TEXTURE, [before]) == [None], "nothing came before"
    (motion,) = flow.motions(moved(right, down, scale), [before])
    assert motion is not None
    assert motion.shift == pytest.approx((right, down), abs=0.5)
    assert motion.scale == pytest.approx(scale, abs=0.01)
    x1, _, x2, _ = motion.of_box(before.box)
    assert x2 - x1 == pytest.approx(80 * scale, abs=1)


def test_flow_in_a_large_frame_tells_its_own_pixels() -> None:
    large, later = (cv2.resize(image, (1920, 1440)) for image in (TEXTURE, moved(4, 3)))
    flow, before = Flow(), face(600, 450, 240)
    flow.motions(large, [before])
    (motion,) = flow.motions(later, [before])
    assert motion is not None and motion.shift == pytest.approx((12, 9), abs=1.5)


def test_flow_knows_when_it_cannot_tell() -> None:
    flow = Flow()
    flow.motions(TEXTURE, [])
    assert flow.motions(np.full((480, 640, 3), 90, np.uint8), [face(200, 150)]) == [None]
    assert flow.motions(np.zeros((100, 100, 3), np.uint8), [face(20, 15, 30)]) == [None], "another size"


corner = st.floats(0, 400)
boxes = st.lists(st.builds(face, corner, corner, st.floats(20, 120)), max_size=6)


@settings(max_examples=40)
@given(boxes, boxes)
def test_matching_is_the_best_assignment(tracks: list[Face], found: list[Face]) -> None:
    pairs = match(tracks, found)
    assert len({a for a, _ in pairs}) == len({b for _, b in pairs}) == len(pairs)
    if not tracks or not found:
        assert not pairs
        return
    shared = overlap(boxes_of(tracks), boxes_of(found))
    assert ((shared >= 0) & (shared <= 1 + 1e-9)).all()
    assert all(shared[a, b] >= 0.2 - 1e-6 for a, b in pairs)
    from scipy.optimize import linear_sum_assignment

    gain = np.where(shared >= 0.2, shared - 0.2, 0)
    rows, columns = linear_sum_assignment(gain, maximize=True)
    assert sum(shared[a, b] - 0.2 for a, b in pairs) == pytest.approx(gain[rows, columns].sum(), abs=1e-6)


def tracker() -> Tracker:
    return Tracker(good_score=0.7, threshold=0.4)


def test_a_poor_detection_keeps_a_track_but_begins_none() -> None:
    tracks = tracker()
    (first,) = tracks.update([face(100, 100), face(400, 100, score=0.5)], 0.0)
    assert tracks.update([face(105, 100, score=0.5)], 0.9) == [first]
    assert not tracks.ended(1.8, 1.0)
    assert tracks.ended(2.0, 1.0) == [first] and not tracks.tracks


def test_good_detections_are_assigned_before_poor_ones() -> None:
    tracks = tracker()
    (first,) = tracks.update([face(100, 100)], 0.0)
    assert tracks.update([face(100, 100, score=0.5), face(110, 104, score=0.9)], 0.1) == [first]
    assert first.face.box[0] == 110


def test_numbers_are_never_given_twice() -> None:
    tracks = tracker()
    tracks.update([face(100, 100), face(300, 100)], 0.0)
    tracks.end()
    tracks.update([face(100, 100)], 5.0)
    assert [track.number for track in tracks.tracks] == [3]


def test_a_track_that_cannot_be_followed_goes_on_as_before() -> None:
    tracks = tracker()
    tracks.follow(TEXTURE)
    (track,) = tracks.update([face(200, 150)], 0.0)
    for step in range(1, 5):
        tracks.follow(moved(5 * step, 0))
    box = track.face.box
    tracks.follow(np.full((480, 640, 3), 90, np.uint8))
    assert track.face.box[0] - box[0] == pytest.approx(5, abs=2)
    assert track.face.landmarks is not None and track.face.landmarks[0, 0] > 200
