"""The server under many clients: p95, throughput, and the ratio to the same work sent one at a time.

    python benchmarks/server.py [--clients 64] [--seconds 60] [--verb identify] [--deepface VENV/bin/python]

`rostro serve` runs in a process of its own; clients are asyncio tasks here, each with one request open at a time. The
two ways of sending take turns, `--rounds` times, so that a machine whose speed drifts is fair to both.

With `--deepface`, deepface's own API (Flask under gunicorn, a worker per core) does the same work in the same turns,
with the same networks: YuNet and SFace, the same files. Its environment needs `deepface[api]`. It has no verb for
"who is this?" over a gallery that it keeps; it is given `/represent` instead, which is less work: no search.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import shutil
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


@dataclass(frozen=True)
class Api:
    """How a server wants a verb to be asked.

    Attributes:
        name: Whose server.
        path: Where.
        fields: Names of the fields of the photos.
        more: Other fields.
    """

    name: str
    path: str
    fields: tuple[str, ...]
    more: dict[str, str] = field(default_factory=dict)

    def request(self, *photos: bytes) -> bytes:
        """A whole HTTP request, made beforehand: the clients share the cores with the server, so they do little."""
        parts = [
            f'--x\r\nContent-Disposition: form-data; name="{name}"; filename="{name}.jpg"\r\n\r\n'.encode()
            + photo
            + b"\r\n"
            for name, photo in zip(self.fields, photos, strict=False)
        ]
        parts += [
            f'--x\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'.encode()
            for name, value in self.more.items()
        ]
        body = b"".join(parts) + b"--x--\r\n"
        head = f"POST {self.path} HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: multipart/form-data; boundary=x\r\n"
        return f"{head}Content-Length: {len(body)}\r\n\r\n".encode() + body


def rostro_api(verb: str) -> Api:
    return Api("rostro", f"/v1/{verb}", ("a", "b") if verb == "verify" else ("photos",))


def deepface_api(verb: str) -> Api:
    with_models = {"model_name": "SFace", "detector_backend": "yunet"}
    if verb == "verify":
        return Api("deepface", "/verify", ("img1", "img2"), with_models)
    return Api("deepface", "/represent", ("img",), with_models)


async def answer(reader: asyncio.StreamReader) -> tuple[bool, bool]:
    """Reads one answer; whether it is a 200, and whether the server hangs up after it."""
    head = (await reader.readuntil(b"\r\n\r\n")).lower()
    length = int(head.split(b"content-length:")[1].split(b"\r\n")[0])
    await reader.readexactly(length)
    return head.split(b" ", 2)[1] == b"200", b"connection: close" in head


async def load(port: int, requests: list[bytes], clients: int, seconds: float) -> Measured:
    """So many clients for so long."""
    measured = Measured()
    queue = cycle(requests)
    started = time.perf_counter()

    async def client() -> None:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        while time.perf_counter() - started < seconds:
            sent = time.perf_counter()
            try:
                writer.write(next(queue))
                good, closes = await answer(reader)
            except (OSError, EOFError):
                good, closes = False, True
            measured.errors += not good
            measured.latencies.append(time.perf_counter() - sent)
            if closes:
                writer.close()
                reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.close()

    await asyncio.gather(*(client() for _ in range(clients)))
    measured.seconds = time.perf_counter() - started
    return measured


def wait_for(url: str, server: subprocess.Popen[bytes]) -> None:
    while server.poll() is None:
        try:
            httpx.get(url, trust_env=False)
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


def free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port: int = free.getsockname()[1]
    return port


def start_rostro(folder: str) -> tuple[subprocess.Popen[bytes], int]:
    port = free_port()
    command = [sys.executable, "-m", "rostro", "serve", "--port", str(port), "--rate", "0"]
    server = subprocess.Popen([*command, "--gallery", f"{folder}/people.db", "--keys", f"{folder}/keys.db"])
    wait_for(f"http://127.0.0.1:{port}/healthz", server)
    return server, port


def start_deepface(python: Path, folder: str) -> tuple[subprocess.Popen[bytes], int]:
    """As deepface's own container starts it, but with a worker per core; with our copies of the two networks."""
    from rostro.core.settings import Settings
    from rostro.detection.yunet import YuNet
    from rostro.embedding.sface import SFace
    from rostro.models.store import ModelStore

    weights = Path(folder) / ".deepface" / "weights"
    weights.mkdir(parents=True)
    store = ModelStore(Settings.from_environment())
    for entry in (*YuNet.files, *SFace.files):
        shutil.copy(store.path(entry), weights / entry.name)
    port = free_port()
    command = [
        str(python),
        "-m",
        "gunicorn",
        f"--workers={os.cpu_count()}",
        "--timeout=600",
        f"--bind=127.0.0.1:{port}",
    ]
    environment = {
        **os.environ,
        "DEEPFACE_HOME": folder,
        "TF_CPP_MIN_LOG_LEVEL": "3",
        "GUNICORN_CMD_ARGS": "--timeout=600",
    }
    with Path(folder, "deepface.log").open("wb") as log:
        server = subprocess.Popen(
            [*command, "deepface.api.src.app:create_app()"], env=environment, stdout=log, stderr=log
        )
    wait_for(f"http://127.0.0.1:{port}/", server)
    return server, port


