"""Finds people by name and templates by photo, in rows that never move.

An index of SQLite's would do that, too, but it moves its entries between pages, and what it leaves in the gaps of a
page is overwritten by nobody: after each removal it had to be written anew, whole. Here an entry is eight bytes of a
digest and the id of a row, in a table of buckets (Litwin, "Linear Hashing", 1980) whose rows are all of one length.
They are appended and overwritten where they are, so an erased entry is gone as soon as zeros stand in its place.

A digest of eight bytes may be another's: whoever asks compares the names or hashes of the rows.
"""

from __future__ import annotations

import json
import struct
from hashlib import blake2b
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from rostro.core.errors import GalleryCorrupt

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Collection, Iterable, Iterator

    from numpy.typing import NDArray

#: Entries of a row.
_SLOTS: Final = 30

#: Entries of a bucket where all are written at once: few of the buckets then have more than a row has room for.
_FILLED: Final = 22

#: The id of the row that a bucket goes on in, or 0; then digests and ids in turns, 0 for an id where there is none.
_ROW: Final = struct.Struct(f"<{1 + 2 * _SLOTS}q")

#: One bucket more for so many entries that find no room in their own bucket's first row.
_SPLIT_EACH: Final = 4

#: Rows that are remembered while one person's templates are added.
_REMEMBERED: Final = 256

#: Bytes of each row.
ROW_BYTES: Final = _ROW.size

_UPDATES: Final = ("UPDATE places SET entries = ? WHERE bucket = ?", "UPDATE more_places SET entries = ? WHERE id = ?")
_SELECTS: Final = ("SELECT entries FROM places WHERE bucket = ?", "SELECT entries FROM more_places WHERE id = ?")

#: Names of people, and photos of templates: what makes their digests differ, what they are called, where they stand.
_KINDS: Final = (
    (b"name ", "a person's name", "SELECT id, name FROM people"),
    (b"photo ", "a template's photo", "SELECT id, source_hash FROM templates"),
)


def of_name(stored: str | bytes) -> int:
    """The digest of a person's name as it stands in the table."""
    return _digest(_KINDS[0][0], stored)


def of_photo(stored: str | bytes) -> int:
    """The digest of a photo's hash as it stands in the table."""
    return _digest(_KINDS[1][0], stored)


def listed(ids: Iterable[int]) -> str:
    """Ids for ``IN (SELECT value FROM json_each(?))``."""
    return json.dumps(list(ids))


