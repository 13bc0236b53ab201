"""Sources that go on by themselves: they vanish and return, and who is slow misses frames instead of falling behind."""

from __future__ import annotations

import threading
from itertools import islice

import numpy as np
import pytest

from rostro.core.errors import BadInput
from rostro.video import live
from rostro.video.frames import Frame, Lost
from rostro.video.live import Newest, reconnecting
from rostro.video.sources import open_source

IMAGE = np.zeros((4, 4, 3), np.uint8)


class FakeCamera:
    """Gives some frames, then none."""

    def __init__(self, frames: int) -> None:
        self.left = frames
        self.closed = False

    def read(self) -> np.ndarray | None:
        self.left -= 1
        return IMAGE if self.left >= 0 else None

    def close(self) -> None:
        self.closed = True


class Outlet:
    """Where cameras are plugged in: a number gives that many frames, None refuses."""

    def __init__(self, *answers: int | None) -> None:
        self.answers = list(answers)
        self.cameras: list[FakeCamera] = []
        self.tries = 0

    def __call__(self, source: int | str = 0) -> FakeCamera:
        self.tries += 1
        answer = self.answers.pop(0) if self.answers else None
        if answer is None:
            raise BadInput("camera: cannot be opened as a video")
        self.cameras.append(FakeCamera(answer))
        return self.cameras[-1]


@pytest.fixture
def waits(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """The waits before new tries, which take no time."""
    waited: list[float] = []

    def wait(self: threading.Event, timeout: float | None = None) -> bool:
        waited.append(timeout or 0.0)
        return self.is_set()

    monkeypatch.setattr(threading.Event, "wait", wait)
    return waited


def test_a_camera_that_vanishes_and_returns(waits: list[float]) -> None:
    outlet = Outlet(2, None, None, None, 3, 1)
    items = list(islice(reconnecting(outlet), 8))
    kinds = ["lost" if isinstance(item, Lost) else item.number for item in items]
    assert kinds == [0, 1, "lost", 2, 3, 4, "lost", 5]
    assert waits == [0.5, 1.0, 2.0, 4.0, 0.5], "each failure doubles the wait, a success ends it"
    assert all(camera.closed for camera in outlet.cameras[:-1])


def test_the_wait_has_a_limit(waits: list[float]) -> None:
    list(islice(reconnecting(Outlet(1, *[None] * 12, 1)), 3))
    assert max(waits) == live.LONGEST_WAIT and waits[-3:] == [live.LONGEST_WAIT] * 3


def test_a_source_that_never_was_there_is_an_error() -> None:
    with pytest.raises(BadInput, match="cannot be opened"):
        next(reconnecting(Outlet()))


def test_the_stop_ends_a_wait() -> None:
    stop = threading.Event()
    items = reconnecting(Outlet(1), stop=stop)
    next(items), next(items)
    threading.Timer(0.05, stop.set).start()
    assert next(items, None) is None


def test_newest_drops_what_nobody_took() -> None:
    """A reader that is three times as slow gets every third frame, and the last one."""
    taken, go_on = threading.Semaphore(0), threading.Semaphore(3)

    def frames():
        for number in range(9):
            go_on.acquire()
            yield Frame(number, number / 25, IMAGE)
            taken.release()
        taken.release()

    newest = Newest(frames())
    numbers = []
    for _ in range(3):
        for _ in range(3):
            taken.acquire()
        numbers.append(next(iter(newest)).number)
        go_on.release(3)
    assert newest.dropped == 9 - len(numbers)
    assert numbers == [2, 5, 8]
    assert list(newest) == []
    newest.close()


def test_newest_tells_of_a_loss_once_and_forgets_what_was_before() -> None:
    done = threading.Event()

    def items():
        yield Frame(0, 0.0, IMAGE)
        yield Lost(0.1, "gone")
        done.set()

    newest = Newest(items())
    done.wait(5)
    assert [type(item) for item in newest] == [Lost]


def test_newest_raises_where_frames_are_taken() -> None:
    with pytest.raises(BadInput, match="cannot be opened"):
        list(Newest(reconnecting(Outlet())))


def test_a_camera_by_number() -> None:
    outlet = Outlet(3)
    source = open_source("7", connect=outlet)
    assert source.live and source.name == "camera 7"
    stop = threading.Event()
    for item in source.items(stop):
        if isinstance(item, Lost):
            stop.set()
    assert outlet.cameras[0].closed


def test_messages_show_no_password() -> None:
    assert open_source("rtsp://ada:secret@camera/1").name == "rtsp://ada:***@camera/1"
    with pytest.raises(BadInput, match="ftp") as error:
        open_source("ftp://ada:secret@camera/1")
    assert "secret" not in str(error.value)
