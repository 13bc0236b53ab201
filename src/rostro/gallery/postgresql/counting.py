"""How many people and templates there are, without counting them: every search asks.

Each transaction that changes people or templates adds a row to the table ``changes`` that says by how much; what a
transaction sees of the rows added up is what it would count. Writers do not wait for each other, as they would for one
row with a total. Where many rows have come together they become one.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from rostro.gallery.base import Population

if TYPE_CHECKING:
    from collections.abc import Collection

    from psycopg import Connection

#: Rows that are read for each search at most, but for those of writers at the same time.
_MOST = 64


class State(NamedTuple):
    """What a transaction sees of the changes.

    Attributes:
        people: How many people there are.
        templates: How many templates.
        changes: Number, highest and sum of the rows: the same only where nothing was changed.
    """

    people: int
    templates: int
    changes: tuple[int, int, int]


class Counting:
    """Knows how many people and templates are in some collections, and counts again only where something changed."""

    def __init__(self) -> None:
        """Has counted nothing."""
        self._known: dict[frozenset[str], tuple[State, Population]] = {}

    def population(self, sql: Connection[Any], collections: Collection[str] | None) -> Population:
        """How many people and templates, as this transaction sees the tables; see `Gallery.population`."""
        state = state_of(sql)
        if collections is None:
            return Population(state.people, state.templates)
        wanted = frozenset(collections)
        known = self._known.get(wanted)
        if known is not None and known[0] == state:
            return known[1]
        statement = "SELECT count(DISTINCT person), count(*) FROM templates WHERE collection = ANY(%s)"
        counted = Population(*sql.execute(statement, (list(wanted),)).fetchone())
        if state_of(sql) == state:  # else somebody committed between the two statements
            self._known[wanted] = (state, counted)
        return counted


def state_of(sql: Connection[Any]) -> State:
    """What this moment sees of the changes."""
    people, templates, *changes = sql.execute(
        """SELECT coalesce(sum(people), 0)::bigint, coalesce(sum(templates), 0)::bigint,
            count(*), coalesce(max(id), 0), coalesce(sum(id), 0)::bigint FROM changes"""
    ).fetchone()
    return State(people, templates, (changes[0], changes[1], changes[2]))


def note(sql: Connection[Any], people: int, templates: int) -> None:
    """Notes how many more people and templates there are; to be called also where templates only change their owner."""
    sql.execute("INSERT INTO changes (people, templates) VALUES (%s, %s)", (people, templates))
    ((rows,),) = sql.execute("SELECT count(*) FROM changes")
    if rows > _MOST:  # rows that another writer is putting together are left to it
        sql.execute(
            """WITH gone AS (
                DELETE FROM changes WHERE id IN (SELECT id FROM changes FOR UPDATE SKIP LOCKED)
                RETURNING people, templates
            ) INSERT INTO changes (people, templates) SELECT sum(people), sum(templates) FROM gone"""
        )


def count_anew(sql: Connection[Any]) -> None:
    """Counts people and templates; nobody may be writing meanwhile."""
    sql.execute("DELETE FROM changes")
    sql.execute(
        """INSERT INTO changes (people, templates)
        SELECT (SELECT count(*) FROM people), (SELECT count(*) FROM templates)"""
    )
