"""Large files under a key, in pieces, so that no more than one piece is in memory (Hoang et al., STREAM, 2015).

Each piece has its number and whether it is the last one in its nonce: none can be left out, moved or taken from another
file without its being noticed. Each file has a key of its own, of a random salt.
"""

from __future__ import annotations

import hashlib
import hmac
import os
from typing import IO

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from rostro.gallery.sqlite.sealing import MAGIC

_SALT = 16
_TAG = 16
_PIECE = 1 << 20


class SealedWriter:
    """Seals what is written, and at `close` the rest.

    Args:
        file: Open for writing.
        key: 32 bytes.
        about: What the content is bound to.
    """

    def __init__(self, file: IO[bytes], key: bytes, about: bytes) -> None:
        salt = os.urandom(_SALT)
        self._file = file
        self._pieces = _Pieces(key, salt, about)
        self._waiting = bytearray()
        file.write(MAGIC + salt)

    def write(self, content: bytes) -> int:
        """Takes bytes; returns how many."""
        self._waiting += content
        while len(self._waiting) > _PIECE:  # the last piece is known by being last, so one is always kept
            self._file.write(self._pieces.sealed(bytes(self._waiting[:_PIECE]), last=False))
            del self._waiting[:_PIECE]
        return len(content)

    def close(self) -> None:
        """Writes the last piece; the file stays open."""
        self._file.write(self._pieces.sealed(bytes(self._waiting), last=True))
        self._waiting.clear()


class SealedReader:
    """Opens what `SealedWriter` sealed.

    Args:
        file: Open for reading, where the writer began.
        length: How many bytes the writer wrote; what stands after them is not read.
        key: The same.
        about: The same.

    Raises:
        ValueError: By `read`, too: it is not what was written.
    """

    def __init__(self, file: IO[bytes], length: int, key: bytes, about: bytes) -> None:
        head = file.read(len(MAGIC) + _SALT)
        if not head.startswith(MAGIC):
            raise ValueError("not as it was sealed")
        self._file = file
        self._pieces = _Pieces(key, head[len(MAGIC) :], about)
        self._left = length - len(head)
        self._open = memoryview(b"")
        self._ended = False

    def read(self, count: int = -1) -> bytes:
        """The next bytes, as many as are wanted or left; all with -1."""
        found = bytearray()
        while count < 0 or len(found) < count:
            if not self._open and not self._next():
                break
            part = self._open[: None if count < 0 else count - len(found)]
            found += part
            self._open = self._open[len(part) :]
        return bytes(found)

    def _next(self) -> bool:
        if self._ended:
            return False
        sealed = self._file.read(min(self._left, _PIECE + _TAG))
        self._left -= len(sealed)
        for last in (len(sealed) < _PIECE + _TAG, True):
            try:
                self._open = memoryview(self._pieces.opened(sealed, last=last))
            except InvalidTag:
                continue
            self._ended = last
            return True
        raise ValueError("not as it was sealed")


class _Pieces:
    """The pieces of one file, in their order."""

    def __init__(self, key: bytes, salt: bytes, about: bytes) -> None:
        self._cipher = AESGCM(hmac.digest(key, salt, hashlib.sha256))
        self._about = about
        self._number = 0

    def sealed(self, piece: bytes, *, last: bool) -> bytes:
        sealed = self._cipher.encrypt(self._nonce(last), piece, self._about)
        self._number += 1
        return sealed

    def opened(self, piece: bytes, *, last: bool) -> bytes:
        opened = self._cipher.decrypt(self._nonce(last), piece, self._about)
        self._number += 1
        return opened

    def _nonce(self, last: bool) -> bytes:
        return self._number.to_bytes(11, "big") + bytes([last])