class Places:
    """Where people and templates are, as one transaction sees it while nobody else of it changes that.

    Args:
        sql: The transaction.
    """

    def __init__(self, sql: sqlite3.Connection) -> None:
        self._sql = sql
        (last,) = sql.execute("SELECT max(bucket) FROM places").fetchone()
        self._buckets: int = 0 if last is None else last + 1
        self._read: dict[tuple[int, int], list[int]] = {}  # what is looked for first is often written next

    def find(self, digests: Collection[int]) -> list[int]:
        """The ids that stand under any of these digests."""
        wanted = set(digests)
        buckets = {self._bucket(digest) for digest in wanted} if self._buckets else set()
        rows = (row for bucket in buckets for _, _, row in self._chain(bucket) if not wanted.isdisjoint(row[1::2]))
        return [
            place
            for row in rows
            for digest, place in zip(row[1::2], row[2::2], strict=True)
            if place and digest in wanted
        ]

    def add(self, digest: int, place: int) -> None:
        """Puts an id under a digest."""
        if not self._buckets:
            self._append(0, [])
        bucket = self._bucket(digest)
        row = self._row(0, bucket)
        if _put(row, digest, place) is not None:
            self._write(0, bucket, row)
            return
        slot = None
        if row[0]:
            more = self._row(1, row[0])
            slot = _put(more, digest, place)
            self._write(1, row[0], more)
        if slot is None:
            row[0] = self._insert_more(row[0], [(digest, place)])
            self._write(0, bucket, row)
        if (slot or 0) % _SPLIT_EACH == 0:
            self._split()

    def drop(self, entries: Collection[tuple[int, int]]) -> None:
        """Overwrites (digest, id) with zeros where they are."""
        gone = set(entries)
        for bucket in {self._bucket(digest) for digest, _ in gone} if self._buckets else ():
            for table, number, row in self._chain(bucket):
                slots = [slot for slot in range(1, len(row), 2) if (row[slot], row[slot + 1]) in gone]
                for slot in slots:
                    row[slot] = row[slot + 1] = 0
                if slots:
                    self._write(table, number, row)

    def build(self) -> None:
        """Makes everything anew from the tables of people and templates.

        Raises:
            GalleryCorrupt: A name or a hash there is none.
        """
        for table in ("places", "more_places"):
            self._sql.execute(f"DELETE FROM {table}")
        digests, ids = _of_tables(self._sql)
        self._buckets = -(-len(ids) // _FILLED)
        if not self._buckets:
            return
        buckets = self._buckets_of(digests)
        order = np.argsort(buckets, kind="stable")
        digests, ids, buckets = digests[order], ids[order], buckets[order]
        ends = np.searchsorted(buckets, np.arange(self._buckets + 1))
        slots = np.arange(len(ids)) - ends[buckets]
        self._sql.executemany("INSERT INTO places VALUES (?, ?)", _rows(digests, ids, ends, slots))
        for late in np.flatnonzero(slots >= _SLOTS):
            self.add(int(digests[late]), int(ids[late]))

    def lacking(self) -> int:
        """How many people and templates cannot be found, and how many entries are of none: what should be 0."""
        digests, ids = _of_tables(self._sql)
        entries = (entry for bucket in range(self._buckets) for entry in self._entries(bucket, own=True))
        found = np.fromiter((number for entry in entries for number in entry), np.int64).reshape(-1, 2)
        both = np.concatenate([found, np.stack([digests, ids], axis=1)])
        _, times = np.unique(both, axis=0, return_counts=True)  # a person and a template have different digests
        return int((times != 2).sum())

    def _bucket(self, digest: int) -> int:
        """The bucket of a digest: as many of its bits as there are buckets, or one less where that one is not yet."""
        half = 1 << self._buckets.bit_length() - 1
        bucket = digest & 2 * half - 1
        return bucket if bucket < self._buckets else bucket - half

    def _buckets_of(self, digests: NDArray[np.int64]) -> NDArray[np.int64]:
        half = 1 << self._buckets.bit_length() - 1
        buckets = digests & 2 * half - 1
        return np.where(buckets < self._buckets, buckets, buckets - half)

    def _entries(self, bucket: int, *, own: bool = False) -> Iterator[tuple[int, int]]:
        """(digest, id) of everything in a bucket, or of what belongs there."""
        for _, _, row in self._chain(bucket):
            for digest, place in zip(row[1::2], row[2::2], strict=True):
                if place and not (own and self._bucket(digest) != bucket):
                    yield digest, place

    def _chain(self, bucket: int) -> Iterator[tuple[int, int, list[int]]]:
        """(table, number, content) of each row of a bucket: its own, then the others, the newest first."""
        row = self._row(0, bucket)
        yield 0, bucket, row
        last = None
        while row[0]:
            number = row[0]
            if last is not None and number >= last:
                raise GalleryCorrupt("the file is damaged (its places lead in a circle)")
            last, row = number, self._row(1, number)
            yield 1, number, row

    def _row(self, table: int, number: int) -> list[int]:
        row = self._read.get((table, number))
        if row is not None:
            return row
        found = self._sql.execute(_SELECTS[table], (number,)).fetchone()
        if found is None or not isinstance(found[0], bytes) or len(found[0]) != ROW_BYTES:
            raise GalleryCorrupt("the file is damaged (a row of its places is missing or cut)")
        if len(self._read) >= _REMEMBERED:
            self._read.clear()
        row = self._read[table, number] = list(_ROW.unpack(found[0]))
        return row

    def _write(self, table: int, number: int, row: list[int]) -> None:
        self._sql.execute(_UPDATES[table], (_ROW.pack(*row), number))

    def _append(self, following: int, entries: list[tuple[int, int]]) -> None:
        """One more bucket."""
        self._sql.execute("INSERT INTO places VALUES (?, ?)", (self._buckets, _packed(following, entries)))
        self._buckets += 1

    def _insert_more(self, following: int, entries: list[tuple[int, int]]) -> int:
        cursor = self._sql.execute("INSERT INTO more_places (entries) VALUES (?)", (_packed(following, entries),))
        return int(cursor.lastrowid or 0)

    def _split(self) -> None:
        """One bucket more, with those of an older one's entries that belong there now."""
        new = self._buckets
        half = 1 << new.bit_length() - 1
        rows = list(self._chain(new - half))
        stays: list[tuple[int, int]] = []
        goes: list[tuple[int, int]] = []
        for entry in self._entries(new - half):
            (goes if entry[0] & 2 * half - 1 == new else stays).append(entry)
        for table, number, row in reversed(rows):  # what has room is the first row, where the next one looks for it
            taken, stays = stays[:_SLOTS], stays[_SLOTS:]
            row[1:] = _flat(taken)
            self._write(table, number, row)
        following = 0
        while len(goes) > _SLOTS:
            following, goes = self._insert_more(following, goes[:_SLOTS]), goes[_SLOTS:]
        self._append(following, goes)


def _digest(kind: bytes, stored: Any) -> int:
    if not isinstance(stored, str | bytes):
        raise TypeError(f"no name and no hash: {type(stored).__name__}")
    value = stored.encode() if isinstance(stored, str) else stored
    return int.from_bytes(blake2b(kind + value, digest_size=8).digest(), "little", signed=True)


def _of_tables(sql: sqlite3.Connection) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """(n,) digests and (n,) ids of all people and templates that are not erased."""
    parts = []
    for kind, what, statement in _KINDS:
        rows = sql.execute(f"{statement} WHERE erased = 0")
        numbers = (number for place, stored in rows for number in (_digest(kind, stored), place))
        try:
            parts.append(np.fromiter(numbers, np.int64).reshape(-1, 2))
        except TypeError as error:
            raise GalleryCorrupt(f"the file is damaged ({what} cannot be what is stored)") from error
    both = np.concatenate(parts)
    return both[:, 0].copy(), both[:, 1].copy()


def _rows(
    digests: NDArray[np.int64], ids: NDArray[np.int64], ends: NDArray[np.int64], slots: NDArray[np.int64]
) -> Iterator[tuple[int, bytes]]:
    """Buckets with what has room in their first rows, of entries in the order of their buckets."""
    buckets = len(ends) - 1
    for first in range(0, buckets, 4_096):
        last = min(first + 4_096, buckets)
        some = slice(int(ends[first]), int(ends[last]))
        rows = np.zeros((last - first, 1 + 2 * _SLOTS), "<i8")
        own = np.repeat(np.arange(last - first), np.diff(ends[first : last + 1]))
        there = slots[some] < _SLOTS
        own, slot = own[there], slots[some][there]
        rows[own, 1 + 2 * slot] = digests[some][there]
        rows[own, 2 + 2 * slot] = ids[some][there]
        for number, row in enumerate(rows, first):
            yield number, row.tobytes()


def _put(row: list[int], digest: int, place: int) -> int | None:
    """Writes an entry where none is, and says where; None where there is no room."""
    try:
        slot = row[2::2].index(0)
    except ValueError:
        return None
    row[1 + 2 * slot], row[2 + 2 * slot] = digest, place
    return slot


def _packed(following: int, entries: list[tuple[int, int]]) -> bytes:
    return _ROW.pack(following, *_flat(entries))


def _flat(entries: list[tuple[int, int]]) -> list[int]:
    """The numbers of a row after its first."""
    numbers = [number for entry in entries for number in entry]
    return numbers + [0] * (2 * _SLOTS - len(numbers))
