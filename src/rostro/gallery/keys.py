"""The key of an encrypted gallery: where it comes from, read when it is first needed and not before.

A key is 32 random bytes, in a file, in an environment variable or on the output of a command (a vault's, say); or it is
made from a passphrase, which takes time and memory on purpose (scrypt, RFC 7914), because passphrases can be guessed.
"""

from __future__ import annotations

import base64
import binascii
import getpass
import hashlib
import hmac
import logging
import os
import re
import secrets
import shlex
import stat
import subprocess
import sys
import unicodedata
from pathlib import Path
from typing import TYPE_CHECKING, Final

from rostro.core.errors import BadInput
from rostro.core.files import PRIVATE, expanded, refuse_existing, write_file
from rostro.core.lazy import Lazy
from rostro.core.redaction import HIDDEN
from rostro.core.settings import Settings

if TYPE_CHECKING:
    from collections.abc import Callable

#: Bytes of a key.
KEY_BYTES: Final = 32

#: The shortest passphrase, in characters.
_SHORTEST = 12

#: The most bytes that are read where a key is expected.
_MOST = 65_536

#: Seconds that a command may take to give a key.
_PATIENCE = 120.0

#: Different bytes that 32 random ones have at least: fewer come once in 10¹³ times.
_DIFFERENT = 18

_HEX = re.compile(rb"[0-9a-fA-F]+")

_log = logging.getLogger(__name__)


class Key:
    """The key of an encrypted gallery, or where it will be read from. Safe to share between threads.

    >>> Key.of("env:HOSPITAL_KEY")
    <Key from env:HOSPITAL_KEY>
    """

    def __init__(self, source: str, read: Callable[[], bytes], *, passphrase: bool, where_needed: bool = False) -> None:
        """Reads nothing yet; most callers want `Key.of`.

        Args:
            source: What messages call it.
            read: Gives its bytes.
            passphrase: Whether these are a passphrase.
            where_needed: Whether a gallery that is not encrypted is opened all the same; otherwise that is an error,
                since somebody who gives a key relies on it.
        """
        self.source = source
        self.passphrase = passphrase
        self.where_needed = where_needed
        self._secret = Lazy(read)
        self._stretched: dict[tuple[bytes, int, int, int], bytes] = {}

    def __repr__(self) -> str:
        return f"<Key from {self.source}>"

    @classmethod
    def of(cls, given: Key | str | Path | bytes) -> Key:
        """A key as it may be given.

        Args:
            given: A `Key`; its 32 bytes; the path of its file; or text: a path, ``file:PATH``, ``env:NAME``,
                ``command:COMMAND``, ``passphrase`` (asked for at the terminal), ``passphrase:env:NAME``,
                ``passphrase:file:PATH``, ``passphrase:command:COMMAND``.

        Raises:
            BadInput: None of these. What it names is read later.
        """
        if isinstance(given, Key):
            return given
        if isinstance(given, bytes):
            return cls("bytes", lambda: _key_bytes(given, "the key"), passphrase=False)
        if isinstance(given, Path):
            return cls(f"file:{given}", lambda: _key_bytes(_of_file(given), str(given)), passphrase=False)
        kind, colon, rest = given.partition(":")
        if kind == "passphrase":
            read = _reader(rest) if colon else _asked
            return cls(called(given), lambda: _passphrase_bytes(read()), passphrase=True)
        read = _reader(given)
        return cls(called(given), lambda: _key_bytes(read(), called(given)), passphrase=False)

    @classmethod
    def from_settings(cls, settings: Settings | None = None) -> Key | None:
        """The key that the settings name, by ``ROSTRO_KEY_FILE``; None where they name none.

        Args:
            settings: None reads the environment.

        Raises:
            BadInput: What they name is no source of keys.
        """
        given = (settings or Settings.from_environment()).key_file
        return None if given is None else cls.of(given)

    def for_any(self) -> Key:
        """The same key, for galleries of which it is not known whether they are encrypted."""
        return Key(self.source, self._secret, passphrase=self.passphrase, where_needed=True)

    @property
    def fingerprint(self) -> str:
        """Eight letters by which one key is told from another; empty for a passphrase, which they would help to guess.

        Raises:
            BadInput: The key cannot be read.
        """
        return (
            "" if self.passphrase else hmac.digest(self._secret(), b"rostro gallery: which", hashlib.sha256)[:4].hex()
        )

    def wrapping(self, salt: bytes, *, n: int = 0, r: int = 0, p: int = 0) -> bytes:
        """32 bytes that wrap a gallery's own key.

        Args:
            salt: Random; another for each wrapping.
            n: What scrypt costs, for passphrases; see `hashlib.scrypt`.
            r: The same.
            p: The same.

        Raises:
            BadInput: The key cannot be read; names the source and why.
        """
        if not self.passphrase:
            return hmac.digest(self._secret(), b"rostro gallery: wrapping\0" + salt, hashlib.sha256)
        cost = (salt, n, r, p)
        if cost not in self._stretched:
            self._stretched[cost] = hashlib.scrypt(
                self._secret(), salt=salt, n=n, r=r, p=p, maxmem=2 * 128 * n * r, dklen=KEY_BYTES
            )
        return self._stretched[cost]


