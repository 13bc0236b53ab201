"""What a connection may do with a file that anybody may have made: no code of its schema, no end in sight.

A SQLite file can hold more than data: triggers, views and functions that run when it is read, pages that refer to each
other in a circle, values of a gigabyte. `rostro.gallery.sqlite.schema` refuses what a gallery does not have; here is
what holds before that, and for what no schema shows.
"""

from __future__ import annotations

import os
import sqlite3
from contextlib import suppress
from typing import TYPE_CHECKING, Final

from rostro.core.errors import GalleryCorrupt, GalleryError

if TYPE_CHECKING:
    from pathlib import Path

#: What SQLite lets a file make of a connection. A value is as long as millions of ids as JSON.
_LIMITS: Final = {
    sqlite3.SQLITE_LIMIT_LENGTH: 64 << 20,
    sqlite3.SQLITE_LIMIT_SQL_LENGTH: 100_000,
    sqlite3.SQLITE_LIMIT_COLUMN: 100,
    sqlite3.SQLITE_LIMIT_EXPR_DEPTH: 100,
    sqlite3.SQLITE_LIMIT_COMPOUND_SELECT: 10,
    sqlite3.SQLITE_LIMIT_FUNCTION_ARG: 16,
    sqlite3.SQLITE_LIMIT_ATTACHED: 1,  # VACUUM attaches a file of its own
    sqlite3.SQLITE_LIMIT_TRIGGER_DEPTH: 1,
}

#: Steps of SQLite's machine between two looks at how many there were: some 30 ms.
_STEPS: Final = 1_000_000

#: Looks that a file of any size may take, and bytes that give one more. Reading a row takes some ten steps, checking it
#: a hundred; in a gallery a row has more than fifty bytes, and one of a face some thousand.
LOOKS: Final = 20
_BYTES: Final = 300_000


#: What a rollback journal ends with that names another file, which SQLite deletes after it.
_NAMES_ANOTHER: Final = bytes.fromhex("d9d505f920a163d7")

#: Files that are larger and hardly take room are not copied.
_HOLES_FROM: Final = 1 << 30


def refuse_foreign_journal(file: Path | None, gallery: str) -> None:
    """Refuses a gallery beside which lies a journal that names another file; no gallery of ours has such a thing.

    Raises:
        GalleryError: It lies there.
    """
    journal = file and file.with_name(f"{file.name}-journal")
    if journal is None or not journal.is_file():
        return
    with suppress(OSError), journal.open("rb") as opened:
        opened.seek(-min(len(_NAMES_ANOTHER), journal.stat().st_size), os.SEEK_END)
        if opened.read() == _NAMES_ANOTHER:
            raise GalleryError(
                f"{gallery}: not opened, for {journal.name} names another file; delete it", why="foreign"
            )


def refuse_holes(file: Path | None, gallery: str) -> None:
    """Refuses to copy a file that would take much more room than it does.

    Raises:
        GalleryCorrupt: It is such a file.
    """
    if file is not None and file.stat().st_size > max(_HOLES_FROM, 8 * _room(file)):
        raise GalleryCorrupt(f"{gallery}: the file is damaged (nearly all of it is holes)")


def _room(file: Path) -> int:
    """Bytes that a file takes, as far as the system tells; a file of holes is as large as one likes."""
    found = file.stat()
    blocks = getattr(found, "st_blocks", None)
    return found.st_size if blocks is None else min(found.st_size, 512 * blocks)


class GuardedConnection(sqlite3.Connection):
    """A connection whose transactions end when they go on for much longer than the file is large."""

    _file: Path | None = None
    _looks = 0

    def guard(self, file: Path | None) -> None:
        """Sets the limits; to be called before anything of the file is read.

        Args:
            file: The gallery; None for one in memory, which nobody else made.
        """
        for limit, most in _LIMITS.items():
            self.setlimit(limit, most)
        self.execute("PRAGMA trusted_schema = OFF")
        self.execute("PRAGMA cell_size_check = ON")
        self._file = file
        if file is not None:
            self.set_progress_handler(self._look, _STEPS)

    def begin(self, kind: str = "DEFERRED") -> None:
        """Begins a transaction."""
        self.start()
        self.execute(f"BEGIN {kind}")

    def start(self) -> None:
        """Counts anew, for a statement that is its own transaction."""
        self._looks = 0

    def _look(self) -> bool:
        """Whether it is enough; the answer ends the statement."""
        self._looks += 1
        return self._looks > LOOKS and self._looks > LOOKS + self._size() // _BYTES

    def _size(self) -> int:
        """Bytes of the file and of its log."""
        paths = (self._file, self._file and self._file.with_name(f"{self._file.name}-wal"))
        return sum(_room(path) for path in paths if path is not None and path.is_file())
