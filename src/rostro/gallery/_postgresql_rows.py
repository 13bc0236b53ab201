"""How people and templates lie in PostgreSQL, and the statements that write, find and delete them."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Any

import numpy as np

from rostro.gallery.base import Hit, clean_name
from rostro.types import Template

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from psycopg import Connection

    from rostro.types import Floats

#: How many more templates than wanted the index proposes, to be scored in float32.
_PROPOSED = 50


def name_key(name: str) -> bytes:
    """What a name is found and unique by."""
    return hashlib.sha256(clean_name(name).encode()).digest()


def one(sql: Connection[Any], statement: str, *values: object) -> Any:
    """The first value of the first row; None where there is no row."""
    row = sql.execute(statement, values).fetchone()
    return None if row is None else row[0]


def insert(sql: Connection[Any], templates: Sequence[tuple[str, Template]]) -> int:
    """Adds what is not there yet. People are locked in one order, so that writers do not entangle."""
    from pgvector import HalfVector

    by_key = dict(sorted((name_key(name), name) for name, _ in templates))
    known = "SELECT key, id FROM people WHERE key = ANY(%s) ORDER BY key FOR KEY SHARE"
    ids = dict(sql.execute(known, (list(by_key),)))
    new = {key: name for key, name in by_key.items() if key not in ids}
    ids |= dict(
        sql.execute(
            """INSERT INTO people (key, name) SELECT * FROM unnest(%s::bytea[], %s::text[])
            ON CONFLICT (key) DO UPDATE SET name = excluded.name RETURNING key, id""",
            (list(new), list(new.values())),
        )
    )
    with sql.cursor() as cursor:
        cursor.executemany(
            """INSERT INTO templates (person, source_hash, box, photo, quality, collection, vector)
            VALUES (%s, %s, %s::double precision[], %s, %s, %s, %b)
            ON CONFLICT (source_hash, person, box) DO NOTHING""",
            [
                (
                    ids[name_key(name)],
                    template.source_hash,
                    [] if template.box is None else list(map(float, template.box)),
                    template.photo.encode(errors="backslashreplace").decode(),  # file names need not be valid text
                    float(template.quality),
                    template.collection,
                    HalfVector(template.vector),
                )
                for name, template in templates
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
    return erased


def nearest(sql: Connection[Any], queries: Floats, count: int, collections: Collection[str] | None) -> list[list[Hit]]:
    """Proposed by the index in float16, scored and sorted in float32."""
    from pgvector import Vector

    hits: list[list[Hit]] = [[] for _ in queries]
    within = "" if collections is None else "WHERE collection = ANY(%s)"
    listed = () if collections is None else (list(collections),)
    for number, person, template, similarity in sql.execute(
        f"""SELECT number, person, id, similarity
        FROM unnest(%b::vector[]) WITH ORDINALITY AS queries (query, number), LATERAL (
            SELECT person, id, -(vector::vector <#> query) AS similarity FROM (
                SELECT person, id, vector FROM templates {within} ORDER BY vector <#> query::halfvec LIMIT %s
            ) AS proposed ORDER BY similarity DESC, id LIMIT %s
        ) AS found ORDER BY number, similarity DESC, id""",
        ([Vector(query) for query in queries], *listed, count + _PROPOSED, count),
        binary=True,
        prepare=False,  # a prepared plan would outlive the choice between comparing and index
    ):
        hits[number - 1].append(Hit(person, template, min(max(similarity, -1.0), 1.0)))
    return hits
