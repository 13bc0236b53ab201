"""The challenge, by made frames: what passes, and how each way of cheating ends."""

from __future__ import annotations

import random
from collections import Counter
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rostro.server.challenge.machine import ORDERS, REFUSALS, Ask, Challenge, Refused, Rules, Sighting, Step, draw
from rostro.server.challenge.sessions import Sessions
from rostro.server.problems import Problem

if TYPE_CHECKING:
    from collections.abc import Sequence

RULES = Rules(alike=0.42, live_from=0.5)
ADA, EVE = np.eye(4, dtype=np.float32)[:2]


class Actor:
    """Somebody before a camera: a frame every fifth of a second."""

    def __init__(self, steps: Sequence[Step], rules: Rules = RULES) -> None:
        self.challenge = Challenge(tuple(steps), rules, now=100.0)
        self.at = 100.0
        self.number = 0

    def show(self, *, seconds: float = 0.2, **shown: object) -> str | None:
        self.at += seconds
        self.number += 1
        frame = Sighting(number=self.number, at=self.at, sha256=f"{self.number:064x}", vector=ADA)
        return self.challenge.see(replace(frame, **shown))  # type: ignore[arg-type]

    def obey(self, **shown: object) -> None:
        """Does what is asked now, until something else is."""
        ask = self.challenge.ask
        while self.challenge.ask == ask and ask is not None:
            for poses in doing(ask):
                self.show(**{**poses, **shown})

    def obey_all(self, **shown: object) -> None:
        while self.challenge.ask is not None:
            self.obey(**shown)


def doing(ask: Ask) -> list[dict[str, object]]:
    if ask == "blink":
        return [{"closed": True}, {}]
    return [{"yaw": {"straight": 0.0, "left": 30.0, "right": -30.0}[ask]}]


@pytest.mark.parametrize("steps", ORDERS, ids="-".join)
def test_every_order_can_be_passed(steps: tuple[Step, ...]) -> None:
    actor = Actor(steps)
    asked = []
    while (ask := actor.challenge.ask) is not None:
        asked.append(ask)
        actor.obey()
    assert asked == ["straight", *(one for step in steps for one in (step, "straight"))]
    assert actor.challenge.passed
    assert actor.challenge.done == len(steps)
    assert len(actor.challenge.usable) >= 2


def test_orders_are_drawn_alike_and_ask_nothing_twice() -> None:
    drawn = Counter(draw(random.Random(seed)) for seed in range(3000))
    assert set(drawn) == set(ORDERS)
    assert len(ORDERS) == 12
    assert min(drawn.values()) > 150
    assert all(len(set(steps)) == len(steps) for steps in drawn)


def test_frames_that_may_be_used_look_straight_ahead_alive_and_alone() -> None:
    actor = Actor(("left", "blink"))
    actor.show(life=0.3)
    actor.show(alone=False)
    assert actor.challenge.ask == "left"
    assert not actor.challenge.usable
    actor.obey_all()
    assert actor.challenge.passed
    turned = {f"{number:064x}" for number in (1, 2, 3, 4)}
    assert actor.challenge.usable
    assert not turned & set(actor.challenge.usable)


@pytest.mark.parametrize(("asked", "done"), [("left", -30.0), ("right", 30.0), ("blink", 30.0), ("blink", -30.0)])
def test_another_step_than_the_one_asked_ends_it(asked: Step, done: float) -> None:
    actor = Actor((asked, "left" if asked != "left" else "right"))
    actor.obey()
    actor.show(yaw=done)
    with pytest.raises(Refused) as refused:
        actor.show(yaw=done)
    assert refused.value.why == "wrong-step"
    with pytest.raises(Refused, match="something else"):  # and nothing helps any more
        actor.show()
    assert actor.challenge.ask is None
    assert not actor.challenge.usable
    assert not actor.challenge.passed


def test_who_is_too_slow() -> None:
    waiting = Actor(("left", "right"))
    with pytest.raises(Refused) as refused:
        waiting.show(seconds=RULES.begin_seconds + 0.1)
    assert refused.value.why == "too-slow"
    dawdling = Actor(("left", "right"))
    dawdling.obey()
    with pytest.raises(Refused) as refused:
        for _ in range(100):
            dawdling.show()
    assert refused.value.why == "too-slow"
    assert dawdling.at - 100 < RULES.step_seconds + 2


def test_no_frames_for_a_while() -> None:
    actor = Actor(("left", "right"))
    actor.obey()
    with pytest.raises(Refused) as refused:
        actor.show(seconds=RULES.gap_seconds + 0.1, yaw=30.0)
    assert refused.value.why == "too-few-frames"


@pytest.mark.parametrize("gone", [{"face": False}, {"face": False, "alone": False}, {"sha256": f"{1:064x}"}])
def test_no_face_for_a_while(gone: dict[str, object]) -> None:
    """Behind a hand, among others, or before a picture that stands still somebody could be exchanged."""
    actor = Actor(("left", "right"))
    actor.obey()
    with pytest.raises(Refused) as refused:
        for _ in range(20):
            assert actor.show(**gone) in {"no-face", "several-faces", "same-frame"}
    assert refused.value.why == "face-lost"


@pytest.mark.parametrize("place", range(5))
def test_another_face_in_the_middle(place: int) -> None:
    actor = Actor(("left", "right"))
    for _ in range(max(place, 1)):
        actor.obey()
    with pytest.raises(Refused) as refused:
        actor.obey_all(vector=EVE)
    assert refused.value.why == "another-face"


