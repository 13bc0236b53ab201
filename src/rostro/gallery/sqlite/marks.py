"""Marks of erased people's photos in a SQLite gallery; each function works within a transaction of the caller's."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rostro.gallery.marks import Mark, key_for, marks_of

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Collection, Iterable


def erased(sql: sqlite3.Connection, hashes: Collection[str]) -> set[str]:
    """Of these photo hashes, those that have a mark."""
    statement = "SELECT 1 FROM marks WHERE key = ? AND digest = ?"
    sought = marks_of(hashes, _keys(sql))
    return {text for mark, text in sought.items() if sql.execute(statement, mark).fetchone()}


def everything(sql: sqlite3.Connection) -> list[Mark]:
    """All marks."""
    return [Mark(*row) for row in sql.execute("SELECT key, digest FROM marks")] if _keys(sql) else []


def keep(sql: sqlite3.Connection, marks: Iterable[Mark]) -> None:
    """Adds marks that are not there yet."""
    sql.executemany("INSERT OR IGNORE INTO marks VALUES (?, ?)", marks)


def drop(sql: sqlite3.Connection, hashes: Collection[str]) -> None:
    """Deletes the marks of these photos."""
    sql.executemany("DELETE FROM marks WHERE key = ? AND digest = ?", marks_of(hashes, _keys(sql)))


def mark(sql: sqlite3.Connection, people: Collection[int]) -> None:
    """Marks every photo of these people, before they are erased."""
    key = key_for(_keys(sql))
    for person in people:
        rows = sql.execute("SELECT DISTINCT source_hash FROM templates WHERE person = ? AND erased = 0", (person,))
        keep(sql, marks_of([text for (text,) in rows], [key]))


def _keys(sql: sqlite3.Connection) -> list[bytes]:
    """The keys that there are: one, or some; found without looking at all marks."""
    if not sql.execute("SELECT 1 FROM sqlite_master WHERE name = 'marks'").fetchone():
        return []  # a file of before there were marks, which can only be read
    found: list[bytes] = []
    while True:
        (key,) = sql.execute("SELECT min(key) FROM marks WHERE key > ?", (found[-1] if found else b"",)).fetchone()
        if key is None:
            return found
        found.append(key)
