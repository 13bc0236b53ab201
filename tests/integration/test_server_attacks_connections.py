"""Floods before anybody is admitted: the server holds little, lets go soon, and answers honest clients meanwhile."""

from __future__ import annotations

import asyncio
import logging
import socket
import ssl
import time
from contextlib import ExitStack, suppress
from pathlib import Path
from typing import TYPE_CHECKING

import httpx
import pytest
from raw_http import ask, close_code, connected, frame, handshake, request, rest, status
from running_server import Running, running_server

from rostro.server import listening
from rostro.server.admission.keys import Role
from rostro.server.admission.limits import ConnectionLimits, Limits, TooMany
from rostro.server.admission.lobby import Lobby, neighbourhood
from rostro.server.admission.places import Places

if TYPE_CHECKING:
    from collections.abc import Iterator

    from rostro.recognizer import Recognizer

#: As those that hold, but over within a test.
QUICK = ConnectionLimits(
    connections=60, per_address=40, waiting=20, head_seconds=0.8, answer_seconds=0.8, key_seconds=0.8,
    keyless=16, keyless_per_address=4,
)  # fmt: skip
HOST = b"Host: 127.0.0.1"


class Log(logging.Handler):
    """What the server logs."""

    def __init__(self) -> None:
        super().__init__()
        self.records: list[logging.LogRecord] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.records.append(record)


@pytest.fixture(scope="module")
def _server(
    recognizer: Recognizer, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[Running, dict[str, str], Log]]:
    log = Log()
    limits = Limits(rate=0, live=4, streams=2, connections=QUICK)
    with running_server(recognizer, tmp_path_factory.mktemp("connections"), limits) as running:
        for name in ("uvicorn.error", "asyncio"):
            logging.getLogger(name).addHandler(log)
        yield running, {label: running.keys.create(label, Role.ADMIN)[1] for label in ("one", "other")}, log
        for name in ("uvicorn.error", "asyncio"):
            logging.getLogger(name).removeHandler(log)


@pytest.fixture
def server(_server: tuple[Running, dict[str, str], Log]) -> Iterator[Running]:
    """Of each test it is asked that the server answers at once after it, and logged no traceback."""
    running, _, log = _server
    log.records.clear()
    yield running
    started = time.perf_counter()
    assert httpx.get(f"{running.url}/healthz", timeout=5).status_code == 200
    assert time.perf_counter() - started < 2
    assert not [record.getMessage() for record in log.records if record.exc_info or record.levelno > logging.WARNING]


@pytest.fixture
def key(_server: tuple[Running, dict[str, str], Log]) -> str:
    return _server[1]["one"]


def flood(opened: socket.socket, piece: bytes, *, most: int = 50_000_000) -> int:
    """Sends until the other side has enough; says how much it took."""
    sent = 0
    try:
        while sent < most:
            opened.sendall(piece)
            sent += len(piece)
    except OSError:
        pass
    return sent


def megabytes() -> float:
    return int(Path("/proc/self/statm").read_text(encoding="utf-8").split()[1]) * 4096 / 1e6


def closed_within(opened: socket.socket, seconds: float) -> bytes:
    """What was said until the other side closed."""
    opened.settimeout(seconds)
    return rest(opened)


# Heads

ENDLESS = {
    "an address": (b"GET /", b"a" * 60_000),
    "a name": (b"GET / HTTP/1.1\r\n", b"a" * 60_000),
    "a value": (b"GET / HTTP/1.1\r\nX: ", b"a" * 60_000),
    "lines": (b"GET / HTTP/1.1\r\n", b"a: b\r\n" * 10_000),
    "long lines": (b"GET / HTTP/1.1\r\n", (b"a: " + b"b" * 6_000 + b"\r\n") * 10),
}


@pytest.mark.parametrize("what", ENDLESS)
def test_a_head_without_an_end_is_cut(server: Running, what: str) -> None:
    start, piece = ENDLESS[what]
    before = megabytes()
    with connected(server.url) as opened:
        opened.sendall(start)
        assert flood(opened, piece) < 20_000_000, "what the system holds for it, and no more"
        said = closed_within(opened, 5)
    assert status(said) in {400, 431, 0} and megabytes() - before < 30


