"""The gallery of a team: PostgreSQL with pgvector.

``postgresql://USER@HOST/DATABASE?gallery=NAME``: a gallery is one schema of the database. Vectors are ``halfvec``,
found by an HNSW index (Malkov and Yashunin 2016, https://arxiv.org/abs/1603.09320) and scored again in float32.
https://github.com/pgvector/pgvector
"""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Self

from rostro.errors import BadInput, GalleryError, SpaceMismatch, UnknownPerson
from rostro.gallery._postgresql import Database
from rostro.gallery._postgresql_index import INDEXED_DIMS, drop_index, make_index
from rostro.gallery._postgresql_rows import erase, insert, name_key, nearest, one, template_of
from rostro.gallery.base import Gallery, Hit, Info, check_queries, check_templates, clean_name
from rostro.types import Person, Template

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping, Sequence

    from psycopg import Connection

    from rostro.types import Floats

#: Up to this many templates are compared one by one; it is as fast as the index, and exact.
EXACT_UP_TO = 2_000

#: Queries that are answered by one statement.
_BLOCK = 64


_PEOPLE = "SELECT people.id, name, count(templates.id) FROM people LEFT JOIN templates ON person = people.id"


class PostgresqlGallery(Gallery):
    """A gallery in a PostgreSQL database."""

    def __init__(self, url: str, database: Database) -> None:
        self.url = url
        self._database = database
        self._shown = database.shown
        self._index_later = False

    @classmethod
    def open(cls, url: str, *, space: str | None = None, create: bool = True) -> Self:
        """Opens or makes the gallery: ``postgresql://USER@HOST/DATABASE?gallery=NAME``; see `Gallery.open`."""
        gallery = cls(url, Database(url, create=create))
        try:
            gallery._enter_space(space)
        except BaseException:
            gallery.close()
            raise
        return gallery

    def _enter_space(self, space: str | None) -> None:
        if space is None:
            return
        stored = self.space
        if stored is None:
            stored = self._database.run(
                lambda sql: one(sql, "UPDATE rostro_gallery SET space = coalesce(space, %s) RETURNING space", space)
            )
        if stored != space:
            raise SpaceMismatch(f"{self._shown}: the gallery holds vectors of {stored}, not of {space}")

    @property
    def space(self) -> str | None:
        """The embedding space of the stored vectors; None while none was given."""
        space: str | None = self._database.run(lambda sql: one(sql, "SELECT space FROM rostro_gallery"))
        return space

    def add(self, templates: Mapping[str, Sequence[Template]]) -> int:
        """Adds templates by person's name; see `Gallery.add`."""
        by_name = [(clean_name(name), template) for name, given in templates.items() for template in given]
        if not by_name:
            return 0

        def work(sql: Connection[Any]) -> int:
            space, dims = sql.execute("SELECT space, dims FROM rostro_gallery").fetchone()
            if space is None:
                raise GalleryError(f"{self._shown}: the gallery has no embedding space yet; open it with one")
            check_templates(templates, dims if dims is not None else self._fix_dims(sql, templates))
            return insert(sql, by_name)

        return self._database.run(work)

    def known_sources(self, hashes: Collection[str]) -> dict[str, set[str]]:
        """Of these photo hashes, the enrolled ones, with the names of the people who have a template from it."""
        rows = self._rows(
            """SELECT source_hash, array_agg(DISTINCT name) FROM templates JOIN people ON people.id = person
            WHERE source_hash = ANY(%s) GROUP BY source_hash""",
            list(hashes),
        )
        return {source_hash: set(names) for source_hash, names in rows}

    def people(self) -> list[Person]:
        """Everybody, by name."""
        return [Person(*row) for row in self._rows(f"{_PEOPLE} GROUP BY people.id ORDER BY name")]

    def person(self, name: str) -> Person:
        """One person; see `Gallery.person`."""
        rows = self._rows(f"{_PEOPLE} WHERE key = %s GROUP BY people.id", name_key(name))
        if not rows:
            raise self._unknown(name)
        return Person(*rows[0])

    def templates(self, name: str) -> list[Template]:
        """A person's templates, oldest first, with their vectors."""
        return self.templates_of([name])[name]

    def templates_of(self, names: Sequence[str]) -> dict[str, list[Template]]:
        """Templates of several people; see `Gallery.templates_of`."""

        def work(sql: Connection[Any]) -> dict[str, list[Template]]:
            ids = {name: self._id(sql, name) for name in names}
            found: dict[int, list[Template]] = {person: [] for person in ids.values()}
            for person, *about in sql.execute(
                """SELECT person, vector, source_hash, photo, quality, box, collection FROM templates
                WHERE person = ANY(%s) ORDER BY id""",
                (list(found),),
                binary=True,
            ):
                found[person].append(template_of(about))
            return {name: found[person] for name, person in ids.items()}

        return self._database.run(work)

    def rename(self, name: str, to: str) -> None:
        """Renames a person; see `Gallery.rename`."""
        to = clean_name(to)

        def work(sql: Connection[Any]) -> None:
            person = self._id(sql, name)
            if one(sql, "SELECT id FROM people WHERE key = %s", name_key(to)) not in {None, person}:
                raise BadInput(f"{self._shown}: there is already somebody named {to!r}; merge them instead")
            sql.execute("UPDATE people SET key = %s, name = %s WHERE id = %s", (name_key(to), to, person))

        self._database.run(work)

    def merge(self, name: str, into: str) -> None:
        """Gives all templates of one person to another and removes the first; see `Gallery.merge`."""

        def work(sql: Connection[Any]) -> None:
            person, other = self._id(sql, name), self._id(sql, into)
            if person == other:
                raise BadInput(f"{self._shown}: {name!r} cannot be merged into itself")
            sql.execute("SELECT FROM people WHERE id = ANY(%s) ORDER BY id FOR UPDATE", ([person, other],))
            sql.execute(
                """UPDATE templates SET person = %s WHERE person = %s AND NOT EXISTS (
                    SELECT FROM templates AS same WHERE same.person = %s
                    AND same.source_hash = templates.source_hash AND same.box = templates.box)""",
                (other, person, other),
            )
            erase(sql, person)

        self._database.run(work)

    def remove(self, *names: str) -> int:
        """Erases people and every template of theirs, and cleans the table and its indexes of them at once.

        What the server keeps of its past (write-ahead log, replicas, backups) goes when the server lets go of it;
        `reindex` also writes the table anew. See ``docs/galleries.md``.
        """

        def work(sql: Connection[Any]) -> int:
            people = sorted({self._id(sql, name) for name in names})
            sql.execute("SELECT FROM people WHERE id = ANY(%s) ORDER BY id FOR UPDATE", (people,))
            return erase(sql, *people)

        erased = self._database.run(work)
        self._database.outside_transaction("VACUUM (INDEX_CLEANUP ON) templates, people")
        return erased

    def search(self, queries: Floats, count: int, *, collections: Collection[str] | None = None) -> list[list[Hit]]:
        """The nearest templates of each query; see `Gallery.search`.

        Galleries of more than `EXACT_UP_TO` templates are searched by HNSW, which is approximate: it may miss some.
        """
        queries = check_queries(queries, count)

        def work(sql: Connection[Any]) -> list[list[Hit]]:
            dims = one(sql, "SELECT dims FROM rostro_gallery")
            if dims is None:
                return [[] for _ in queries]
            if queries.shape[1] != dims:
                raise SpaceMismatch(f"{self._shown}: queries of {queries.shape[1]} numbers; the gallery's have {dims}")
            if (
                one(sql, "SELECT count(*) FROM (SELECT FROM templates LIMIT %s) AS counted", EXACT_UP_TO + 1)
                <= EXACT_UP_TO
            ):
                sql.execute("SET LOCAL enable_indexscan = off")
            hits: list[list[Hit]] = []
            for start in range(0, len(queries), _BLOCK):
                hits += nearest(sql, queries[start : start + _BLOCK], count, collections)
            return hits

        return self._database.run(work)

    def names(self, people: Collection[int]) -> dict[int, str]:
        """Names of people by their ids; ids that are gone are left out."""
        return dict(self._rows("SELECT id, name FROM people WHERE id = ANY(%s)", [int(person) for person in people]))

    def info(self) -> Info:
        """How many people and templates, how large, and how the search index is."""
        ((people, templates, dims, size, index),) = self._rows(
            """SELECT (SELECT count(*) FROM people), (SELECT count(*) FROM templates), dims,
                pg_total_relation_size('templates') + pg_total_relation_size('people'),
                (SELECT CASE WHEN indisvalid THEN 'HNSW, ' || pg_size_pretty(pg_relation_size(indexrelid))
                    ELSE 'HNSW, not valid' END FROM pg_index WHERE indexrelid = to_regclass('templates_vector'))
            FROM rostro_gallery"""
        )
        return Info(people, templates, dims, size, index or "exact, without an index")

    def reindex(self) -> None:
        """Writes tables and indexes anew; nobody else can read the gallery meanwhile."""
        self._database.run(drop_index)  # VACUUM would make it in whatever memory the server has for that
        self._database.outside_transaction("VACUUM (FULL, ANALYZE) templates, people")
        self._database.run(make_index)

    @contextmanager
    def expecting(self, templates: int) -> Iterator[None]:
        """Makes the index at its end, if there will be more new templates than old ones; see `Gallery.expecting`.

        Nobody else can add to the gallery while it is made, which takes a minute or more for each 100,000 templates.
        """

        def put_off(sql: Connection[Any]) -> bool:
            held: int = one(sql, "SELECT count(*) FROM templates")
            if templates <= max(held, EXACT_UP_TO):
                return False
            drop_index(sql)
            return True

        self._index_later = self._database.run(put_off)
        try:
            yield
        finally:
            self._index_later = False
        self._database.run(make_index)

    def damage(self) -> list[str]:
        """Whether the search index is there and can be used."""
        dims = self.info().dims
        valid = self._rows("SELECT indisvalid FROM pg_index WHERE indexrelid = to_regclass('templates_vector')")
        if dims is None or dims > INDEXED_DIMS or valid == [(True,)]:
            return []
        return [f"the search index is {'not valid' if valid else 'missing'}; 'rostro gallery reindex' makes it anew"]

    def close(self) -> None:
        """Closes the connection."""
        self._database.close()

    def _fix_dims(self, sql: Connection[Any], templates: Mapping[str, Sequence[Template]]) -> int:
        """Settles the vectors' length with the first templates, unless another writer was first, and the index."""
        dims: int | None = one(sql, "SELECT dims FROM rostro_gallery FOR UPDATE")
        if dims is None:
            dims = check_templates(templates, None)
            assert dims is not None
            sql.execute("UPDATE rostro_gallery SET dims = %s", (dims,))
            sql.execute(f"ALTER TABLE templates ALTER vector TYPE halfvec({dims:d})")
            if not self._index_later:
                make_index(sql)
        return dims

    def _rows(self, statement: str, *values: object) -> list[Any]:
        return self._database.run(lambda sql: sql.execute(statement, values).fetchall())

    def _id(self, sql: Connection[Any], name: str) -> int:
        person: int | None = one(sql, "SELECT id FROM people WHERE key = %s", name_key(name))
        if person is None:
            raise self._unknown(name)
        return person

    def _unknown(self, name: str) -> UnknownPerson:
        return UnknownPerson(f"{self._shown}: nobody named {name!r}")
