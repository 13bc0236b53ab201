"""Records in Milvus: rows of a collection of their own, which is made with the first of them.

Of two programs that append to a log at the same moment, both may follow the same record; whoever reads it sees that.
"""

from __future__ import annotations

import json
import time
from typing import TYPE_CHECKING

from rostro.gallery.records import NOBODY, Record, Records

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Mapping, Sequence

    from rostro.core.forking import Mutex
    from rostro.gallery.milvus.collections import Collections


class MilvusRecords(Records):
    """The part of a `MilvusGallery` that keeps records."""

    _milvus: Collections
    _writing: Mutex

    def records(
        self, kind: str, people: Collection[int] | None = None, *, after: int = 0, limit: int | None = None
    ) -> list[Record]:
        """Records of a kind; see `Records.records`."""
        whose = "" if people is None else f' and name["person"] in {json.dumps(list(map(int, people)))}'
        if people is not None and not people:
            return []
        found = _rows(self._milvus, f"key == {json.dumps(kind)} and id > {after}{whose}")
        return found if limit is None else found[:limit]

    def keep_records(self, kind: str, bodies: Mapping[int, str | None], *, only_missing: bool = False) -> None:
        """Keeps one record for each; see `Records.keep_records`."""
        with self._writing:
            held = self.records(kind, bodies)
            left = {record.person for record in held} if only_missing else set()
            there = _there(self._milvus, bodies) - left
            new = {person: body for person, body in bodies.items() if person in there and body is not None}
            _put(self._milvus, kind, list(new.items()))
            _delete(self._milvus, [record.id for record in held if record.person in there])
            for person in new.keys() - _there(self._milvus, new):  # removed meanwhile
                erase(self._milvus, [person])

    def append_records(self, kind: str, following: Callable[[str | None], Sequence[str]]) -> None:
        """Adds records of the gallery's own; see `Records.append_records`."""
        with self._writing:
            own = self.records(kind, [NOBODY])
            bodies = following(own[-1].body if own else None)
            _put(self._milvus, kind, [(NOBODY, body) for body in bodies], after=own[-1].id if own else 0)


def give(milvus: Collections, person: int, other: int) -> None:
    """Gives a person's records to another."""
    if milvus.has_records:
        condition = f'name["person"] == {person}'
        rows = list(milvus.rows(milvus.records, condition, ("key", "name", "vector")))
        milvus.put(milvus.records, [{**row, "name": {**row["name"], "person": other}} for row in rows])


def erase(milvus: Collections, people: Collection[int]) -> None:
    """Deletes people's records."""
    if milvus.has_records and people:
        milvus.delete(milvus.records, f'name["person"] in {json.dumps(list(people))}')


def _rows(milvus: Collections, condition: str) -> list[Record]:
    if not milvus.has_records:
        return []
    rows = milvus.rows(milvus.records, condition, ("name",))
    return sorted(Record(row["id"], row["name"]["person"], row["name"]["body"]) for row in rows)


def _put(milvus: Collections, kind: str, bodies: Sequence[tuple[int, str]], *, after: int = 0) -> None:
    if not bodies:
        return
    if not milvus.has_records:
        milvus.make_rows(milvus.records)
    start = max(time.time_ns(), after + 1)
    rows = [
        {"id": start + number, "key": kind, "name": {"person": person, "body": body}, "vector": [1.0, 0.0]}
        for number, (person, body) in enumerate(bodies)
    ]
    milvus.put(milvus.records, rows)


def _delete(milvus: Collections, ids: list[int]) -> None:
    if ids:
        milvus.delete(milvus.records, f"id in {ids}")


def _there(milvus: Collections, people: Iterable[int]) -> set[int]:
    asked = {int(person) for person in people}
    alive = set() if milvus.space is None else milvus.rows_in(milvus.people, "id", asked - {NOBODY}, ())
    return {row["id"] for row in alive} | (asked & {NOBODY})
