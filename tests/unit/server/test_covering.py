"""Who covers faces for clients: few at a time, each in turn, and hanging up makes no room that is not there."""

from __future__ import annotations

import asyncio
import io
import threading
from typing import TYPE_CHECKING, Any, cast

import pytest

from rostro.server.admission.callers import Caller
from rostro.server.admission.limits import Limits, TooMany
from rostro.server.covering import Covering
from rostro.server.forms.uploads import Upload

if TYPE_CHECKING:
    from collections.abc import Callable


class Service:
    """As far as it is asked."""

    def __init__(self, threads: int, **limits: int) -> None:
        self.limits = Limits(**limits)  # type: ignore[arg-type]
        self.recognizer = self
        self.settings = self
        self.threads = threads


def covering(threads: int = 2, **limits: int) -> Covering:
    return Covering(cast("Any", Service(threads, **limits)))


def upload() -> Upload:
    return Upload("a.jpg", io.BytesIO(), 100)


async def until(true: Callable[[], bool]) -> None:
    async with asyncio.timeout(10):
        while not true():
            await asyncio.sleep(0.005)


def test_clients_take_turns_and_one_photo_is_worked_on_at_a_time() -> None:
    order: list[str] = []
    go = threading.Event()

    async def run() -> None:
        room = covering()

        def make(name: str) -> str:
            order.append(name)
            go.wait(10)
            return name

        first = asyncio.create_task(room.work(upload(), Caller("many"), lambda: make("many 0")))
        await until(lambda: bool(order))
        rest = [
            asyncio.create_task(room.work(upload(), Caller("many"), lambda number=number: make(f"many {number}")))
            for number in range(1, 5)
        ]
        await asyncio.sleep(0)
        one = asyncio.create_task(room.work(upload(), Caller("one"), lambda: make("one")))
        await asyncio.sleep(0.05)
        assert order == ["many 0"]
        go.set()
        assert await asyncio.gather(first, one, *rest) == ["many 0", "one", *(f"many {n}" for n in range(1, 5))]

    asyncio.run(run())
    assert order.index("one") <= 2


def test_who_hangs_up_keeps_the_place_until_the_work_is_done_and_others_follow() -> None:
    running, most = 0, 0
    go, lock = threading.Event(), threading.Lock()

    async def run() -> None:
        room = covering()

        def make() -> None:
            nonlocal running, most
            with lock:
                running += 1
                most = max(most, running)
            go.wait(10)
            with lock:
                running -= 1

        asked = [asyncio.create_task(room.work(upload(), Caller(f"{n}"), make)) for n in range(4)]
        await until(lambda: running == 1)
        for task in asked[:3]:
            task.cancel()
        await asyncio.gather(*asked[:3], return_exceptions=True)
        await asyncio.sleep(0.05)
        assert running == 1
        go.set()
        await asyncio.wait_for(asked[3], 10)

    asyncio.run(run())
    assert most == 1


def test_no_more_wait_than_may() -> None:
    async def run() -> None:
        room, go = covering(waiting=3, waiting_per_client=2), threading.Event()
        asked = [asyncio.create_task(room.work(upload(), Caller("many"), lambda: go.wait(10))) for _ in range(3)]
        await asyncio.sleep(0.02)
        with pytest.raises(TooMany, match="one client"):
            await room.work(upload(), Caller("many"), lambda: None)
        asked.append(asyncio.create_task(room.work(upload(), Caller("other"), lambda: go.wait(10))))
        await asyncio.sleep(0.02)
        with pytest.raises(TooMany, match="too many photos"):
            await room.work(upload(), Caller("third"), lambda: None)
        go.set()
        await asyncio.gather(*asked)

    asyncio.run(run())


def test_an_error_is_told_and_makes_room() -> None:
    async def run() -> str:
        room = covering()

        def fail() -> str:
            raise ValueError("broken")

        with pytest.raises(ValueError, match="broken"):
            await room.work(upload(), Caller("a"), fail)
        return await room.work(upload(), Caller("a"), lambda: "next")

    assert asyncio.run(run()) == "next"
