"""Keeps the index in step with the table, in memory and in a file beside the gallery, and answers queries.

The table is the truth. The index is derived from it: it is made anew wherever its file is missing, damaged, or of
another state of the table than one that led to this; rows that are newer are added; rows that were erased leave it, and
its file, too.
"""

from __future__ import annotations

import json
import logging
import os
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import IO, TYPE_CHECKING

import numpy as np
from filelock import FileLock, Timeout

from rostro.core.errors import GalleryCorrupt
from rostro.core.files import PRIVATE, unfinished
from rostro.core.foreign import open_regular
from rostro.core.forking import Forking, abandon
from rostro.gallery.sqlite.sealing import View
from rostro.gallery.sqlite.search.belonging import (
    DIGEST,
    alive,
    erased,
    holds_exactly,
    newest,
    newest_rows,
    remember,
)
from rostro.gallery.sqlite.search.file import read_header, replace_file, whole
from rostro.gallery.sqlite.search.index import CANDIDATES, TemplateIndex
from rostro.gallery.sqlite.search.kernels import one_thread_each
from rostro.gallery.sqlite.search.reranking import reranked
from rostro.gallery.sqlite.search.scan import ScanIndex

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Collection

    from rostro.core.types import Floats
    from rostro.gallery.base import Hit
    from rostro.gallery.sqlite.sealing import Sealing

_FORMAT = 2

#: Bytes that say what an index is; ours are a few hundred.
_LONGEST_HEADER = 10_000

#: Queries that are answered at a time, so that the vectors of their candidates stay a small part of memory.
_BLOCK = 64

#: Templates that join the index at a time: memory of this size is used again, and need not be asked for anew.
_ROWS = 8_192

#: Collections of up to so many templates are compared one by one.
_EXACT_IN_COLLECTIONS = 5_000

_log = logging.getLogger(__name__)


