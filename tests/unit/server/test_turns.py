"""Clients take turns, large photos keep to their part, and nobody fills every place."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Sequence
from typing import Any

import pytest

from rostro.server.admission.limits import TooMany
from rostro.server.batcher import LARGE, PIXELS, SIZE, Batcher, Work
from rostro.server.turns import Turn, Turns, Waiting

MUCH, LITTLE = Turn("much"), Turn("little")


class Engine:
    """Answers photos with themselves; the large ones only when they may end."""

    def __init__(self, seconds: float = 0.0) -> None:
        self.seconds = seconds
        self.batches: list[list[Any]] = []
        self.may_end = threading.Event()

    def __call__(self, photos: Sequence[Any], work: Work) -> list[Any]:
        self.batches.append(list(photos))
        if any(pixels >= LARGE for pixels in photos):
            assert self.may_end.wait(10)
        time.sleep(self.seconds)
        return list(photos)


def test_turns() -> None:
    async def taken() -> list[Any]:
        turns, loop = Turns(), asyncio.get_running_loop()
        other = Turn("much")
        for turn, photo in [(MUCH, 1), (MUCH, 2), (MUCH, 3), (other, 4), (other, 5), (LITTLE, 6), (LITTLE, 7)]:
            turns.put(Waiting(photo, Work(), turn, 0, loop.create_future()))
        assert (len(turns), turns.of("much"), turns.of("little"), turns.of("nobody")) == (7, 5, 2, 0)
        item = turns.take(lambda item: item.photo != 1)
        assert item is not None
        rest = [item.photo]
        while (item := turns.take(lambda item: True)) is not None:
            rest.append(item.photo)
        assert (len(turns), turns.of("much")) == (0, 0)
        return rest

    assert asyncio.run(taken()) == [4, 6, 1, 7, 5, 2, 3], "each client in turn, each request of a client in turn"


def test_what_is_given_up_is_forgotten() -> None:
    async def left() -> tuple[int, int]:
        turns, loop = Turns(), asyncio.get_running_loop()
        items = [Waiting(photo, Work(), MUCH, 0, loop.create_future()) for photo in range(4)]
        for item in items:
            turns.put(item)
        items[0].answer.cancel()
        first = turns.take(lambda item: True)  # before the loop has told anybody
        items[2].answer.cancel()
        await asyncio.sleep(0)
        last = turns.take(lambda item: True)
        assert first is not None and last is not None
        assert (len(turns), turns.of("much")) == (0, 0)
        return first.photo, last.photo

    assert asyncio.run(left()) == (1, 3)


def test_one_request_of_many_photos_lets_others_in() -> None:
    engine = Engine(seconds=0.01)

    async def clients() -> int:
        batcher = Batcher(engine, workers=1, waiting=1000)
        flood = asyncio.create_task(batcher.answers([0] * 500, Work(), MUCH))
        await asyncio.sleep(0.03)
        assert await batcher.answer(1, Work(), LITTLE) == 1
        before = len(engine.batches)
        assert await flood == [0] * 500
        return before

    assert asyncio.run(clients()) < 10 < len(engine.batches)
    assert max(map(len, engine.batches)) == SIZE


def test_large_photos_go_alone_and_leave_a_worker() -> None:
    engine = Engine()

    async def clients() -> None:
        batcher = Batcher(engine, workers=2, waiting=1000, pixels=lambda photo: photo)
        flood = asyncio.create_task(batcher.answers([LARGE] * 5, Work(), MUCH))
        await asyncio.sleep(0.05)
        assert await asyncio.wait_for(batcher.answers([5, 6], Work(), LITTLE), 5) == [5, 6]
        assert engine.batches == [[LARGE], [5, 6]]
        engine.may_end.set()
        assert await flood == [LARGE] * 5
        assert engine.batches[2:] == [[LARGE]] * 4

    asyncio.run(clients())


def test_a_batch_has_no_more_pixels_than_a_worker_decodes_at_once() -> None:
    engine = Engine()

    async def client() -> None:
        batcher = Batcher(engine, workers=1, waiting=100, pixels=lambda photo: photo)
        assert len(await batcher.answers([PIXELS // 3] * 10 + [1] * 10, Work(), MUCH)) == 20

    asyncio.run(client())
    assert max(map(sum, engine.batches)) <= PIXELS and max(map(len, engine.batches)) > 3


def test_one_client_has_a_part_of_the_places() -> None:
    async def clients() -> None:
        batcher = Batcher(Engine(), workers=1, waiting=10, per_client=6)
        with pytest.raises(TooMany) as own:
            batcher.check_room(7, "much")
        with pytest.raises(TooMany) as all_:
            batcher.check_room(11, "little")
        assert own.value.client and not all_.value.client
        batcher.check_room(6, "much")

    asyncio.run(clients())
