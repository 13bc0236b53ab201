"""Marks of erased people's photos in a SQLite gallery; each function works within a transaction of the caller's."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rostro.gallery.marks import Mark, key_for, marks_of

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Collection, Iterable

    from rostro.gallery.sqlite.sealing import Sealing


def erased(sql: sqlite3.Connection, seal: Sealing, hashes: Collection[str]) -> set[str]:
    """Of these photo hashes, those that have a mark."""
    statement = "SELECT 1 FROM marks WHERE key = ? AND digest = ?"
    sought = marks_of(hashes, _keys(sql, seal))
    return {text for mark, text in sought.items() if sql.execute(statement, _stored(seal, mark)).fetchone()}


def everything(sql: sqlite3.Connection, seal: Sealing) -> list[Mark]:
    """All marks."""
    keys = dict(zip(_stored_keys(sql), _keys(sql, seal), strict=True))
    return [Mark(keys[key], digest) for key, digest in sql.execute("SELECT key, digest FROM marks")] if keys else []


def keep(sql: sqlite3.Connection, seal: Sealing, marks: Iterable[Mark]) -> None:
    """Adds marks that are not there yet."""
    sql.executemany("INSERT OR IGNORE INTO marks VALUES (?, ?)", (_stored(seal, mark) for mark in marks))


def drop(sql: sqlite3.Connection, seal: Sealing, hashes: Collection[str]) -> None:
    """Deletes the marks of these photos."""
    gone = marks_of(hashes, _keys(sql, seal))
    sql.executemany("DELETE FROM marks WHERE key = ? AND digest = ?", (_stored(seal, mark) for mark in gone))


def mark(sql: sqlite3.Connection, seal: Sealing, people: Collection[int]) -> None:
    """Marks every photo of these people, before they are erased."""
    key = key_for(_keys(sql, seal))
    for person in people:
        rows = sql.execute("SELECT source_hash, photo FROM templates WHERE person = ? AND erased = 0", (person,))
        keep(sql, seal, marks_of({seal.photo(*row)[0] for row in rows}, [key]))


def reseal(sql: sqlite3.Connection, before: Sealing, after: Sealing) -> None:
    """Writes all marks as they stand under another key of the gallery."""
    for key in _stored_keys(sql):
        sql.execute("UPDATE marks SET key = ? WHERE key = ?", (after.mark_key(before.open_mark_key(key)), key))


def _stored(seal: Sealing, mark: Mark) -> tuple[bytes, bytes]:
    return seal.mark_key(mark.key), mark.digest


def _keys(sql: sqlite3.Connection, seal: Sealing) -> list[bytes]:
    """The keys that there are."""
    return [seal.open_mark_key(key) for key in _stored_keys(sql)]


def _stored_keys(sql: sqlite3.Connection) -> list[bytes]:
    """The keys that there are: one, or some; found without looking at all marks."""
    if not sql.execute("SELECT 1 FROM sqlite_master WHERE name = 'marks'").fetchone():
        return []  # a file of before there were marks, which can only be read
    found: list[bytes] = []
    while True:
        (key,) = sql.execute("SELECT min(key) FROM marks WHERE key > ?", (found[-1] if found else b"",)).fetchone()
        if key is None:
            return found
        found.append(key)