@pytest.mark.parametrize(
    "lines", [(b"X: " + b"a" * 70_000,), tuple(b"X-%d: a" % n for n in range(200))], ids=["long", "many"]
)
def test_a_head_that_is_too_large_is_told(server: Running, lines: tuple[bytes, ...]) -> None:
    said = ask(server.url, request("/healthz", HOST, *lines))
    assert status(said) == 431 and b"urn:rostro:head-too-large" in said


def test_a_head_may_be_long(server: Running) -> None:
    lines = [b"X-%d: " % n + b"a" * 600 for n in range(100)]
    assert status(ask(server.url, request("/healthz", HOST, *lines))) == 200


@pytest.mark.parametrize(
    ("last", "piece"),
    [(b"0\r\n", b"a: b\r\n" * 10_000), (b"0\r\nX: ", b"a" * 60_000), (b"1;x=", b"a" * 60_000)],
    ids=["lines after the body", "a line after the body", "words about a piece"],
)
def test_what_follows_a_body_is_cut_too(server: Running, key: str, last: bytes, piece: bytes) -> None:
    before = megabytes()
    with connected(server.url) as opened:
        opened.sendall(
            b"POST /v1/detect HTTP/1.1\r\nHost: 127.0.0.1\r\nx-api-key: " + key.encode() + b"\r\n"
            b"Content-Type: multipart/form-data; boundary=x\r\nTransfer-Encoding: chunked\r\n\r\n5\r\n--x\r\n\r\n"
            + last
        )
        assert flood(opened, piece) < 20_000_000
        closed_within(opened, 5)
    assert megabytes() - before < 30


def test_a_head_that_comes_in_drops_is_cut(server: Running) -> None:
    with connected(server.url) as opened:
        opened.sendall(b"GET / HTTP/1.1\r\n")
        started = time.monotonic()
        try:
            while time.monotonic() - started < 5:
                opened.sendall(b"a")
                time.sleep(0.05)
        except OSError:
            pass
        assert time.monotonic() - started < 4
    with connected(server.url) as opened:
        opened.sendall(b"GET / HTTP/1.1\r\nX: ")
        said = closed_within(opened, 4)
        assert status(said) == 408 and b"urn:rostro:too-slow" in said


def test_requests_that_are_sent_ahead_are_few(server: Running) -> None:
    one = b"GET /healthz HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n"
    before = megabytes()
    with connected(server.url) as opened:
        flood(opened, one * 5000, most=1_000_000)
        assert b"HTTP/1.1 200" not in closed_within(opened, 5)[-400:]
    with connected(server.url) as opened:
        opened.sendall(one * 10)
        opened.settimeout(5)
        said = b""
        while said.count(b"HTTP/1.1 200") < 10:
            said += opened.recv(1 << 16)
    assert megabytes() - before < 30


# Connections


def test_who_says_nothing_is_let_go_and_is_in_nobodys_way(server: Running, key: str) -> None:
    """More than there is room for: honest clients are answered, and none of the silent is there for long."""
    with ExitStack() as stack:
        silent = []
        for _ in range(150):
            opened = stack.enter_context(connected(server.url))
            silent.append(opened)
        for _ in range(5):
            started = time.perf_counter()
            answer = httpx.get(f"{server.url}/v1/people", headers={"x-api-key": key}, timeout=5)
            assert answer.status_code == 200 and time.perf_counter() - started < 2
        with httpx.Client(base_url=server.url, headers={"x-api-key": key}, timeout=5) as honest:
            for _ in range(5):  # whose connection is kept between two requests, and not cut for new ones
                assert honest.get("/v1/people").status_code == 200
                for _ in range(40):
                    silent.append(stack.enter_context(connected(server.url)))
        assert [closed_within(opened, 4) for opened in silent] == [b""] * len(silent)


def test_a_connection_that_was_answered_is_let_go_too(server: Running) -> None:
    with connected(server.url) as opened:
        opened.sendall(b"GET /healthz HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\nGET /")
        said = closed_within(opened, 5)
        assert said.count(b"HTTP/1.1 200") == 1 and b"408" in said


def test_answers_that_nobody_takes_are_given_up(server: Running) -> None:
    one = b"GET /openapi.json HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n"
    with socket.socket() as opened:
        opened.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        opened.settimeout(5)
        opened.connect(("127.0.0.1", int(server.url.rsplit(":", 1)[1])))
        sent, started = 0, time.monotonic()
        with pytest.raises(OSError):
            while time.monotonic() - started < 30:
                opened.sendall(one * 5)
                sent += 5
                time.sleep(0.02)
        assert sent > 10 and time.monotonic() - started < 20


