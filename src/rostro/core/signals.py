"""Ctrl-C as a wish: the running step is made to its end, and what was learned is kept."""

from __future__ import annotations

import signal
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator


@contextmanager
def stopped_by_signals() -> Iterator[Callable[[], bool]]:
    """Gives what tells whether Ctrl-C, or a polite kill, came meanwhile; a second one ends at once.

    Only for the main thread: no other one may say what signals do.
    """
    asked: list[int] = []

    def stop(number: int, _: Any) -> None:
        asked.append(number)
        signal.signal(number, before[number])

    before: dict[int, Any] = {int(number): signal.signal(number, stop) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield lambda: bool(asked)
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
