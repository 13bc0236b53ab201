"""How people and templates lie in PostgreSQL, and the statements that write, find and delete them."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Any

import numpy as np

from rostro.core.errors import UnknownPerson
from rostro.core.names import stored_name
from rostro.core.types import Template
from rostro.gallery.base import Hit
from rostro.gallery.checks import check_templates, no_such_photo, taken
from rostro.gallery.postgresql.codes import codes_of

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    from psycopg import Connection

    from rostro.core.types import Floats
    from rostro.gallery.base import Who
    from rostro.gallery.single import FaceMove

#: Templates that the codes propose at least, and for each that is wanted.
_PROPOSED, _PROPOSED_EACH = 1_000, 4


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
    ids |= dict(
        sql.execute(
            """INSERT INTO people (key, name) SELECT * FROM unnest(%s::bytea[], %s::text[])
            ON CONFLICT (key) DO UPDATE SET name = excluded.name
            WHERE %s RETURNING key, id""",
            (list(new), list(new.values()), who != "new"),
        )
    )
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
    sql.execute("DELETE FROM people WHERE id = ANY(%s)", (list(people),))
    sql.execute("DELETE FROM records WHERE person = ANY(%s)", (list(people),))
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


def erase_photo(sql: Connection[Any], person: int, source_hash: str) -> None:
    """Deletes a person's templates of a photo, and the person if they have no other."""
    sql.execute("DELETE FROM templates WHERE person = %s AND source_hash = %s", (person, source_hash))
    erase_without_templates(sql, person)


def erase_without_templates(sql: Connection[Any], person: int) -> None:
    """Deletes a person who has no template any more, and their records."""
    gone = "DELETE FROM people WHERE id = %s AND NOT EXISTS (SELECT FROM templates WHERE person = people.id)"
    if sql.execute(gone, (person,)).rowcount:
        sql.execute("DELETE FROM records WHERE person = %s", (person,))


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
        made = "INSERT INTO people (key, name) VALUES (%s, %s) ON CONFLICT (key) DO UPDATE SET name = excluded.name"
        other = one(sql, f"{made} RETURNING id", name_key(move.to), stored_name(move.to))
    sql.execute(
        f"""UPDATE templates SET person = %s WHERE {which} AND NOT EXISTS (
            SELECT FROM templates AS same WHERE same.person = %s
            AND same.source_hash = templates.source_hash AND same.box = templates.box)""",
        (other, person, move.source_hash, box, other),
    )
    sql.execute(f"DELETE FROM templates WHERE {which}", (person, move.source_hash, box))  # the other had it
    erase_without_templates(sql, person)
    return True


def nearest(
    sql: Connection[Any], query: Floats, count: int, collections: Collection[str] | None, *, exact: bool
) -> list[Hit]:
    """The best templates for a query (d,): of all, or of those whose codes are most like its own."""
    from pgvector import Bit, Vector

    within = "" if collections is None else "WHERE collection = ANY(%s)"
    listed = () if collections is None else (list(collections),)
    if exact:
        chosen, values = within, listed
    else:
        # one query at a time, for PostgreSQL scans in parallel only what does not hang on another row
        chosen = f"WHERE id IN (SELECT template FROM codes {within} ORDER BY code <~> %b LIMIT %s)"
        values = (*listed, Bit(codes_of(query[None])[0]), max(_PROPOSED, _PROPOSED_EACH * count))
    rows = sql.execute(
        f"""SELECT person, id, -(vector::vector <#> %b) AS similarity FROM templates {chosen}
        ORDER BY similarity DESC, id LIMIT %s""",
        (Vector(query), *values, count),
        binary=True,
        prepare=False,  # a prepared plan would not see how large the gallery has become
    )
    return [Hit(person, template, min(max(similarity, -1.0), 1.0)) for person, template, similarity in rows]


def fix_dims(sql: Connection[Any], templates: Mapping[str, Sequence[Template]]) -> int:
    """Settles the vectors' length with the first templates, unless another writer was first."""
    dims: int | None = one(sql, "SELECT dims FROM rostro_gallery FOR UPDATE")
    if dims is None:
        dims = check_templates(templates, None)
        assert dims is not None
        sql.execute("UPDATE rostro_gallery SET dims = %s", (dims,))
        sql.execute(f"ALTER TABLE templates ALTER vector TYPE halfvec({dims:d})")
    return dims
