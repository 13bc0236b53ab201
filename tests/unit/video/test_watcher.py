"""The loop, with eyes that see what the test says: who appears, is recognised, leaves, and when."""

from __future__ import annotations

import json
import threading
from pathlib import Path

import numpy as np
import pytest
from stage import ADA, GRACE, RATE, STRANGER, FakeEyes, face, told

from rostro.core.errors import BadInput
from rostro.core.types import Face
from rostro.people.pictures import Pictures
from rostro.video.events import Clock, EventLog, FaceEvent, SourceEvent
from rostro.video.frames import Frame, Lost
from rostro.video.identity import Match
from rostro.video.loop import Summary, run
from rostro.video.sightings import Sightings
from rostro.video.sources import Source
from rostro.video.watcher import Scene, Watcher, WatchOptions, cut_out


class Stage:
    """Runs a watcher frame by frame."""

    def __init__(self, **options: float) -> None:
        self.eyes = FakeEyes()
        self.watcher = Watcher(self.eyes, WatchOptions(**options))
        self.number = 0
        self.image = np.random.default_rng(0).integers(0, 255, (400, 640, 3), dtype=np.uint8)

    def play(self, seconds: float, *faces: tuple[Face, np.ndarray]) -> list[Scene]:
        self.eyes.faces = list(faces)
        scenes = []
        for _ in range(round(seconds * RATE)):
            scenes.append(self.watcher.step(Frame(self.number, self.number / RATE, self.image)))
            self.number += 1
        return scenes


def test_somebody_comes_is_recognised_and_leaves() -> None:
    stage = Stage()
    scenes = [*stage.play(2, (face(100), ADA)), *stage.play(1.5)]
    assert told(scenes) == [("appeared", None), ("recognised", "Ada"), ("left", "Ada")]
    events = [event for scene in scenes for event in scene.events]
    assert events[0].seconds <= 0.2 and events[1].seconds <= 0.3 and 2.9 < events[2].seconds < 3.1
    assert events[1].track == 1 and events[1].picture is not None and events[1].match.score == pytest.approx(1)
    assert scenes[30].seen[0].name == "Ada" and scenes[30].seen[0].state == "known"
    assert not scenes[-1].seen


def test_detection_is_rare_and_embedding_rarer() -> None:
    stage = Stage(every=3)
    stage.play(4, (face(100), ADA), (face(400), STRANGER))
    assert stage.eyes.detected == 34
    assert stage.eyes.embedded == 2 * (4 + 2), "the first four, then one every 1.5 seconds"


def test_strangers_are_never_named() -> None:
    stage = Stage()
    scenes = [*stage.play(1, (face(100), STRANGER)), stage.watcher.finish()]
    assert told(scenes) == [("appeared", None), ("left", None)]
    assert scenes[20].seen[0].state == "unknown" and scenes[3].seen[0].state == "undecided"


def test_a_false_alarm_is_not_told() -> None:
    stage = Stage(every=1)
    assert not told([*stage.play(1 / RATE, (face(100), ADA)), *stage.play(2)])


def test_a_short_absence_is_no_leaving() -> None:
    stage = Stage()
    scenes = [*stage.play(1, (face(100), ADA)), *stage.play(0.7), *stage.play(1, (face(110), ADA))]
    assert [kind for kind, _ in told(scenes)] == ["appeared", "recognised"]


def test_tiny_faces_are_shown_but_not_judged() -> None:
    stage = Stage()
    scenes = stage.play(1, (face(100, size=9), ADA))
    assert told(scenes) == [("appeared", None)] and stage.eyes.embedded == 0
    assert scenes[-1].seen[0].state == "undecided"


def test_a_crowd_cannot_stop_the_picture() -> None:
    stage = Stage(at_once=2, every=1)
    crowd = [(face(x * 62, size=60), ADA) for x in range(10)]
    stage.play(1 / RATE, *crowd)
    assert stage.eyes.embedded == 2
    stage.play(1, *crowd)
    assert {seen.name for seen in stage.play(1 / RATE, *crowd)[0].seen} == {"Ada"}, "everybody has their turn"


def test_the_source_is_lost_and_comes_back() -> None:
    stage = Stage()
    before = stage.play(1, (face(100), ADA))
    lost = [stage.watcher.step(Lost(1.2, "no more pictures come")) for _ in range(2)]
    stage.number += 100
    after = stage.play(1, (face(100), ADA))
    assert told([*before, *lost, *after]) == [
        ("appeared", None), ("recognised", "Ada"), ("left", "Ada"), ("lost", "no more pictures come"),
        ("back", ""), ("appeared", None), ("recognised", "Ada"),
    ]  # fmt: skip
    assert lost[0].frame is None and not lost[0].seen


def test_somebody_erased_or_enrolled_meanwhile() -> None:
    stage = Stage(refresh=0.5)
    stage.play(1, (face(100), ADA), (face(400), STRANGER))
    del stage.eyes.people[1]
    stage.eyes.people[3] = ("Katherine", STRANGER)
    (scene,) = stage.play(1, (face(100), ADA), (face(400), STRANGER))[-1:]
    assert [(seen.state, seen.name) for seen in scene.seen] == [("unknown", None), ("known", "Katherine")]


