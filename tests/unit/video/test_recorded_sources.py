"""Files and folders are read whole, in order; at their own speed only when that is asked for."""

from __future__ import annotations

import threading
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest

from rostro.core.errors import BadInput, UnreadablePhoto
from rostro.photos.writing import write_picture
from rostro.video.frames import Frame, Unreadable
from rostro.video.recorded import ahead, paced
from rostro.video.sources import open_source
from rostro.video.writer import VideoWriter


def shade(value: int, width: int = 64, height: int = 48) -> np.ndarray:
    return np.full((height, width, 3), (value, 128, 255 - value), np.uint8)


def frames_of(source: str, **options: bool) -> list[Frame]:
    return list(open_source(source, **options).items(threading.Event()))


@pytest.fixture
def video(tmp_path: Path) -> Path:
    path = tmp_path / "ñandú.mp4"
    with VideoWriter(path, rate=10) as writer:
        for number in range(20):
            writer.write(number / 10, lambda number=number: shade(10 * number))
    return path


def test_a_file_is_read_whole(video: Path) -> None:
    frames = frames_of(str(video))
    assert [frame.number for frame in frames] == list(range(20))
    assert [frame.seconds for frame in frames] == pytest.approx([number / 10 for number in range(20)], abs=0.02)
    for number, frame in enumerate(frames):
        assert frame.image.shape == (48, 64, 3) and frame.image.dtype == np.uint8
        assert np.abs(frame.image.mean(axis=(0, 1)) - (10 * number, 128, 255 - 10 * number)).max() < 12, "RGB"


def test_a_file_in_real_time(video: Path) -> None:
    frames = frames_of(str(video), real_time=True)
    numbers = [frame.number for frame in frames]
    assert numbers == sorted(numbers) and numbers[-1] == 19


def test_pacing_waits_for_each_frame() -> None:
    now, slept = [100.0], []

    def sleep(seconds: float) -> None:
        slept.append(round(seconds, 3))
        now[0] += seconds

    frames = [Frame(number, number * 0.04, shade(0)) for number in range(4)]
    for frame in paced(iter(frames), clock=lambda: now[0], sleep=sleep):
        now[0] += 0.01 if frame.number < 2 else 0.05
    assert slept == [0.03, 0.03], "who is late does not wait"


def test_a_folder(tmp_path: Path) -> None:
    for number in (10, 9, 11):
        write_picture(shade(number), tmp_path / f"{number:03d}.png")
    (tmp_path / "notes.txt").write_text("no photo")
    frames = frames_of(str(tmp_path))
    assert [int(frame.image[0, 0, 0]) for frame in frames] == [9, 10, 11]
    assert [frame.seconds for frame in frames] == [0.0, 0.04, 0.08]


def test_two_comes_before_ten(tmp_path: Path) -> None:
    for number in range(1, 13):
        write_picture(shade(number), tmp_path / f"frame {number}.png")
    assert [int(frame.image[0, 0, 0]) for frame in frames_of(str(tmp_path))] == list(range(1, 13))


def test_bad_sources_are_named(tmp_path: Path) -> None:
    for name, content in {"empty.mp4": b"", "text.mp4": b"hello " * 100}.items():
        (tmp_path / name).write_bytes(content)
        with pytest.raises(BadInput, match=name):
            frames_of(str(tmp_path / name))
    with pytest.raises(BadInput, match="no such file"):
        frames_of(str(tmp_path / "missing.mp4"))
    with pytest.raises(BadInput, match="no camera"):
        frames_of("/dev/null")
    (tmp_path / "folder").mkdir()
    with pytest.raises(BadInput, match="no photos"):
        frames_of(str(tmp_path / "folder"))
    for options in ({"live": True}, {"live": False}, {"rate": 5.0}):
        with pytest.raises(BadInput, match="only of a"):
            open_source(str(tmp_path / "empty.mp4"), **options)
    for rate in (0.0, -1.0, float("nan"), 1e99):
        with pytest.raises(BadInput, match=r"lies in \[0\.001, 1000\]"):
            open_source(str(tmp_path / "folder"), rate=rate)


