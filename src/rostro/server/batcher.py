"""Photos of many clients go through the engine together.

While the engine works, photos gather; when a worker is free, it takes up to `SIZE` of those that want the same done,
and of every client in turn. So a lone photo waits for a few milliseconds at most, under load the engine always has full
batches, and who sends much waits for what is theirs, and nobody else for it. What is large keeps to a part of the
workers: a batch that is under way cannot be stopped, and the others wait for its end.
"""

from __future__ import annotations

import asyncio
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

from rostro.recognition.pipeline import PIXEL_BUDGET
from rostro.server.admission.limits import TooMany
from rostro.server.turns import Turn, Turns, Waiting

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from rostro.recognition.pipeline import Failure, PhotoFaces
    from rostro.recognition.selection import FaceRule

    Answer = PhotoFaces | Failure

#: Photos per batch: fewer than a chunk of the pipeline's, for somebody waits for each.
SIZE = 16
#: Pixels per batch: what a worker of the pipeline decodes at once. A single photo may have more.
PIXELS = PIXEL_BUDGET
#: From here on a photo is large (phones take 12 million); it goes alone.
LARGE = 16_000_000
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


class Batcher:
    """Gathers photos and takes them through the pipeline in worker threads. Belongs to one event loop."""

    def __init__(
        self,
        run: Callable[[Sequence[Any], Work], list[Answer]],
        *,
        workers: int,
        waiting: int,
        per_client: int | None = None,
        pixels: Callable[[Any], int] = lambda photo: 0,
        on_batch: Callable[[int], None] = lambda size: None,
    ) -> None:
        """Starts nothing yet.

        Args:
            run: Takes a batch of photos through the pipeline; called in worker threads.
            workers: Batches at the same time; at most half of them are large photos.
            waiting: Photos that may wait.
            per_client: Photos of one client that may wait; by default as many.
            pixels: How many pixels a photo has.
            on_batch: Told the size of each batch.
        """
        self._run = run
        self._idle = workers
        self._large = max(1, workers // 2)
        self._limit = waiting
        self._share = waiting if per_client is None else per_client
        self._pixels = pixels
        self._on_batch = on_batch
        self._pool = ThreadPoolExecutor(workers, thread_name_prefix="rostro-batch")
        self._waiting = Turns()
        self._timer: asyncio.TimerHandle | None = None

    @property
    def waiting(self) -> int:
        """Photos that wait."""
        return len(self._waiting)

    def check_room(self, photos: int, client: str = "") -> None:
        """Says at once that there is no room, before any of a request's photos is worked on.

        Raises:
            TooMany: Fewer than that many places are left.
        """
        if len(self._waiting) + photos > self._limit:
            raise TooMany("too many photos are waiting", client=False)
        if self._waiting.of(client) + photos > self._share:
            raise TooMany(f"more than {self._share} photos of one client are waiting", client=True)

    async def answer(self, photo: Any, work: Work, turn: Turn | None = None) -> Answer:
        """What the pipeline finds in a photo; see `answers`."""
        (answer,) = await self.answers([photo], work, turn)
        return answer

    async def answers(self, photos: Sequence[Any], work: Work, turn: Turn | None = None) -> list[Answer]:
        """What the pipeline finds in several photos, in their order. Cancelled, those that still wait are dropped.

        Args:
            photos: The photos.
            work: What is wanted of them.
            turn: Whose they are; without, nobody's in particular.

        Raises:
            TooMany: Too many photos wait already.
        """
        turn = turn or Turn()
        self.check_room(len(photos), turn.client)
        loop = asyncio.get_running_loop()
        items = [Waiting(photo, work, turn, self._pixels(photo), loop.create_future()) for photo in photos]
        for item in items:
            self._waiting.put(item)
        if len(self._waiting) >= SIZE:
            self._dispatch()
        elif self._idle and self._timer is None:
            self._timer = loop.call_later(WINDOW, self._dispatch)
        return list(await asyncio.gather(*(item.answer for item in items)))

    def close(self) -> None:
        """Waits for the batches that run; what still waits is given up."""
        self._waiting.clear()
        self._pool.shutdown(wait=True)

    def _dispatch(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        while self._idle and (batch := self._take()):
            large = _is_large(batch[0])
            self._idle -= 1
            self._large -= large
            self._on_batch(len(batch))
            running = asyncio.get_running_loop().run_in_executor(
                self._pool, self._run, [item.photo for item in batch], batch[0].work
            )
            running.add_done_callback(partial(self._deliver, batch, large))

    def _take(self) -> list[Waiting]:
        """The photo whose turn it is, and with it the next ones that want the same, as far as there is room."""
        first = self._waiting.take(lambda waiting: self._large > 0 or not _is_large(waiting))
        if first is None:
            return []
        if _is_large(first):
            return [first]
        batch, pixels = [first], first.pixels

        def fits(item: Waiting) -> bool:
            return item.work == first.work and not _is_large(item) and pixels + item.pixels <= PIXELS

        while len(batch) < SIZE and (item := self._waiting.take(fits)) is not None:
            batch.append(item)
            pixels += item.pixels
        return batch

    def _deliver(self, batch: list[Waiting], large: bool, running: asyncio.Future[list[Answer]]) -> None:
        self._idle += 1
        self._large += large
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


def _is_large(item: Waiting) -> bool:
    return item.pixels >= LARGE