def make_key_file(path: Path) -> None:
    """Writes a new random key into a file that only its owner may read.

    Raises:
        BadInput: The file is there already, or cannot be written.
    """
    refuse_existing(path)
    write_file(path, base64.b64encode(secrets.token_bytes(KEY_BYTES)) + b"\n", mode=PRIVATE)


def called(given: str) -> str:
    """What messages call a source: of a command its first word only, since the others may be secret.

    Nor is a key shown that somebody gave in the place of where it is kept.

    Raises:
        BadInput: It is a command with a quotation mark that nothing closes.
    """
    before, command, line = given.partition("command:")
    if command:
        return f"{before}{command}{(_words(line) or [''])[0]}"
    kind, colon, rest = given.rpartition(":")
    return f"{kind}{colon}{HIDDEN}" if _is_itself_a_key(rest) else given


def _is_itself_a_key(text: str) -> bool:
    """Whether this can be a key, and is no file's name, nor that of what the environment has."""
    if len(_decoded(os.fsencode(text.strip()))) != KEY_BYTES or text in os.environ:
        return False
    try:
        return not expanded(text).exists()
    except OSError:
        return True


def _words(line: str) -> list[str]:
    try:
        return shlex.split(line)
    except ValueError as error:  # the line itself stays untold: it may hold a secret
        raise BadInput(f"the command that gives the key cannot be read ({error})", why="unread-key") from None


def _reader(source: str) -> Callable[[], bytes]:
    kind, colon, rest = source.partition(":")
    if not colon or kind not in {"file", "env", "command"}:
        if kind == "passphrase" or not source:
            raise _no_source(source)
        kind, rest = "file", source
    if not rest.strip():
        raise _no_source(source)
    if kind != "command" and _is_itself_a_key(rest):
        raise BadInput("a key is given by where it is kept, and this is one itself: others may have seen it by now")
    if kind == "file":
        return lambda: _of_file(expanded(rest))
    if kind == "env":
        return lambda: _of_environment(rest)
    return lambda: _of_command(rest)


def _no_source(source: str) -> BadInput:
    return BadInput(
        "a key comes from file:PATH, env:NAME, command:COMMAND, passphrase, or passphrase: and one of these three; got "
        f"{source!r}"
    )


def _of_file(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            content = file.read(_MOST + 1)
            rights = os.fstat(file.fileno())
    except OSError as error:
        raise BadInput(f"{path}: the key cannot be read ({error.strerror})", why="unread-key") from None
    if stat.S_ISREG(rights.st_mode) and rights.st_mode & 0o077 and os.name != "nt":
        _log.warning("%s: others on this machine may read this key; 'chmod 600' keeps it to you", path)
    return content


def _of_environment(name: str) -> bytes:
    if not os.environ.get(name):
        raise BadInput(f"the environment variable {name} is to hold the key, and is not set", why="unread-key")
    return os.environb[name.encode()] if os.supports_bytes_environ else os.environ[name].encode()


def _of_command(line: str) -> bytes:
    words = _words(line)
    try:
        done = subprocess.run(words, stdout=subprocess.PIPE, timeout=_PATIENCE, check=False)
    except (OSError, subprocess.TimeoutExpired) as error:
        why = error.strerror if isinstance(error, OSError) else f"> {_PATIENCE:.0f} s"
        raise BadInput(f"{words[0]}: the command that gives the key failed ({why})", why="unread-key") from None
    if done.returncode:
        raise BadInput(f"{words[0]}: the command that gives the key ended with {done.returncode}", why="unread-key")
    return done.stdout


def _asked() -> bytes:
    if not sys.stdin.isatty():
        raise BadInput("the passphrase is to be asked for, and there is no terminal to ask at", why="unread-key")
    return getpass.getpass("passphrase: ").encode()


def _passphrase_bytes(content: bytes) -> bytes:
    try:
        text = unicodedata.normalize("NFC", content.decode().rstrip("\r\n"))
    except UnicodeDecodeError:
        raise BadInput("a passphrase is text in UTF-8") from None
    if not _SHORTEST <= len(text) <= _MOST:
        raise BadInput(f"a passphrase has {_SHORTEST} characters or more; five words, drawn by lot, are better")
    return text.encode()


def _key_bytes(content: bytes, where: str) -> bytes:
    """The 32 bytes of a key.

    Raises:
        BadInput: It is none.
    """
    found = content if len(content) == KEY_BYTES and not _HEX.fullmatch(content) else _decoded(content.strip())
    if len(found) != KEY_BYTES:
        raise BadInput(f"{where}: no key; one is 32 random bytes, as they are, in hex or in base64", why="bad-key")
    if len(set(found)) < _DIFFERENT:
        raise BadInput(f"{where}: no key: it is not random", why="bad-key")
    return found


def _decoded(text: bytes) -> bytes:
    if len(text) == 2 * KEY_BYTES and _HEX.fullmatch(text):
        return bytes.fromhex(text.decode())
    try:
        return base64.b64decode(text.translate(bytes.maketrans(b"-_", b"+/")) + b"=" * (-len(text) % 4), validate=True)
    except binascii.Error:
        return b""
