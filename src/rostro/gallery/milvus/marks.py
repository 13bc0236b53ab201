"""Marks of erased people's photos in Milvus: rows among the people, with negative ids."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rostro.gallery.marks import Mark, key_for, marks_of
from rostro.gallery.milvus.rows import number_of

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable

    from rostro.gallery.milvus.collections import Collections

_MARKS = "id < 0"


def everything(milvus: Collections) -> list[Mark]:
    """All marks. Milvus cannot tell which keys there are: this reads them all."""
    if milvus.space is None:
        return []
    rows = milvus.rows(milvus.people, _MARKS, ("key", "name"))
    return [Mark(bytes.fromhex(row["name"]["key"]), bytes.fromhex(row["key"])) for row in rows]


def keep(milvus: Collections, marks: Iterable[Mark]) -> None:
    """Adds marks; those that are there already are written over."""
    rows = [
        {"id": _id(mark), "key": mark.digest.hex(), "name": {"key": mark.key.hex()}, "vector": [1.0, 0.0]}
        for mark in marks
    ]
    if rows:
        milvus.put(milvus.people, rows)


def drop(milvus: Collections, hashes: Collection[str]) -> None:
    """Deletes the marks of these photos."""
    there = set(everything(milvus))
    ids = [_id(mark) for mark in marks_of(hashes, {mark.key for mark in there}) if mark in there]
    if ids:
        milvus.delete(milvus.people, f"id in {ids}")


def mark(milvus: Collections, people: list[int]) -> None:
    """Marks every photo of these people, before they are erased."""
    if milvus.dims is None:
        return
    rows = milvus.rows(milvus.templates, f"person in {people}", ("source_hash",))
    keep(milvus, marks_of([row["source_hash"] for row in rows], [key_for({m.key for m in everything(milvus)})]))


def _id(mark: Mark) -> int:
    return -number_of(mark.key.hex(), mark.digest.hex())
