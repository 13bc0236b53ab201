"""FFmpeg's side of films: frames and packets out of them, covered frames into them."""

from __future__ import annotations

from contextlib import contextmanager
from fractions import Fraction
from typing import TYPE_CHECKING, Any, Final, NamedTuple

import numpy as np

from rostro.anonymisation.covering import conceal
from rostro.core.errors import PhotoTooLarge, UnreadablePhoto

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from numpy.typing import NDArray

    from rostro.anonymisation.covering import Shapes, Style
    from rostro.core.types import Image

#: Ending of what is written → FFmpeg's name of the container, and the codec of its pictures with its options.
_X264: Final = ("libx264", {"preset": "veryfast", "crf": "20"})
_VP9: Final = ("libvpx-vp9", {"crf": "31", "b": "0", "deadline": "realtime", "cpu-used": "6", "row-mt": "1"})
_WRITTEN: Final = {
    ".mp4": ("mp4", _X264), ".mov": ("mov", _X264), ".mkv": ("matroska", _X264), ".webm": ("webm", _VP9),
}  # fmt: skip
#: Formats that are read. Lists of other files and addresses, which FFmpeg reads as films too, are not among them.
_READ: Final = (
    "mov,mp4,m4a,3gp,3g2,mj2,matroska,webm,avi,mpeg,mpegts,mpegvideo,asf,flv,ogg,mxf,dv,h264,hevc,m4v,ivf,obu,gxf,nut"
)
#: Pixels that boxes can be covered in plane by plane, without changing any other pixel's colour.
_PLANAR: Final = ("yuv420p", "yuvj420p")
#: What black is in them, for the brightness and the two colours.
_BLACK: Final = {"yuv420p": (16, 128, 128), "yuvj420p": (0, 128, 128)}
#: Frames per second where a film does not say.
_RATE: Final = 25.0


class Frame(NamedTuple):
    """A decoded frame, its time in seconds since the film's start, and how it has to be turned to stand upright."""

    frame: Any
    seconds: float
    turn: int

    @property
    def image(self) -> Image:
        """RGB uint8 (H, W, 3), upright."""
        pixels: Image = self.frame.to_ndarray(format="rgb24")
        return np.ascontiguousarray(np.rot90(pixels, self.turn))


@contextmanager
def writing(file: Path, suffix: str) -> Iterator[Any]:
    """A film that is being written; it is whole after the block.

    Args:
        file: Where.
        suffix: The ending of the film's name, which says what is written.
    """
    import av

    container, _ = _WRITTEN[suffix]
    # neither the program's version nor the time gets into the file, and players can begin before its end
    options = {"fflags": "+bitexact", **({"movflags": "faststart"} if container in {"mp4", "mov"} else {})}
    with av.open(str(file), "w", format=container, options=options) as made:
        yield made