class Searcher(Forking):
    """The search of one gallery.

    Args:
        file: Where the index is kept; None keeps it in memory only.
        read_only: Whether the file is read where it is of use, and never written.
    """

    def __init__(self, file: Path | None, *, read_only: bool = False) -> None:
        self._file = file
        self._read_only = read_only
        self._index: TemplateIndex | None = None
        self._erasure: str | None = None
        self._known: dict[int, str] = {}  # the newest rows that are in the index
        self.join_forks()

    def after_fork(self) -> None:
        """Reads the index anew in a forked child: the threads that search in it are the parent's."""
        if self._index is not None and self._index.scan is not None:
            abandon(self._index)
            self._index = None

    def search(
        self,
        sql: sqlite3.Connection,
        seal: Sealing,
        queries: Floats,
        count: int,
        collections: Collection[str] | None = None,
    ) -> list[list[Hit]]:
        """The nearest templates of each of the (N, d) queries, as this transaction sees the table."""
        index = self._refreshed(sql, seal, queries.shape[1])
        hits: list[list[Hit]] = []
        view = View(sql, seal)
        for start in range(0, len(queries), _BLOCK):
            block = queries[start : start + _BLOCK]
            if collections is None:
                hits += reranked(view, block, *index.search(block, count), count)
            else:
                hits += [_within(view, index, block[n : n + 1], count, collections) for n in range(len(block))]
        return hits

    def rebuild(self, sql: sqlite3.Connection, seal: Sealing, dims: int) -> None:
        """Makes the index anew from the table, and its file if there is to be one."""
        self.close()
        if self._file is not None and not self._read_only:
            self._file.unlink(missing_ok=True)
        self._refreshed(sql, seal, dims)

    def count(self, sql: sqlite3.Connection, seal: Sealing, dims: int) -> int:
        """How many templates can be found."""
        return len(self._refreshed(sql, seal, dims))

    @property
    def size(self) -> int:
        """Bytes of the file; 0 if there is none."""
        return self._file.stat().st_size if self._file is not None and self._file.is_file() else 0

    @property
    def state(self) -> str:
        """How the index is, in words."""
        return "a compressed scan, then exact scores" if self.size else "none: every vector is compared"

    def foresee(self, sql: sqlite3.Connection, seal: Sealing, dims: int | None, people: Collection[int]) -> None:
        """Reads the file before people are erased: one that ends with them could not be told from another table's."""
        if dims is None or self._read_only or self._file is None or not self._file.exists():
            return
        index = self._refreshed(sql, seal, dims)
        row = newest(sql, index.last, without=people)
        self._known[row.id] = row.digest

    def forget_erased(self, sql: sqlite3.Connection, seal: Sealing, dims: int) -> None:
        """Takes what was erased from the table out of the file, too."""
        if self._file is not None and self._file.exists():
            self._refreshed(sql, seal, dims)

    def discard(self) -> None:
        """Removes the file, and what a killed process left of it; the next search makes it anew."""
        self.close()
        if self._file is not None and not self._read_only:
            with FileLock(f"{self._file}.lock", mode=PRIVATE):
                self._file.unlink(missing_ok=True)
                unfinished(self._file).unlink(missing_ok=True)

    def close(self) -> None:
        """Lets go of the index."""
        if self._index is not None:
            self._index.close()
            self._index = None

    def _refreshed(self, sql: sqlite3.Connection, seal: Sealing, dims: int) -> TemplateIndex:
        try:
            index = self._index = self._in_step(sql, seal, dims)
        except BaseException:  # an index that was left half-way, by Ctrl-C say, must not answer
            self.close()
            raise
        if index.changed:
            self._save(sql, seal, index)
        return index

    def _in_step(self, sql: sqlite3.Connection, seal: Sealing, dims: int) -> TemplateIndex:
        """The index with what this transaction sees: without erased rows, with all newer ones."""
        row = sql.execute("SELECT value FROM meta WHERE key = 'erasure'").fetchone()
        erasure = None if row is None else row[0]
        index = self._of_this_state(sql, self._index, erasure)
        if index is None:
            index = self._of_this_state(sql, self._loaded(sql, seal, dims, erasure), erasure)
        if index is None:
            index, self._erasure, self._known = TemplateIndex(dims), erasure, {}
            index.changed = self.size > 0  # the file that was no good is replaced, or goes
        rows = sql.execute("SELECT id, vector FROM templates WHERE id > ? AND erased = 0 ORDER BY id", (index.last,))
        _take(rows, seal, index, dims)
        if not self._known:
            self._known = newest_rows(sql, index.last)
        elif index.last not in self._known:
            remember(self._known, newest(sql, index.last))
        return index

    def _of_this_state(
        self, sql: sqlite3.Connection, index: TemplateIndex | None, erasure: str | None
    ) -> TemplateIndex | None:
        """The index, without what was erased since; None where it is of a state that did not lead to this one."""
        if index is None:
            return None
        row, last = newest(sql, index.last), index.last
        if row.id and self._known.get(row.id) != row.digest:
            index.close()
            return None
        if self._erasure != erasure or row.id != last:
            index.keep(index.ids[~np.isin(index.ids, erased(sql))])
            if not holds_exactly(sql, index.ids):  # the table was written anew without its blank rows, for one
                ids = alive(sql)
                index.keep(ids)
                if len(index) != np.searchsorted(ids, last, side="right"):  # somebody is there again who was erased
                    index.close()
                    return None
            self._erasure, self._known = erasure, newest_rows(sql, index.last)
        return index

    def _loaded(self, sql: sqlite3.Connection, seal: Sealing, dims: int, erasure: str | None) -> TemplateIndex | None:
        """The index of the file, unless it is missing, damaged or not of this table."""
        if self._file is None:
            return None
        try:
            with open_regular(self._file) as file:
                if whole(file):
                    return self._read(View(sql, seal), file, dims, erasure)
        except FileNotFoundError:
            return None
        except OSError as error:
            _log.warning("%s cannot be read (%s); it is made anew", self._file, error.strerror)
            return None
        _log.warning("%s is damaged; it is made anew", self._file)
        return None

    def _read(self, view: View, file: IO[bytes], dims: int, erasure: str | None) -> TemplateIndex | None:
        """The index in an open file; None where it is none, another table's, or of another state."""
        sql, seal = view
        line = file.readline(_LONGEST_HEADER)
        header = read_header(line)
        if header is None or header != _header(sql, seal, header["last"], header["erasure"], dims):
            return None
        length = os.fstat(file.fileno()).st_size - len(line) - DIGEST
        try:
            scan = ScanIndex.read(seal.reader(file, line, length), dims)
        except (ValueError, RuntimeError, MemoryError) as error:  # whole, but whoever has the gallery can write one
            _log.warning("%s cannot be read (%s); it is made anew", self._file, " ".join(str(error).split())[:200])
            return None
        if header["erasure"] == erasure and not holds_exactly(sql, scan.ids):
            _log.warning("%s is not of this state of the gallery; it is made anew", self._file)
            scan.close()
            return None
        self._erasure, self._known = header["erasure"], newest_rows(sql, header["last"])
        return TemplateIndex(dims, scan)

    def _save(self, sql: sqlite3.Connection, seal: Sealing, index: TemplateIndex) -> None:
        """Replaces the file at once. A gallery that cannot have one is searched all the same."""
        if self._file is None or self._read_only:
            return
        try:
            with FileLock(f"{self._file}.lock", timeout=0, mode=PRIVATE):
                if index.scan is None:
                    self._file.unlink(missing_ok=True)
                else:
                    header = _header(sql, seal, int(index.scan.ids[-1]), self._erasure, len(index.scan.centre))
                    replace_file(self._file, seal, header, index.scan)
        except Timeout:
            return  # another process is at it; the next search tries again
        except OSError as error:
            _log.warning("%s cannot be written (%s); it will be made again", self._file, error.strerror)
        index.changed = False


