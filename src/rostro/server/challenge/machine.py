"""What is asked of somebody, step by step, and what the frames show of it. Knows no network and no clock.

Between the steps the face looks straight ahead again, so that every step is a movement that was seen; those frames are
the ones that a decision may rest on. A film that was made before knows neither which steps come nor in which order. A
sign, not security: a face that is computed while it is asked, or photos that are shown as they are wanted, can pass.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import permutations
from typing import TYPE_CHECKING, Final, Literal, NoReturn, get_args

import numpy as np

if TYPE_CHECKING:
    from random import Random

    from rostro.core.types import Floats

Step = Literal["left", "right", "blink"]
STEPS: Final[tuple[Step, ...]] = get_args(Step)
Ask = Literal["straight", "left", "right", "blink"]
#: Why a frame says nothing; the next one may.
Note = Literal["no-face", "several-faces", "same-frame", "unlike"]
#: Every order of two or three steps.
ORDERS: Final = tuple(order for length in (2, 3) for order in permutations(STEPS, length))

#: Why it ends without having been done, and what is said of it.
REFUSALS: Final = {
    "wrong-step": "something else was done than was asked",
    "too-slow": "what was asked was not done in time",
    "too-few-frames": "no picture came for too long",
    "face-lost": "the face was out of sight for too long",
    "another-face": "the face became another one",
    "not-live": "the face does not look alive",
    "replayed": "these pictures were shown before",
}


class Refused(Exception):  # noqa: N818 - an answer, not a fault
    """It has ended, and was not done.

    Attributes:
        why: One of `REFUSALS`.
    """

    def __init__(self, why: str) -> None:
        super().__init__(REFUSALS[why])
        self.why = why


@dataclass(frozen=True, slots=True, kw_only=True)
class Rules:
    """What counts as done.

    Attributes:
        alike: Least similarity of two frames of one face, in [-1, 1].
        live_from: Least score of a face that looks alive, in [0, 1].
        turned_from: Degrees to one side from which a head is turned, …
        straight_to: … and up to which it looks straight ahead.
        held: Frames in a row that show it.
        begin_seconds: Time until a face looks straight ahead at first.
        step_seconds: Time for whatever is asked after that.
        gap_seconds: Longest time without a frame, and without a frame that shows the face alone.
        unlike: So many frames in a row of another face end it.
    """

    alike: float
    live_from: float
    turned_from: float = 20.0
    straight_to: float = 12.0
    held: int = 2
    begin_seconds: float = 30.0
    step_seconds: float = 10.0
    gap_seconds: float = 2.0
    unlike: int = 3


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Sighting:
    """What one frame shows.

    Attributes:
        number: Of the frame.
        at: When it came, in seconds.
        sha256: Of its bytes.
        face: Whether it shows a face that is meant: the only one, or the dominant one; what follows is of that.
        alone: Whether it shows no other face.
        yaw: Degrees, positive where the nose points to the right as seen in the image: to the person's own left.
        closed: Whether both eyes are closed (True), both are open (False), or neither is sure (None).
        vector: (d,) unit row.
        life: How alive it looks, in [0, 1].
    """

    number: int
    at: float
    sha256: str
    face: bool = True
    alone: bool = True
    yaw: float = 0.0
    closed: bool | None = False
    vector: Floats
    life: float = 1.0


def draw(random: Random) -> tuple[Step, ...]:
    """Two or three steps in an order that nobody can foresee, if `random` is one of the system's."""
    return random.choice(ORDERS)


