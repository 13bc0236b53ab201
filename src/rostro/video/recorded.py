"""Videos that are there already, file or folder: every frame, decoded ahead in a thread of its own."""

from __future__ import annotations

import queue
import threading
import time
from typing import TYPE_CHECKING

from rostro.core.errors import BadInput, PhotoError, UnreadablePhoto
from rostro.core.redaction import redacted
from rostro.photos.listing import photos_in
from rostro.photos.reading import read_photo
from rostro.video.capture import Capture
from rostro.video.frames import Frame, Unreadable

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    Recorded = Frame | Unreadable

#: Frames decoded ahead: enough that neither thread waits for the other, few enough for large pictures.
_AHEAD = 8
#: Frames in a row that may be broken before a film counts as over, where it does not say how many it has, and how many
#: more than it says are tried.
_BROKEN, _BROKEN_TAIL = 250, 25
#: Seconds without a good frame after which nothing more is tried: a server that says nothing takes that long.
_PATIENCE = 15.0
#: A film that ends before this part of its length broke off.
_MOST_OF = 0.9
#: Frames per second of a file that does not say, and of folders.
USUAL_RATE = 25.0


def file_frames(source: str, *, name: str | None = None) -> Iterator[Frame | Unreadable]:
    """The frames of a video, from its first to its last.

    A frame that cannot be decoded does not end it: those after it are read, and it is told. Where a film breaks off far
    from the length that it says it has, that is told too.

    Args:
        source: A file's path, or the URL of a recording.
        name: What messages call it; None takes the source, without a password.

    Raises:
        BadInput: It is not a video.
    """
    name = name or redacted(source)
    capture = Capture(source)
    try:
        said, rate = capture.frames, capture.rate or USUAL_RATE
        number, seconds, broken, good = 0, 0.0, 0, time.monotonic()
        while True:
            image = capture.read()
            if image is None:
                broken += 1
                past = bool(said) and number + broken >= said + _BROKEN_TAIL
                if past or broken > _BROKEN or time.monotonic() - good > _PATIENCE:
                    break
                continue
            if broken:
                yield Unreadable(seconds + 1 / rate, _broken(name, number, broken), broken)
                number, seconds, broken = number + broken, seconds + broken / rate, 0
            told = capture.seconds
            seconds = told if number and told > seconds else seconds + bool(number) / rate
            yield Frame(number, seconds, image)
            number, good = number + 1, time.monotonic()
        if number < _MOST_OF * said and seconds < _MOST_OF * said / rate - 1:
            reason = f"broke off after {seconds:.1f} of {said / rate:.1f} seconds"
            yield Unreadable(seconds, UnreadablePhoto(name, reason, why="broken-off"), said - number)
    finally:
        capture.close()


def _broken(name: str, number: int, frames: int) -> UnreadablePhoto:
    which = f"frame {number + 1}" if frames == 1 else f"frames {number + 1} to {number + frames}"
    return UnreadablePhoto(name, f"{which} cannot be decoded", why="broken-frames", frames=frames)


def folder_frames(folder: Path, rate: float = USUAL_RATE) -> Iterator[Frame | Unreadable]:
    """The photos of a folder, sorted by name, as frames; one that cannot be read is told in its place.

    Args:
        folder: Holds the photos.
        rate: How many of them were taken in a second.

    Raises:
        BadInput: There are none.
    """
    number = -1
    for number, path in enumerate(photos_in(folder, recursive=False)):
        try:
            image = read_photo(path).image
        except PhotoError as error:
            yield Unreadable(number / rate, error)
            continue
        yield Frame(number, number / rate, image)
    if number < 0:
        raise BadInput(f"{folder}: no photos in it")


def ahead(frames: Iterator[Recorded]) -> Iterator[Recorded]:
    """The same frames, worked out in a thread while the caller is busy with those before."""
    waiting: queue.Queue[Recorded | BaseException | None] = queue.Queue(_AHEAD)
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
    waiting: queue.Queue[Recorded | BaseException | None], item: Recorded | BaseException | None, stop: threading.Event
) -> bool:
    while not stop.is_set():
        try:
            waiting.put(item, timeout=0.1)
        except queue.Full:
            continue
        return True
    return False


def paced(
    frames: Iterator[Recorded],
    *,
    clock: Callable[[], float] = time.monotonic,
    sleep: Callable[[float], object] = time.sleep,
) -> Iterator[Recorded]:
    """The same frames, none before its time."""
    started = clock()
    for frame in frames:
        wait = started + frame.seconds - clock()
        if wait > 0:
            sleep(wait)
        yield frame