def test_a_face_cannot_become_another_by_small_steps() -> None:
    """Each frame is like the one before; looking straight ahead it must be like the first one, too."""
    actor = Actor(("left", "right"), replace(RULES, step_seconds=60.0))
    actor.obey()
    for angle in np.linspace(0, np.pi / 2, 20):
        actor.show(yaw=16.0, vector=np.float32([np.cos(angle), np.sin(angle), 0, 0]))
    with pytest.raises(Refused) as refused:
        actor.obey_all(vector=EVE)
    assert refused.value.why == "another-face"


def test_one_bad_frame_does_no_harm_and_no_good() -> None:
    actor = Actor(("left", "right"))
    actor.obey()
    actor.show(yaw=30.0)
    assert actor.show(yaw=30.0, vector=EVE) == "unlike"
    assert actor.challenge.ask == "left"  # two in a row were wanted
    actor.obey_all()
    assert actor.challenge.passed


def test_who_does_not_look_alive() -> None:
    actor = Actor(("left", "right"))
    with pytest.raises(Refused) as refused:
        actor.obey_all(life=0.1)
    assert refused.value.why == "not-live"
    assert actor.challenge.done == 2  # said at the end only: who tries things out learns nothing on the way


def test_a_single_picture_does_not_blink() -> None:
    actor = Actor(("blink", "left"))
    actor.obey()
    for closed in (True, True, True):
        actor.show(closed=closed)
    assert actor.challenge.ask == "blink"
    actor.show(closed=None)
    assert actor.challenge.ask == "blink"
    actor.show(closed=False)
    assert actor.challenge.ask == "straight"


FRAMES = st.lists(
    st.fixed_dictionaries(
        {
            "seconds": st.sampled_from([0.1, 0.5]),
            "yaw": st.sampled_from([-40.0, -15.0, 0.0, 15.0, 40.0]),
            "closed": st.sampled_from([True, False, None]),
            "face": st.booleans(),
            "life": st.sampled_from([0.1, 0.9]),
            "vector": st.sampled_from([ADA, ADA, ADA, EVE]),
        }
    ),
    max_size=60,
)


@given(steps=st.sampled_from(ORDERS), frames=FRAMES)
def test_whatever_comes(steps: tuple[Step, ...], frames: list[dict[str, object]]) -> None:
    """It never goes back, passes only after every step was shown, and ends once."""
    actor = Actor(steps)
    done = 0
    for shown in frames:
        try:
            actor.show(**shown)
        except Refused as refused:
            assert refused.why in REFUSALS
            assert actor.challenge.ask is None
            assert not actor.challenge.passed
            assert not actor.challenge.usable
            return
        assert actor.challenge.done >= done
        done = actor.challenge.done
        assert actor.challenge.passed == (actor.challenge.ask is None)
    if actor.challenge.passed:
        first = frames[: actor.number]
        assert "left" not in steps or any(one["yaw"] == 40.0 for one in first)
        assert "right" not in steps or any(one["yaw"] == -40.0 for one in first)
        assert "blink" not in steps or any(one["closed"] is True for one in first)
        assert actor.challenge.usable


# Sessions


class Clock:
    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


def kind(sessions: Sessions, word: str, client: str, photos: list[str], *, others: bool = False) -> str | None:
    try:
        sessions.use(word, client, photos, others=others)
    except Problem as problem:
        assert problem.status_code == 422
        return problem.kind
    return None


def test_a_session_is_used_once() -> None:
    sessions = Sessions()
    word = sessions.begin("ada", ["a", "b"])
    assert kind(sessions, word, "ada", ["a"]) is None
    assert kind(sessions, word, "ada", ["a"]) == "no-liveness-session"


def test_a_session_is_of_one_client_and_not_used_up_by_another() -> None:
    sessions = Sessions()
    word = sessions.begin("ada", ["a"])
    assert kind(sessions, word, "eve", ["a"]) == "no-liveness-session"
    assert kind(sessions, word, "ada", ["a"]) is None


def test_a_session_has_its_time() -> None:
    clock = Clock()
    sessions = Sessions(life=120, clock=clock)
    words = [sessions.begin("ada", ["a"]) for _ in range(2)]
    clock.now = 119.9
    assert kind(sessions, words[0], "ada", ["a"]) is None
    clock.now = 120.0
    assert kind(sessions, words[1], "ada", ["a"]) == "no-liveness-session"


@pytest.mark.parametrize(
    ("photos", "others", "refused"),
    [
        (["a"], False, False), (["a", "b"], False, False), (["a", "x"], False, True), (["x"], False, True),
        ([], False, True), (["a", "x"], True, False), (["x", "a"], True, False), (["x", "y"], True, True),
    ],
)  # fmt: skip
def test_photos_must_be_of_the_session_and_a_wrong_one_uses_it_up(
    photos: list[str], others: bool, refused: bool
) -> None:
    sessions = Sessions()
    word = sessions.begin("ada", ["a", "b"])
    assert kind(sessions, word, "ada", photos, others=others) == ("not-of-the-session" if refused else None)
    assert kind(sessions, word, "ada", ["a"]) == "no-liveness-session"


def test_of_many_sessions_the_oldest_of_the_client_goes() -> None:
    sessions = Sessions()
    other = sessions.begin("eve", ["a"])
    words = [sessions.begin("ada", ["a"]) for _ in range(101)]
    assert kind(sessions, words[0], "ada", ["a"]) == "no-liveness-session"
    assert kind(sessions, words[1], "ada", ["a"]) is None
    assert kind(sessions, other, "eve", ["a"]) is None


def test_a_frame_belongs_to_the_challenge_that_it_was_shown_in_first() -> None:
    sessions = Sessions()
    assert sessions.is_new("a", "one")
    assert sessions.is_new("a", "one")
    assert not sessions.is_new("a", "two")
    assert sessions.is_new("b", "two")
