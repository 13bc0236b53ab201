"""Faces carried through a film: forward, back, and not over a cut. The detector is a list of what it finds."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, cast

import numpy as np
import pytest

from rostro.anonymisation.following import Followed, Follower
from rostro.anonymisation.trails import Trail
from rostro.anonymisation.whom import Evidence
from rostro.core.types import Face, Floats

RATE = 25
HEIGHT, WIDTH, SIDE = 240, 320, 60
Box = tuple[float, float, float, float]
random = np.random.default_rng(3)
#: Things with corners everywhere, that are not like each other: two walls and two heads.
WALL, OTHER_WALL = (
    np.repeat(np.repeat(random.integers(0, 255, (30, 40, 3), dtype=np.uint8), 8, axis=0), 8, axis=1) for _ in range(2)
)
HEAD, OTHER_HEAD = (
    np.repeat(np.repeat(random.integers(0, 255, (12, 12, 3), dtype=np.uint8), 5, axis=0), 5, axis=1) for _ in range(2)
)


def place(frame: int, speed: float = 1.0) -> Box:
    x, y = 60.0 + speed * frame, 80.0
    return x, y, x + SIDE, y + SIDE


def scene(frame: int, *, wall: np.ndarray = WALL, head: np.ndarray | None = HEAD, speed: float = 1.0) -> np.ndarray:
    image = wall.copy()
    if head is not None:
        x, y = (int(edge) for edge in place(frame, speed)[:2])
        image[y : y + SIDE, x : x + SIDE] = head
    return image


class Finder:
    """Finds what it is told to find."""

    good_score = 0.5

    def __init__(self, found: Callable[[int], list[Face]]) -> None:
        self.found, self.number = found, 0

    def in_frame(self, image: np.ndarray, *, turned: bool = False) -> list[Face]:
        self.number += 1
        return self.found(self.number - 1)


def follow(
    images: list[np.ndarray], found: Callable[[int], list[Face]], *, every: int = 1, chooser: Any = None
) -> Followed:
    finder = Finder(lambda look: found(look * every))
    follower = Follower(cast("Any", finder), chooser, rate=RATE, every=every)
    for number, image in enumerate(images):
        follower.step(image, number / RATE)
    return follower.finish()


def covers(trail: Trail, frame: int, box: Box) -> float:
    """The part of a box that the trail covers in a frame."""
    if frame not in trail.boxes:
        return 0.0
    x1, y1, x2, y2 = trail.boxes[frame]
    wide, high = min(x2, box[2]) - max(x1, box[0]), min(y2, box[3]) - max(y1, box[1])
    return max(0.0, wide) * max(0.0, high) / ((box[2] - box[0]) * (box[3] - box[1]))


def at(frame: int, score: float = 0.9) -> Face:
    return Face(place(frame), score)


def test_a_face_that_is_found_late_is_covered_in_the_frames_before() -> None:
    made = follow([scene(n) for n in range(40)], lambda n: [at(n)] if n >= 20 else [])
    (trail,) = made.trails
    assert min(covers(trail, n, place(n)) for n in range(40)) > 0.9
    assert not trail.unsure


def test_a_face_that_is_found_no_more_is_carried_on() -> None:
    made = follow([scene(n) for n in range(40)], lambda n: [at(n)] if n < 5 else [])
    (trail,) = made.trails
    assert min(covers(trail, n, place(n)) for n in range(40)) > 0.9


def test_a_face_is_carried_for_two_seconds_and_not_for_ever() -> None:
    made = follow([scene(n, speed=0.2) for n in range(90)], lambda n: [Face(place(n, 0.2), 0.9)] if n == 0 else [])
    (trail,) = made.trails
    assert 49 in trail.boxes and 55 not in trail.boxes


@pytest.mark.parametrize("every", [2, 5])
def test_frames_that_are_not_looked_at_are_covered(every: int) -> None:
    made = follow([scene(n) for n in range(40)], lambda n: [at(n)], every=every)
    (trail,) = made.trails
    assert min(covers(trail, n, place(n)) for n in range(40)) > 0.9


def test_a_gap_between_two_places_is_covered_on_the_way_from_one_to_the_other() -> None:
    """In the frames between there is only noise: nothing can be followed."""
    noise = np.random.default_rng(1)
    images = [noise.integers(0, 255, WALL.shape, dtype=np.uint8) if 10 <= n < 14 else scene(n) for n in range(30)]
    made = follow(images, lambda n: [] if 10 <= n < 14 else [at(n)])
    covered = [max((covers(trail, n, place(n)) for trail in made.trails), default=0.0) for n in range(30)]
    assert min(covered[:10] + covered[14:]) > 0.9


def test_nobody_is_carried_over_a_cut() -> None:
    images = [scene(n) if n < 20 else scene(n, wall=OTHER_WALL, head=None) for n in range(40)]
    made = follow(images, lambda n: [at(n)] if n < 18 else [])
    (trail,) = made.trails
    assert 19 in trail.boxes and 20 not in trail.boxes
    assert not trail.unsure, "a scene that is over has lost nobody"
    back = follow(images[::-1], lambda n: [Face(place(39 - n), 0.9)] if n >= 25 else [])
    (trail,) = back.trails
    assert 20 in trail.boxes and 19 not in trail.boxes
    assert not trail.unsure


def test_who_is_lost_in_the_middle_of_a_scene_is_told() -> None:
    """Something passes before the face, and it is not found again: it may be anywhere."""
    images = [scene(n, head=HEAD if n < 20 else np.full((SIDE, SIDE, 3), 128, np.uint8)) for n in range(60)]
    made = follow(images, lambda n: [at(n)] if n < 20 else [])
    (trail,) = made.trails
    (span,) = trail.unsure
    assert span.first == 20
    assert 30 <= span.last <= 33
    assert 25 in trail.boxes, "it is guessed for half a second"


def test_who_appears_in_the_middle_of_a_scene_is_told() -> None:
    images = [scene(n, head=HEAD if n >= 40 else None) for n in range(60)]
    made = follow(images, lambda n: [at(n)] if n >= 40 else [])
    (trail,) = made.trails
    (span,) = trail.unsure
    assert span.last == 39
    assert 26 <= span.first <= 29


def test_who_comes_in_at_the_edge_and_leaves_there_is_not_lost() -> None:
    def box(n: int) -> Box:
        x = -70.0 + 6.0 * n
        return x, 80.0, x + SIDE, 80.0 + SIDE

    def image(n: int) -> np.ndarray:
        made = WALL.copy()
        left, right = max(0, int(box(n)[0])), min(WIDTH, int(box(n)[2]))
        if left < right:
            made[80 : 80 + SIDE, left:right] = HEAD[:, left - int(box(n)[0]) : right - int(box(n)[0])]
        return made

    seen = [n for n in range(80) if box(n)[0] > 0 and box(n)[2] < WIDTH]
    made = follow([image(n) for n in range(80)], lambda n: [Face(box(n), 0.9)] if n in seen else [])
    assert not [span for trail in made.trails for span in trail.unsure]


def test_what_is_found_with_a_poor_score_is_covered_where_it_is_and_carried_nowhere() -> None:
    made = follow([scene(n) for n in range(40)], lambda n: [at(n, 0.35)] if n == 20 else [])
    assert not made.trails
    assert {frame for frame in made.loose if frame >= 0} == {19, 20, 21}
    assert made.loose[20] == [place(20)]


def unit(*values: float) -> Floats:
    vector = np.array(values, np.float32)
    return (vector / np.linalg.norm(vector)).astype(np.float32)


ADA, BOB = unit(1, 0, 0), unit(0, 1, 0)


class Chooser:
    """Sees who it is told to see."""

    threshold = 0.4

    def __init__(self, who: Callable[[int], Floats | None]) -> None:
        self.who, self.seen = who, -1

    def looks(self, image: np.ndarray, faces: list[Face]) -> list[tuple[Floats, float] | None]:
        number = round(faces[0].box[0] - 60)
        vector = self.who(number)
        return [None if vector is None else (vector, 1.0)] * len(faces)

    def strange(self, evidence: Evidence, vector: Floats, *, lost: bool) -> bool:
        return evidence.mean is not None and float(evidence.mean @ vector) < 0.2


def test_one_who_was_two_people_is_mixed() -> None:
    made = follow([scene(n) for n in range(40)], lambda n: [at(n)], chooser=Chooser(lambda n: ADA if n < 20 else BOB))
    (trail,) = made.trails
    assert trail.evidence.mixed


def test_who_stands_in_the_same_place_after_a_cut_is_somebody_new() -> None:
    """The box is where the other one's was, and so far nobody could say who it is: nothing is known of them."""
    images = [scene(n) if n < 20 else scene(n, wall=OTHER_WALL, head=OTHER_HEAD) for n in range(40)]
    for after in (BOB, None):
        chooser = Chooser(lambda n, after=after: ADA if n < 20 else after)  # type: ignore[misc]
        made = follow(images, lambda n: [at(n)], chooser=chooser)
        first, second = made.trails
        assert (min(first.boxes), max(first.boxes)) == (0, 19)
        assert min(second.boxes) == 20
        assert not first.evidence.mixed and not second.evidence.mixed
        assert second.evidence.count == (0 if after is None else len(second.looks))


def test_a_look_vouches_for_half_a_second() -> None:
    trail = Trail(looks=[10, 40])
    assert [frame for frame in range(60) if trail.vouched(frame, 5)] == [*range(5, 16), *range(35, 46)]


def test_evidence_is_the_mean_of_what_was_seen() -> None:
    evidence = Evidence()
    assert evidence.mean is None
    evidence.add(ADA, 1.0)
    evidence.add(BOB, 3.0)
    assert evidence.mean is not None
    assert np.allclose(evidence.mean, [0.25, 0.75, 0.0])
    assert evidence.count == 2
