"""From what a person writes to frames: ``0``, ``door.mp4``, ``frames/``, ``rtsp://camera/stream``."""

from __future__ import annotations

import threading
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from rostro.core.errors import BadInput
from rostro.core.redaction import redacted
from rostro.video.capture import Capture
from rostro.video.live import Newest, Readable, reconnecting
from rostro.video.recorded import USUAL_RATE, ahead, file_frames, folder_frames, paced

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from rostro.video.frames import Frame, Item

SCHEMES = ("rtsp", "rtsps", "rtmp", "rtmps", "http", "https", "tcp", "udp", "srt", "rtp")
#: Streams that are announced without a rate.
_LIVE_RATE = 25.0


@dataclass(frozen=True, slots=True)
class Source:
    """Where frames come from; nothing is opened before `items` is called.

    Attributes:
        name: As messages may show it: without a password.
        live: Whether it goes on by itself, so that who is slow misses frames.
        rate: Frames per second that may be expected; 0 where only the open source can tell.
        items: Opens it and gives frames until it ends or the event is set.
    """

    name: str
    live: bool
    rate: float
    items: Callable[[threading.Event], Iterator[Item]]


def open_source(text: str, *, real_time: bool = False, connect: Callable[[int | str], Readable] = Capture) -> Source:
    """Tells what is meant.

    Args:
        text: A camera's number, a video file, a folder of photos, or a stream's URL.
        real_time: Whether a file runs at its own speed and drops frames, as a camera does, instead of being read
            whole.
        connect: Opens cameras and streams.

    Raises:
        BadInput: There is no such file, or no such kind of address.
    """
    scheme, separator, _ = text.partition("://")
    if separator and scheme.lower() not in SCHEMES:
        raise BadInput(f"{text}: videos are read from {', '.join(SCHEMES)}, not from {scheme}")
    if separator or text.isdecimal():
        address = text if separator else int(text)
        name = redacted(text) if separator else f"camera {text}"
        return Source(name, True, _LIVE_RATE, partial(_live, lambda: connect(address)))
    path = Path(text)
    if path.is_char_device():
        number = path.name.removeprefix("video")
        if not number.isdecimal():
            raise BadInput(f"{text}: a device, but no camera (those are /dev/video0, /dev/video1, …, or just 0, 1, …)")
        return Source(text, True, _LIVE_RATE, partial(_live, lambda: connect(int(number))))
    if not path.exists():
        raise BadInput(f"{text}: no such file or folder (cameras are numbers, streams start with rtsp:// or http://)")
    folder = path.is_dir()
    recorded = partial(folder_frames, path) if folder else partial(file_frames, text)
    return Source(text, real_time, USUAL_RATE if folder else 0.0, partial(_recorded, recorded, real_time))


def _live(connect: Callable[[], Readable], stop: threading.Event) -> Iterator[Item]:
    yield from _newest(reconnecting(connect, stop=stop), stop)


def _recorded(frames: Callable[[], Iterator[Frame]], real_time: bool, stop: threading.Event) -> Iterator[Item]:
    if real_time:
        yield from _newest(paced(frames(), sleep=stop.wait), stop)
        return
    for frame in ahead(frames()):
        if stop.is_set():
            return
        yield frame


def _newest(items: Iterator[Item], stop: threading.Event) -> Iterator[Item]:
    newest = Newest(items, stop=stop)
    try:
        yield from newest
    finally:
        newest.close()
