"""One picture a second, or a folder of them: seldom enough that faces leap, often enough to recognise somebody."""

from __future__ import annotations

import numpy as np
import pytest
from stage import ADA, GRACE, STRANGER, FakeEyes, face, told

from rostro.core.errors import PhotoError, UnreadablePhoto
from rostro.core.types import Face
from rostro.video.events import FaceEvent
from rostro.video.frames import Frame, Unreadable
from rostro.video.loop import Summary
from rostro.video.watcher import Scene, Watcher, WatchOptions

Seen = tuple[Face, np.ndarray]
EMPTY: tuple[Seen, ...] = ()


def play(
    *pictures: tuple[Seen, ...], rate: float = 1.0, apart: bool = False, still: bool = False, **options: float
) -> tuple[list[Scene], FakeEyes]:
    """Who is in each picture; the pixels are other ones each time, so that nothing can be followed by them."""
    eyes = FakeEyes()
    watcher = Watcher(eyes, WatchOptions(**options), apart=apart)
    scenes = []
    for number, faces in enumerate(pictures):
        eyes.faces = list(faces)
        seed = 0 if still else number
        image = np.random.default_rng(seed).integers(0, 255, (400, 640, 3), dtype=np.uint8)
        scenes.append(watcher.step(Frame(number, number / rate, image)))
    return [*scenes, watcher.finish()], eyes


def tracks(scenes: list[Scene]) -> set[int]:
    return {event.track for scene in scenes for event in scene.events if isinstance(event, FaceEvent)}


WALKING = [((face(x), ADA),) for x in (20, 260, 480)]


@pytest.mark.parametrize("rate", [0.1, 0.5, 1.0, 2.0])
@pytest.mark.parametrize("pictures", [2, 3])
def test_somebody_seen_in_few_pictures_is_recognised_wherever_they_walk(rate: float, pictures: int) -> None:
    scenes, _ = play(EMPTY, *WALKING[:pictures], EMPTY, EMPTY, EMPTY, EMPTY, EMPTY, rate=rate)
    assert told(scenes) == [("appeared", None), ("recognised", "Ada"), ("left", "Ada")]
    assert tracks(scenes) == {1}, "the same person, found again by what they look like"


@pytest.mark.parametrize("rate", [1.0, 4.0, 5.0, 8.0])
def test_three_pictures_in_one_place_are_enough_at_any_rate(rate: float) -> None:
    scenes, _ = play(EMPTY, EMPTY, *[((face(100), ADA),)] * 3, *[EMPTY] * 12, rate=rate, still=True)
    assert told(scenes) == [("appeared", None), ("recognised", "Ada"), ("left", "Ada")]


def test_one_clear_picture_is_evidence_enough_where_no_second_may_come() -> None:
    scenes, _ = play(EMPTY, EMPTY, WALKING[0], EMPTY, EMPTY, EMPTY)
    assert told(scenes) == [("appeared", None), ("recognised", "Ada"), ("left", "Ada")]


def test_one_doubtful_picture_is_not_and_two_are() -> None:
    """Above the threshold (0.4), but not far above it."""
    doubtful = np.array([0.45, 0, np.sqrt(1 - 0.45**2), 0], np.float32)
    once, _ = play(EMPTY, EMPTY, ((face(100), doubtful),), EMPTY, EMPTY, EMPTY)
    assert told(once) == []
    twice, _ = play(EMPTY, EMPTY, ((face(100), doubtful),), ((face(400), doubtful),), EMPTY, EMPTY)
    assert told(twice) == [("appeared", None), ("recognised", "Ada"), ("left", "Ada")]


def test_strangers_stay_strangers() -> None:
    scenes, _ = play(EMPTY, *[((face(x), STRANGER),) for x in (20, 260, 480)], EMPTY, EMPTY, EMPTY)
    assert told(scenes) == [("appeared", None), ("left", None)]


@pytest.mark.parametrize("apart", [False, True])
def test_somebody_else_in_the_same_place_is_somebody_else(apart: bool) -> None:
    """Ada sat there, and in the next picture Grace does: one name each, and neither lasts in the other's."""
    scenes, _ = play(*[((face(100), ADA),)] * 3, *[((face(100), GRACE),)] * 3, rate=25 if apart else 1, apart=apart)
    summary = Summary()
    for scene in scenes:
        summary.hear(scene)
    assert {name: count for name, (count, _) in summary.people.items()} == {"Ada": 1, "Grace": 1}


def test_two_people_who_change_places_keep_their_names() -> None:
    one, other = ((face(100), ADA), (face(400), GRACE)), ((face(400), ADA), (face(100), GRACE))
    scenes, _ = play(one, other, one, other, EMPTY, EMPTY)
    left = {event.track: event.match.name for s in scenes for event in s.events if event.kind == "left"}
    assert left == {1: "Ada", 2: "Grace"}


def test_each_picture_of_a_folder_is_looked_at() -> None:
    _, eyes = play(*[EMPTY] * 12, rate=25, apart=True)
    assert eyes.detected == 12
    _, eyes = play(*[EMPTY] * 12, rate=25)
    assert eyes.detected == 4
    _, eyes = play(*[EMPTY] * 12, rate=25, apart=True, every=6)
    assert eyes.detected == 2, "unless somebody says otherwise"


def test_a_source_that_stops_for_a_while_is_no_sparse_one() -> None:
    eyes = FakeEyes()
    watcher = Watcher(eyes)
    eyes.faces = [(face(100), ADA)]
    image = np.random.default_rng(0).integers(0, 255, (400, 640, 3), dtype=np.uint8)
    times = [number / 25 for number in range(25)] + [7 + number / 25 for number in range(25)]
    scenes = [watcher.step(Frame(number, seconds, image)) for number, seconds in enumerate(times)]
    assert [kind for kind, _ in told(scenes)] == ["appeared", "recognised", "left", "appeared", "recognised"]


def test_what_cannot_be_read_is_counted_and_named() -> None:
    watcher, summary = Watcher(FakeEyes()), Summary()
    error: PhotoError = UnreadablePhoto("frames/2.jpg", "not a picture: text")
    for item in (Frame(0, 0.0, np.zeros((9, 9, 3), np.uint8)), Unreadable(1.0, error), Unreadable(2.0, error, 3)):
        summary.hear(watcher.step(item))
    summary.hear(watcher.step(Frame(5, 5.0, np.zeros((9, 9, 3), np.uint8))))
    document = summary.to_dict()
    assert (document["frames"], document["dropped"]) == (2, 0)
    assert document["failed"][0]["photo"] == "frames/2.jpg" and document["failed"][0]["kind"] == "unreadable-photo"
