"""Whether an index is of this table and of exactly this state of it.

A file that is put back from a backup beside a newer index, or a newer file beside an older index, has the same people
under the same ids, and yet not the same state: somebody whom the index was told to forget is there again. So an index
is believed only where the newest row that both know is the same row in both, which two histories of a table never have,
and where every row up to it is in both.
"""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from rostro.gallery.sqlite.places import listed

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Collection, Iterator

    from numpy.typing import NDArray

#: Bytes of a row's digest.
DIGEST = 32

#: Rows of which the digest is remembered, so that the newest may be erased without the index being made anew.
_REMEMBERED = 64

_ROWS = """SELECT id, source_hash, added, vector FROM templates WHERE erased = 0 AND id <= ?
    AND person NOT IN (SELECT value FROM json_each(?)) ORDER BY id DESC LIMIT ?"""

#: By an index, which has the ids of all rows in little room; the table itself has their vectors, too.
_COUNT = "SELECT count(*), total(id) FROM templates INDEXED BY templates_of_person WHERE erased = 0 AND id <= ?"


class Row(NamedTuple):
    """A row of the table. Rows have their time of adding, so that no other history has the same row at the same id.

    Attributes:
        id: Its id; 0 for none.
        digest: Of what is in it; empty for none.
    """

    id: int
    digest: str


def newest(sql: sqlite3.Connection, last: int, *, without: Collection[int] = ()) -> Row:
    """The newest row up to this id that is not erased, and none of these people's."""
    return next(_rows(sql, last, 1, without), Row(0, ""))


def newest_rows(sql: sqlite3.Connection, last: int) -> dict[int, str]:
    """The newest rows up to this id: id → digest."""
    return dict(_rows(sql, last, _REMEMBERED))


def remember(known: dict[int, str], row: Row) -> None:
    """Adds a row, and forgets the oldest where there are many."""
    known[row.id] = row.digest
    while len(known) > _REMEMBERED:
        del known[min(known)]


def alive(sql: sqlite3.Connection) -> NDArray[np.int64]:
    """The ids of all rows that are not erased, ascending."""
    ids = np.fromiter((row[0] for row in sql.execute("SELECT id FROM templates WHERE erased = 0")), np.int64)
    ids.sort()
    return ids


def erased(sql: sqlite3.Connection) -> NDArray[np.int64]:
    """The ids of all rows that are blank, by an index of these alone."""
    return np.fromiter((row[0] for row in sql.execute("SELECT id FROM templates WHERE erased = 1")), np.int64)


def holds_exactly(sql: sqlite3.Connection, ids: NDArray[np.int64]) -> bool:
    """Whether these ids, ascending, are those of the rows up to the last of them; by their number and their sum."""
    last = int(ids[-1]) if len(ids) else 0
    found = sql.execute(_COUNT, (last,)).fetchone()
    return bool(found == (len(ids), float(ids.sum(dtype=np.float64))))


def _rows(sql: sqlite3.Connection, last: int, count: int, without: Collection[int] = ()) -> Iterator[Row]:
    return (
        Row(row[0], hashlib.blake2b(repr(row[1:]).encode(), digest_size=DIGEST).hexdigest())
        for row in sql.execute(_ROWS, (last, listed(without), count))
    )
