"""Photos of many clients go through the engine together.

While the engine works, photos gather; when a worker is free, it takes up to `SIZE` of those that want the same done.
So a lone photo waits for a few milliseconds at most, and under load the engine always has full batches.
"""

from __future__ import annotations

import asyncio
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

from rostro.server.admission.limits import TooMany

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from rostro.recognition.pipeline import Failure, PhotoFaces
    from rostro.recognition.selection import FaceRule

    Answer = PhotoFaces | Failure

#: Photos per batch: the pipeline's chunk.
SIZE = 16
#: How long the first photo of a batch waits for company, in seconds.
WINDOW = 0.003


@dataclass(frozen=True, slots=True)
class Work:
    """What is wanted of a photo; photos that want the same share a batch.

    Attributes:
        embed: Whether its faces are embedded.
        face: Keep one face by this rule.
        keep: Keep the crops.
        liveness: Say whether its faces look alive; where the server requires it, that is said without, too.
        what: Analyse its faces: what is asked of them. Then the rest of this says nothing.
    """

    embed: bool = True
    face: FaceRule | None = None
    keep: bool = False
    liveness: bool = False
    what: tuple[str, ...] = ()


@dataclass(slots=True, eq=False)
class _Waiting:
    photo: Any
    work: Work
    answer: asyncio.Future[Answer]


class Batcher:
    """Gathers photos and takes them through the pipeline in worker threads. Belongs to one event loop."""

    def __init__(
        self,
        run: Callable[[Sequence[Any], Work], list[Answer]],
        *,
        workers: int,
        waiting: int,
        on_batch: Callable[[int], None] = lambda size: None,
    ) -> None:
        """Starts nothing yet.

        Args:
            run: Takes a batch of photos through the pipeline; called in worker threads.
            workers: Batches at the same time.
            waiting: Photos that may wait.
            on_batch: Told the size of each batch.
        """
        self._run = run
        self._idle = workers
        self._limit = waiting
        self._on_batch = on_batch
        self._pool = ThreadPoolExecutor(workers, thread_name_prefix="rostro-batch")
        self._waiting: list[_Waiting] = []
        self._timer: asyncio.TimerHandle | None = None

    @property
    def waiting(self) -> int:
        """Photos that wait."""
        return len(self._waiting)

    def check_room(self, photos: int) -> None:
        """Says at once that there is no room, before any of a request's photos is worked on.

        Raises:
            TooMany: Fewer than that many places are left.
        """
        if len(self._waiting) + photos > self._limit:
            raise TooMany("too many photos are waiting", client=False)

    async def answer(self, photo: Any, work: Work) -> Answer:
        """What the pipeline finds in a photo.

        Raises:
            TooMany: Too many photos wait already.
        """
        self.check_room(1)
        loop = asyncio.get_running_loop()
        item = _Waiting(photo, work, loop.create_future())
        self._waiting.append(item)
        if len(self._waiting) >= SIZE:
            self._dispatch()
        elif self._idle and self._timer is None:
            self._timer = loop.call_later(WINDOW, self._dispatch)
        return await item.answer

    async def answers(self, photos: Sequence[Any], work: Work) -> list[Answer]:
        """What the pipeline finds in several photos, in their order."""
        self.check_room(len(photos))
        return list(await asyncio.gather(*(self.answer(photo, work) for photo in photos)))

    def close(self) -> None:
        """Waits for the batches that run; what still waits is given up."""
        for item in self._waiting:
            item.answer.cancel()
        self._waiting.clear()
        self._pool.shutdown(wait=True)

    def _dispatch(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        while self._idle and (batch := self._take()):
            self._idle -= 1
            self._on_batch(len(batch))
            running = asyncio.get_running_loop().run_in_executor(
                self._pool, self._run, [item.photo for item in batch], batch[0].work
            )
            running.add_done_callback(partial(self._deliver, batch))

    def _take(self) -> list[_Waiting]:
        """The oldest photo, and with it the next ones that want the same."""
        wanted = [item for item in self._waiting if not item.answer.done()]
        batch = [item for item in wanted if item.work == wanted[0].work][:SIZE]
        taken = set(map(id, batch))
        self._waiting = [item for item in wanted if id(item) not in taken]
        return batch

    def _deliver(self, batch: list[_Waiting], running: asyncio.Future[list[Answer]]) -> None:
        self._idle += 1
        error = running.exception()
        answers = [None] * len(batch) if error else running.result()
        for item, answer in zip(batch, answers, strict=True):
            if item.answer.done():
                continue
            if answer is None:
                item.answer.set_exception(error or AssertionError("a photo without an answer"))
            else:
                item.answer.set_result(answer)
        self._dispatch()
