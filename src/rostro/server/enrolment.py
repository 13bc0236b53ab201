"""Taking people in over HTTP: the same `Enroller` as everywhere, its photos through the same batches as everybody's."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING

from rostro.server.admission.limits import TooMany
from rostro.server.batcher import SIZE, Work

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from rostro.gallery.base import Who
    from rostro.people.enroll import Enroller
    from rostro.people.people import People
    from rostro.photos.reading import Source
    from rostro.quality.gate import Gate
    from rostro.recognition.pipeline import Failure, PhotoFaces
    from rostro.recognition.selection import FaceRule
    from rostro.server.batcher import Batcher

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
        patient: Whether to wait where the engine has no room; a job can, a request is told.
        who: Whether people are made, or added to; see `Enroller`.
        again: Whether photos of people who were erased are taken in again.
        strict: Whether faces that are enrolled under another name are refused.
        threshold: From which similarity on they count as enrolled; None: none does.
    """

    people: People
    batcher: Batcher
    max_bytes: int
    gate: Gate | None
    face: FaceRule
    keep_pictures: bool
    patient: bool = False
    who: Who = "anybody"
    again: bool = False
    strict: bool = False
    threshold: float | None = None

    def enroller(self, stopped: Callable[[], bool] = lambda: False) -> Enroller:
        """An enroller to be run in a thread; made in the event loop."""
        loop = asyncio.get_running_loop()

        def look(sources: Iterable[Source]) -> Iterator[PhotoFaces | Failure]:
            photos = iter(sources)
            while block := list(islice(photos, SIZE * _UNDER_WAY)):
                yield from asyncio.run_coroutine_threadsafe(self._answers(block), loop).result()

        return self.people.enroller(
            look,
            gate=self.gate,
            keep_pictures=self.keep_pictures,
            stopped=stopped,
            max_bytes=self.max_bytes,
            who=self.who,
            again=self.again,
            strict=self.strict,
            threshold=self.threshold,
        )

    async def _answers(self, photos: Sequence[Source]) -> list[PhotoFaces | Failure]:
        work = Work(face=self.face, keep=self.keep_pictures)
        while True:
            try:
                return await self.batcher.answers(photos, work)
            except TooMany as excess:
                if not self.patient:
                    raise
                await asyncio.sleep(excess.retry_after)
