"""Sources that go on whether one looks or not: the newest frame, and patience with those that vanish."""

from __future__ import annotations

import threading
import time
from collections import deque
from typing import TYPE_CHECKING, Protocol

from rostro.core.errors import BadInput
from rostro.video.frames import Frame, Item, Lost, Unreadable

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from rostro.core.types import Image

#: Seconds before a source that went away is tried again: doubled at each failure, from the first to the last.
FIRST_WAIT, LONGEST_WAIT = 0.5, 30.0


class Readable(Protocol):
    """What `Capture` is, and what tests put in its place."""

    def read(self) -> Image | None:
        """The next frame; None where the source went away."""

    def close(self) -> None:
        """Lets go of it."""


def reconnecting(
    connect: Callable[[], Readable],
    *,
    stop: threading.Event | None = None,
    clock: Callable[[], float] = time.monotonic,
) -> Iterator[Item]:
    """Frames of a live source, without end. When it goes away it is tried again, less and less often.

    Args:
        connect: Opens the source; raises `BadInput` where it cannot.
        stop: Ends everything, also a wait.
        clock: Tells the time in seconds.

    Yields:
        Frames; a `Lost` where the source went away, once each time.

    Raises:
        BadInput: It cannot be opened the first time: then it is more likely misspelt than away.
    """
    stop = stop or threading.Event()
    started, number = clock(), 0
    opened: Readable | None = connect()
    while not stop.is_set():
        assert opened is not None, "waiting ends with a connection or with the stop"
        try:
            while not stop.is_set() and (image := opened.read()) is not None:
                yield Frame(number, clock() - started, image)
                number += 1
        finally:
            opened.close()
        if stop.is_set():
            return
        yield Lost(clock() - started, "no more pictures come")
        opened = _connect_again(connect, stop)
        if opened is None:
            return


def _connect_again(connect: Callable[[], Readable], stop: threading.Event) -> Readable | None:
    wait = FIRST_WAIT
    while not stop.wait(wait):
        try:
            return connect()
        except BadInput:
            wait = min(2 * wait, LONGEST_WAIT)
    return None


class Newest:
    """Reads a source in a thread and keeps its newest frame only: who is slow misses frames and never falls behind."""

    def __init__(self, items: Iterator[Item], *, stop: threading.Event | None = None) -> None:
        """Starts reading.

        Args:
            items: Where frames come from; it is told by ``stop`` to end.
            stop: Set by `close`.
        """
        self.dropped = 0
        self._items = items
        self._stop = stop or threading.Event()
        self._arrived = threading.Condition()
        self._frame: Frame | None = None
        self._lost: Lost | None = None
        self._unreadable: deque[Unreadable] = deque()
        self._ended: BaseException | bool = False
        self._thread = threading.Thread(target=self._read, name="rostro-source", daemon=True)
        self._thread.start()

    def __iter__(self) -> Iterator[Item]:
        """Frames and losses as they come, until the source ends or `close` is called."""
        while True:
            with self._arrived:
                self._arrived.wait_for(lambda: self._unreadable or self._frame or self._lost or self._ended)
                item: Item | None = self._lost or self._frame
                if self._unreadable:
                    item = self._unreadable.popleft()
                elif self._lost is not None:
                    self._lost = None
                else:
                    self._frame = None
                ended = self._ended
            if item is not None:
                yield item
            elif isinstance(ended, BaseException):
                raise ended
            else:
                return

    def close(self) -> None:
        """Ends the reading; a source that hangs is left to its thread, which the process does not wait for."""
        self._stop.set()
        with self._arrived:
            self._ended = self._ended or True
            self._arrived.notify_all()
        self._thread.join(2)

    def _read(self) -> None:
        ended: BaseException | bool = True
        try:
            for item in self._items:
                if self._stop.is_set():
                    break
                self._keep(item)
        except BaseException as error:  # noqa: BLE001 - raised again where the frames are taken
            ended = error
        with self._arrived:
            self._ended = ended
            self._arrived.notify_all()

    def _keep(self, item: Item) -> None:
        with self._arrived:
            if isinstance(item, Unreadable):
                self._unreadable.append(item)
            elif isinstance(item, Lost):
                self._lost, self._frame = item, None  # what was seen before is of no use any more
            else:
                self.dropped += self._frame is not None
                self._frame = item
            self._arrived.notify_all()
