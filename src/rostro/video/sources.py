"""From what a person writes to frames: ``0``, ``door.mp4``, ``frames/``, ``rtsp://camera/stream``, ``https://…``."""

from __future__ import annotations

import threading
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from rostro.core.errors import BadInput
from rostro.core.ranges import Range
from rostro.core.redaction import redacted
from rostro.video.addresses import Told, ask, fetched
from rostro.video.capture import Capture
from rostro.video.live import Newest, Readable, reconnecting
from rostro.video.recorded import USUAL_RATE, ahead, file_frames, folder_frames, paced

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from rostro.video.frames import Frame, Item, Unreadable

SCHEMES = ("rtsp", "rtsps", "rtmp", "rtmps", "http", "https", "tcp", "udp", "srt", "rtp")
#: Pictures a second that a folder may hold.
RATE = Range(what="a rate in pictures per second", low=0.001, high=1000)
#: Streams that are announced without a rate.
_LIVE_RATE = 25.0


@dataclass(frozen=True, slots=True)
class Source:
    """Where frames come from. An http address was asked what it is; nothing else is opened before `items` is called.

    Attributes:
        name: As messages may show it: without a password.
        live: Whether it goes on by itself, so that who is slow misses frames.
        rate: Frames per second that may be expected; 0 where only the open source can tell.
        items: Opens it and gives frames until it ends or the event is set.
        apart: Whether its pictures may lie far apart in time, as those of a folder do: then each is looked at.
    """

    name: str
    live: bool
    rate: float
    items: Callable[[threading.Event], Iterator[Item]]
    apart: bool = False


def open_source(
    text: str,
    *,
    real_time: bool = False,
    live: bool | None = None,
    rate: float | None = None,
    connect: Callable[[int | str], Readable] = Capture,
    asked: Callable[[str], Told] = ask,
) -> Source:
    """Tells what is meant.

    Args:
        text: A camera's number, a video file, a folder of photos, or a URL of a stream or a recording.
        real_time: Whether a recording runs at its own speed and drops frames, as a camera does, instead of being read
            whole.
        live: Of a URL: True reads it as a camera, False as a recording, whole and once. None asks the server and, where
            that says nothing, the container: what has a length is a recording.
        rate: Of a folder: how many of its pictures were taken in a second; None takes 25.
        connect: Opens cameras and streams.
        asked: Asks the server behind an http address.

    Raises:
        BadInput: There is no such file, no such kind of address, or an option that says nothing about such a source.
    """
    scheme, separator, _ = text.partition("://")
    scheme = scheme.lower()
    if separator and scheme not in SCHEMES:
        raise BadInput(f"{redacted(text)}: videos are read from {', '.join(SCHEMES)}, not from {scheme}")
    if live is not None and not separator:
        raise BadInput(f"{text}: only of a URL one may say whether it is live or a recording")
    if rate is not None:
        RATE.check(rate)
        if separator or not Path(text).is_dir():
            raise BadInput(f"{redacted(text)}: only of a folder one may say how many pictures a second it holds")
    if separator:
        return _address(text, live, real_time, connect, asked if scheme in {"http", "https"} else _unasked)
    if text.isdecimal():
        return Source(f"camera {text}", True, _LIVE_RATE, partial(_live, lambda: connect(int(text))))
    path = Path(text)
    if path.is_char_device():
        number = path.name.removeprefix("video")
        if not number.isdecimal():
            raise BadInput(f"{text}: a device, but no camera (those are /dev/video0, /dev/video1, …, or just 0, 1, …)")
        return Source(text, True, _LIVE_RATE, partial(_live, lambda: connect(int(number))))
    if not path.exists():
        raise BadInput(f"{text}: no such file or folder (cameras are numbers, streams start with rtsp:// or http://)")
    folder = path.is_dir()
    each = rate or USUAL_RATE
    recorded = partial(folder_frames, path, each) if folder else partial(file_frames, text)
    return Source(text, real_time, each if folder else 0.0, partial(_recorded, recorded, real_time), folder)


def _address(
    url: str,
    live: bool | None,
    real_time: bool,
    connect: Callable[[int | str], Readable],
    asked: Callable[[str], Told],
) -> Source:
    """A URL: a stream, or a recording."""
    name = redacted(url)
    told = Told(None if live is None else not live) if live is not None else asked(url)
    opened: list[Readable] = []
    if told.recording is None and asked is not _unasked:
        opened.append(connect(url))  # kept: some cameras take one visitor only
        told = Told(getattr(opened[0], "frames", 0) > 0)
        if told.recording:
            opened.pop().close()
    if told.recording:
        return Source(name, real_time, 0.0, partial(_recorded, partial(_remote_frames, url, name, told), real_time))
    return Source(name, True, _LIVE_RATE, partial(_live, lambda: opened.pop() if opened else connect(url)))


def _unasked(url: str) -> Told:
    """Addresses of cameras: RTSP and its like."""
    return Told(None)


def _remote_frames(url: str, name: str, told: Told) -> Iterator[Frame | Unreadable]:
    """A recording behind a URL; where neither the server nor the format lets it be read as it comes, it is fetched."""
    frames = file_frames(url, name=name)
    try:
        yield next(frames)
    except BadInput:
        if told.ranges or not url.lower().startswith("http"):
            raise
    else:
        yield from frames
        return
    with fetched(url) as file:
        yield from file_frames(file, name=name)


def _live(connect: Callable[[], Readable], stop: threading.Event) -> Iterator[Item]:
    yield from _newest(reconnecting(connect, stop=stop), stop)


def _recorded(
    frames: Callable[[], Iterator[Frame | Unreadable]], real_time: bool, stop: threading.Event
) -> Iterator[Item]:
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
