"""Taking people in over HTTP: the same `Enroller` as everywhere, its photos through the same batches as everybody's."""

from __future__ import annotations

import asyncio
import threading
from concurrent.futures import CancelledError
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING

from rostro.server.admission.limits import TooMany
from rostro.server.batcher import SIZE, Work

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from concurrent.futures import Future, ThreadPoolExecutor

    from rostro.gallery.base import Who
    from rostro.people.consent import Consent
    from rostro.people.enrollment import Enrollment
    from rostro.people.people import People
    from rostro.photos.reading import Source
    from rostro.quality.gate import Gate
    from rostro.recognition.pipeline import Failure, PhotoFaces
    from rostro.recognition.selection import FaceRule
    from rostro.server.batcher import Batcher
    from rostro.server.turns import Turn

#: Batches that one enrolment has under way: while the engine works on one, the next is read.
_UNDER_WAY = 2


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
        return Taking(self, asyncio.get_running_loop())


class Taking:
    """One enrolment that is under way: a thread that is told when nobody wants it any more.

    Attributes:
        enroller: Does it, and knows what is done.
    """

    def __init__(self, enrolling: Enrolling, loop: asyncio.AbstractEventLoop) -> None:
        """Does nothing yet.

        Args:
            enrolling: How.
            loop: Where the batches are.
        """
        self._enrolling = enrolling
        self._loop = loop
        self._dropped = threading.Event()
        self._asked: Future[list[PhotoFaces | Failure]] | None = None
        self.enroller = enrolling.people.enroller(
            self._look,
            gate=enrolling.gate,
            keep_pictures=enrolling.keep_pictures,
            stopped=self._dropped.is_set,
            max_bytes=enrolling.max_bytes,
            who=enrolling.who,
            again=enrolling.again,
            strict=enrolling.strict,
            consent=enrolling.consent,
            threshold=enrolling.threshold,
        )

    async def run(self, items: Sequence[tuple[str, Source]]) -> Enrollment:
        """Enrols everything. Cancelled, it drops what still waits for the engine; what was looked at stays.

        Args:
            items: (person's name, photo).

        Raises:
            NameTaken: See `Enroller.run`.
            UnknownPerson: Likewise.
            TooMany: The engine has no room, and nobody wanted to wait.
        """
        working = self._loop.run_in_executor(self._enrolling.threads, self.enroller.run, items)
        try:
            return await asyncio.shield(working)
        except asyncio.CancelledError:
            self._drop()
            await asyncio.gather(working, return_exceptions=True)  # it reads files that are closed afterwards
            raise

    def _drop(self) -> None:
        self._dropped.set()
        if (asked := self._asked) is not None:
            asked.cancel()

    def _look(self, sources: Iterable[Source]) -> Iterator[PhotoFaces | Failure]:
        photos = iter(sources)
        while block := list(islice(photos, SIZE * _UNDER_WAY)):
            self._asked = asked = asyncio.run_coroutine_threadsafe(self._answers(block), self._loop)
            if self._dropped.is_set():
                asked.cancel()
            try:
                yield from asked.result()
            except CancelledError:
                if not self._dropped.is_set():
                    raise
                return

    async def _answers(self, photos: Sequence[Source]) -> list[PhotoFaces | Failure]:
        enrolling = self._enrolling
        work = Work(face=enrolling.face, keep=enrolling.keep_pictures)
        while True:
            try:
                return await enrolling.batcher.answers(photos, work, enrolling.turn)
            except TooMany as excess:
                if not enrolling.patient:
                    raise
                await asyncio.sleep(excess.retry_after)
