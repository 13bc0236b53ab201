"""API keys: who may do what. A key is shown once, when it is made; the file holds only its hash.

A key is ``rostro_ID_SECRET`` with 256 random bits of secret. A fast hash (SHA-256) is right for those: slow password
hashes defend short secrets that can be guessed, and would cost the server 100 ms for every request.
"""

from __future__ import annotations

import hashlib
import hmac
import os
import re
import secrets
import sqlite3
import threading
from contextlib import closing, contextmanager
from dataclasses import dataclass
from enum import IntEnum
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rostro.core.errors import BadInput, KeysUnusable
from rostro.core.files import PRIVATE

if TYPE_CHECKING:
    from collections.abc import Iterator

DEFAULT_FILE = "rostro-keys.db"

#: Seconds to wait for somebody who is writing the file.
_PATIENCE = 5.0

_KEY = re.compile(r"rostro_([0-9a-f]{8})_([A-Za-z0-9_-]{43})")
_SCHEMA = """CREATE TABLE IF NOT EXISTS keys (
    id TEXT PRIMARY KEY, label TEXT NOT NULL, role TEXT NOT NULL, hash BLOB NOT NULL,
    created TEXT NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%SZ')), revoked TEXT) WITHOUT ROWID"""


class Role(IntEnum):
    """What a key allows; each role also allows what the ones before it do.

    ``read``: detect, embed, verify, identify, live, list. ``enrol``: take people in. ``admin``: rename, merge, erase.
    """

    READ = 1
    ENROL = 2
    ADMIN = 3

    @property
    def label(self) -> str:
        """The role's name in lower case."""
        return self.name.lower()

    @classmethod
    def of(cls, label: str) -> Role:
        """The role of a name.

        Raises:
            BadInput: There is none.
        """
        try:
            return cls[str(label).upper()]
        except KeyError:
            raise BadInput(f"a role is one of {', '.join(role.label for role in cls)}, got {label!r}") from None


@dataclass(frozen=True, slots=True)
class Key:
    """A key as it is kept: everything but its secret."""

    id: str
    label: str
    role: Role
    created: str
    revoked: str | None

    def to_dict(self) -> dict[str, Any]:
        """``{"id", "label", "role", "created", "revoked"}``."""
        return {
            "id": self.id,
            "label": self.label,
            "role": self.role.label,
            "created": self.created,
            "revoked": self.revoked,
        }


