"""Marks of erased people's photos in PostgreSQL; each function works within a transaction of the caller's."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from rostro.gallery.marks import Mark, key_for, marks_of
from rostro.gallery.postgresql.rows import one

if TYPE_CHECKING:
    from collections.abc import Collection

    from psycopg import Connection


def erased(sql: Connection[Any], hashes: Collection[str]) -> set[str]:
    """Of these photo hashes, those that have a mark."""
    sought = marks_of(hashes, _keys(sql))
    there = sql.execute(
        "SELECT key, digest FROM marks WHERE digest = ANY(%s) AND key = ANY(%s)",
        ([mark.digest for mark in sought], [mark.key for mark in sought]),
    )
    return {sought[mark] for row in there if (mark := Mark(*row)) in sought}


def everything(sql: Connection[Any]) -> list[Mark]:
    """All marks."""
    return [Mark(*row) for row in sql.execute("SELECT key, digest FROM marks")]


def keep(sql: Connection[Any], marks: Collection[Mark]) -> None:
    """Adds marks that are not there yet."""
    sql.execute(
        "INSERT INTO marks SELECT * FROM unnest(%s::bytea[], %s::bytea[]) ON CONFLICT DO NOTHING",
        ([mark.key for mark in marks], [mark.digest for mark in marks]),
    )


def drop(sql: Connection[Any], hashes: Collection[str]) -> None:
    """Deletes the marks of these photos."""
    digests = [mark.digest for mark in marks_of(hashes, _keys(sql))]
    sql.execute("DELETE FROM marks WHERE digest = ANY(%s)", (digests,))


def mark(sql: Connection[Any], people: Collection[int]) -> None:
    """Marks every photo of these people, before they are erased."""
    rows = sql.execute("SELECT DISTINCT source_hash FROM templates WHERE person = ANY(%s)", (list(people),))
    keep(sql, marks_of([text for (text,) in rows], [key_for(_keys(sql))]).keys())


def _keys(sql: Connection[Any]) -> list[bytes]:
    """The keys that there are: one, or some; found without looking at all marks."""
    found: list[bytes] = []
    while key := one(sql, "SELECT key FROM marks WHERE key > %s ORDER BY key LIMIT 1", found[-1] if found else b""):
        found.append(key)
    return found
