"""A server without keys is this machine's alone: no name, no proxy and no page of another site comes to its people."""

from __future__ import annotations

from typing import TYPE_CHECKING

import httpx
import pytest
from fastapi.requests import HTTPConnection
from raw_http import ask, connected, frame, handshake, request, rest, status
from running_server import Running, running_server

from rostro.server.admission.hosts import names_this_machine, within_this_machine

if TYPE_CHECKING:
    from collections.abc import Iterator

    from rostro.recognizer import Recognizer

#: What a rebound name looks like to the server, and what only looks like this machine.
FOREIGN = [
    b"evil.example",
    b"a{b}.evil.example:8000",
    b"",
    b"   ",
    b"\xc3\xa9.example",
    b"127.0.0.1:99999",
    b"127.0.0.1:",
    b"127.0.0.1:8000:1",
    b"127.0.0.1/.evil.example",
    b"127.0.0.1?.evil.example",
    b"127.0.0.1#.evil.example",
    b"evil.example@127.0.0.1",
    b"localhost@127.0.0.1",
    b"localhost.evil.example",
    b"127.0.0.1.evil.example",
    b"localhost, evil.example",
    b"[::1",
    b"[::1].evil.example",
    b"[127.0.0.1].evil",
    b"0.0.0.0",
    b"127.1",
    b"2130706433",
    "１２７.0.0.1".encode(),
]
#: What comes with a request that a proxy passes on for somebody elsewhere, by one of this machine's names.
PASSED_ON = [
    b"X-Forwarded-For: 203.0.113.9",
    b"X-Forwarded-For: 127.0.0.1, 203.0.113.9",
    b"X-Forwarded-For: 203.0.113.9, 127.0.0.1",
    b"X-Forwarded-For: unknown",
    b"X-Real-IP: 203.0.113.9",
    b"Forwarded: for=203.0.113.9;proto=https",
    b'Forwarded: for="[2001:db8::7]:4711"',
    b"Forwarded: for=127.0.0.1;host=faces.example.org",
    b"CF-Connecting-IP: 203.0.113.9",
    b"Via: 1.1 proxy",
    b"X-Forwarded-Host: faces.example.org",
]
HERE = b"Host: localhost:8000"


@pytest.fixture(scope="module")
def server(recognizer: Recognizer, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    with running_server(recognizer, tmp_path_factory.mktemp("hosts")) as running:
        yield running


def socket_says(server: Running, *lines: bytes) -> bytes:
    """What the live view says to somebody without a key."""
    with connected(server.url) as opened:
        opened.sendall(handshake("/v1/live", *lines))
        head = rest(opened, until=b"\r\n\r\n")
        if status(head) != 101:
            return head
        opened.sendall(frame(b'{"key": null}'))
        return rest(opened, head, until=b"ready")


@pytest.mark.parametrize("host", FOREIGN)
def test_what_is_not_a_name_of_this_machine_comes_to_nobody(server: Running, host: bytes) -> None:
    line = b"Host: " + host
    assert status(ask(server.url, request("/v1/people", line))) in {400, 401}
    assert status(ask(server.url, request("/v1/people/1", line, method="DELETE"))) in {400, 401}
    said = socket_says(server, line)
    assert b"ready" not in said and (b'"status": 401' in said or status(said) == 400), said


@pytest.mark.parametrize(
    "lines",
    [(), (HERE, b"Host: evil.example"), (b"Host: evil.example", HERE), (HERE, HERE)],
    ids=["none", "a foreign second", "a foreign first", "twice"],
)
def test_it_has_one_name(server: Running, lines: tuple[bytes, ...]) -> None:
    assert status(ask(server.url, request("/v1/people", *lines))) in {400, 401}


@pytest.mark.parametrize("line", PASSED_ON)
def test_whoever_a_proxy_asks_for_needs_a_key(server: Running, line: bytes) -> None:
    """Even where it asks by this machine's own name, as nginx does if nobody tells it otherwise."""
    assert status(ask(server.url, request("/v1/people", HERE, line))) == 401
    assert b"ready" not in socket_says(server, HERE, line)


@pytest.mark.parametrize(
    "lines",
    [
        (b"Host: localhost",),
        (b"Host: LOCALHOST.:8000",),
        (b"Host: 127.0.0.1:8000",),
        (b"Host: 127.9.9.9",),
        (b"Host: [::1]:8000",),
        (HERE, b"X-Forwarded-For: 127.0.0.1, ::1", b"X-Forwarded-Host: localhost:9000", b"Via: 1.1 Caddy"),
        (HERE, b'Forwarded: for="[::1]:4711";host="localhost:9000"'),
    ],
)
def test_this_machine_comes_in_by_all_its_names(server: Running, lines: tuple[bytes, ...]) -> None:
    assert status(ask(server.url, request("/v1/people", *lines))) == 200
    assert b"ready" in socket_says(server, *lines)


def test_whose_address_is_another_machines_needs_a_key() -> None:
    """Whatever name it asks for; a socket of Unix tells no address."""

    def comes_in(client: tuple[str, int] | None) -> bool:
        scope = {"type": "http", "client": client, "headers": [(b"host", b"localhost")]}
        return within_this_machine(HTTPConnection(scope))

    assert [comes_in(client) for client in (("127.0.0.1", 1), ("::1", 1))] == [True, True]
    others = (("192.0.2.7", 1), ("fe80::1", 1), ("testclient", 1), ("", 0), None)
    assert [comes_in(client) for client in others] == [False] * len(others)


def test_highest_port() -> None:
    assert names_this_machine("localhost:65535") and not names_this_machine("localhost:65536")


@pytest.mark.parametrize("site", ["cross-site", "same-site"])
@pytest.mark.parametrize("method", ["POST", "DELETE", "GET"])
def test_what_a_browser_calls_another_sites_is_refused(server: Running, site: str, method: str) -> None:
    """With and without an ``Origin``; a form of another site's page may come without one."""
    for headers in ({}, {"origin": server.url}):
        path = "/v1/people/1" if method == "DELETE" else "/v1/people"
        answer = httpx.request(method, f"{server.url}{path}", headers={"sec-fetch-site": site, **headers})
        assert answer.status_code == 403 and answer.json()["type"] == "urn:rostro:foreign-page"
    assert b'"status": 403' in socket_says(server, HERE, f"Sec-Fetch-Site: {site}".encode())
    assert httpx.get(f"{server.url}/", headers={"sec-fetch-site": site}).status_code == 200, "links to the page work"


def test_pages_of_no_site_are_foreign_too(server: Running) -> None:
    """A page in a sandbox says ``null``: it is not the server's, even where no host was asked for."""
    for line in (b"Host: ", HERE):
        assert status(ask(server.url, request("/v1/people", line, b"Origin: null"))) in {400, 403}
    assert b'"status": 403' in socket_says(server, HERE, b"Origin: null")
