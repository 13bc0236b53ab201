"""Frames out of OpenCV: cameras, files and network streams."""

from __future__ import annotations

import os
import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from rostro.core.errors import BadInput

if TYPE_CHECKING:
    from collections.abc import Iterator

    from rostro.core.types import Image

#: Milliseconds to wait for a network stream: until it opens, and for its next picture.
OPEN_PATIENCE, READ_PATIENCE = 10_000, 10_000
#: FFmpeg says on stderr what it thinks of every packet; -8 is its word for silence.
_ERRORS = 2  # a level of OpenCV's log
_SILENT = ("OPENCV_FFMPEG_LOGLEVEL", "-8")
_OPTIONS = "OPENCV_FFMPEG_CAPTURE_OPTIONS"
_ENVIRONMENT = threading.Lock()
#: A number of frames beyond it (a year at 30 a second) is none.
_MOST_FRAMES = 1e9


class Capture:
    """An open camera, file or stream."""

    def __init__(self, source: int | str) -> None:
        """Opens it.

        Args:
            source: A camera's index, a file's path or a stream's URL.

        Raises:
            BadInput: It cannot be opened, or gives no picture at all; names it.
        """
        import cv2

        os.environ.setdefault(*_SILENT)
        _quieten(cv2)
        what = f"camera {source}" if isinstance(source, int) else source
        self._capture: Any = _open(source)
        if not self._capture.isOpened():
            raise BadInput(f"{what}: cannot be opened as a video")
        self._first = self._read()
        if self._first is None:
            self.close()
            raise BadInput(f"{what}: opened, but it gives no picture")

    @property
    def rate(self) -> float:
        """Frames per second, as the source says; 0 where it does not."""
        import cv2

        rate = float(self._capture.get(cv2.CAP_PROP_FPS))
        return rate if 0 < rate < 1000 else 0.0

    @property
    def frames(self) -> int:
        """How many frames there are; 0 where the source has no end, or does not say."""
        import cv2

        frames = self._capture.get(cv2.CAP_PROP_FRAME_COUNT)  # where the container does not say, anything at all
        return int(frames) if 0 < frames < _MOST_FRAMES else 0

    @property
    def seconds(self) -> float:
        """Time of the frame that was read last, since the video's start."""
        import cv2

        return max(0.0, float(self._capture.get(cv2.CAP_PROP_POS_MSEC)) / 1000)

    def read(self) -> Image | None:
        """The next frame, RGB uint8 (H, W, 3), turned upright; None at the end, or where the source went away."""
        if self._first is not None:
            first, self._first = self._first, None
            return first
        return self._read()

    def close(self) -> None:
        """Lets go of the camera, file or connection."""
        self._capture.release()

    def _read(self) -> Image | None:
        import cv2

        good, image = self._capture.read()
        if not good or image is None:
            return None
        rgb: Image = cv2.cvtColor(image, cv2.COLOR_BGR2RGB)
        return rgb


def _quieten(cv2: Any) -> None:
    """Lets OpenCV say errors only; where that is said has moved between its versions."""
    if hasattr(cv2.utils, "logging"):
        cv2.utils.logging.setLogLevel(cv2.utils.logging.LOG_LEVEL_ERROR)
    else:
        cv2.setLogLevel(_ERRORS)


def _open(source: int | str) -> Any:
    """OpenCV's capture, open or not. An RTSP camera is asked for TCP, which loses nothing, and then for UDP."""
    import cv2

    if isinstance(source, int):
        capture = cv2.VideoCapture(source)
        capture.set(cv2.CAP_PROP_BUFFERSIZE, 1)  # old pictures are of no use
        return capture
    waits = [cv2.CAP_PROP_OPEN_TIMEOUT_MSEC, OPEN_PATIENCE, cv2.CAP_PROP_READ_TIMEOUT_MSEC, READ_PATIENCE]
    capture = cv2.VideoCapture(source, cv2.CAP_FFMPEG, waits)
    if not capture.isOpened() and source.lower().startswith("rtsp://"):
        with _over_udp():
            capture = cv2.VideoCapture(source, cv2.CAP_FFMPEG, waits)
    return capture


@contextmanager
def _over_udp() -> Iterator[None]:
    """OpenCV takes FFmpeg's options from the environment alone, and looks there whenever it opens something."""
    with _ENVIRONMENT:
        own = os.environ.get(_OPTIONS)
        os.environ.setdefault(_OPTIONS, "rtsp_transport;udp")
        try:
            yield
        finally:
            if own is None:
                del os.environ[_OPTIONS]