def measure(options: argparse.Namespace, folder: str) -> None:
    listed = sorted(options.photos.rglob("*.jpg"))
    files = listed[:: max(1, len(listed) // options.count)][: options.count]
    servers = []
    try:
        servers.append(start_rostro(folder))
        url = f"http://127.0.0.1:{servers[0][1]}"
        enrol(url, files[::4])
        photos = [content for file in files if one_face(url, content := file.read_bytes())]
        apis = [rostro_api(options.verb)]
        if options.deepface:
            servers.append(start_deepface(options.deepface, folder))
            apis.append(deepface_api(options.verb))
        asked = [[api.request(*pair) for pair in zip(photos, photos[1:] + photos[:1], strict=True)] for api in apis]
        ways = [(which, clients) for which in range(len(apis)) for clients in (options.clients, 1)]
        measured: dict[tuple[int, int], list[Measured]] = {way: [] for way in ways}
        for which, (_, port) in enumerate(servers):
            asyncio.run(load(port, asked[which], options.clients, 3))  # warm up
        for _ in range(options.rounds):
            for which, clients in ways:
                span = options.seconds / options.rounds
                measured[which, clients].append(asyncio.run(load(servers[which][1], asked[which], clients, span)))
    finally:
        for server, _ in servers:
            server.terminate()
            server.wait(30)
    report(apis, measured, options.clients)


def report(apis: list[Api], measured: dict[tuple[int, int], list[Measured]], many: int) -> None:
    rounds = len(next(iter(measured.values())))
    print(f"{os.cpu_count()} cores shared by server and clients, {rounds} rounds in turns; medians\n")
    print("| server | clients | requests/s | p95 in ms | requests | errors |\n|---|---|---|---|---|---|")
    for (which, clients), row in measured.items():
        rate, p95 = (statistics.median(getattr(one, name) for one in row) for name in ("rate", "p95"))
        total, errors = sum(len(one.latencies) for one in row), sum(one.errors for one in row)
        name = f"{apis[which].name} {apis[which].path}"
        print(f"| {name} | {clients} | {rate:.1f} | {p95:.0f} | {total} | {errors} |")
    print(f"\nrostro, {many} clients at once: {ratio(measured[0, many], measured[0, 1])} × one at a time")
    if len(apis) > 1:
        for clients in (many, 1):
            print(f"rostro to deepface, {clients} clients: {ratio(measured[0, clients], measured[1, clients])} ×")


def ratio(ours: list[Measured], theirs: list[Measured]) -> str:
    """Median of the rounds' ratios of requests per second."""
    return f"{statistics.median(a.rate / b.rate for a, b in zip(ours, theirs, strict=True)):.2f}"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--photos", type=Path, default=DATA / "lfw" / "images")
    parser.add_argument("--count", type=int, default=200)
    parser.add_argument("--clients", type=int, default=64)
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--verb", choices=["detect", "embed", "verify", "identify"], default="identify")
    parser.add_argument("--deepface", type=Path, help="A Python that has deepface[api], to compare with.")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        measure(options, folder)


if __name__ == "__main__":
    main()
