"""What a thread that works for a client asks about photos, in the batches of all, until nobody wants it any more."""

from __future__ import annotations

import asyncio
import threading
from concurrent.futures import CancelledError
from dataclasses import dataclass, field
from itertools import islice
from typing import TYPE_CHECKING, TypeVar

from rostro.server.admission.limits import TooMany
from rostro.server.batcher import SIZE

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence
    from concurrent.futures import Future, ThreadPoolExecutor

    from rostro.photos.reading import Source
    from rostro.recognition.pipeline import Failure, PhotoFaces
    from rostro.server.batcher import Batcher, Work
    from rostro.server.turns import Turn

T = TypeVar("T")

#: Batches that one thread has under way: while the engine works on one, the next is read.
_UNDER_WAY = 2


@dataclass(slots=True, kw_only=True, eq=False)
class Looking:
    """What a thread asks about photos; made in the event loop.

    Attributes:
        batcher: Takes them through the engine.
        work: What is wanted of them.
        turn: Whose they are.
        threads: Where the thread is.
        patient: Whether to wait where the engine has no room; a job can, a request is told.
    """

    batcher: Batcher
    work: Work
    turn: Turn
    threads: ThreadPoolExecutor
    patient: bool
    _loop: asyncio.AbstractEventLoop = field(default_factory=asyncio.get_running_loop)
    _dropped: threading.Event = field(default_factory=threading.Event)
    _asked: Future[list[PhotoFaces | Failure]] | None = None

    @property
    def stopped(self) -> bool:
        """Whether nobody wants it any more."""
        return self._dropped.is_set()

    async def run(self, working: Callable[[], T]) -> T:
        """Works in a thread. Cancelled, it drops what still waits for the engine; the thread comes to an end first.

        Args:
            working: Asks about photos.

        Raises:
            TooMany: The engine has no room, and nobody wanted to wait.
        """
        under_way = self._loop.run_in_executor(self.threads, working)
        try:
            return await asyncio.shield(under_way)
        except asyncio.CancelledError:
            self._dropped.set()
            if (asked := self._asked) is not None:
                asked.cancel()
            await asyncio.gather(under_way, return_exceptions=True)  # it reads files that are closed afterwards
            raise

    def look(self, sources: Iterable[Source]) -> Iterator[PhotoFaces | Failure]:
        """What is in photos, in their order; ends early where nobody wants it any more. Called in the thread."""
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
        while True:
            try:
                return await self.batcher.answers(photos, self.work, self.turn)
            except TooMany as excess:
                if not self.patient:
                    raise
                await asyncio.sleep(excess.retry_after)
