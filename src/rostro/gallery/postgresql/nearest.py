"""The nearest templates of a query in PostgreSQL: proposed by a scan of codes, decided by the vectors."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from rostro.gallery.base import Hit
from rostro.gallery.postgresql.codes import codes_of

if TYPE_CHECKING:
    from collections.abc import Collection

    from psycopg import Connection

    from rostro.core.types import Floats

#: Up to this many templates are compared one by one; it is as fast as their codes, and exact.
EXACT_UP_TO = 5_000

#: Templates that the codes propose at least, and for each that is wanted.
_PROPOSED, _PROPOSED_EACH = 1_000, 4

#: In galleries of more templates a sample of the codes tells first how unlike the query a code may be to be proposed.
#: Below, sorting all takes as long as the sample.
_SAMPLED_FROM = 50_000

#: Percent of the codes in the sample: whole pages, always the same ones, so that a search has the same answer again.
_SAMPLE = 2

#: So many times as many codes as are proposed are let through, for a sample only estimates how many will be.
_SPARE = 2.4

_ALL = "SELECT template FROM codes {within} ORDER BY code <~> %(code)b LIMIT %(proposed)s"

#: What sorting costs, PostgreSQL pays for every row that it is given; so it is given few.
_NEAR = """SELECT template FROM codes {within} {and_} code <~> %(code)b <= (
        SELECT coalesce((
            SELECT code <~> %(code)b AS bits FROM codes TABLESAMPLE SYSTEM ({percent}) REPEATABLE (0) {within}
            ORDER BY bits OFFSET %(passed)s LIMIT 1
        ), 'infinity')
    ) ORDER BY code <~> %(code)b LIMIT %(proposed)s"""

_DECIDED = """SELECT person, id, -(vector::vector <#> %(vector)b) AS similarity FROM templates {chosen}
    ORDER BY similarity DESC, id LIMIT %(count)s"""


def nearest(
    sql: Connection[Any], query: Floats, count: int, collections: Collection[str] | None, held: int
) -> list[Hit]:
    """The best templates for a query.

    Args:
        sql: Within a transaction.
        query: (d,).
        count: How many at most.
        collections: Only of these; None: of all.
        held: How many templates there are, or nearly.
    """
    from pgvector import Bit, Vector

    proposed = max(_PROPOSED, _PROPOSED_EACH * count)
    values = {
        "vector": Vector(query),
        "count": count,
        "code": Bit(codes_of(query[None])[0]),
        "collections": None if collections is None else list(collections),
        "proposed": proposed,
        "passed": round(proposed * _SPARE * _SAMPLE / 100),
    }
    within = "" if collections is None else "WHERE collection = ANY(%(collections)s)"
    if held <= EXACT_UP_TO:
        return _hits(sql, within, values)
    # one query at a time, for PostgreSQL scans in parallel only what does not hang on another row
    if held > _SAMPLED_FROM:
        near = _NEAR.format(within=within, and_="AND" if within else "WHERE", percent=_SAMPLE)
        hits = _hits(sql, f"WHERE id IN ({near})", values)
        if len(hits) == count:
            return hits
    return _hits(sql, f"WHERE id IN ({_ALL.format(within=within)})", values)


def _hits(sql: Connection[Any], chosen: str, values: dict[str, Any]) -> list[Hit]:
    rows = sql.execute(
        _DECIDED.format(chosen=chosen),
        values,
        binary=True,
        prepare=False,  # a prepared plan would not see how large the gallery has become
    )
    return [Hit(person, template, min(max(similarity, -1.0), 1.0)) for person, template, similarity in rows]
