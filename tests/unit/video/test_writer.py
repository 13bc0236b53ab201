"""Videos that every player plays, whole however the writing ends."""

from __future__ import annotations

from pathlib import Path

import av
import numpy as np
import pytest

from rostro.core.errors import BadInput
from rostro.video.writer import VideoWriter


def noise(width: int, height: int) -> np.ndarray:
    return np.random.default_rng(0).integers(0, 255, (height, width, 3), dtype=np.uint8)


def test_times_sizes_and_codec(tmp_path: Path) -> None:
    path = tmp_path / "out.mp4"
    times = [0.0, 0.04, 0.5, 0.5, 2.0]
    with VideoWriter(path) as writer:
        for number, seconds in enumerate(times):
            writer.write(seconds, lambda number=number: noise(65 if number else 71, 49))
    with av.open(str(path)) as file:
        stream = file.streams.video[0]
        assert (stream.codec_context.name, stream.codec_context.pix_fmt) == ("h264", "yuv420p")
        assert (stream.width, stream.height) == (70, 48), "even, as the coding wants it"
        shown = [float(frame.pts * stream.time_base) for frame in file.decode(stream)]
    assert shown == pytest.approx(times, abs=0.001)


def test_whole_after_an_error(tmp_path: Path) -> None:
    path = tmp_path / "out.mp4"
    with pytest.raises(KeyboardInterrupt), VideoWriter(path) as writer:
        for number in range(10):
            writer.write(number / 25, lambda: noise(64, 48))
        raise KeyboardInterrupt
    with av.open(str(path)) as file:
        assert len(list(file.decode(video=0))) == 10


def test_what_cannot_be_written(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match=r"out\.avi"):
        VideoWriter(tmp_path / "out.avi")
    with pytest.raises(BadInput, match="cannot write"):
        VideoWriter(tmp_path / "missing" / "out.mp4")


def test_a_failing_drawing_is_told(tmp_path: Path) -> None:
    def broken() -> np.ndarray:
        raise ValueError("no picture")

    writer = VideoWriter(tmp_path / "out.mp4")
    writer.write(0.0, lambda: noise(64, 48))
    writer.write(0.1, broken)
    with pytest.raises(BadInput, match="no picture"):
        writer.close()