def test_tracks_that_are_mixed_up_are_put_right() -> None:
    """Somebody else stands where Ada stood, without a frame in between."""
    stage = Stage(refresh=0.2)
    stage.play(1, (face(100), ADA))
    scenes = stage.play(2, (face(100), GRACE))
    assert scenes[-1].seen[0].name == "Grace"
    assert told(scenes) == [("recognised", "Grace")]


def test_options_are_checked() -> None:
    with pytest.raises(BadInput):
        WatchOptions(every=0)
    with pytest.raises(BadInput):
        WatchOptions(patience=0)


def test_pictures_at_the_edge() -> None:
    image = np.arange(300, dtype=np.uint8).reshape(10, 10, 3)
    assert cut_out(image, Face((-5, -5, 4, 4), 0.9)).shape == (7, 7, 3)
    assert cut_out(image, Face((50, 50, 60, 60), 0.9)).size > 0


# The loop around it


def source_of(items: list[Frame | Lost]) -> Source:
    return Source("test", True, RATE, lambda stop: iter(items))


def test_everybody_is_told_who_left_also_after_an_interruption() -> None:
    stage, scenes, summary = Stage(), [], Summary()
    stage.eyes.faces = [(face(100), ADA), (face(400), STRANGER)]
    frames = [Frame(2 * number, number / RATE, stage.image) for number in range(20)]

    def interrupt(scene: Scene) -> None:
        if scene.frame is not None and scene.frame.number == 38:
            raise KeyboardInterrupt

    stop = threading.Event()
    with pytest.raises(KeyboardInterrupt):
        run(source_of(frames), stage.watcher, [summary.hear, scenes.append, interrupt], stop=stop)
    assert stop.is_set() and told(scenes)[-2:] == [("left", "Ada"), ("left", None)]
    assert summary.to_dict() == {
        "frames": 20, "dropped": 19, "seconds": 0.76, "strangers": 1,
        "people": [{"name": "Ada", "tracks": 1, "score": 1.0}],
    }  # fmt: skip


def test_event_lines(tmp_path: Path) -> None:
    stage = Stage()
    stage.eyes.people[1] = ("José Ñandú 王", ADA)
    with EventLog(tmp_path / "events.jsonl") as log:
        for scene in [*stage.play(1, (face(100), ADA)), stage.watcher.finish()]:
            for event in scene.events:
                log.write(event.to_dict())
        log.write(SourceEvent("lost", 3.0, "gone").to_dict())
    lines = [json.loads(line) for line in (tmp_path / "events.jsonl").read_text("utf-8").splitlines()]
    assert [line["event"] for line in lines] == ["appeared", "recognised", "left", "lost"]
    assert lines[1]["name"] == "José Ñandú 王" and lines[1]["person"] == 1 and lines[1]["box"] == [100, 100, 200, 200]
    with pytest.raises(BadInput, match="cannot write"):
        EventLog(tmp_path)


def test_times() -> None:
    assert Clock(live=False).time(3.0) is None
    assert Clock(live=True).time(3.0).endswith("Z")


# Pictures


class FakeGallery:
    def __init__(self, *people: int) -> None:
        self.people = set(people)

    def names(self, asked: list[int]) -> dict[int, str]:
        return {person: "x" for person in asked if person in self.people}


def event(kind: str, person: int | None, track: int = 1) -> FaceEvent:
    match = None if person is None else Match(person, "x", 0.8)
    return FaceEvent(kind, 1.0, track, (0, 0, 9, 9), match, np.full((9, 9, 3), 80, np.uint8), 0.5)


def files(folder: Path) -> list[str]:
    return sorted(str(path.relative_to(folder).parent) for path in folder.rglob("*.jpg"))


def test_only_pictures_of_known_people_are_kept_one_per_track(tmp_path: Path) -> None:
    sightings = Sightings(Pictures(tmp_path), FakeGallery(1, 2))
    for given in (event("appeared", None), event("recognised", 1), event("left", 1), event("left", None, 2)):
        sightings.keep(given)
    assert files(tmp_path) == ["1/seen"]


def test_a_picture_goes_with_the_name(tmp_path: Path) -> None:
    sightings = Sightings(Pictures(tmp_path), FakeGallery(1, 2))
    sightings.keep(event("recognised", 1))
    sightings.keep(event("recognised", 2))
    assert files(tmp_path) == ["2/seen"]
    sightings.keep(event("left", None))
    assert files(tmp_path) == []


def test_who_was_erased_meanwhile_leaves_nothing(tmp_path: Path) -> None:
    sightings = Sightings(Pictures(tmp_path), FakeGallery(2))
    assert sightings.keep(event("recognised", 1)) is None
    assert files(tmp_path) == [] and not (tmp_path / "1").exists()


def test_merging_and_erasing_take_the_pictures_along(tmp_path: Path) -> None:
    crops = Pictures(tmp_path)
    sightings = Sightings(crops, FakeGallery(1, 2))
    sightings.keep(event("recognised", 1))
    crops.keep(1, "hash", np.zeros((9, 9, 3), np.uint8))
    crops.merge(1, 2)
    assert files(tmp_path) == ["2", "2/seen"] and not (tmp_path / "1").exists()
    crops.erase(2)
    assert files(tmp_path) == []
