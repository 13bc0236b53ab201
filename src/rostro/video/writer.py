"""Frames into an MP4 file (H.264) that every player and browser plays, encoded in a thread of its own."""

from __future__ import annotations

import queue
import threading
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from rostro.core.errors import BadInput, MissingExtra

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path
    from types import TracebackType

    from rostro.core.types import Image

#: Frames that may wait for the encoder.
_WAITING = 8
#: Ticks per second of the file's clock: finer than any frame rate.
_TICKS = 90_000
_SPEED = {"preset": "veryfast", "crf": "21"}


class VideoWriter:
    """Writes a video. A context manager; the file can be played once it was left, also by an error or Ctrl-C.

    Frames carry their own times, so that a camera that gave fewer frames for a while does not play too fast.
    """

    def __init__(self, path: Path, *, rate: float = 25.0) -> None:
        """Opens the file; size and first frame come with the first `write`.

        Args:
            path: Ends in ``.mp4``.
            rate: Frames per second that may be expected.

        Raises:
            MissingExtra: PyAV is not installed.
            BadInput: Another ending, or the file cannot be written.
        """
        try:
            import av
        except ModuleNotFoundError as error:
            raise MissingExtra("av", "video") from error
        if path.suffix.lower() != ".mp4":
            raise BadInput(f"{path}: videos are written as .mp4")
        try:
            path.touch()  # PyAV opens the file late
        except OSError as error:
            raise BadInput(f"cannot write {path}: {error.strerror}") from None
        self._file = av.open(str(path), "w", options={"movflags": "faststart"})
        self._path = path
        self._rate = Fraction(rate or 25.0).limit_denominator(1001)
        self._stream: Any = None
        self._last = -1
        self._waiting: queue.Queue[Callable[[], None] | None] = queue.Queue(_WAITING)
        self._error: Exception | None = None
        self._thread = threading.Thread(target=self._work, name="rostro-encode", daemon=True)
        self._thread.start()

    def write(self, seconds: float, make: Callable[[], Image]) -> None:
        """Adds a frame; later than the one before by at least a tick.

        Args:
            seconds: Its time.
            make: Gives it, RGB uint8 (H, W, 3); called in the encoder's thread, so that drawing is done there too. A
                frame of another size than the first is scaled to it.

        Raises:
            BadInput: An earlier frame could not be written.
        """
        self._check()
        self._waiting.put(lambda: self._encode(seconds, make()))

    def close(self) -> None:
        """Writes what waits and ends the file.

        Raises:
            BadInput: Something could not be written.
        """
        if self._thread.is_alive():
            self._waiting.put(None)
            self._thread.join()
        self._file.close()
        self._check()

    def _check(self) -> None:
        if self._error is not None:
            raise BadInput(f"{self._path}: the video cannot be written ({self._error})") from self._error

    def _work(self) -> None:
        while (job := self._waiting.get()) is not None:
            if self._error is None:
                self._try(job)
        if self._stream is not None and self._error is None:
            self._try(lambda: self._file.mux(self._stream.encode(None)))

    def _try(self, job: Callable[[], object]) -> None:
        try:
            job()
        except Exception as error:  # noqa: BLE001 - told to the thread that writes, at its next frame
            self._error = error

    def _encode(self, seconds: float, image: Image) -> None:
        import av

        if self._stream is None:
            self._begin(image)
        frame = av.VideoFrame.from_ndarray(image, format="rgb24")
        if (frame.width, frame.height) != (self._stream.width, self._stream.height):
            frame = frame.reformat(self._stream.width, self._stream.height)
        self._last = max(self._last + 1, round(seconds * _TICKS))
        frame.pts, frame.time_base = self._last, Fraction(1, _TICKS)
        self._file.mux(self._stream.encode(frame))

    def _begin(self, image: Image) -> None:
        height, width = image.shape[:2]
        self._stream = self._file.add_stream("libx264", rate=self._rate, options=dict(_SPEED))
        self._stream.width, self._stream.height = max(2, width // 2 * 2), max(2, height // 2 * 2)
        self._stream.pix_fmt = "yuv420p"
        self._stream.codec_context.time_base = Fraction(1, _TICKS)

    def __enter__(self) -> VideoWriter:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()
