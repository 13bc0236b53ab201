"""API keys: who may do what. A key is shown once, when it is made; the file holds only its hash.

A key is ``rostro_ID_SECRET`` with 256 random bits of secret. A fast hash (SHA-256) is right for those: slow password
hashes defend short secrets that can be guessed, and would cost the server 100 ms for every request.
"""

from __future__ import annotations

import hashlib
import hmac
import re
import secrets
import sqlite3
import threading
from contextlib import contextmanager
from dataclasses import dataclass
from enum import IntEnum
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rostro.core.errors import BadInput, RostroError

if TYPE_CHECKING:
    from collections.abc import Iterator

DEFAULT_FILE = "rostro-keys.db"

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
    """The keys of a server, in a SQLite file that only its owner can read."""

    def __init__(self, path: str | Path) -> None:
        """Touches no disk: no file is no key."""
        self.path = Path(path)
        self._lock = threading.Lock()
        self._sql: sqlite3.Connection | None = None

    def create(self, label: str, role: Role) -> tuple[Key, str]:
        """Makes a key; the text is given this once.

        Args:
            label: Whose it is, for people.
            role: What it allows.
        """
        identifier, secret = secrets.token_hex(4), secrets.token_urlsafe(32)
        if not self.path.exists():
            self.path.touch(mode=0o600)
        with self._connection() as sql:
            sql.execute(
                "INSERT INTO keys (id, label, role, hash) VALUES (?, ?, ?, ?)",
                (identifier, label, role.label, _hash(secret)),
            )
        return next(key for key in self.all() if key.id == identifier), f"rostro_{identifier}_{secret}"

    def all(self) -> list[Key]:
        """Every key that was ever made, oldest first."""
        return [_key(row) for row in self._rows("SELECT id, label, role, created, revoked FROM keys ORDER BY created")]

    def any_made(self) -> bool:
        """Whether a key was ever made: from then on, nobody comes in without one, even if all are revoked."""
        return bool(self._rows("SELECT 1 FROM keys LIMIT 1"))

    def revoke(self, identifier: str) -> None:
        """Makes a key worthless, at once.

        Raises:
            BadInput: No key of that id.
        """
        if identifier not in {key.id for key in self.all()}:
            raise BadInput(f"{self.path}: no key with the id {identifier!r}")
        with self._connection() as sql:
            sql.execute(
                "UPDATE keys SET revoked = coalesce(revoked, strftime('%Y-%m-%dT%H:%M:%SZ')) WHERE id = ?",
                (identifier,),
            )

    def check(self, text: str) -> Key | None:
        """The key of that text, or None: wrong or revoked."""
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
            if self._sql is not None:
                self._sql.close()
                self._sql = None

    def _rows(self, statement: str, *values: str) -> list[Any]:
        if self._sql is None and not self.path.exists():
            return []
        with self._connection() as sql:
            return sql.execute(statement, values).fetchall()

    @contextmanager
    def _connection(self) -> Iterator[sqlite3.Connection]:
        """A transaction on the one connection, which stays open: keys are looked up for every request."""
        try:
            with self._lock:
                if self._sql is None:
                    self._sql = sqlite3.connect(self.path, timeout=10, check_same_thread=False)
                    self._sql.execute(_SCHEMA)
                with self._sql:
                    yield self._sql
        except sqlite3.DatabaseError as error:
            raise RostroError(f"{self.path}: the file of keys cannot be used ({error})") from error


def _hash(secret: str) -> bytes:
    return hashlib.sha256(secret.encode()).digest()


def _key(row: tuple[str, str, str, str, str | None]) -> Key:
    identifier, label, role, created, revoked = row
    return Key(identifier, label, Role.of(role), created, revoked)
