"""How people and templates lie in PostgreSQL, and the statements that write, find and delete them."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Any

import numpy as np

from rostro.core.errors import UnknownPerson
from rostro.core.names import stored_name
from rostro.core.types import Template
from rostro.gallery.checks import check_templates, no_such_photo, taken
from rostro.gallery.postgresql.codes import codes_of
from rostro.gallery.postgresql.counting import note

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from psycopg import Connection

    from rostro.gallery.base import Who
    from rostro.gallery.single import FaceMove


def name_key(name: str) -> bytes:
    """What a name is found and unique by."""
    return hashlib.sha256(stored_name(name).encode()).digest()


def one(sql: Connection[Any], statement: str, *values: object) -> Any:
    """The first value of the first row; None where there is no row."""
    row = sql.execute(statement, values).fetchone()
    return None if row is None else row[0]


def insert(sql: Connection[Any], templates: Sequence[tuple[str, Template]], who: Who) -> int:
    """Adds what is not there yet. People are locked in one order, so that writers do not entangle."""
    from pgvector import Bit, HalfVector

    codes = codes_of(np.stack([np.asarray(template.vector, np.float32) for _, template in templates]))
    by_key = dict(sorted((name_key(name), name) for name, _ in templates))
    known = "SELECT key, id FROM people WHERE key = ANY(%s) ORDER BY key FOR KEY SHARE"
    ids = dict(sql.execute(known, (list(by_key),)))
    new = {key: name for key, name in by_key.items() if key not in ids}
    if who == "new":
        for key in ids:
            raise taken(by_key[key])
    if who == "known":
        for name in new.values():
            raise UnknownPerson(f"nobody named {name!r}")
    made = sql.execute(
        """INSERT INTO people (key, name) SELECT * FROM unnest(%s::bytea[], %s::text[])
        ON CONFLICT (key) DO UPDATE SET name = excluded.name
        WHERE %s RETURNING key, id, xmax = 0""",  # where a row is updated, its xmax is this transaction
        (list(new), list(new.values()), who != "new"),
    ).fetchall()
    ids |= {key: person for key, person, _ in made}
    for key in new.keys() - ids.keys():  # made by somebody else in between
        raise taken(new[key])
    with sql.cursor() as cursor:
        cursor.executemany(
            """WITH added AS (
                INSERT INTO templates (person, source_hash, box, photo, quality, collection, vector)
                VALUES (%s, %s, %s::double precision[], %s, %s, %s, %b)
                ON CONFLICT (source_hash, person, box) DO NOTHING RETURNING id, collection
            ) INSERT INTO codes (template, collection, code) SELECT id, collection, %b FROM added""",
            [
                (
                    ids[name_key(name)],
                    template.source_hash,
                    [] if template.box is None else list(map(float, template.box)),
                    template.photo.encode(errors="backslashreplace").decode(),  # file names need not be valid text
                    float(template.quality),
                    template.collection,
                    HalfVector(template.vector),
                    Bit(code),
                )
                for (name, template), code in zip(templates, codes, strict=True)
            ],
        )
        added: int = cursor.rowcount
    if made or added:
        note(sql, sum(is_new for *_, is_new in made), added)
    return added


def template_of(row: Sequence[Any]) -> Template:
    """A template as it was given."""
    vector, source_hash, photo, quality, box, collection = row
    return Template(
        vector=vector.to_numpy().astype(np.float32),
        source_hash=source_hash,
        photo=photo,
        quality=quality,
        box=(box[0], box[1], box[2], box[3]) if box else None,
        collection=collection,
    )


def erase(sql: Connection[Any], *people: int) -> int:
    """Deletes people and their templates; returns how many templates."""
    erased: int = sql.execute("DELETE FROM templates WHERE person = ANY(%s)", (list(people),)).rowcount
    gone = sql.execute("DELETE FROM people WHERE id = ANY(%s)", (list(people),)).rowcount
    sql.execute("DELETE FROM records WHERE person = ANY(%s)", (list(people),))
    note(sql, -gone, -erased)
    return erased


def count_photo(sql: Connection[Any], person: int, name: str, source_hash: str) -> int:
    """How many templates of a photo a person has; the person is locked.

    Raises:
        UnknownPhoto: None.
    """
    sql.execute("SELECT FROM people WHERE id = %s FOR UPDATE", (person,))
    count: int = one(sql, "SELECT count(*) FROM templates WHERE person = %s AND source_hash = %s", person, source_hash)
    if not count:
        raise no_such_photo(name, source_hash)
    return count


def give(sql: Connection[Any], person: int, other: int, source_hash: str = "") -> None:
    """Gives a person's templates, or those of one photo, to another, but for those that the other has already."""
    sql.execute(
        """UPDATE templates SET person = %s WHERE person = %s AND %s IN ('', source_hash) AND NOT EXISTS (
            SELECT FROM templates AS same WHERE same.person = %s
            AND same.source_hash = templates.source_hash AND same.box = templates.box)""",
        (other, person, source_hash, other),
    )


