"""Sees erasures to their end: at once where that can be, else as soon as other programs let go of the file.

Whoever was erased is found by nobody from the moment that the removal is committed. Their bytes then leave the file,
its log and its index. A program that reads an old state keeps the log from being emptied; it is not waited for longer
than a moment, and the rest is done later: by this gallery while it is used, or by whoever opens it next. A mark in the
file says that something is left, so that nobody forgets it.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from rostro.core.forking import Mutex
from rostro.gallery.sqlite import erasure
from rostro.gallery.sqlite.database import ERASING_PATIENCE

if TYPE_CHECKING:
    from collections.abc import Callable

    from rostro.gallery.sqlite.database import Database

#: Seconds between two tries at what is left.
_PAUSE = 1.0

#: What is said while bytes of the erased are left.
PENDING = (
    "what was erased is found by nobody, but bytes of it stay in the files until other programs that read the "
    "gallery let go of it; they leave then by themselves"
)


class Purging:
    """The traces of one gallery's erasures."""

    def __init__(self, database: Database, forget: Callable[[], None]) -> None:
        """Touches nothing.

        Args:
            database: The file.
            forget: Takes what was erased out of the search index.
        """
        self._database = database
        self._forget = forget
        self._lock = Mutex()
        self._rewritten: str | None = None
        self._next = 0.0
        #: Whether bytes of somebody who was erased are left in the files.
        self.pending = False

    def run(self, patience: float = ERASING_PATIENCE) -> None:
        """Drives erased bytes out of the files, if any removal still needs it.

        Args:
            patience: Seconds to wait for programs that read what is in the log.
        """
        if not self._database.read_only:
            with self._lock:
                self._drive(patience)

    def go_on(self, *, rewriting: bool = True) -> None:
        """Does what is left, without waiting for anybody; now and then, where others do not let go.

        Args:
            rewriting: Whether the file may be written anew, which takes a while.
        """
        if not self.pending or time.monotonic() < self._next or not (rewriting or self._rewritten):
            return
        if self._lock.take(0):  # nobody else is at it
            try:
                self._drive(0.0)
            finally:
                self._lock.free()

    def end(self) -> None:
        """Does what can be done now, before the file is closed; the rest is done by who opens it next."""
        self._next = 0.0
        self.go_on(rewriting=False)
        self.pending = False

    def _drive(self, patience: float) -> None:
        due = erasure.due(self._database)
        if due is None:
            self.pending = False
            return
        self.pending, self._next = True, time.monotonic() + _PAUSE
        if self._rewritten != due:
            if not erasure.rewrite(self._database):
                return
            self._forget()
            self._rewritten = due
        if self._database.empty_log(patience):
            erasure.purged(self._database, due)
            self.pending = False
