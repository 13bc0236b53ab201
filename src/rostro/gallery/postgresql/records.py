"""Records in a PostgreSQL gallery."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from rostro.gallery.postgresql.rows import one
from rostro.gallery.records import NOBODY, Record, Records

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping, Sequence

    from psycopg import Connection

    from rostro.gallery.postgresql.database import Database


class PostgresqlRecords(Records):
    """The part of a `PostgresqlGallery` that keeps records."""

    _database: Database

    def records(
        self, kind: str, people: Collection[int] | None = None, *, after: int = 0, limit: int | None = None
    ) -> list[Record]:
        """Records of a kind; see `Records.records`."""
        whose = None if people is None else [int(person) for person in people]

        def work(sql: Connection[Any]) -> list[Record]:
            rows = sql.execute(
                """SELECT id, person, body FROM records WHERE kind = %s AND id > %s
                AND (%s::bigint[] IS NULL OR person = ANY(%s::bigint[])) ORDER BY id LIMIT %s""",
                (kind, after, whose, whose, limit),
            )
            return [Record(*row) for row in rows]

        return self._database.run(work)

    def keep_records(self, kind: str, bodies: Mapping[int, str | None], *, only_missing: bool = False) -> None:
        """Keeps one record for each; see `Records.keep_records`. Who is being erased meanwhile is waited for."""
        self._database.run(lambda sql: _keep(sql, kind, bodies, only_missing=only_missing))

    def revise_records(
        self, kind: str, people: Collection[int], revise: Callable[[Mapping[int, list[str]]], Mapping[int, str | None]]
    ) -> None:
        """Keeps records by what there is, in one transaction; see `Records.revise_records`."""

        def work(sql: Connection[Any]) -> None:
            sql.execute("SELECT FROM rostro_gallery FOR UPDATE")  # one revises at a time
            held: dict[int, list[str]] = {}
            for person, body in sql.execute(
                "SELECT person, body FROM records WHERE kind = %s AND person = ANY(%s) ORDER BY id",
                (kind, [int(person) for person in people]),
            ):
                held.setdefault(person, []).append(body)
            _keep(sql, kind, revise(held))

        self._database.run(work)

    def append_records(self, kind: str, following: Callable[[str | None], Sequence[str]]) -> None:
        """Adds records of the gallery's own; see `Records.append_records`."""

        def work(sql: Connection[Any]) -> None:
            sql.execute("SELECT FROM rostro_gallery FOR UPDATE")  # one appends at a time
            last = "SELECT body FROM records WHERE kind = %s AND person = 0 ORDER BY id DESC LIMIT 1"
            bodies = list(following(one(sql, last, kind)))
            sql.execute(
                """INSERT INTO records (kind, person, body)
                SELECT %s, 0, body FROM unnest(%s::text[]) WITH ORDINALITY AS new (body, place) ORDER BY place""",
                (kind, bodies),
            )

        self._database.run(work)


def _keep(sql: Connection[Any], kind: str, bodies: Mapping[int, str | None], *, only_missing: bool = False) -> None:
    rows = sql.execute("SELECT id FROM people WHERE id = ANY(%s) ORDER BY id FOR KEY SHARE", (list(bodies),))
    there = {person for (person,) in rows} | {NOBODY}
    if only_missing:
        held = sql.execute("SELECT person FROM records WHERE kind = %s AND person = ANY(%s)", (kind, list(bodies)))
        there -= {person for (person,) in held}
    kept = {person: body for person, body in bodies.items() if person in there}
    sql.execute("DELETE FROM records WHERE kind = %s AND person = ANY(%s)", (kind, list(kept)))
    sql.execute(
        """INSERT INTO records (kind, person, body)
        SELECT %s, person, body FROM unnest(%s::bigint[], %s::text[]) AS new (person, body)
        WHERE body IS NOT NULL""",
        (kind, list(kept), list(kept.values())),
    )
