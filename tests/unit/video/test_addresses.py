"""What is behind an http address: a recording is read once and whole, a camera goes on for ever."""

from __future__ import annotations

import tempfile
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import numpy as np
import pytest

from rostro.core.errors import BadInput
from rostro.video.addresses import Told, ask, fetched
from rostro.video.frames import Frame
from rostro.video.sources import open_source
from rostro.video.writer import VideoWriter

Answer = Callable[[BaseHTTPRequestHandler], None]


@contextmanager
def serving(answer: Answer, *, knows_head: bool = True) -> Iterator[tuple[str, list[str]]]:
    """A server that gives one answer to everything; its address, and the requests that it had."""
    asked: list[str] = []

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.append(f"{self.command} {self.path}")
            answer(self)

        def do_HEAD(self) -> None:
            if knows_head:
                self.do_GET()
            else:
                self.send_error(405)

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}", asked
    finally:
        server.shutdown()
        server.server_close()


def gives(body: bytes = b"", status: int = 200, **headers: str) -> Answer:
    """Underscores of headers are hyphens."""

    def answer(request: BaseHTTPRequestHandler) -> None:
        request.send_response(status)
        for name, value in headers.items():
            request.send_header(name.replace("_", "-"), value)
        request.end_headers()
        if request.command == "GET":
            request.wfile.write(body)

    return answer


@pytest.fixture(scope="module")
def film(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    path = tmp_path_factory.mktemp("film") / "film.mp4"
    with VideoWriter(path, rate=10) as writer:
        for number in range(20):
            writer.write(number / 10, lambda n=number: np.full((48, 64, 3), 10 * n, np.uint8))
    return path.read_bytes()


@pytest.mark.parametrize(
    ("answer", "path", "recording"),
    [
        (gives(Content_Type="video/mp4", Content_Length="1000"), "/a.mp4", True),
        (gives(Content_Type="application/octet-stream", Content_Length="1000"), "/download?id=7", True),
        (gives(Content_Type="multipart/x-mixed-replace; boundary=x"), "/stream", False),
        (gives(Content_Type="multipart/x-mixed-replace; boundary=x", Content_Length="99999999"), "/stream", False),
        (gives(Content_Type="image/jpeg", Content_Length="9000"), "/snapshot.jpg", False),
        (gives(Content_Type="video/x-flv"), "/live.flv", None),
        (gives(b"", 404), "/nothing.mp4", None),
        (gives(b"", 401), "/secret.mp4", None),
        (
            gives(b"#EXTM3U\n#EXTINF:4,\n1.ts\n#EXT-X-ENDLIST\n", Content_Type="application/vnd.apple.mpegurl"),
            "/",
            True,
        ),
        (gives(b"#EXTM3U\n#EXTINF:4,\n1.ts\n", Content_Type="application/x-mpegURL", Content_Length="24"), "/", False),
        (gives(b"#EXTM3U\n#EXTINF:4,\n1.ts\n", Content_Type="text/plain", Content_Length="24"), "/door.m3u8", False),
        (gives(b'<MPD type="dynamic">', Content_Type="application/dash+xml", Content_Length="20"), "/", False),
        (gives(b'<MPD type="static">', Content_Type="application/dash+xml", Content_Length="19"), "/", True),
    ],
)
def test_what_the_server_says(answer: Answer, path: str, recording: bool | None) -> None:
    with serving(answer) as (address, _):
        assert ask(address + path).recording is recording


def test_who_does_not_know_head_is_asked_again() -> None:
    with serving(gives(b"x" * 10, Content_Length="10", Accept_Ranges="bytes"), knows_head=False) as (address, _):
        assert ask(address + "/a.mp4") == Told(True, ranges=True)


def test_a_list_of_lists_is_followed() -> None:
    def answer(request: BaseHTTPRequestHandler) -> None:
        inner = b"#EXTM3U\n#EXTINF:4,\n1.ts\n#EXT-X-ENDLIST\n"
        outer = b"#EXTM3U\n#EXT-X-STREAM-INF:BANDWIDTH=1\nlow/list.m3u8\n"
        gives(inner if request.path.startswith("/low/") else outer, Content_Type="audio/mpegurl")(request)

    with serving(answer) as (address, asked):
        assert ask(address + "/master.m3u8").recording is True
        assert asked[-1] == "GET /low/list.m3u8"


def test_nobody_answers() -> None:
    assert ask("http://127.0.0.1:9/film.mp4") == Told(None)


def test_name_and_password_go_where_http_has_them() -> None:
    def answer(request: BaseHTTPRequestHandler) -> None:
        good = request.headers.get("Authorization") == "Basic YWRhOnAgw7E="  # ada:p ñ
        gives(b"", 200 if good else 401, Content_Length="10")(request)

    with serving(answer) as (address, _):
        assert ask(address.replace("//", "//ada:p%20%C3%B1@") + "/a.mp4").recording is True


def frames_of(url: str, **options: bool) -> list[Frame]:
    source = open_source(url, **options)
    assert not source.live
    return [item for item in source.items(threading.Event()) if isinstance(item, Frame)]


def test_a_recording_is_read_whole_with_its_own_times(
    film: bytes, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also where the server gives no parts and the format has to be read from its end: then it is fetched first."""
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))  # others make temporary files, too
    with serving(gives(film, Content_Type="video/mp4", Content_Length=str(len(film)))) as (address, _):
        frames = frames_of(address + "/film.mp4")
    assert [frame.number for frame in frames] == list(range(20))
    assert [frame.seconds for frame in frames] == pytest.approx([number / 10 for number in range(20)], abs=0.02)
    assert list(tmp_path.iterdir()) == [], "nothing stays"


def test_one_may_say_what_it_is(film: bytes) -> None:
    """The server is not asked then."""
    with serving(gives(film, Content_Type="multipart/x-mixed-replace", Content_Length=str(len(film)))) as (
        address,
        asked,
    ):
        assert open_source(address, live=True).live and not asked
        assert not open_source(address, live=False).live and not asked
        assert open_source(address).live and asked


def test_where_the_server_says_nothing_the_container_does() -> None:
    """A camera is not visited twice for it."""

    class Opened:
        def __init__(self, frames: int) -> None:
            self.frames, self.closed = frames, False

        def read(self) -> None:
            return None

        def close(self) -> None:
            self.closed = True

    film, camera = Opened(100), Opened(0)
    assert not open_source("http://x/a", asked=lambda url: Told(None), connect=lambda url: film).live and film.closed
    opened = []
    source = open_source("http://x/a", asked=lambda url: Told(None), connect=lambda url: opened.append(url) or camera)
    assert source.live and not camera.closed
    stop = threading.Event()
    lost = next(iter(source.items(stop)))
    stop.set()
    assert "no more pictures" in lost.reason and len(opened) == 1


def test_a_download_that_breaks_off_is_an_error(film: bytes) -> None:
    with serving(gives(film[:500], Content_Length=str(len(film)))) as (address, _):
        with pytest.raises(BadInput, match=r"broke off|cannot be fetched"), fetched(address + "/film.mp4"):
            pass
        with pytest.raises(BadInput, match=r"film\.mp4"):
            frames_of(address + "/film.mp4")


def test_cameras_of_other_schemes_are_not_asked() -> None:
    def never(url: str) -> Told:
        raise AssertionError(url)

    assert open_source("rtsp://camera/door", asked=never).live
    assert not open_source("rtsp://server/film", live=False, asked=never).live