def test_no_address_has_all_connections() -> None:
    lobby: Lobby[str] = Lobby(total=3, per_address=2)
    assert [lobby.enter(who, who[0]) for who in ("a1", "a2", "a3")] == [None, None, "a1"]
    lobby.leave("a1")
    assert [lobby.enter(who, who[0]) for who in ("b1", "c1")] == [None, "a2"]
    lobby.leave("a2")
    lobby.leave("a2")
    assert len(lobby) == 3 and lobby.longest() == "a3" and lobby.longest("c") == "c1" and lobby.longest("d") is None


def test_a_network_of_ipv6_is_one_address() -> None:
    assert neighbourhood("2001:db8::1") == neighbourhood("2001:db8::2:3") != neighbourhood("2001:db8:0:1::1")
    assert neighbourhood("192.0.2.1") != neighbourhood("192.0.2.2") and neighbourhood(None) == neighbourhood("")


def test_who_does_not_shake_hands_over_tls_is_let_go(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(listening, "HANDSHAKE_SECONDS", 0.3)

    async def serve() -> float:
        loop, context = asyncio.get_running_loop(), ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        serving = await loop.create_server(asyncio.Protocol, "127.0.0.1", 0, ssl=context)
        started = time.monotonic()
        reader, writer = await asyncio.open_connection(*serving.sockets[0].getsockname())
        await asyncio.wait_for(reader.read(), 10)
        writer.close()
        serving.close()
        return time.monotonic() - started

    with asyncio.Runner(loop_factory=listening.patient_loop) as runner:
        assert runner.run(serve()) < 5


def test_there_are_no_more_connections_than_half_of_the_files() -> None:
    import resource

    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    few = min(soft, 600)
    resource.setrlimit(resource.RLIMIT_NOFILE, (few, hard))
    try:
        limits = listening.within_files(ConnectionLimits())
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
    assert (limits.connections, limits.per_address) == (few // 2, few // 4)


# WebSockets


def opened_socket(server: Running, stack: ExitStack, *lines: bytes) -> tuple[socket.socket, bytes]:
    """A WebSocket, and what was said on it already."""
    opened = stack.enter_context(connected(server.url))
    opened.sendall(handshake("/v1/live", HOST, *lines))
    said = rest(opened, until=b"\r\n\r\n")
    assert status(said) == 101
    return opened, said


def ready(opened: socket.socket, said: bytes) -> bytes:
    """All that was said until the view began."""
    return said if b"ready" in said else rest(opened, said, until=b"ready")


@pytest.mark.parametrize("path", ["/v1/live", "/v1/watch"])
@pytest.mark.parametrize("opcode", [1, 2])
def test_who_showed_no_key_has_no_large_messages(server: Running, path: str, opcode: int) -> None:
    before = megabytes()
    with ExitStack() as stack:
        for _ in range(30):
            opened = stack.enter_context(connected(server.url))
            opened.sendall(handshake(path, HOST))
            head = rest(opened, until=b"\r\n\r\n")
            with suppress(OSError):
                opened.sendall(frame(b"a" * 1_800_000, opcode=opcode, announced=1_900_000))
            assert status(head) == 101 and close_code(rest(opened, head)) == 1009
    assert megabytes() - before < 20


def test_fragments_are_no_way_around_it(server: Running) -> None:
    with ExitStack() as stack:
        opened, said = opened_socket(server, stack)
        opened.sendall(bytes([1, 0x80 | 100]) + bytes(4) + b"a" * 100)
        opened.sendall((bytes([0, 0x80 | 100]) + bytes(4) + b"a" * 100) * 20)
        assert close_code(rest(opened, said)) == 1009


def test_who_shows_no_key_is_let_go(server: Running, key: str) -> None:
    """Few of them at the same time, and not for long; who shows one comes in meanwhile."""
    with ExitStack() as stack:
        waiting = [opened_socket(server, stack) for _ in range(12)]
        opened, said = opened_socket(server, stack)
        opened.sendall(frame(b'{"key": "%s"}' % key.encode()))
        assert b"ready" in ready(opened, said)
        codes = [close_code(rest(*each)) for each in waiting]
    assert codes.count(1013) == 12 - QUICK.keyless_per_address + 1 and codes.count(3008) == len(codes) - codes.count(
        1013
    )


def test_a_client_has_half_of_the_live_views(server: Running, _server: tuple[Running, dict[str, str], Log]) -> None:
    one, other = (b"x-api-key: " + text.encode() for text in _server[1].values())
    with ExitStack() as stack:
        for line in (one, one, other, other):
            assert b"ready" in ready(*opened_socket(server, stack, line))
        said = rest(*opened_socket(server, stack, one))
        assert close_code(said) == 1013 and b"live views" in said
    for _ in range(50):  # its places are free again once it is seen that it left
        with ExitStack() as stack:
            if b"ready" in ready(*opened_socket(server, stack, one)):
                break
        time.sleep(0.1)
    else:
        pytest.fail("places stay taken")


def test_a_client_has_half_of_the_places() -> None:
    places = Places(4, "doors are open")
    with ExitStack() as stack:
        for who in "aa":
            stack.enter_context(places.taken(who))
        with pytest.raises(TooMany) as own:
            stack.enter_context(places.taken("a"))
        for who in "bb":
            stack.enter_context(places.taken(who))
        with pytest.raises(TooMany) as everybody:
            stack.enter_context(places.taken("c"))
        assert own.value.client and not everybody.value.client
    with places.taken("c"):
        pass


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (frame(b"\xff\xfe"), 1007),
        (frame(b"a", opcode=3), 1002),
        (b"\x81\x05hello", 1002),
        (frame(b"", opcode=8, announced=0)[:1] + b"\xfe\xff\xff" + bytes(4 + 0xFFFF), 1002),
        (frame(b"hello"), 1008),
        (frame(b"a" * 2_001_000, opcode=2, announced=2_002_000), 1009),
        (frame(b"a" * 2_000_500, opcode=2), 1009),
    ],
    ids=["no text", "no kind", "no mask", "a long goodbye", "a word", "more than is read", "more than a frame"],
)
def test_what_is_wrong_on_a_socket_has_a_code(server: Running, key: str, content: bytes, code: int) -> None:
    with ExitStack() as stack:
        opened, said = opened_socket(server, stack, b"x-api-key: " + key.encode())
        said = ready(opened, said)
        with suppress(OSError):
            opened.sendall(content)
        assert close_code(rest(opened, said)) == code


