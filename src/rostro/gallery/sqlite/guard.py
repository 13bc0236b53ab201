"""What a connection may do with a file that anybody may have made: no code of its schema, no end in sight.

A SQLite file can hold more than data: triggers, views and functions that run when it is read, pages that refer to each
other in a circle, values of a gigabyte. `rostro.gallery.sqlite.schema` refuses what a gallery does not have; here is
what holds before that, and for what no schema shows.
"""

from __future__ import annotations

import sqlite3
from typing import TYPE_CHECKING, Final

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
LOOKS: Final = 60
_BYTES: Final = 300_000


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
        """Bytes of the file and of its log, as far as they take room: a file of holes is as large as one likes."""
        size = 0
        for path in (self._file, self._file and self._file.with_name(f"{self._file.name}-wal")):
            if path is not None and path.is_file():
                found = path.stat()
                room = getattr(found, "st_blocks", None)
                size += found.st_size if room is None else min(found.st_size, 512 * room)
        return size
