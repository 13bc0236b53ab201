"""A revoked key ends what it began: views, streams, jobs, requests that wait. So does another file of keys."""

from __future__ import annotations

import json
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import httpx
import pytest
from large_photos import large_photo
from running_server import OPEN_LIMITS, Running, running_server
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import ClientConnection, connect

from rostro.server.admission.keys import KeyStore, Role
from rostro.server.sockets.broadcast import Broadcast
from rostro.video.watcher import Scene

if TYPE_CHECKING:
    from collections.abc import Iterator

    from rostro.recognizer import Recognizer

#: Seconds until everything has ended. One is promised; the other is a busy machine's.
SOON = 2.0
PHOTOS = 20


@pytest.fixture(scope="module")
def server(recognizer: Recognizer, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """Watches something, too; has keys."""
    broadcast, over = Broadcast("a door"), threading.Event()

    def see() -> None:
        while not over.wait(0.05):
            broadcast.hear(Scene(None, (), ()))

    seeing = threading.Thread(target=see)
    seeing.start()
    limits = replace(OPEN_LIMITS, request_pixels=1_000_000_000)
    try:
        with running_server(recognizer, tmp_path_factory.mktemp("keyed"), limits, watching=broadcast) as running:
            running.keys.create("somebody else", Role.READ)
            yield running
    finally:
        over.set()
        seeing.join()


@contextmanager
def view(server: Running, path: str, key: str | None) -> Iterator[ClientConnection]:
    with connect(f"{server.url.replace('http', 'ws')}{path}", open_timeout=20) as socket:
        socket.send(json.dumps({"key": key}))
        assert json.loads(socket.recv(20))["ready"]
        yield socket


def ending(socket: ClientConnection) -> dict[str, Any]:
    """The last words that a view hears; it is closed afterwards."""
    last: dict[str, Any] = {}
    deadline = time.monotonic() + SOON
    with pytest.raises(ConnectionClosed):
        while True:
            message = socket.recv(max(0.01, deadline - time.monotonic()))
            last = json.loads(message) if isinstance(message, str) else last
    return last


def revoke(server: Running, key: str) -> None:
    """By another program."""
    store = KeyStore(server.keys.path)
    store.revoke(key)
    store.close()


@pytest.mark.parametrize("path", ["/v1/live", "/v1/watch"])
def test_a_view_ends_with_its_key_and_no_other(server: Running, path: str, samples: dict[str, Path]) -> None:
    (mine, text), (_, other) = (server.keys.create(name, Role.READ) for name in ("mine", "other"))
    with view(server, path, text) as socket, view(server, path, other) as stays:
        revoke(server, mine.id)
        assert ending(socket)["type"] == "urn:rostro:key-refused"
        time.sleep(0.5)
        if path == "/v1/live":
            stays.send(samples["biden.jpg"].read_bytes())
            assert json.loads(stays.recv(20))["faces"]
        else:
            assert "events" in json.loads(stays.recv(20))


def test_a_job_its_stream_and_a_request_that_waits_end(server: Running) -> None:
    """Of twenty photos that take a second each, hardly one more is looked at; what was enrolled stays."""
    (mine, text), (_, admin) = server.keys.create("bulk", Role.ENROL), server.keys.create("admin", Role.ADMIN)
    photos = [("photos", (f"{n}.png", large_photo(shade=n))) for n in range(PHOTOS)]
    ask = {"headers": {"x-api-key": text}, "timeout": 60}
    with ThreadPoolExecutor(1) as pool:
        names = {"names": [f"Somebody {n}" for n in range(PHOTOS)]}
        job = httpx.post(f"{server.url}/v1/enrolments", data=names, files=photos, **ask).json()["id"]
        waiting = pool.submit(httpx.post, f"{server.url}/v1/detect", files=photos, **ask)
        with httpx.stream("GET", f"{server.url}/v1/enrolments/{job}/events", **ask) as stream:
            lines = stream.iter_lines()
            assert json.loads(next(lines).removeprefix("data: "))["state"] == "running"
            started = time.monotonic()
            revoke(server, mine.id)
            assert '"done"' not in "".join(lines)[-40:]
            assert time.monotonic() - started < SOON
        refused = waiting.result(SOON)
        assert (refused.status_code, refused.json()["type"]) == (401, "urn:rostro:key-refused")
    deadline = time.monotonic() + SOON
    while True:
        state = httpx.get(f"{server.url}/v1/enrolments/{job}", headers={"x-api-key": admin}).json()
        if state["state"] != "running" or time.monotonic() > deadline:
            break
        time.sleep(0.05)
    assert state["state"] == "stopped" and "revoked" in state["detail"], state
    assert state["done"] < PHOTOS


def test_another_file_of_keys_and_none(recognizer: Recognizer, tmp_path: Path) -> None:
    with running_server(recognizer, tmp_path / "server") as server:
        ask = httpx.Client(base_url=server.url, timeout=20)
        with ask, view(server, "/v1/live", None) as socket:
            assert ask.get("/v1/people").status_code == 200
            _, first = server.keys.create("the first", Role.READ)
            assert ending(socket)["type"] == "urn:rostro:key-refused", "open, until a key was made"
        _, second = KeyStore(tmp_path / "others.db").create("of another file", Role.READ)
        with httpx.Client(base_url=server.url, timeout=20) as ask:

            def status(key: str | None) -> int:
                return ask.get("/v1/people", headers={} if key is None else {"x-api-key": key}).status_code

            assert [status(key) for key in (None, first, second)] == [401, 200, 401]
            with view(server, "/v1/live", first) as socket:
                (tmp_path / "others.db").replace(server.keys.path)
                assert ending(socket)["type"] == "urn:rostro:key-refused"
            assert [status(key) for key in (None, first, second)] == [401, 401, 200]
            with view(server, "/v1/live", second) as socket:
                kept = server.keys.path.rename(tmp_path / "away.db")
                assert ending(socket)["type"] == "urn:rostro:key-refused"
            refused = ask.get("/v1/people", headers={"x-api-key": second})
            assert (refused.status_code, refused.json()["type"]) == (503, "urn:rostro:keys-unusable")
            assert str(tmp_path) not in refused.text
            assert [status(key) for key in (None, first, second)] == [503, 503, 503], "gone is not open"
            kept.rename(server.keys.path)
            assert [status(key) for key in (None, first, second)] == [401, 401, 200]
