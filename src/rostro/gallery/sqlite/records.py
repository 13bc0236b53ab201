"""Records in a SQLite gallery. They are appended and blanked where they are, as templates; see `erasure`."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from rostro.gallery.records import NOBODY, Record, Records
from rostro.gallery.sqlite.erasure import BLANK_RECORDS

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Callable, Collection, Mapping, Sequence

    from rostro.gallery.sqlite.database import Database
    from rostro.gallery.sqlite.sealing import Sealing
    from rostro.gallery.sqlite.vault import Vault


class SqliteRecords(Records):
    """The part of a `SqliteGallery` that keeps records."""

    _database: Database
    _vault: Vault

    def records(
        self, kind: str, people: Collection[int] | None = None, *, after: int = 0, limit: int | None = None
    ) -> list[Record]:
        """Records of a kind; see `Records.records`."""
        with self._database.reading() as sql:
            seal = self._vault.at(sql)
            rows = sql.execute(
                """SELECT id, person, body FROM records WHERE kind = ?1 AND erased = 0 AND id > ?2
                AND (?3 IS NULL OR person IN (SELECT value FROM json_each(?3))) ORDER BY id LIMIT ?4""",
                (
                    kind,
                    after,
                    None if people is None else json.dumps([int(person) for person in people]),
                    -1 if limit is None else limit,
                ),
            )
            return [Record(record, person, seal.open_record(body)) for record, person, body in rows]

    def keep_records(self, kind: str, bodies: Mapping[int, str | None], *, only_missing: bool = False) -> None:
        """Keeps one record for each; see `Records.keep_records`."""
        with self._database.writing() as sql:
            for person, body in bodies.items():
                if person == NOBODY or _is_there(sql, person):
                    _keep(sql, self._vault.at(sql), kind, person, body, only_missing=only_missing)

    def revise_records(
        self, kind: str, people: Collection[int], revise: Callable[[Mapping[int, list[str]]], Mapping[int, str | None]]
    ) -> None:
        """Keeps records by what there is, in one transaction; see `Records.revise_records`."""
        with self._database.writing() as sql:
            seal = self._vault.at(sql)
            rows = sql.execute(
                """SELECT person, body FROM records WHERE kind = ? AND erased = 0
                AND person IN (SELECT value FROM json_each(?)) ORDER BY id""",
                (kind, json.dumps([int(person) for person in people])),
            )
            held: dict[int, list[str]] = {}
            for person, body in rows:
                held.setdefault(person, []).append(seal.open_record(body))
            for person, new in revise(held).items():
                if person == NOBODY or _is_there(sql, person):
                    _keep(sql, seal, kind, person, new, only_missing=False)

    def append_records(self, kind: str, following: Callable[[str | None], Sequence[str]]) -> None:
        """Adds records of the gallery's own; see `Records.append_records`."""
        with self._database.writing() as sql:
            seal = self._vault.at(sql)
            row = sql.execute(
                """SELECT body FROM records WHERE kind = ? AND person = 0 AND erased = 0
                ORDER BY id DESC LIMIT 1""",
                (kind,),
            ).fetchone()
            for body in following(None if row is None else seal.open_record(row[0])):
                _insert(sql, kind, NOBODY, seal.record(body))


def give(sql: sqlite3.Connection, person: int, other: int) -> None:
    """Gives a person's records to another; whoever asks for it notes that rows move."""
    sql.execute("UPDATE records SET person = ? WHERE person = ? AND erased = 0", (other, person))


def reseal(sql: sqlite3.Connection, before: Sealing, after: Sealing) -> None:
    """Writes all records as they stand under another key of the gallery."""
    sql.execute("DELETE FROM records WHERE erased = 1")
    last = 0
    while rows := sql.execute("SELECT id, body FROM records WHERE id > ? ORDER BY id LIMIT 1000", (last,)).fetchall():
        sql.executemany(
            "UPDATE records SET body = ? WHERE id = ?",
            [(after.record(before.open_record(body)), record) for record, body in rows],
        )
        last = rows[-1][0]


def _keep(
    sql: sqlite3.Connection, seal: Sealing, kind: str, person: int, body: str | None, *, only_missing: bool
) -> None:
    there = sql.execute(
        "SELECT id, length(body) FROM records WHERE kind = ? AND person = ? AND erased = 0", (kind, person)
    ).fetchall()
    if there and only_missing:
        return
    stored = None if body is None else seal.record(body)
    if stored is not None and [length for _, length in there] == [len(stored)]:
        sql.execute("UPDATE records SET body = ? WHERE id = ?", (stored, there[0][0]))  # as long: no row moves
        return
    sql.executemany(f"{BLANK_RECORDS} WHERE id = ?", [(record,) for record, _ in there])
    if stored is not None:
        _insert(sql, kind, person, stored)


def _insert(sql: sqlite3.Connection, kind: str, person: int, stored: bytes) -> None:
    sql.execute("INSERT INTO records (erased, kind, person, body) VALUES (0, ?, ?, ?)", (kind, person, stored))


def _is_there(sql: sqlite3.Connection, person: int) -> bool:
    return sql.execute("SELECT 1 FROM people WHERE id = ? AND erased = 0", (person,)).fetchone() is not None