@pytest.mark.parametrize(
    ("lines", "wanted"),
    [
        ((b"X: " + b"a" * 9_000,), {431}),
        (tuple(b"X-%d: a" % n for n in range(125)), {431}),
        ((b"X: \xff\xfe",), {101}),
        ((b"Sec-WebSocket-Protocol: \xff",), {101, 400}),
        ((b"Sec-WebSocket-Key: again",), {400}),
        ((b"Origin: https://evil.example",), {101}),
        ((b"Content-Length: 5", b"", b"hello"), {101, 400}),
    ],
    ids=["a long line", "many lines", "no text", "no protocol", "two keys", "another site", "a body"],
)
def test_no_handshake_hangs_or_leaves_a_traceback(server: Running, lines: tuple[bytes, ...], wanted: set[int]) -> None:
    with connected(server.url) as opened:
        opened.sendall(handshake("/v1/live", HOST, *lines))
        assert status(closed_within(opened, 5)) in wanted


def test_a_long_address_opens_no_socket(server: Running) -> None:
    with connected(server.url) as opened:
        opened.sendall(handshake("/v1/live?" + "a" * 9_000, HOST))
        assert status(closed_within(opened, 5)) == 414


@pytest.mark.parametrize("path", ["/v1/detect", "/v1/people", "/v1/enrolments"])
def test_who_leaves_in_the_middle_leaves_no_traceback(server: Running, key: str, path: str) -> None:
    for last in (b"", b"--x\r\n", b'--x\r\nContent-Disposition: form-data; name="photos"; filename="a"\r\n\r\nabc'):
        with connected(server.url) as opened:
            lines = [b"x-api-key: " + key.encode(), b"Content-Type: multipart/form-data; boundary=x"]
            opened.sendall(request(path, HOST, *lines, b"Content-Length: 5000", method="POST") + last)
            time.sleep(0.1)
    with ExitStack() as stack:
        opened_socket(server, stack, b"x-api-key: " + key.encode())
    time.sleep(0.3)