def make(sql: Connection[Any], name: str) -> int:
    """The id of the person of that name, who is made where there is nobody."""
    person, is_new = sql.execute(
        """INSERT INTO people (key, name) VALUES (%s, %s) ON CONFLICT (key) DO UPDATE SET name = excluded.name
        RETURNING id, xmax = 0""",
        (name_key(name), stored_name(name)),
    ).fetchone()
    if is_new:
        note(sql, 1, 0)
    return int(person)


def erase_photo(sql: Connection[Any], person: int, source_hash: str) -> None:
    """Deletes a person's templates of a photo, and the person if they have no other."""
    photo = "DELETE FROM templates WHERE person = %s AND source_hash = %s"
    erase_without_templates(sql, person, sql.execute(photo, (person, source_hash)).rowcount)


def erase_without_templates(sql: Connection[Any], person: int, erased: int) -> None:
    """Deletes a person who has no template any more, and their records; notes that, and how many were erased before."""
    gone = "DELETE FROM people WHERE id = %s AND NOT EXISTS (SELECT FROM templates WHERE person = people.id)"
    left = sql.execute(gone, (person,)).rowcount
    if left:
        sql.execute("DELETE FROM records WHERE person = %s", (person,))
    note(sql, -left, -erased)


def move_face(sql: Connection[Any], move: FaceMove, *, make_them: bool) -> bool:
    """Gives one face to another person, and says whether it did.

    Args:
        sql: Within a transaction.
        move: Which, and to whom.
        make_them: Whether the other is made where nobody has the name.
    """
    find = "SELECT id FROM people WHERE key = %s FOR UPDATE"
    person, other = one(sql, find, name_key(move.name)), one(sql, find, name_key(move.to))
    if person is None or person == other or (other is None and not make_them):
        return False
    box = [] if move.box is None else list(map(float, move.box))
    which = "person = %s AND source_hash = %s AND box = %s::double precision[]"
    if one(sql, f"SELECT count(*) FROM templates WHERE {which}", person, move.source_hash, box) == 0:
        return False
    if other is None:
        other = make(sql, move.to)
    sql.execute(
        f"""UPDATE templates SET person = %s WHERE {which} AND NOT EXISTS (
            SELECT FROM templates AS same WHERE same.person = %s
            AND same.source_hash = templates.source_hash AND same.box = templates.box)""",
        (other, person, move.source_hash, box, other),
    )
    the_other_had_it = sql.execute(f"DELETE FROM templates WHERE {which}", (person, move.source_hash, box)).rowcount
    erase_without_templates(sql, person, the_other_had_it)
    return True


def fix_dims(sql: Connection[Any], templates: Mapping[str, Sequence[Template]]) -> int:
    """Settles the vectors' length with the first templates, unless another writer was first."""
    dims: int | None = one(sql, "SELECT dims FROM rostro_gallery FOR UPDATE")
    if dims is None:
        dims = check_templates(templates, None)
        assert dims is not None
        sql.execute("UPDATE rostro_gallery SET dims = %s", (dims,))
        sql.execute(f"ALTER TABLE templates ALTER vector TYPE halfvec({dims:d})")
    return dims