class Challenge:
    """One person before one camera. Not to be shared between threads.

    Attributes:
        steps: What will be asked, in this order.
        rules: What counts as done.
        usable: Frames of the face alone, looking straight ahead and alive: sha256 → number. No other face can be
            meant by a request that shows them.
    """

    def __init__(self, steps: tuple[Step, ...], rules: Rules, now: float) -> None:
        """Begins by asking to look straight ahead.

        Args:
            steps: What will be asked.
            rules: What counts as done.
            now: When it begins, in seconds.
        """
        self.steps = steps
        self.rules = rules
        self.usable: dict[str, int] = {}
        self._asks: list[Ask] = ["straight", *(ask for step in steps for ask in (step, "straight"))]
        self._place = 0
        self._since = self._last_frame = self._last_good = now
        self._shown: set[str] = set()
        self._lives: list[float] = []
        self._first: Floats | None = None
        self._before: Floats | None = None
        self._unlike = 0
        self._refused: str | None = None
        self._begin_ask(now)

    @property
    def ask(self) -> Ask | None:
        """What is asked now; None: it has ended."""
        return None if self._refused or self._place == len(self._asks) else self._asks[self._place]

    @property
    def done(self) -> int:
        """How many of the steps are done, with the look straight ahead after them."""
        return max(0, self._place - 1) // 2

    @property
    def passed(self) -> bool:
        """Whether all of it is done."""
        return self._refused is None and self._place == len(self._asks)

    def see(self, frame: Sighting) -> Note | None:
        """Takes the next frame.

        Returns:
            Why it says nothing; None where it does.

        Raises:
            Refused: It has ended without having been done; whatever comes later says so again.
        """
        if self._refused is not None:
            raise Refused(self._refused)
        if self.passed:
            return None
        begun, rules = self._first is not None, self.rules
        if frame.at - self._since > (rules.step_seconds if begun else rules.begin_seconds):
            self._refuse("too-slow")
        if begun and frame.at - self._last_frame > rules.gap_seconds:
            self._refuse("too-few-frames")
        self._last_frame = frame.at
        note = self._note(frame)
        if note is None:
            self._last_good = frame.at
            self._take(frame)
        elif note != "same-frame":
            self._toward = self._away = 0
            self._unlike = self._unlike + 1 if note == "unlike" else self._unlike
        if self._unlike >= rules.unlike:
            self._refuse("another-face")
        if begun and frame.at - self._last_good > rules.gap_seconds:
            self._refuse("face-lost")
        return note

    def _note(self, frame: Sighting) -> Note | None:
        if frame.sha256 in self._shown:
            return "same-frame"
        self._shown.add(frame.sha256)
        if not frame.face:
            return "no-face" if frame.alone else "several-faces"
        return None if self._is_alike(frame) else "unlike"

    def _is_alike(self, frame: Sighting) -> bool:
        """Whoever looks straight ahead is compared with the first frame; a turned head with the frame before it, too.

        So a face cannot become another one by small steps.
        """
        if self._first is None or self._before is None:
            return True
        if float(frame.vector @ self._first) >= self.rules.alike:
            return True
        return not self._is_straight(frame) and float(frame.vector @ self._before) >= self.rules.alike

    def _is_straight(self, frame: Sighting) -> bool:
        return abs(frame.yaw) <= self.rules.straight_to

    def _take(self, frame: Sighting) -> None:
        self._unlike = 0
        straight = self._is_straight(frame)
        if straight and self._first is None:
            self._first = frame.vector
        if self._first is not None:
            self._before = frame.vector
        if straight and frame.closed is False:
            self._lives.append(frame.life)
            if frame.alone and frame.life >= self.rules.live_from:
                self.usable[frame.sha256] = frame.number
        ask = self._asks[self._place]
        if ask == "blink":
            self._blinking(frame, straight)
        else:
            side = frame.yaw if ask == "left" else -frame.yaw
            shown = straight and frame.closed is False if ask == "straight" else side >= self.rules.turned_from
            self._toward = self._toward + 1 if shown else 0
            self._watch_for_other(ask != "straight" and -side >= self.rules.turned_from)
            if self._toward >= self.rules.held:
                self._next(frame.at)

    def _blinking(self, frame: Sighting, straight: bool) -> None:
        """Open, closed, open again, looking straight ahead."""
        self._watch_for_other(abs(frame.yaw) >= self.rules.turned_from)
        if straight and frame.closed is not None and frame.closed == bool(self._toward % 2 == 0):
            self._toward += 1  # what it waits for: closed, then open
        if self._toward == 2:
            self._next(frame.at)

    def _watch_for_other(self, other: bool) -> None:
        self._away = self._away + 1 if other else 0
        if self._away >= self.rules.held:
            self._refuse("wrong-step")

    def _next(self, at: float) -> None:
        self._place += 1
        if self._place == len(self._asks):
            if not self.usable or float(np.mean(self._lives)) < self.rules.live_from:
                self._refuse("not-live")
            return
        self._begin_ask(at)

    def _begin_ask(self, at: float) -> None:
        self._since = at
        self._toward = self._away = 0

    def _refuse(self, why: str) -> NoReturn:
        self._refused = why
        self.usable.clear()
        raise Refused(why)