def test_a_picture_that_cannot_be_read_is_told_in_its_place(tmp_path: Path) -> None:
    for number in (1, 3):
        write_picture(shade(number), tmp_path / f"{number}.png")
    (tmp_path / "2.jpg").write_bytes(b"\xff\xd8\xff")
    first, broken, last = open_source(str(tmp_path), rate=2).items(threading.Event())
    assert (first.seconds, broken.seconds, last.seconds, last.number) == (0, 0.5, 1, 2)
    assert isinstance(broken, Unreadable) and "2.jpg" in str(broken.error)
    assert isinstance(broken.error, UnreadablePhoto)


def noise_film(path: Path, codec: str) -> bytes:
    """A hundred frames of noise, each of which is large enough to be hit."""
    noise = np.random.default_rng(0).integers(0, 255, (240, 320, 3), dtype=np.uint8)
    with av.open(str(path), "w") as file:
        stream = file.add_stream(codec, rate=25)
        stream.width, stream.height = 320, 240
        stream.pix_fmt = "yuvj420p" if codec == "mjpeg" else "yuv420p"
        for number in range(100):
            frame = av.VideoFrame.from_ndarray(np.roll(noise, number, 1), format="rgb24")
            frame.pts, frame.time_base = number, Fraction(1, 25)
            file.mux(stream.encode(frame))
        file.mux(stream.encode(None))
    return path.read_bytes()


@pytest.mark.parametrize("codec", ["mjpeg", "libx264"])
@pytest.mark.parametrize("where", [0.3, 0.5])
def test_a_broken_frame_does_not_end_a_film(tmp_path: Path, codec: str, where: float) -> None:
    """The film used to be over there, without a word."""
    data = bytearray(noise_film(tmp_path / "film.mp4", codec))
    at = int(where * len(data))
    data[at : at + 20_000] = np.random.default_rng(1).integers(0, 255, 20_000, dtype=np.uint8).tobytes()
    (tmp_path / "broken.mp4").write_bytes(data)
    items = list(open_source(str(tmp_path / "broken.mp4")).items(threading.Event()))
    frames = [item for item in items if isinstance(item, Frame)]
    broken = [item for item in items if isinstance(item, Unreadable)]
    assert len(frames) >= 85 and frames[-1].seconds == pytest.approx(3.96, abs=0.05)
    assert len(frames) == 100 or broken, "what is missing is told"
    assert all("cannot be decoded" in str(item.error) and "broken.mp4" in str(item.error) for item in broken)
    assert [item.seconds for item in items] == sorted(item.seconds for item in items)


def test_a_film_that_breaks_off_says_so(tmp_path: Path) -> None:
    data = noise_film(tmp_path / "film.avi", "mjpeg")
    (tmp_path / "half.avi").write_bytes(data[: len(data) // 2])
    *frames, last = open_source(str(tmp_path / "half.avi")).items(threading.Event())
    assert 40 < len(frames) < 55 and all(isinstance(item, Frame) for item in frames)
    assert isinstance(last, Unreadable) and "broke off after" in str(last.error)
    assert last.error.values["why"] == "broken-off"
    whole = list(open_source(str(tmp_path / "film.avi")).items(threading.Event()))
    assert len(whole) == 100 and all(isinstance(item, Frame) for item in whole)


def test_a_cut_off_file_gives_what_it_has(tmp_path: Path, video: Path) -> None:
    """As a camera's file does after a power cut; MP4 without its end has no index, so it is refused or short."""
    cut = tmp_path / "cut.mp4"
    cut.write_bytes(video.read_bytes()[:-40])
    assert len(frames_of(str(cut))) <= 20


def test_reading_ahead_stops_with_its_reader() -> None:
    ended = threading.Event()

    def endless():
        try:
            number = 0
            while True:
                yield Frame(number, 0.0, shade(0))
                number += 1
        finally:
            ended.set()

    items = endless()
    reader = ahead(items)
    assert next(reader).number == 0 and next(reader).number == 1
    reader.close()
    items.close()
    assert ended.is_set()
