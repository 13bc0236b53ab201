"""One client's requests, however much they ask for, do not stop another's; what nobody waits for is not done."""

from __future__ import annotations

import socket
import time
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import httpx
import numpy as np
import pytest
from large_photos import figure, large_photo
from PIL import Image
from running_server import OPEN_LIMITS, Running, running_server

from rostro.photos.writing import encode_picture
from rostro.server.admission.keys import Role
from rostro.server.admission.limits import Limits

if TYPE_CHECKING:
    from collections.abc import Iterator

    from rostro.recognizer import Recognizer

FLOOD = 24
BOUNDARY = b"x"


@pytest.fixture(scope="module")
def server(recognizer: Recognizer, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """Two clients have keys; a request may have as many pixels as the flood has."""
    limits = replace(OPEN_LIMITS, request_pixels=20_000_000 * FLOOD)
    with running_server(recognizer, tmp_path_factory.mktemp("fair"), limits) as running:
        yield running


@pytest.fixture(scope="module")
def small(samples: dict[str, Path]) -> bytes:
    """A face as large as a door camera's."""
    with Image.open(samples["biden.jpg"]) as picture:
        picture.thumbnail((320, 320))
        return encode_picture(np.asarray(picture), ".jpg")


@pytest.fixture(scope="module")
def honest(server: Running, small: bytes) -> Iterator[httpx.Client]:
    _, key = server.keys.create("honest", Role.ENROL)
    with httpx.Client(base_url=server.url, timeout=60, headers={"x-api-key": key}) as client:
        form, files = {"name": "Joe Biden"}, {"photos": small}
        assert client.post("/v1/people", data=form, files=files).status_code == 201
        yield client


@pytest.fixture(scope="module")
def greedy(server: Running, honest: httpx.Client) -> str:
    return server.keys.create("greedy", Role.ENROL)[1]


def form(*photos: bytes, **fields: str) -> bytes:
    parts = [
        f'--x\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{text}\r\n'.encode()
        for name, text in fields.items()
    ]
    for photo in photos:
        head = b'--x\r\nContent-Disposition: form-data; name="photos"; filename="a.png"\r\n\r\n'
        parts.append(head + photo + b"\r\n")
    return b"".join(parts) + b"--x--\r\n"


@contextmanager
def asked(url: str, path: str, key: str, body: bytes, announced: int | None = None) -> Iterator[socket.socket]:
    """A request whose answer nobody reads yet; to leave is to hang up."""
    where = httpx.URL(url)
    with socket.create_connection((where.host, where.port), timeout=60) as connection:
        head = (
            f"POST {path} HTTP/1.1\r\nHost: {where.host}:{where.port}\r\nx-api-key: {key}\r\n"
            f"Content-Type: multipart/form-data; boundary=x\r\nContent-Length: {announced or len(body)}\r\n\r\n"
        )
        connection.sendall(head.encode() + body)
        yield connection


def answered(connection: socket.socket, seconds: float = 0.0) -> bool:
    connection.settimeout(seconds or 0.001)
    try:
        connection.recv(1, socket.MSG_PEEK)
    except TimeoutError:
        return False
    return True


def until(condition: object, seconds: float = 30.0) -> None:
    deadline = time.monotonic() + seconds
    while not condition():  # type: ignore[operator]
        assert time.monotonic() < deadline, "it did not come to that"
        time.sleep(0.02)


def test_large_photos_of_one_do_not_stop_another_and_are_dropped_with_the_client(
    server: Running, honest: httpx.Client, greedy: str, small: bytes
) -> None:
    before = figure(honest, "rostro_batch_photos_sum")
    with asked(server.url, "/v1/detect", greedy, form(*[large_photo()] * FLOOD)) as flood:
        until(lambda: figure(honest, "rostro_waiting_photos") > 0)
        for _ in range(5):
            answer = honest.post("/v1/identify", files={"photos": small})
            assert answer.json()["photos"][0]["faces"][0]["name"] == "Joe Biden"
        assert not answered(flood), "the other was answered after the flood, not beside it"
        assert figure(honest, "rostro_waiting_photos") > 0
    until(lambda: figure(honest, "rostro_waiting_photos") == 0, 5)
    done = figure(honest, "rostro_batch_photos_sum") - before - 5
    assert done < FLOOD, "photos of somebody who had hung up were looked at"
    time.sleep(0.5)
    assert figure(honest, "rostro_batch_photos_sum") - before - 5 == done


def test_a_request_of_too_many_pixels_is_refused_before_one_is_decoded(honest: httpx.Client) -> None:
    before = figure(honest, "rostro_batch_photos_sum")
    answer = honest.post("/v1/detect", files=[("photos", ("a.png", large_photo()))] * (FLOOD + 2))
    assert (answer.status_code, answer.json()["type"]) == (413, "urn:rostro:too-many-pixels")
    assert figure(honest, "rostro_batch_photos_sum") == before
    too_large = honest.post("/v1/detect", files=[("photos", ("a.png", large_photo(30_000_000)))] * 40)
    assert too_large.json()["type"] == "urn:rostro:photo-too-large", "what is not decoded costs nothing"


def test_enrolments_of_one_leave_threads_for_another(
    server: Running, honest: httpx.Client, greedy: str, small: bytes
) -> None:
    """Enrolling waits in a thread for the engine; there were six of those for everybody."""
    with ExitStack() as stack:
        floods = [
            stack.enter_context(
                asked(server.url, "/v1/people", greedy, form(large_photo(shade=shade), name=f"Nobody {shade}"))
            )
            for shade in range(1, 17)
        ]
        until(lambda: figure(honest, "rostro_waiting_photos") > 10)
        answer = honest.post("/v1/identify", files={"photos": small})
        assert answer.json()["photos"][0]["faces"][0]["name"] == "Joe Biden"
        assert sum(map(answered, floods)) < 8
    until(lambda: figure(honest, "rostro_waiting_photos") == 0, 5)
    again = honest.post("/v1/people", data={"name": "Nobody 16"}, files={"photos": large_photo(10_000)})
    assert again.json()["type"] == "urn:rostro:no-face", "a name stayed reserved for somebody who had hung up"


def test_anonymising_has_turns_too(server: Running, honest: httpx.Client, greedy: str, small: bytes) -> None:
    with ExitStack() as stack:
        body = form(large_photo()).replace(b'name="photos"', b'name="photo"')
        floods = [stack.enter_context(asked(server.url, "/v1/anonymise", greedy, body)) for _ in range(16)]
        until(lambda: any(map(answered, floods)))
        answer = honest.post("/v1/anonymise", files={"photo": small})
        assert answer.headers["x-rostro-faces"] == "1"
        assert sum(map(answered, floods)) < 8


def test_bodies_are_counted_together(recognizer: Recognizer, tmp_path: Path, small: bytes) -> None:
    """Each is within the limits; together they are not. One client has a part, and who hangs up leaves theirs."""
    limits = replace(OPEN_LIMITS, held_bytes=3_000_000, held_per_client=2_000_000)
    half = form(b"x" * 1_900_000)
    with running_server(recognizer, tmp_path, limits) as server:
        keys = [server.keys.create(name, Role.READ)[1] for name in ("a", "b", "c")]
        small = {"photos": small}

        def kind(key: str, body: bytes) -> str:
            with asked(server.url, "/v1/detect", key, body) as connection:
                connection.settimeout(20)
                answer = connection.recv(65536).decode()
            return answer.split("urn:rostro:")[1].split('"')[0] if "urn:rostro:" in answer else answer[:20]

        with ExitStack() as stack:
            first = asked(server.url, "/v1/detect", keys[0], half[:-100], len(half))
            stack.enter_context(first)
            time.sleep(0.3)
            assert kind(keys[0], half) == "too-many-requests"
            assert httpx.post(f"{server.url}/v1/detect", headers={"x-api-key": keys[1]}, files=small).status_code == 200
            assert kind(keys[1], half) == "busy"
        time.sleep(0.3)
        assert kind(keys[1], half) == "unreadable-photo", "there is room again"


def test_one_client_does_not_fill_every_place(recognizer: Recognizer, tmp_path: Path, small: bytes) -> None:
    limits = Limits(rate=0, waiting=20, waiting_per_client=8, request_pixels=1_000_000_000)
    with running_server(recognizer, tmp_path, limits) as server:
        (_, greedy), (_, other) = (server.keys.create(name, Role.READ) for name in ("greedy", "other"))
        with (
            httpx.Client(base_url=server.url, timeout=60) as client,
            asked(server.url, "/v1/detect", greedy, form(*[large_photo()] * 4)),
            asked(server.url, "/v1/detect", greedy, form(*[large_photo()] * 4)),
        ):
            client.headers["x-api-key"] = other
            until(lambda: figure(client, "rostro_waiting_photos") > 4)
            files = [("photos", ("a.jpg", small))] * 6
            answers = [client.post("/v1/detect", files=files, headers={"x-api-key": key}) for key in (greedy, other)]
            assert [answer.status_code for answer in answers] == [429, 200]
