"""A lazy value is made once, whichever thread asks first."""

from __future__ import annotations

import threading
import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from rostro.core.lazy import Lazy


def test_threads_that_meet_get_one_value() -> None:
    made: list[object] = []
    together = threading.Barrier(16)

    def make() -> object:
        time.sleep(0.05)
        made.append(object())
        return made[-1]

    value = Lazy(make)

    def ask() -> object:
        together.wait()
        return value()

    with ThreadPoolExecutor(16) as pool:
        answers = [future.result() for future in [pool.submit(ask) for _ in range(16)]]
    assert len(made) == 1
    assert all(answer is made[0] for answer in answers)


def test_a_failure_is_not_remembered() -> None:
    tries: list[int] = []

    def make() -> int:
        tries.append(1)
        if len(tries) == 1:
            raise OSError("not yet")
        return 7

    value = Lazy(make)
    with pytest.raises(OSError, match="not yet"):
        value()
    assert not value.made
    assert value() == 7


def test_what_is_forgotten_is_made_anew() -> None:
    numbers = iter(range(10))
    value = Lazy(lambda: next(numbers))
    assert value() == 0
    assert value.forget() == 0
    assert value.forget() is None
    assert value() == 1
