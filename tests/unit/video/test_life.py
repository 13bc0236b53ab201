"""Evidence of life over a track's looks: what is named, what is not, and when the evidence starts anew."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest
from stage import ADA, GRACE, RATE, FakeEyes, face, told

from rostro.core.liveness import Liveness
from rostro.core.types import Face
from rostro.video.events import FaceEvent
from rostro.video.frames import Frame
from rostro.video.life import Life
from rostro.video.loop import Summary
from rostro.video.watcher import Scene, Watcher, WatchOptions

pytest.importorskip("lap")


class LivingEyes(FakeEyes):
    """Finds faces as alive as the test says."""

    score = 0.9

    def looks_alive(self, image: np.ndarray, faces: Sequence[Face]) -> list[Liveness]:
        return [Liveness(self.score >= 0.5, self.score, 0.0, 0.0) for _ in faces]


def watched(eyes: LivingEyes, scores: Sequence[float], who: Sequence[np.ndarray] = ()) -> list[Scene]:
    """A frame a look, each looked at."""
    watcher = Watcher(eyes, WatchOptions(every=1, refresh=0))
    image = np.random.default_rng(1).integers(0, 255, (240, 640, 3)).astype(np.uint8)
    scenes = []
    for number, score in enumerate(scores):
        eyes.score, eyes.faces = score, [(face(100), who[number] if len(who) else ADA)]
        scenes.append(watcher.step(Frame(number, number / RATE, image)))
    return [*scenes, watcher.finish()]


def test_who_looks_alive_is_named() -> None:
    scenes = watched(LivingEyes(), [0.9] * 6)
    assert told(scenes) == [("appeared", None), ("recognised", "Ada"), ("left", "Ada")]
    (left,) = scenes[-1].events
    assert isinstance(left, FaceEvent)
    assert left.to_dict()["liveness"]["live"] is True


def test_a_picture_is_nobody() -> None:
    scenes = watched(LivingEyes(), [0.1] * 6)
    assert told(scenes) == [("appeared", None), ("left", None)]
    summary = Summary()
    for scene in scenes:
        summary.hear(scene)
    assert not summary
    assert summary.to_dict()["not_live"] == summary.strangers == 1


def test_one_lucky_look_of_many_names_nobody() -> None:
    assert ("recognised", "Ada") not in told(watched(LivingEyes(), [0.1, 0.1, 0.1, 0.9, 0.1, 0.1]))


def test_one_unlucky_look_takes_no_name_away() -> None:
    scenes = watched(LivingEyes(), [0.9] * 5 + [0.1] + [0.9] * 3)
    assert told(scenes) == [("appeared", None), ("recognised", "Ada"), ("left", "Ada")]


def test_a_name_is_taken_back_where_looks_say_so() -> None:
    scenes = watched(LivingEyes(), [0.9] * 3 + [0.0] * 12)
    assert told(scenes)[-1] == ("left", None)
    assert scenes[-2].seen[0].name is None


def test_what_was_seen_of_one_person_says_nothing_of_the_next() -> None:
    """Somebody living holds somebody else's picture where their face was: the evidence starts anew with the face."""
    scenes = watched(LivingEyes(), [0.9] * 30 + [0.1] * 4, [ADA] * 30 + [GRACE] * 4)
    assert ("recognised", "Grace") not in told(scenes)
    assert ("recognised", "Grace") in told(watched(LivingEyes(), [0.9] * 34, [ADA] * 30 + [GRACE] * 4))


def test_the_mean_fades() -> None:
    life = Life()
    assert (life.score, life.count) == (0.0, 0)
    for score in (1.0, 0.0):
        life.add(Liveness(True, score, 0.0, 0.0))
    assert life.score == pytest.approx(0.9 / 1.9)
    for _ in range(50):
        life.add(Liveness(True, 0.25, 0.0, 0.0))
    assert life.score == pytest.approx(0.25, abs=0.01)