class KeyStore:
    """The keys of a server, in a SQLite file that only its owner can read.

    What cannot be read lets nobody in. No file at all is no key, but only until one was seen: afterwards, and where the
    file was named by somebody, a file that is not there is a fault, too.
    """

    def __init__(self, path: str | Path, *, named: bool = False) -> None:
        """Touches no disk.

        Args:
            path: The file.
            named: Whether somebody said that this file is to be used. Then it has to be there.
        """
        self.path = Path(path)
        self._expected = named
        self._lock = threading.Lock()
        self._sql: sqlite3.Connection | None = None
        self._opened: tuple[int, ...] = ()

    def create(self, label: str, role: Role) -> tuple[Key, str]:
        """Makes a key; the text is given this once.

        Args:
            label: Whose it is, for people.
            role: What it allows.
        """
        identifier, secret = secrets.token_hex(4), secrets.token_urlsafe(32)
        with self._writing(create=True) as sql:
            sql.execute(_SCHEMA)
            sql.execute(
                "INSERT INTO keys (id, label, role, hash) VALUES (?, ?, ?, ?)",
                (identifier, label, role.label, _hash(secret)),
            )
        return next(key for key in self.all() if key.id == identifier), f"rostro_{identifier}_{secret}"

    def all(self) -> list[Key]:
        """Every key that was ever made, oldest first."""
        rows = self._rows("SELECT id, label, role, created, revoked FROM keys ORDER BY created")
        return [_key(row) for row in rows or ()]

    def standing(self) -> frozenset[Key]:
        """The keys that are worth something now."""
        return frozenset(key for key in self.all() if not key.revoked)

    def any_made(self) -> bool:
        """Whether there is a file of keys: then nobody comes in without one, even if it holds none, or revoked ones."""
        return self._rows("SELECT 1 FROM keys LIMIT 1") is not None

    def check_usable(self) -> None:
        """Says before a server starts what would keep everybody out of it.

        Raises:
            KeysUnusable: The file cannot be read, or was named and is not there; it is no file of keys.
            BadInput: It holds no key.
        """
        if self.any_made() and not self.all():
            raise BadInput(f"{self.path.absolute()}: there is no key in this file", why="no-keys", file=str(self.path))

    def revoke(self, identifier: str) -> None:
        """Makes a key worthless, at once.

        Raises:
            BadInput: No key of that id.
        """
        if identifier not in {key.id for key in self.all()}:
            raise BadInput(f"{self.path}: no key with the id {identifier!r}")
        with self._writing() as sql:
            sql.execute(
                "UPDATE keys SET revoked = coalesce(revoked, strftime('%Y-%m-%dT%H:%M:%SZ')) WHERE id = ?",
                (identifier,),
            )

    def check(self, text: str) -> Key | None:
        """The key of that text, or None: wrong or revoked.

        Raises:
            KeysUnusable: Nobody knows.
        """
        match = _KEY.fullmatch(text)
        if match is None:
            return None
        rows = self._rows("SELECT id, label, role, created, revoked, hash FROM keys WHERE id = ?", match[1])
        if not rows or not hmac.compare_digest(rows[0][5], _hash(match[2])):
            return None
        key = _key(rows[0][:5])
        return None if key.revoked else key

    def close(self) -> None:
        """Lets go of the file."""
        with self._lock:
            self._let_go()

    def _rows(self, statement: str, *values: str) -> list[Any] | None:
        """What the file says; None where there is no file, and need not be."""
        with self._lock:
            found = self._state()
            if found is None:
                return None
            self._expected = True
            with self._named_faults():
                if self._sql is None or found != self._opened:  # another file in its place, or another content
                    self._let_go()
                    self._sql, self._opened = self._open(), found
                return self._sql.execute(statement, values).fetchall()

    def _state(self) -> tuple[int, ...] | None:
        """What is different when the file is another one, or was changed; None: there is none, and need not be."""
        try:
            found = self.path.stat()
        except FileNotFoundError:
            if self._expected or self.path.is_symlink():
                reason = "the file of keys is not there"
                raise KeysUnusable(f"{self.path.absolute()}: {reason}", why="no-keys", file=str(self.path)) from None
            return None
        except OSError as error:
            raise self._unusable(error.strerror or error) from error
        return found.st_dev, found.st_ino, found.st_size, found.st_mtime_ns, found.st_ctime_ns

    @contextmanager
    def _writing(self, *, create: bool = False) -> Iterator[sqlite3.Connection]:
        """A transaction on a connection of its own."""
        with self._named_faults():
            if create:  # with its rights from the start
                self.path.touch(mode=PRIVATE)
            with closing(self._open()) as sql, sql:
                yield sql

    def _open(self) -> sqlite3.Connection:
        """Never makes a file. One that may not be written is opened for reading."""
        address = f"{self.path.absolute().as_uri()}?mode=rw"
        return sqlite3.connect(address, uri=True, timeout=_PATIENCE, check_same_thread=False)

    def _let_go(self) -> None:
        if self._sql is not None:
            self._sql.close()
            self._sql = None

    @contextmanager
    def _named_faults(self) -> Iterator[None]:
        try:
            yield
        except (sqlite3.DatabaseError, UnicodeDecodeError) as error:
            raise self._unusable(error) from error
        except OSError as error:
            raise self._unusable(error.strerror or error) from error

    def _unusable(self, reason: object) -> KeysUnusable:
        return KeysUnusable(f"{self.path}: the file of keys cannot be used ({reason})")


def keys_for(named: Path | None, gallery: Path | None, *, to_be_made: bool = False) -> KeyStore:
    """The keys of a server that is about to start: those that somebody named, or the file in this folder, if any.

    Args:
        named: The file that was named.
        gallery: The gallery's file, where it is one. Keys that lie beside it, and not here, are not passed over.
        to_be_made: Whether a named file that is not there may be made later, in a folder that is: until then nobody has
            a key, and only this machine is let in.

    Raises:
        BadInput: There are keys beside the gallery, and it was not said whether they are meant.
    """
    expected = named is not None and not (to_be_made and named.parent.is_dir() and not os.path.lexists(named))
    store = KeyStore(DEFAULT_FILE if named is None else named, named=expected)
    beside = None if gallery is None else gallery.absolute().parent / DEFAULT_FILE
    if not expected and beside is not None and os.path.lexists(beside) and not os.path.lexists(store.path):
        raise BadInput(
            f"{store.path.absolute()}: no keys are here, but there are some beside the gallery, in {beside}",
            why="keys-elsewhere",
            file=str(beside),
        )
    return store


def _hash(secret: str) -> bytes:
    return hashlib.sha256(secret.encode()).digest()


def _key(row: tuple[str, str, str, str, str | None]) -> Key:
    identifier, label, role, created, revoked = row
    return Key(identifier, label, Role.of(role), created, revoked)
