"""Many clients at once: everybody is answered rightly, in batches, and the server stops without losing anybody."""

from __future__ import annotations

import re
import signal
import socket
import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING

import httpx
import numpy as np
import pytest
from PIL import Image
from running_server import OPEN_LIMITS, running_server

from rostro.photos.reading import read_photo
from rostro.photos.writing import encode_picture
from rostro.server.admission.limits import Limits

if TYPE_CHECKING:
    from rostro.recognizer import Recognizer

CLIENTS = 64


@pytest.fixture(scope="module")
def small(samples: dict[str, Path]) -> dict[str, bytes]:
    """The portraits, as large as a door camera's."""
    pictures = {}
    for name in ("obama.jpg", "obama2.jpg", "biden.jpg"):
        image = Image.fromarray(read_photo(samples[name]).image)
        image.thumbnail((320, 320))
        pictures[name] = encode_picture(np.asarray(image), ".jpg")
    return pictures


def test_64_clients(recognizer: Recognizer, small: dict[str, bytes], tmp_path: Path) -> None:
    with running_server(recognizer, tmp_path) as server:
        httpx.post(
            f"{server.url}/v1/people", data={"name": "Barack Obama"}, files={"photos": small["obama.jpg"]}, timeout=60
        ).raise_for_status()
        ready = threading.Barrier(CLIENTS)

        def client(number: int) -> list[tuple[str, str | None]]:
            answers = []
            with httpx.Client(base_url=server.url, timeout=120) as session:
                ready.wait(60)
                for turn in range(2):
                    photo = ("obama2.jpg", "biden.jpg")[(number + turn) % 2]
                    answer = session.post("/v1/identify", files={"photos": (photo, small[photo])})
                    answer.raise_for_status()
                    answers.append((photo, answer.json()["photos"][0]["faces"][0]["name"]))
            return answers

        with ThreadPoolExecutor(CLIENTS) as pool:
            answers = [answer for row in pool.map(client, range(CLIENTS)) for answer in row]
        assert set(answers) == {("obama2.jpg", "Barack Obama"), ("biden.jpg", None)}
        metrics = httpx.get(f"{server.url}/metrics").text
        batches = float(re.search(r"rostro_batch_photos_count (\S+)", metrics)[1])
        photos = float(re.search(r"rostro_batch_photos_sum (\S+)", metrics)[1])
        assert photos == 2 * CLIENTS + 1
        assert photos / batches > 4, "photos of several clients did not share batches"


def test_too_many_at_once_are_told_so(recognizer: Recognizer, small: dict[str, bytes], tmp_path: Path) -> None:
    with running_server(recognizer, tmp_path, Limits(waiting=2, rate=0)) as server:

        def client(_: int) -> httpx.Response:
            return httpx.post(f"{server.url}/v1/detect", files={"photos": small["obama.jpg"]}, timeout=60)

        with ThreadPoolExecutor(32) as pool:
            answers = list(pool.map(client, range(32)))
        busy = [answer for answer in answers if answer.status_code == 503]
        assert {answer.status_code for answer in answers} == {200, 503}
        assert all(a.json()["type"] == "urn:rostro:busy" and a.headers["retry-after"] for a in busy)


def test_stopping_answers_who_was_asking(recognizer: Recognizer, small: dict[str, bytes], tmp_path: Path) -> None:
    with ThreadPoolExecutor(16) as pool:
        with running_server(recognizer, tmp_path, OPEN_LIMITS) as server:

            def client(_: int) -> int:
                files = [("photos", ("a.jpg", small["obama.jpg"]))] * 8
                return httpx.post(f"{server.url}/v1/detect", files=files, timeout=60).status_code

            asking = [pool.submit(client, number) for number in range(16)]
            metrics = ""
            while "rostro_batch_photos_count 0.0" in metrics or not metrics:
                metrics = httpx.get(f"{server.url}/metrics").text
        done = [future.result() for future in asking if not future.exception()]
        assert done and set(done) == {200}


def test_the_command(store: object, samples: dict[str, Path], tmp_path: Path) -> None:
    """``rostro serve`` starts, answers, and ends at once and well when told to."""
    run = [sys.executable, "-m", "rostro"]
    refused = subprocess.run([*run, "serve", "--host", "0.0.0.0"], cwd=tmp_path, capture_output=True, text=True)
    assert refused.returncode == 2 and "rostro keys create" in refused.stderr
    made = subprocess.run(
        [*run, "keys", "create", "test", "--role", "admin"], cwd=tmp_path, capture_output=True, text=True, check=True
    )
    key = made.stdout.strip()
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = str(free.getsockname()[1])
    with (
        httpx.Client(headers={"x-api-key": key}) as client,
        subprocess.Popen(
            [*run, "serve", "--port", port, "--keep-crops"], cwd=tmp_path, stderr=subprocess.PIPE, text=True
        ) as serving,
    ):
        try:
            deadline = time.monotonic() + 90
            while True:
                try:
                    assert client.get(f"http://127.0.0.1:{port}/v1/galleries").json()["galleries"][0]["keeps_pictures"]
                    break
                except httpx.TransportError:
                    assert time.monotonic() < deadline and serving.poll() is None
                    time.sleep(0.1)
        finally:
            serving.send_signal(signal.SIGTERM)
            _, notes = serving.communicate(timeout=30)
    assert "serves rostro.db" in notes and "Traceback" not in notes
    listed = subprocess.run([*run, "keys", "list"], cwd=tmp_path, capture_output=True, text=True, check=True)
    assert "admin" in listed.stdout and key not in listed.stdout
