"""Photos of many clients share batches, keep their order, and get their own answers."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Sequence
from typing import Any

import pytest

from rostro.core.errors import EngineError
from rostro.server.admission.limits import TooMany
from rostro.server.batcher import SIZE, Batcher, Work


class Engine:
    """Answers each photo with itself and the work wanted; notes its batches."""

    def __init__(self, seconds: float = 0.0) -> None:
        self.seconds = seconds
        self.batches: list[int] = []
        self.at_once = 0
        self.most_at_once = 0
        self._lock = threading.Lock()

    def __call__(self, photos: Sequence[Any], work: Work) -> list[Any]:
        with self._lock:
            self.at_once += 1
            self.most_at_once = max(self.most_at_once, self.at_once)
        self.batches.append(len(photos))
        time.sleep(self.seconds)
        with self._lock:
            self.at_once -= 1
        return [(photo, work) for photo in photos]


def test_everybody_gets_their_own_answer_from_full_batches() -> None:
    engine = Engine(seconds=0.01)

    async def clients() -> list[Any]:
        batcher = Batcher(engine, workers=2, waiting=1000)
        works = [Work(embed=number % 3 > 0) for number in range(200)]
        answers = await asyncio.gather(*(batcher.answer(number, work) for number, work in enumerate(works)))
        batcher.close()
        return [answers, works]

    answers, works = asyncio.run(clients())
    assert answers == list(enumerate(works))
    assert sum(engine.batches) == 200 and max(engine.batches) == SIZE
    assert len(engine.batches) < 40, "photos were not gathered"
    assert engine.most_at_once == 2


def test_a_lone_photo_does_not_wait_for_company() -> None:
    async def client() -> float:
        batcher = Batcher(Engine(), workers=1, waiting=10)
        await batcher.answer("warm", Work())
        started = time.perf_counter()
        await batcher.answer("photo", Work())
        return time.perf_counter() - started

    assert asyncio.run(client()) < 0.5


def test_order_within_a_request() -> None:
    async def client() -> list[Any]:
        return await Batcher(Engine(), workers=3, waiting=100).answers(list(range(50)), Work())

    assert [photo for photo, _ in asyncio.run(client())] == list(range(50))


def test_too_many_are_refused_at_once() -> None:
    async def clients() -> None:
        batcher = Batcher(Engine(seconds=0.05), workers=1, waiting=20)
        tasks = [asyncio.create_task(batcher.answer(number, Work())) for number in range(36)]
        await asyncio.sleep(0.01)  # 16 are being worked on, 20 wait
        with pytest.raises(TooMany):
            await batcher.answer("one more", Work())
        with pytest.raises(TooMany):
            await batcher.answers(["a", "b"], Work())
        await asyncio.gather(*tasks)
        assert await batcher.answer("now", Work()) == ("now", Work())

    asyncio.run(clients())


def test_an_error_reaches_its_own_batch_and_no_other() -> None:
    def engine(photos: Sequence[Any], work: Work) -> list[Any]:
        if "poison" in photos:
            raise EngineError("broken")
        return list(photos)

    async def clients() -> None:
        batcher = Batcher(engine, workers=1, waiting=100)
        with pytest.raises(EngineError, match="broken"):
            await batcher.answer("poison", Work())
        assert await batcher.answer("fine", Work()) == "fine"

    asyncio.run(clients())


def test_who_left_costs_nothing() -> None:
    engine = Engine(seconds=0.05)

    async def clients() -> None:
        batcher = Batcher(engine, workers=1, waiting=100)
        first = asyncio.create_task(batcher.answer("first", Work()))
        await asyncio.sleep(0.02)
        gone = asyncio.create_task(batcher.answer("gone", Work()))
        stays = asyncio.create_task(batcher.answer("stays", Work()))
        await asyncio.sleep(0)
        gone.cancel()
        await asyncio.gather(first, stays)
        assert sum(engine.batches) == 2

    asyncio.run(clients())
