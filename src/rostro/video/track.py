"""One face, followed from its first frame to its last."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from rostro.core.types import Face
from rostro.video.flow import Motion
from rostro.video.life import Life

if TYPE_CHECKING:
    from rostro.core.liveness import Liveness
    from rostro.core.types import Image
    from rostro.video.identity import Identity, Match, State


#: Of the last embedding, where there was none or where it says nothing of who is there now.
NEVER = -math.inf


@dataclass(slots=True, eq=False)
class Track:
    """A face that is being followed.

    Attributes:
        number: Never given twice by one watcher.
        face: Where it is.
        seen: Seconds of its last detection.
        identity: Who it is.
        detections: How often it was detected.
        quality: Of the best face so far, in [0, 1].
        picture: The best face so far, cut from its frame; None before there was one.
        embedded: Seconds of its last embedding.
        shown: Whether its appearance was told.
        lost: Whether it could not be followed by its pixels since the last embedding that was like those before.
        speed: Pixels per frame that its centre moves, for frames in which it cannot be followed.
        followed: Whether it was followed by its pixels since it was detected last, without a leap in time.
        life: Whether it looks alive, where that is asked.
        liveness: What `life` says now; None where nobody asked, or there was no look yet.
    """

    number: int
    face: Face
    seen: float
    identity: Identity
    detections: int = 1
    quality: float = 0.0
    picture: Image | None = None
    embedded: float = NEVER
    shown: bool = False
    lost: bool = False
    speed: tuple[float, float] = field(default=(0.0, 0.0))
    followed: bool = True
    life: Life = field(default_factory=Life)
    liveness: Liveness | None = None

    def move(self, motion: Motion | None) -> None:
        """Goes where the pixels went; where those say nothing, on as before."""
        went = motion or Motion((0.0, 0.0), self.speed, 1.0)
        points = None if self.face.landmarks is None else went.of_points(self.face.landmarks)
        self.face = Face(went.of_box(self.face.box), self.face.score, points)
        if motion is None:
            self.lost = True
            self.embedded = NEVER  # whoever is there next may be somebody else: a film is cut, something passes
        else:
            self.speed = (0.5 * (self.speed[0] + motion.shift[0]), 0.5 * (self.speed[1] + motion.shift[1]))

    def detected(self, face: Face, seconds: float) -> None:
        """Was found again."""
        self.face, self.seen, self.followed = face, seconds, True
        self.detections += 1

    def seen_as(self) -> Seen:
        """What others may know about it now."""
        return Seen(self.number, self.face, self.identity.state, self.identity.match, self.liveness)


@dataclass(frozen=True, slots=True)
class Seen:
    """A track in one frame.

    Attributes:
        track: Its number.
        face: Where it is.
        state: ``known``, ``unknown`` or ``undecided``.
        match: Who it is, with the score; None unless known.
        liveness: Whether it looks alive, where that is asked.
    """

    track: int
    face: Face
    state: State
    match: Match | None
    liveness: Liveness | None = None

    @property
    def name(self) -> str | None:
        """Who it is."""
        return None if self.match is None else self.match.name
