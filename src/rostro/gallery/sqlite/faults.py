"""SQLite's errors in the user's words."""

from __future__ import annotations

import sqlite3
from contextlib import contextmanager
from typing import TYPE_CHECKING

from rostro.core.errors import GalleryCorrupt, GalleryError

if TYPE_CHECKING:
    from collections.abc import Iterator

#: Why something could not be done, by SQLite's code.
REASONS = {
    sqlite3.SQLITE_BUSY: "another program has kept it busy for too long",
    sqlite3.SQLITE_LOCKED: "another program has kept it busy for too long",
    sqlite3.SQLITE_FULL: "the disk is full",
    sqlite3.SQLITE_READONLY: "it cannot be written (read-only file or folder)",
    sqlite3.SQLITE_CANTOPEN: "it cannot be opened (no right to read it, or its folder cannot be written)",
    sqlite3.SQLITE_IOERR: "the disk failed to read or write",
}

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
        if code in REASONS:
            raise GalleryError(f"{gallery}: {REASONS[code]}") from error
        raise


def code_of(error: sqlite3.Error) -> int:
    """The primary result code, without SQLite's extension of it."""
    return getattr(error, "sqlite_errorcode", 0) & 0xFF