def _take(rows: sqlite3.Cursor, seal: Sealing, index: TemplateIndex, dims: int) -> None:
    """Adds rows to the index; while some are added, the next are read."""

    def add(some: list[tuple[int, bytes]]) -> None:
        ids = np.array([row[0] for row in some], np.int64)
        if ids[0] <= index.last or (np.diff(ids) <= 0).any():  # pages that lead in a circle, say
            raise GalleryCorrupt("the file is damaged (its templates are in no order)")
        index.add(ids, seal.vectors((row[1] for row in some), dims))

    some = rows.fetchmany(_ROWS)
    if not some:
        return
    if len(some) < _ROWS:  # a thread would take longer
        add(some)
        return
    with ThreadPoolExecutor(1, "gallery-index", initializer=one_thread_each) as adder:
        while some:
            adding = adder.submit(add, some)
            some = rows.fetchmany(_ROWS)
            adding.result()


def _header(
    sql: sqlite3.Connection, seal: Sealing, last: int, erasure: str | None, dims: int
) -> dict[str, str | int | None]:
    """What an index must say of itself to belong to this table."""
    import faiss

    row = newest(sql, last)
    return {
        "format": _FORMAT,
        "faiss": faiss.__version__,
        "dims": dims,
        "erasure": erasure,
        "last": last,
        "row": row.digest if row.id == last else None,
        **({} if seal.key_id is None else {"key": seal.key_id}),
    }


def _within(view: View, index: TemplateIndex, query: Floats, count: int, collections: Collection[str]) -> list[Hit]:
    """The nearest templates of some collections to one query (1, d)."""
    listed = json.dumps([view.seal.collection(name) for name in collections])
    members = "FROM templates WHERE erased = 0 AND collection IN (SELECT value FROM json_each(?))"
    few = view.sql.execute(f"SELECT id {members} LIMIT ?", (listed, _EXACT_IN_COLLECTIONS + 1)).fetchall()
    if len(few) <= _EXACT_IN_COLLECTIONS:
        ids = np.array([row[0] for row in few], np.int64)[None]
        return reranked(view, query, ids, np.ones(ids.shape, np.float32), count)[0] if few else []
    candidates = max(CANDIDATES, 4 * count)
    asked = 4 * candidates
    while True:
        ids, bounds = index.search(query, asked)
        found = view.sql.execute(
            f"SELECT id {members} AND id IN (SELECT value FROM json_each(?))", (listed, json.dumps(ids[0].tolist()))
        )
        mine = np.isin(ids[0], np.array([row[0] for row in found], np.int64))
        if mine.sum() >= candidates or asked >= len(index):
            return reranked(view, query, ids[:, mine], bounds[:, mine], count)[0]
        asked *= 8
