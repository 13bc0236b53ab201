"""The server under many clients: p95, throughput, and the ratio to the same work sent one at a time.

    python benchmarks/server.py [--clients 64] [--seconds 60] [--verb identify]

`rostro serve` runs in a process of its own; clients are asyncio tasks here, each with one request open at a time. The
two ways of sending take turns, `--rounds` times, so that a machine whose speed drifts is fair to both.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass, field
from itertools import cycle
from pathlib import Path

import httpx

DATA = Path(os.environ.get("ROSTRO_DATA", Path(__file__).resolve().parents[1] / ".." / "shared" / "data"))


@dataclass
class Measured:
    """What clients saw."""

    seconds: float = 0.0
    latencies: list[float] = field(default_factory=list)
    errors: int = 0

    @property
    def rate(self) -> float:
        """Answers per second."""
        return len(self.latencies) / self.seconds

    @property
    def p95(self) -> float:
        """95th percentile of the time to an answer, in milliseconds."""
        return statistics.quantiles(self.latencies, n=20)[-1] * 1000


def request(verb: str, *photos: bytes) -> bytes:
    """A whole HTTP request, made beforehand: the clients share the cores with the server, so they do little."""
    names = ("a", "b") if verb == "verify" else ("photos",)
    parts = [
        f'--x\r\nContent-Disposition: form-data; name="{name}"; filename="{name}.jpg"\r\n\r\n'.encode()
        + photo
        + b"\r\n"
        for name, photo in zip(names, photos, strict=False)
    ]
    body = b"".join(parts) + b"--x--\r\n"
    head = f"POST /v1/{verb} HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: multipart/form-data; boundary=x\r\n"
    return f"{head}Content-Length: {len(body)}\r\n\r\n".encode() + body


async def answer(reader: asyncio.StreamReader) -> bool:
    """Reads one answer; whether it is a 200."""
    head = (await reader.readuntil(b"\r\n\r\n")).lower()
    length = int(head.split(b"content-length:")[1].split(b"\r\n")[0])
    await reader.readexactly(length)
    return head.split(b" ", 2)[1] == b"200"


async def load(port: int, requests: list[bytes], clients: int, seconds: float) -> Measured:
    """So many clients for so long."""
    measured = Measured()
    queue = cycle(requests)
    started = time.perf_counter()

    async def client() -> None:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        while time.perf_counter() - started < seconds:
            sent = time.perf_counter()
            writer.write(next(queue))
            measured.errors += not await answer(reader)
            measured.latencies.append(time.perf_counter() - sent)
        writer.close()

    await asyncio.gather(*(client() for _ in range(clients)))
    measured.seconds = time.perf_counter() - started
    return measured


def wait_for(url: str, server: subprocess.Popen[bytes]) -> None:
    while server.poll() is None:
        try:
            httpx.get(f"{url}/healthz", trust_env=False)
            return
        except httpx.TransportError:
            time.sleep(0.1)
    raise SystemExit("the server did not start")


def one_face(url: str, photo: bytes) -> bool:
    answer = httpx.post(f"{url}/v1/detect", files={"photos": photo}, trust_env=False)
    return answer.status_code == 200 and len(answer.json()["photos"][0]["faces"]) == 1


def enrol(url: str, files: list[Path]) -> None:
    for file in files:
        form = {"name": file.parent.name}
        httpx.post(f"{url}/v1/people", data=form, files={"photos": file.read_bytes()}, timeout=60, trust_env=False)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--photos", type=Path, default=DATA / "lfw" / "images")
    parser.add_argument("--count", type=int, default=200)
    parser.add_argument("--clients", type=int, default=64)
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--verb", choices=["detect", "embed", "verify", "identify"], default="identify")
    options = parser.parse_args()

    listed = sorted(options.photos.rglob("*.jpg"))
    files = listed[:: max(1, len(listed) // options.count)][: options.count]
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    url = f"http://127.0.0.1:{port}"
    with tempfile.TemporaryDirectory() as folder:
        command = [sys.executable, "-m", "rostro", "serve", "--port", str(port), "--rate", "0"]
        server = subprocess.Popen([*command, "--gallery", f"{folder}/people.db", "--keys", f"{folder}/keys.db"])
        try:
            wait_for(url, server)
            enrol(url, files[::4])
            photos = [content for file in files if one_face(url, content := file.read_bytes())]
            requests = [request(options.verb, *pair) for pair in zip(photos, photos[1:] + photos[:1], strict=True)]
            asyncio.run(load(port, requests, options.clients, 3))  # warm up
            many, single = [], []
            for _ in range(options.rounds):
                span = options.seconds / options.rounds
                many.append(asyncio.run(load(port, requests, options.clients, span)))
                single.append(asyncio.run(load(port, requests, 1, span)))
        finally:
            server.terminate()
            server.wait(30)
    report(options.verb, options.clients, many, single)


def report(verb: str, clients: int, many: list[Measured], single: list[Measured]) -> None:
    print(f"/v1/{verb}, {os.cpu_count()} cores shared by server and clients, {len(many)} rounds in turns; medians\n")
    print("| clients | requests/s | p95 in ms | requests | errors |\n|---|---|---|---|---|")
    for count, rounds in ((clients, many), (1, single)):
        rate, p95 = (statistics.median(getattr(r, name) for r in rounds) for name in ("rate", "p95"))
        total, errors = sum(len(r.latencies) for r in rounds), sum(r.errors for r in rounds)
        print(f"| {count} | {rate:.1f} | {p95:.0f} | {total} | {errors} |")
    ratios = [a.rate / b.rate for a, b in zip(many, single, strict=True)]
    print(f"\n{clients} clients at once: {statistics.median(ratios):.2f} × the throughput of one at a time")


if __name__ == "__main__":
    main()
