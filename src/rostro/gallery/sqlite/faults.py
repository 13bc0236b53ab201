"""SQLite's errors in the user's words."""

from __future__ import annotations

import sqlite3
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING

from rostro.core.errors import GalleryCorrupt, GalleryError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

#: Why something could not be done, by SQLite's code.
REASONS = {
    sqlite3.SQLITE_BUSY: "another program has kept it busy for too long",
    sqlite3.SQLITE_LOCKED: "another program has kept it busy for too long",
    sqlite3.SQLITE_FULL: "the disk is full",
    sqlite3.SQLITE_READONLY: "it cannot be written (read-only file or folder)",
    sqlite3.SQLITE_CANTOPEN: "it cannot be opened (no right to read it, or its folder cannot be written)",
    sqlite3.SQLITE_IOERR: "the disk failed to read or write",
}

#: Seconds between two tries.
PAUSE = 0.02

#: What SQLite says where a file, or the ones that it needs beside it, cannot be written.
UNWRITABLE = {sqlite3.SQLITE_READONLY, sqlite3.SQLITE_CANTOPEN}


@contextmanager
def errors_named(gallery: str) -> Iterator[None]:
    """Turns SQLite's errors into ours, which name the file and say what happened.

    Args:
        gallery: What it is called.
    """
    try:
        yield
    except sqlite3.DatabaseError as error:
        code = code_of(error)
        if code == sqlite3.SQLITE_NOTADB:
            raise GalleryError(f"{gallery}: not a rostro gallery (not a SQLite file)") from error
        if code == sqlite3.SQLITE_CORRUPT:
            raise GalleryCorrupt(f"{gallery}: the file is damaged ({error})") from error
        if code == sqlite3.SQLITE_INTERRUPT:
            raise GalleryCorrupt(f"{gallery}: the file is damaged (reading it does not come to an end)") from error
        if code == 0 and "decode" in str(error):  # Python's own, which has no code
            raise GalleryCorrupt(f"{gallery}: the file is damaged (a text of it is none)") from error
        if code in REASONS:
            raise GalleryError(f"{gallery}: {REASONS[code]}") from error
        raise


def code_of(error: sqlite3.Error) -> int:
    """The primary result code, without SQLite's extension of it."""
    return getattr(error, "sqlite_errorcode", 0) & 0xFF


def unless_busy(do: Callable[[], object]) -> bool:
    """Does it; False where it could not be done because of another program, and may be later."""
    try:
        do()
    except sqlite3.OperationalError as error:
        if code_of(error) in {sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED}:
            return False
        raise
    return True


def busy(gallery: str) -> GalleryError:
    """The error of who waited for another program for too long."""
    return GalleryError(f"{gallery}: {REASONS[sqlite3.SQLITE_BUSY]}")


def patiently(done: Callable[[], bool], patience: float) -> bool:
    """Tries what SQLite gives up at once when it meets others, instead of waiting for them itself; at least once."""
    deadline = time.monotonic() + patience
    while not done():
        if time.monotonic() > deadline:
            return False
        time.sleep(PAUSE)
    return True
