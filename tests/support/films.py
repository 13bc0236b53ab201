"""Small films of portraits, and servers that stream them, for tests."""

from __future__ import annotations

import shutil
import struct
import subprocess
import sys
import threading
import time
from contextlib import contextmanager
from functools import partial
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING

import cv2
import numpy as np
import pytest

from rostro.photos.reading import read_photo
from rostro.photos.writing import encode_picture
from rostro.video.writer import VideoWriter

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

WIDTH, HEIGHT, RATE = 640, 480, 25


def picture(photos: Sequence[Path], step: int) -> np.ndarray:
    """Portraits side by side on grey; they move a little with each step."""
    frame = np.full((HEIGHT, WIDTH, 3), (70, 90, 100), np.uint8)
    for place, photo in enumerate(photos):
        portrait = read_photo(photo).image
        scale = min(290 / portrait.shape[1], 430 / portrait.shape[0])
        small = cv2.resize(portrait, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
        left = 15 + 310 * place + round(8 * np.sin(step / 8))
        frame[20 : 20 + small.shape[0], left : left + small.shape[1]] = small
    return frame


def film(path: Path, *scenes: tuple[float, Sequence[Path]]) -> Path:
    """Writes a film of scenes: seconds, and who is in it."""
    step = 0
    with VideoWriter(path, rate=RATE) as video:
        for seconds, photos in scenes:
            for _ in range(round(seconds * RATE)):
                video.write(step / RATE, partial(picture, photos, step))
                step += 1
    return path


def uneven_film(path: Path, frames: Sequence[tuple[float, Sequence[Path]]]) -> Path:
    """Writes a film whose frames have any times: seconds, and who is in it."""
    with VideoWriter(path, rate=RATE) as video:
        for step, (seconds, photos) in enumerate(frames):
            video.write(seconds, partial(picture, photos, step))
    return path


def with_sound(silent: Path, path: Path, **titles: str) -> Path:
    """The same pictures with a tone of two seconds, a title and whatever else a film says of itself."""
    import av

    with av.open(str(silent)) as source, av.open(str(path), "w") as made:
        made.metadata.update(titles)
        pictures = made.add_stream_from_template(source.streams.video[0])
        sound = made.add_stream("aac", rate=44_100)
        sound.layout = "mono"
        tone = np.sin(np.arange(2 * 44_100) * (440 * 2 * np.pi / 44_100)).astype(np.float32)
        for at in range(0, len(tone) - 1024, 1024):
            frame = av.AudioFrame.from_ndarray(tone[None, at : at + 1024], format="fltp", layout="mono")
            frame.sample_rate, frame.pts = 44_100, at
            made.mux(sound.encode(frame))
        made.mux(sound.encode(None))
        for packet in source.demux(video=0):
            if packet.dts is not None:
                packet.stream = pictures
                made.mux(packet)
    return path


#: ISO/IEC 14496-12: the matrix of a track's header, by how far players turn its pictures clockwise.
_MATRICES = {90: (0, 1, -1, 0), 180: (-1, 0, 0, -1), 270: (0, -1, 1, 0)}


def turned_film(film: Path, path: Path, degrees: int) -> Path:
    """The same film, as a telephone writes it that is held otherwise: players turn it clockwise."""
    data = film.read_bytes()
    place = data.index(b"tkhd") + 4
    place += 4 + (20 if data[place] == 0 else 32) + 16
    a, b, c, d = (one << 16 for one in _MATRICES[degrees])
    path.write_bytes(data[:place] + struct.pack(">9i", a, b, 0, c, d, 0, 0, 0, 1 << 30) + data[place + 36 :])
    return path


class HttpCamera:
    """A camera as they are sold: motion JPEG over HTTP, that can be switched off and on again at the same address."""

    def __init__(self, photos: Sequence[Path]) -> None:
        self._frames = [encode_picture(picture(photos, step), ".jpg") for step in range(0, 50, 2)]
        self._server: ThreadingHTTPServer | None = None
        self._port = 0

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._port}/stream.mjpg"

    def on(self) -> None:
        camera = self
        on = threading.Event()
        on.set()

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                self.send_response(200)
                self.send_header("Content-Type", "multipart/x-mixed-replace; boundary=frame")
                self.end_headers()
                step = 0
                while on.is_set():
                    frame = camera._frames[step % len(camera._frames)]
                    head = f"--frame\r\nContent-Type: image/jpeg\r\nContent-Length: {len(frame)}\r\n\r\n"
                    try:
                        self.wfile.write(head.encode() + frame + b"\r\n")
                    except OSError:
                        return
                    step += 1
                    time.sleep(1 / RATE)

            def log_message(self, *_: object) -> None:
                pass

        self._on = on
        self._server = ThreadingHTTPServer(("127.0.0.1", self._port), Handler)
        self._server.daemon_threads = True
        self._port = self._server.server_address[1]
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def off(self) -> None:
        if self._server is not None:
            self._on.clear()
            self._server.shutdown()
            self._server.server_close()
            self._server = None


_PUBLISH = """
import sys, time
from fractions import Fraction
import av
url, film = sys.argv[1:]
with av.open(film) as source:
    frames = [frame.to_ndarray(format="rgb24") for frame in source.decode(video=0)]
with av.open(url, "w", format="rtsp", options={"rtsp_transport": "udp"}) as camera:
    options = {"preset": "ultrafast", "tune": "zerolatency", "g": "25"}
    stream = camera.add_stream("libx264", rate=25, options=options)
    stream.width, stream.height, stream.pix_fmt = 640, 480, "yuv420p"
    begun = time.monotonic()
    for number in range(25 * 300):
        frame = av.VideoFrame.from_ndarray(frames[number % len(frames)], format="rgb24")
        frame.pts, frame.time_base = number, Fraction(1, 25)
        camera.mux(stream.encode(frame))
        time.sleep(max(0, begun + number / 25 - time.monotonic()))
"""


@contextmanager
def rtsp_camera(film: Path, port: int) -> Iterator[str]:
    """A film on an RTSP server, as long as the block lasts; gives its URL."""
    program = shutil.which("rtsp-server-perl")
    if program is None:
        pytest.skip("no RTSP server found (Debian: apt install rtsp-server-perl)")
    ports = ["--clientport", str(port), "--serverport", str(port + 1)]
    server = subprocess.Popen([program, *ports], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    time.sleep(2)
    publish = [sys.executable, "-c", _PUBLISH, f"rtsp://127.0.0.1:{port + 1}/door", str(film)]
    publisher = subprocess.Popen(publish, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        yield f"rtsp://127.0.0.1:{port}/door"
    finally:
        for process in (publisher, server):
            process.kill()
            process.wait(10)
