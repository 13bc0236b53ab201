"""Photos of a bulk enrolment lie in files without a name: a server that is killed leaves nothing of them."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

import httpx
from large_photos import large_photo

if TYPE_CHECKING:
    from rostro.models.store import ModelStore


def below(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file()]


def test_a_killed_server_leaves_nothing_of_a_photo(store: ModelStore, samples: dict[str, Path], tmp_path: Path) -> None:
    temporary = tmp_path / "temporary"
    temporary.mkdir()
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{free.getsockname()[1]}"
    photos = [("photos", (f"{n}.png", large_photo(shade=n))) for n in range(8)]
    photos += [("photos", ("a.jpg", samples["biden.jpg"].read_bytes() + b"\0" * 2_000_000))]
    with subprocess.Popen(
        [sys.executable, "-m", "rostro", "serve", "--port", url.rpartition(":")[2], "--keep-crops"],
        cwd=tmp_path,
        env={**os.environ, "TMPDIR": str(temporary)},
        stderr=subprocess.DEVNULL,
    ) as server:
        try:
            deadline = time.monotonic() + 90
            while True:
                try:
                    httpx.get(f"{url}/healthz")
                    break
                except httpx.TransportError:
                    assert time.monotonic() < deadline and server.poll() is None
                    time.sleep(0.1)
            names = {"names": ["Somebody"] * len(photos)}
            job = httpx.post(f"{url}/v1/enrolments", data=names, files=photos, timeout=60)
            assert job.status_code == 202, job.text
            assert below(temporary) == [], "somebody who looks there finds photos"
            state = httpx.get(f"{url}{job.headers['location']}", timeout=60).json()
            assert state["state"] == "running"
        finally:
            server.kill()
    assert below(temporary) == []
    head = samples["biden.jpg"].read_bytes()[:4096]
    assert [path for path in below(tmp_path) if head in path.read_bytes()] == []
