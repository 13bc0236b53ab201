"""Requests byte by byte, as no honest client would send them; for tests."""

from __future__ import annotations

import socket
from contextlib import contextmanager
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

if TYPE_CHECKING:
    from collections.abc import Iterator

#: A handshake's key; any will do.
_UPGRADE = (
    b"Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n"
    b"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
)


@contextmanager
def connected(url: str, *, patience: float = 15) -> Iterator[socket.socket]:
    """A connection to a server."""
    where = urlsplit(url)
    with socket.create_connection((where.hostname, where.port), timeout=patience) as opened:
        yield opened


def ask(url: str, request: bytes) -> bytes:
    """What a server says to a request, until it closes or says nothing for a while."""
    with connected(url) as opened:
        opened.sendall(request)
        return rest(opened)


def rest(opened: socket.socket, said: bytes = b"", *, until: bytes | None = None) -> bytes:
    """All that was said and is said until the other side closes, be it a WebSocket only, or until something is said."""
    try:
        while piece := opened.recv(1 << 16):
            said += piece
            if close_code(said) is not None or (until is not None and until in said):
                break
    except (ConnectionResetError, BrokenPipeError):
        pass  # closed while there was more for it to read
    return said


def request(path: str, *lines: bytes, method: str = "GET") -> bytes:
    """A request with just these header lines, and the wish that the connection is closed after it."""
    return b"\r\n".join([f"{method} {path} HTTP/1.1".encode(), *lines, b"Connection: close", b"", b""])


def handshake(path: str, *lines: bytes) -> bytes:
    """The wish to open a WebSocket, with just these header lines more."""
    return b"\r\n".join([f"GET {path} HTTP/1.1".encode(), *lines, _UPGRADE, b""])


def frame(content: bytes, *, opcode: int = 1, announced: int | None = None) -> bytes:
    """A frame of a WebSocket's client, masked with nothing; it may announce more than it has."""
    size = len(content) if announced is None else announced
    if size < 126:
        length = bytes([0x80 | size])
    elif size < 1 << 16:
        length = b"\xfe" + size.to_bytes(2, "big")
    else:
        length = b"\xff" + size.to_bytes(8, "big")
    return bytes([0x80 | opcode]) + length + bytes(4) + content


def status(said: bytes) -> int:
    """The status of an answer; 0 where there is none."""
    return int(said.split(b" ", 2)[1]) if said.startswith(b"HTTP/1.1 ") else 0


def close_code(said: bytes) -> int | None:
    """The code with which a server closed a WebSocket, from all that it said; None where it said nothing of it."""
    first, _, frames = said.partition(b"\r\n\r\n")
    if status(first) != 101:
        return None
    while len(frames) >= 2:
        opcode, size, head = frames[0] & 15, frames[1] & 127, 2
        if size > 125:
            head = 4 if size == 126 else 10
            size = int.from_bytes(frames[2:head], "big")
        if opcode == 8:
            return int.from_bytes(frames[head : head + 2], "big")
        frames = frames[head + size :]
    return None
