"""How people and templates lie in a SQLite gallery; each function works within a transaction of the caller's."""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING

import numpy as np

from rostro.core.errors import UnknownPerson
from rostro.core.types import Template
from rostro.gallery.checks import no_such_photo, taken
from rostro.gallery.single import StoredPhoto
from rostro.gallery.sqlite import erasure, odd
from rostro.gallery.sqlite.search.reranking import STORED

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Sequence


#: (id, name, number of templates) of people; conditions and GROUP BY follow.
PEOPLE = """SELECT people.id, name, count(templates.id) FROM people
    LEFT JOIN templates ON person = people.id AND templates.erased = 0 WHERE people.erased = 0"""


def person_id(sql: sqlite3.Connection, name: str) -> int | None:
    """The id of the person of that name, as it is stored; None where there is nobody."""
    row = sql.execute("SELECT id FROM people WHERE erased = 0 AND name = ?", (name,)).fetchone()
    return None if row is None else int(row[0])


def check_who(sql: sqlite3.Connection, name: str, *, new: bool) -> None:
    """Refuses somebody who is there where only new people are wanted, and the other way round."""
    there = person_id(sql, name) is not None
    if new and there:
        raise taken(name)
    if not (new or there):
        raise UnknownPerson(f"nobody named {name!r}")


def insert(sql: sqlite3.Connection, name: str, templates: Sequence[Template]) -> int:
    """Adds a person's templates that are not there yet; returns how many those were."""
    sql.execute("INSERT INTO people (erased, name) VALUES (0, ?) ON CONFLICT DO NOTHING", (name,))
    (person,) = sql.execute("SELECT id FROM people WHERE erased = 0 AND name = ?", (name,)).fetchone()
    rows = (
        (
            person,
            template.source_hash,
            b"" if template.box is None else struct.pack("<4d", *template.box),
            template.photo.encode(errors="backslashreplace").decode(),  # file names need not be valid text
            float(template.quality),
            template.collection,
            np.asarray(template.vector, STORED).tobytes(),
        )
        for template in templates
    )
    return sql.executemany(
        """INSERT INTO templates (erased, person, source_hash, box, photo, quality, collection, vector)
        VALUES (0, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (source_hash, person, box) WHERE erased = 0 DO NOTHING""",
        rows,
    ).rowcount


def template_of(row: tuple[bytes, str, str, float, bytes, str]) -> Template:
    """A template as it was given."""
    vector, source_hash, photo, quality, box, collection = row
    return Template(
        vector=np.frombuffer(vector, STORED).astype(np.float32),
        source_hash=source_hash,
        photo=photo,
        quality=quality,
        box=struct.unpack("<4d", box) if box else None,
        collection=collection,
    )


def count_photo(sql: sqlite3.Connection, person: int, name: str, source_hash: str) -> int:
    """How many templates of a photo a person has.

    Raises:
        UnknownPhoto: None.
    """
    (count,) = sql.execute(
        "SELECT count(*) FROM templates WHERE person = ? AND source_hash = ? AND erased = 0", (person, source_hash)
    ).fetchone()
    if not count:
        raise no_such_photo(name, source_hash)
    return int(count)


def move_photo(sql: sqlite3.Connection, person: int, source_hash: str, to: int) -> None:
    """Gives a person's templates of a photo to another, but for those that the other has already."""
    sql.execute(
        "UPDATE OR IGNORE templates SET person = ? WHERE person = ? AND source_hash = ? AND erased = 0",
        (to, person, source_hash),
    )
    erasure.blank_photo(sql, person, source_hash)
    erasure.note_moved(sql)


def photos_called(sql: sqlite3.Connection, text: str) -> list[StoredPhoto]:
    """Photos of that name, or whose hash begins with it."""
    rows = sql.execute(
        """SELECT DISTINCT name, source_hash, photo FROM templates JOIN people ON people.id = person
        WHERE templates.erased = 0 AND (photo = ?1 OR substr(source_hash, 1, length(?1)) = ?1) ORDER BY 1, 2""",
        (text.encode(errors="backslashreplace").decode(),),
    )
    return [StoredPhoto(*map(odd.text, row)) for row in rows]
