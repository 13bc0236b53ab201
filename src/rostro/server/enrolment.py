"""Taking people in over HTTP: the same `Enroller` as everywhere, its photos through the same batches as everybody's."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from rostro.server.batcher import Work
from rostro.server.looking import Looking

if TYPE_CHECKING:
    from collections.abc import Sequence
    from concurrent.futures import ThreadPoolExecutor

    from rostro.gallery.base import Who
    from rostro.people.consent import Consent
    from rostro.people.enrollment import Enrollment
    from rostro.people.people import People
    from rostro.photos.reading import Source
    from rostro.quality.gate import Gate
    from rostro.recognition.selection import FaceRule
    from rostro.server.batcher import Batcher
    from rostro.server.turns import Turn


@dataclass(frozen=True, slots=True, kw_only=True)
class Enrolling:
    """How photos become templates.

    Attributes:
        people: Where they go.
        batcher: Takes them through the engine, together with everybody's.
        max_bytes: Largest photo.
        gate: Says which faces are too poor to be enrolled; None takes all.
        face: Which face of a photo is meant.
        keep_pictures: Whether the server keeps pictures, and the person agreed to it.
        threads: Where enrolments run.
        turn: Whose photos these are, for the engine.
        patient: Whether to wait where the engine has no room; a job can, a request is told.
        who: Whether people are made, or added to; see `Enroller`.
        again: Whether photos of people who were erased are taken in again.
        strict: Whether faces that are enrolled under another name are refused.
        consent: What the people agreed to; None: nothing is said of it.
        threshold: From which similarity on they count as enrolled; None: none does.
    """

    people: People
    batcher: Batcher
    max_bytes: int
    gate: Gate | None
    face: FaceRule
    keep_pictures: bool
    threads: ThreadPoolExecutor
    turn: Turn
    patient: bool = False
    who: Who = "anybody"
    again: bool = False
    strict: bool = False
    consent: Consent | None = None
    threshold: float | None = None

    def begin(self) -> Taking:
        """An enrolment that is about to begin; made in the event loop."""
        return Taking(self)


class Taking:
    """One enrolment that is under way: a thread that is told when nobody wants it any more.

    Attributes:
        enroller: Does it, and knows what is done.
    """

    def __init__(self, enrolling: Enrolling) -> None:
        """Does nothing yet.

        Args:
            enrolling: How.
        """
        self._looking = Looking(
            batcher=enrolling.batcher,
            work=Work(face=enrolling.face, keep=enrolling.keep_pictures),
            turn=enrolling.turn,
            threads=enrolling.threads,
            patient=enrolling.patient,
        )
        self.enroller = enrolling.people.enroller(
            self._looking.look,
            gate=enrolling.gate,
            keep_pictures=enrolling.keep_pictures,
            stopped=lambda: self._looking.stopped,
            max_bytes=enrolling.max_bytes,
            who=enrolling.who,
            again=enrolling.again,
            strict=enrolling.strict,
            consent=enrolling.consent,
            threshold=enrolling.threshold,
        )

    @property
    def so_far(self) -> Enrollment:
        """What is done."""
        return self.enroller.so_far

    async def run(self, items: Sequence[tuple[str, Source]]) -> Enrollment:
        """Enrols everything. Cancelled, it drops what still waits for the engine; what was looked at stays.

        Args:
            items: (person's name, photo).

        Raises:
            NameTaken: See `Enroller.run`.
            UnknownPerson: Likewise.
            TooMany: The engine has no room, and nobody wanted to wait.
        """
        return await self._looking.run(lambda: self.enroller.run(items))
