"""A reverse proxy that shows a server under a path, as nginx does with ``location /faces/``; for tests."""

from __future__ import annotations

import asyncio
import queue
import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

if TYPE_CHECKING:
    from collections.abc import Iterator

PREFIX = "/faces"


@contextmanager
def proxy(server: str, *, strips: bool, keeps_host: bool = True, tells_host: bool = False) -> Iterator[str]:
    """A proxy before a server; gives the address under which it shows it, without a slash at the end.

    Args:
        server: The server's address.
        strips: Whether the prefix is taken off before a request is passed on.
        keeps_host: Whether the server learns the name that was asked for, or is asked by its own.
        tells_host: Whether the name that was asked for comes in ``X-Forwarded-Host``.
    """
    behind = urlsplit(server)

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
            first, *lines = head[:-4].split("\r\n")
            method, target, version = first.split(" ")
            if not target.startswith(f"{PREFIX}/"):
                writer.write(b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
                return
            fields = [line.split(": ", 1) for line in lines]
            asked = next(value for name, value in fields if name.lower() == "host")
            kept = [field for field in fields if field[0].lower() not in {"host", "connection"}]
            upgrade = any(name.lower() == "upgrade" for name, _ in fields)
            kept += [
                ["Host", asked if keeps_host else behind.netloc],
                ["Connection", "Upgrade" if upgrade else "close"],
            ]
            kept += [["X-Forwarded-Host", asked]] if tells_host else []
            passed = target.removeprefix(PREFIX) if strips else target
            head = "\r\n".join([f"{method} {passed} {version}", *(": ".join(field) for field in kept), "", ""])
            back, forth = await asyncio.open_connection(behind.hostname, behind.port)
            forth.write(head.encode("latin-1"))
            sending = asyncio.create_task(_pipe(reader, forth))
            await _pipe(back, writer)
            sending.cancel()
            forth.close()
        except (OSError, asyncio.IncompleteReadError):
            return  # either side has gone
        finally:
            writer.close()

    async def run() -> None:
        async with await asyncio.start_server(serve, "127.0.0.1", 0) as listening:
            started.put((asyncio.get_running_loop(), stop := asyncio.Event(), listening.sockets[0].getsockname()[1]))
            await stop.wait()

    started: queue.Queue[tuple[asyncio.AbstractEventLoop, asyncio.Event, int]] = queue.Queue()
    thread = threading.Thread(target=asyncio.run, args=(run(),), name="test-proxy")
    thread.start()
    loop, stop, port = started.get(timeout=30)
    try:
        yield f"http://127.0.0.1:{port}{PREFIX}"
    finally:
        loop.call_soon_threadsafe(stop.set)
        thread.join()


async def _pipe(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Passes bytes on until there are no more."""
    while piece := await reader.read(1 << 16):
        writer.write(piece)
        await writer.drain()