class PictureWriter:
    """Covers frames and writes them with the times that they have."""

    def __init__(self, made: Any, suffix: str, video: Any) -> None:
        """Adds the stream.

        Args:
            made: The film that is being written.
            suffix: The ending of its name.
            video: The stream that the frames come from.
        """
        _, (codec, options) = _WRITTEN[suffix]
        rate = Fraction(rate_of(video)).limit_denominator(1001)
        self._stream = made.add_stream(codec, rate=rate, options=dict(options))
        self._made, self._video, self._begun, self._last = made, video, False, -(2**62)
        self._base: Fraction = video.time_base

    def write(self, item: Frame, what: Shapes, style: Style) -> None:
        """Adds a frame, upright.

        Args:
            item: The frame.
            what: What is covered, in pixels of the frame as it stands upright.
            style: How.
        """
        import av

        form, planes = _planes(item.frame)
        upright = []
        for plane, black, part in zip(planes, _BLACK[form], (1.0, 0.5, 0.5), strict=True):
            standing = np.ascontiguousarray(np.rot90(plane, item.turn))
            conceal(standing, what.scaled(part), style, fill=black)
            upright.append(standing)
        height, width = upright[0].shape
        packed = np.concatenate([plane.reshape(-1) for plane in upright]).reshape(height * 3 // 2, width)
        frame = av.VideoFrame.from_ndarray(packed, format=form)
        if not self._begun:
            self._begin(frame, item.turn)
        own = self._stream
        if (frame.width, frame.height, form) != (own.width, own.height, own.pix_fmt):
            frame = frame.reformat(own.width, own.height, format=own.pix_fmt)
        pts = item.frame.pts if item.frame.pts is not None else round(item.seconds / self._base)
        self._last = max(self._last + 1, pts)
        frame.pts, frame.time_base = self._last, self._base
        self._made.mux(own.encode(frame))

    def end(self) -> None:
        """Writes what the encoder still holds."""
        if self._begun:
            self._made.mux(self._stream.encode(None))

    def _begin(self, frame: Any, turn: int) -> None:
        """Size, shape of pixels and meaning of colours, as the film has them."""
        self._begun = True
        self._stream.width, self._stream.height, self._stream.pix_fmt = frame.width, frame.height, frame.format.name
        context, own = self._stream.codec_context, self._video.codec_context
        context.time_base = self._base
        for name in ("color_range", "color_primaries", "color_trc", "colorspace"):
            setattr(context, name, getattr(own, name))
        shape = own.sample_aspect_ratio
        if shape:
            context.sample_aspect_ratio = 1 / shape if turn % 2 else shape


def _planes(frame: Any) -> tuple[str, list[NDArray[np.uint8]]]:
    """What form a frame's pixels have, and its three planes: brightness, and two of colour at half the size.

    Its sides become even where they are not, since half of them has to be whole.
    """
    width, height = max(2, frame.width // 2 * 2), max(2, frame.height // 2 * 2)
    if frame.format.name not in _PLANAR or (width, height) != (frame.width, frame.height):
        frame = frame.reformat(width=width, height=height, format="yuv420p")
    flat, size = frame.to_ndarray().reshape(-1), height * width
    halves = [flat[at : at + size // 4].reshape(height // 2, width // 2) for at in (size, size + size // 4)]
    return frame.format.name, [flat[:size].reshape(height, width), *halves]


@contextmanager
def open_film(source: Path) -> Iterator[Any]:
    """A film, open for reading; no other file or address is read, whatever it names."""
    import av

    with av.open(
        str(source), options={"protocol_whitelist": "file", "format_whitelist": _READ}, metadata_errors="replace"
    ) as film:
        yield film


def rate_of(video: Any) -> float:
    """Frames per second, about; some files say what no camera gives, and encoders refuse that."""
    rate = float(video.average_rate or video.guessed_rate or _RATE)
    return rate if 1 <= rate <= 1000 else _RATE


def pictures_of(film: Any, name: str, max_pixels: int) -> Any:
    """The stream of pictures; a cover picture is none.

    Raises:
        UnreadablePhoto: There is none.
        PhotoTooLarge: Its frames are larger than ``max_pixels``.
    """
    import av

    cover_picture = av.stream.Disposition.attached_pic
    streams = [stream for stream in film.streams.video if not stream.disposition & cover_picture]
    if not streams or streams[0].codec_context is None:
        raise UnreadablePhoto(name, "a film without a picture", why="broken-film")
    video = streams[0]
    pixels = video.width * video.height
    if pixels > max_pixels:
        reason = f"{video.width} × {video.height} pixels, the limit is {max_pixels} pixels"
        raise PhotoTooLarge(name, reason, pixels=pixels, limit=max_pixels)
    video.thread_type = "AUTO"
    return video


def decoded(film: Any, video: Any, sounds: list[Any], broken: list[int]) -> Iterator[Any]:
    """Frames of the pictures, and packets of the sounds, in the order in which the file has them.

    Args:
        film: The film.
        video: Its pictures.
        sounds: Its sounds; none where they are not wanted.
        broken: Gets an item for each part that cannot be decoded.

    Yields:
        `Frame`s, and FFmpeg's packets.
    """
    import av

    seconds, start = -1.0, None
    for packet in film.demux([video, *sounds]):
        if packet.stream.index != video.index:
            if packet.dts is not None:
                yield packet
            continue
        try:
            frames = packet.decode()
        except av.error.InvalidDataError:
            broken.append(1)
            continue
        for frame in frames:
            told = None if frame.pts is None else float(frame.pts * video.time_base)
            start = told if start is None else start
            shown = seconds + 1 / _RATE if told is None or start is None else told - start
            seconds = max(seconds, shown)
            yield Frame(frame, seconds, round(frame.rotation / 90) % 4)


@contextmanager
def errors(name: str) -> Iterator[None]:
    """FFmpeg's errors, as those of a file that cannot be used."""
    import av

    try:
        yield
    except av.error.FFmpegError as error:
        if isinstance(error, OSError) and error.errno in {13, 28, 30}:  # rights, a full disk, a read-only one
            raise
        reason = (error.strerror or str(error)).lower()
        raise UnreadablePhoto(name, f"a film that cannot be read: {reason}", why="broken-film") from error
