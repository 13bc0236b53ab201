"""Counts, and finds what is damaged: questions about the whole of a gallery in a file."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from rostro.core.errors import GalleryCorrupt
from rostro.gallery.base import Population
from rostro.gallery.sqlite.erasure import meta
from rostro.gallery.sqlite.odd import find_odd
from rostro.gallery.sqlite.places import Places

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Collection

    from rostro.gallery.sqlite.database import Database
    from rostro.gallery.sqlite.sealing import Sealing


class Census:
    """Knows how many people there are, and counts again only where something was changed: every search asks."""

    def __init__(self) -> None:
        """Has counted nothing."""
        self._counted: dict[frozenset[str] | None, tuple[object, Population]] = {}

    def population(self, sql: sqlite3.Connection, seal: Sealing, collections: Collection[str] | None) -> Population:
        """How many people and templates, as this transaction sees the tables; see `Gallery.population`."""
        wanted = None if collections is None else frozenset(collections)
        (last,) = sql.execute("SELECT max(id) FROM templates").fetchone()
        state = (last, meta(sql, "erasure"), meta(sql, "moved"))
        known = self._counted.get(wanted)
        if known is not None and known[0] == state:
            return known[1]
        people, templates = sql.execute(
            """SELECT count(DISTINCT person), count(*) FROM templates
            WHERE erased = 0 AND (?1 IS NULL OR collection IN (SELECT value FROM json_each(?1)))""",
            (None if wanted is None else json.dumps(sorted(map(seal.collection, wanted))),),
        ).fetchone()
        counted = Population(people, templates)
        self._counted[wanted] = (state, counted)
        return counted


def count_poor(sql: sqlite3.Connection, level: float) -> int:
    """How many templates have a quality below a level."""
    (count,) = sql.execute("SELECT count(*) FROM templates WHERE erased = 0 AND quality < ?", (level,)).fetchone()
    return int(count)


def find_damage(sql: sqlite3.Connection, seal: Sealing) -> list[str]:
    """What SQLite's own checks find: damaged pages, and templates of nobody."""
    found = [line for (line,) in sql.execute("PRAGMA integrity_check") if line != "ok"]
    rows = sql.execute('SELECT rowid, "table", parent FROM pragma_foreign_key_check')
    found += [f"row {row} of {table} belongs to nobody in {parent}" for row, table, parent in rows]
    found += [
        f"template {row} belongs to person {person}, who is erased"
        for row, person in sql.execute(
            """SELECT templates.id, person FROM templates JOIN people ON people.id = person
            WHERE templates.erased = 0 AND people.erased = 1"""
        )
    ]
    dims = meta(sql, "dims")
    length = None if dims is None else seal.vector_bytes(dims)
    cut = sql.execute("SELECT id FROM templates WHERE erased = 0 AND length(vector) != ?", (length,))
    found += [f"template {row}: its vector has not the gallery's length" for (row,) in cut]
    found += [f"{what} cannot be what is stored" for what in (() if found else find_odd(sql))]
    if found:
        return found
    idle = "SELECT name FROM people WHERE erased = 0 AND id NOT IN (SELECT person FROM templates WHERE erased = 0)"
    found += [f"{seal.open_name(name)}: has no templates" for (name,) in sql.execute(idle)]
    lacking = 0 if found else Places(sql).lacking()
    return [f"{lacking} names or photos are not where they are looked for"] if lacking else found


def mend_places(database: Database) -> None:
    """Makes anew what names and photos are found by, where something is not where it is looked for."""
    try:
        with database.reading() as sql:
            sound = not Places(sql).lacking()
    except GalleryCorrupt:
        sound = False
    if not (sound or database.read_only):
        with database.writing() as sql:
            Places(sql).build()


def unfindable(sql: sqlite3.Connection, findable: int) -> list[str]:
    """What is to be said where the index holds another number of templates than the table."""
    (count,) = sql.execute("SELECT count(*) FROM templates WHERE erased = 0").fetchone()
    if count == findable:
        return []
    return [f"the search index holds {findable} templates, the gallery {count}; 'rostro gallery reindex' helps"]
