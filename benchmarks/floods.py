"""Floods against a running server: what it holds meanwhile, and how long an honest client waits beside it.

    rostro keys create flood --role read --keys keys.db; rostro keys create honest --role read --keys keys.db
    rostro serve --gallery people.db --keys keys.db --port 8000
    python benchmarks/floods.py http://127.0.0.1:8000 --pid PID --flood KEY --honest KEY [--small] [--only heads …]

Each flood runs for `--seconds`, in a process of its own. The honest client has a key and asks, meanwhile, five times a
second at most, who is on a photo (`/v1/identify`). RSS is the server's, of Linux, looked at every 20 ms; the "before"
of a flood comes some seconds after the one before it. The floods without a key are those of anybody who can connect.
"""

from __future__ import annotations

import argparse
import asyncio
import base64
import io
import multiprocessing
import os
import secrets
import statistics
import threading
import time
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import httpx
import numpy as np
from PIL import Image

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

DATA = Path(os.environ.get("ROSTRO_DATA", Path(__file__).resolve().parents[1] / ".." / "shared" / "data"))
#: Seconds of quiet between floods.
_QUIET = 4.0


@dataclass(frozen=True)
class Target:
    """Who is flooded, with what.

    Attributes:
        host: Where.
        port: Where.
        key: What the floods that have one show.
        until: When they end, by `time.time`.
        picture: A photo of many pixels in few bytes.
    """

    host: str
    port: int
    key: str
    until: float
    picture: bytes

    @property
    def going(self) -> bool:
        """Whether floods go on."""
        return time.time() < self.until

    async def connect(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        """A connection."""
        return await asyncio.wait_for(asyncio.open_connection(self.host, self.port), 5)

    def head(self, path: str, *, length: int) -> bytes:
        """The head of a request with the key and a form."""
        return (
            f"POST {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nx-api-key: {self.key}\r\n"
            f"Content-Type: multipart/form-data; boundary=x\r\nContent-Length: {length}\r\n\r\n"
        ).encode()


async def long_head(target: Target) -> None:
    """A head that does not end."""
    _, writer = await target.connect()
    writer.write(b"GET / HTTP/1.1\r\nHost: 127.0.0.1\r\n")
    while target.going:
        writer.write((b"X-%d: " % secrets.randbelow(1 << 30) + b"a" * 8000 + b"\r\n") * 16)
        await asyncio.wait_for(writer.drain(), 5)


async def silence(target: Target) -> None:
    """A connection on which nothing is said."""
    reader, _ = await target.connect()
    await reader.read(1)


async def keyless_socket(target: Target) -> None:
    """A WebSocket that shows no key, and has said most of a large message."""
    reader, writer = await target.connect()
    nonce = base64.b64encode(secrets.token_bytes(16))
    writer.write(
        b"GET /v1/live HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
        b"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: " + nonce + b"\r\n\r\n"
    )
    await reader.readuntil(b"\r\n\r\n")
    writer.write(b"\x82\xff" + (1_900_000).to_bytes(8, "big") + bytes(4))
    for _ in range(18):
        writer.write(b"a" * 100_000)
        await asyncio.wait_for(writer.drain(), 5)
    await reader.read()


async def large_pictures(target: Target) -> None:
    """Photos of as many pixels as are allowed, eight a request."""
    reader, writer = await target.connect()
    part = b'--x\r\nContent-Disposition: form-data; name="photos"; filename="a.png"\r\n\r\n' + target.picture + b"\r\n"
    body = part * 8 + b"--x--\r\n"
    writer.write(target.head("/v1/detect", length=len(body)) + body)
    await reader.read(1)


async def slow_body(target: Target) -> None:
    """A body that comes slowly, after most of it came at once."""
    _, writer = await target.connect()
    writer.write(target.head("/v1/detect", length=90_000_000))
    writer.write(b'--x\r\nContent-Disposition: form-data; name="photos"; filename="a.png"\r\n\r\n')
    for _ in range(20):
        writer.write(b"a" * 1_000_000)
        await asyncio.wait_for(writer.drain(), 20)
    while target.going:
        writer.write(b"a")
        await asyncio.wait_for(writer.drain(), 5)
        await asyncio.sleep(1)


async def unread_answers(target: Target) -> None:
    """Requests whose answers are not taken."""
    _, writer = await target.connect()
    while target.going:
        writer.write(b"GET /openapi.json HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n")
        await asyncio.wait_for(writer.drain(), 5)
        await asyncio.sleep(0.02)


@dataclass(frozen=True)
class Flood:
    """A kind of flood.

    Attributes:
        what: In words.
        one: One attacker's connection; begun anew when it ends.
        small: How many at the same time, in the small version.
        large: The same, in the large one.
    """

    what: str
    one: Callable[[Target], Awaitable[None]]
    small: int
    large: int


FLOODS = {
    "heads": Flood("heads without an end", long_head, 20, 200),
    "silent": Flood("silent connections", silence, 300, 3000),
    "sockets": Flood("WebSockets without a key, 1.8 MB in each", keyless_socket, 30, 300),
    "unread": Flood("connections whose answers are not taken", unread_answers, 20, 200),
    "pictures": Flood("requests of 8 photos of 49 megapixels, with a key", large_pictures, 2, 32),
    "bodies": Flood("bodies of 20 MB and then a byte a second, with a key", slow_body, 8, 100),
}


def run(name: str, count: int, target: Target) -> None:
    """A flood in a process of its own."""

    async def again() -> None:
        while target.going:
            with suppress(OSError, EOFError, TimeoutError, asyncio.IncompleteReadError):
                await asyncio.wait_for(FLOODS[name].one(target), max(0.1, target.until - time.time()))
            await asyncio.sleep(0.05)

    async def all_of_them() -> None:
        await asyncio.gather(*(again() for _ in range(count)))

    asyncio.run(all_of_them())


@dataclass
class Watched:
    """What was seen of the server."""

    pid: int
    most: float = 0.0
    latencies: list[float] = field(default_factory=list)
    failed: int = 0

    def megabytes(self) -> float:
        """The server's RSS."""
        pages = int(Path(f"/proc/{self.pid}/statm").read_text(encoding="ascii").split()[1])
        return pages * os.sysconf("SC_PAGE_SIZE") / 1e6

    def watch(self, until: float) -> None:
        """Notes the highest RSS."""
        while time.time() < until:
            self.most = max(self.most, self.megabytes())
            time.sleep(0.02)

    def ask(self, url: str, key: str, photo: bytes, until: float) -> None:
        """Asks as an honest client does."""
        with httpx.Client(base_url=url, headers={"x-api-key": key}, timeout=120, trust_env=False) as client:
            while time.time() < until:
                started = time.perf_counter()
                try:
                    good = client.post("/v1/identify", files={"photos": ("a.jpg", photo)}).status_code == 200
                except httpx.TransportError:
                    good = False
                self.failed += not good
                self.latencies.append(time.perf_counter() - started)
                time.sleep(max(0.0, 0.2 - self.latencies[-1]))

    def row(self, what: str, before: float) -> str:
        """A line of the table."""
        ordered = sorted(self.latencies)
        p50, p95 = statistics.median(ordered), ordered[min(len(ordered) - 1, int(len(ordered) * 0.95))]
        answered = f"{len(ordered) - self.failed} of {len(ordered)}"
        return f"| {what} | {before:.0f} | {self.most:.0f} | {p50 * 1000:.0f} | {p95 * 1000:.0f} | {answered} |"


def measure(name: str | None, count: int, arguments: argparse.Namespace, picture: bytes, photo: bytes) -> str:
    """One flood, or none."""
    time.sleep(_QUIET)
    watched, where = Watched(arguments.pid), urlsplit(arguments.url)
    before, until = watched.megabytes(), time.time() + arguments.seconds
    target = Target(where.hostname or "", where.port or 80, arguments.flood, until, picture)
    flood = None
    if name is not None:
        flood = multiprocessing.get_context("spawn").Process(target=run, args=(name, count, target))
        flood.start()
    looking = threading.Thread(target=watched.watch, args=(until,))
    looking.start()
    watched.ask(arguments.url, arguments.honest, photo, until)
    looking.join()
    if flood is not None:
        flood.join(10)
        flood.kill()
    return watched.row("none" if name is None else f"{count} {FLOODS[name].what}", before)


def main() -> None:
    """Prints a table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("url")
    parser.add_argument("--pid", type=int, required=True, help="of the server")
    parser.add_argument("--flood", required=True, help="the key of the floods that have one")
    parser.add_argument("--honest", required=True, help="the key of the honest client")
    parser.add_argument("--photo", type=Path, help="what the honest client sends")
    parser.add_argument("--seconds", type=float, default=20.0)
    parser.add_argument("--small", action="store_true")
    parser.add_argument("--only", nargs="*", choices=list(FLOODS), default=list(FLOODS))
    arguments = parser.parse_args()
    held = io.BytesIO()
    Image.fromarray(np.zeros((7000, 7000, 3), np.uint8)).save(held, "PNG")
    photo = (arguments.photo or next(iter(sorted(DATA.rglob("*.jpg"))))).read_bytes()
    print("| flood | RSS before, MB | at most | honest client: p50, ms | p95 | answered |\n|---|---|---|---|---|---|")
    for name in (None, *arguments.only):
        count = 0 if name is None else FLOODS[name].small if arguments.small else FLOODS[name].large
        print(measure(name, count, arguments, held.getvalue(), photo), flush=True)


if __name__ == "__main__":
    main()
