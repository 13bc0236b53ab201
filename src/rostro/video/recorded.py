"""Videos that are there already, file or folder: every frame, decoded ahead in a thread of its own."""

from __future__ import annotations

import queue
import threading
import time
from typing import TYPE_CHECKING

from rostro.core.errors import BadInput
from rostro.photos.listing import photos_in
from rostro.photos.reading import read_photo
from rostro.video.capture import Capture
from rostro.video.frames import Frame

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

#: Frames decoded ahead: enough that neither thread waits for the other, few enough for large pictures.
_AHEAD = 8
#: Frames per second of a file that does not say, and of folders.
USUAL_RATE = 25.0


def file_frames(source: str) -> Iterator[Frame]:
    """The frames of a video file.

    Raises:
        BadInput: It is not a video.
    """
    capture = Capture(source)
    try:
        step = 1 / (capture.rate or USUAL_RATE)
        number, seconds = 0, 0.0
        while (image := capture.read()) is not None:
            told = capture.seconds
            seconds = told if number and told > seconds else seconds + step * bool(number)
            yield Frame(number, seconds, image)
            number += 1
    finally:
        capture.close()


def folder_frames(folder: Path, rate: float = USUAL_RATE) -> Iterator[Frame]:
    """The photos of a folder, sorted by name, as frames.

    Raises:
        BadInput: There are none.
        PhotoError: One cannot be read.
    """
    number = -1
    for number, path in enumerate(photos_in(folder, recursive=False)):
        yield Frame(number, number / rate, read_photo(path).image)
    if number < 0:
        raise BadInput(f"{folder}: no photos in it")


def ahead(frames: Iterator[Frame]) -> Iterator[Frame]:
    """The same frames, worked out in a thread while the caller is busy with those before."""
    waiting: queue.Queue[Frame | BaseException | None] = queue.Queue(_AHEAD)
    stop = threading.Event()

    def work() -> None:
        ending: BaseException | None = None
        try:
            for frame in frames:
                if not _put(waiting, frame, stop):
                    return
        except BaseException as error:  # noqa: BLE001 - raised again where the frames are taken
            ending = error
        _put(waiting, ending, stop)

    thread = threading.Thread(target=work, name="rostro-decode", daemon=True)
    thread.start()
    try:
        while (item := waiting.get()) is not None:
            if isinstance(item, BaseException):
                raise item
            yield item
    finally:
        stop.set()
        thread.join(5)


def _put(
    waiting: queue.Queue[Frame | BaseException | None], item: Frame | BaseException | None, stop: threading.Event
) -> bool:
    while not stop.is_set():
        try:
            waiting.put(item, timeout=0.1)
        except queue.Full:
            continue
        return True
    return False


def paced(
    frames: Iterator[Frame],
    *,
    clock: Callable[[], float] = time.monotonic,
    sleep: Callable[[float], object] = time.sleep,
) -> Iterator[Frame]:
    """The same frames, none before its time."""
    started = clock()
    for frame in frames:
        wait = started + frame.seconds - clock()
        if wait > 0:
            sleep(wait)
        yield frame
