"""The gallery of a team: PostgreSQL with pgvector.

``postgresql://USER@HOST/DATABASE?gallery=NAME``: a gallery is one schema of the database. Vectors are ``halfvec``,
proposed by a scan of short codes and scored in float32. https://github.com/pgvector/pgvector
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Self

from rostro.core.errors import BadInput, GalleryError, SpaceMismatch
from rostro.core.folding import name_order
from rostro.core.names import stored_name
from rostro.core.types import Person, Template
from rostro.gallery.base import Gallery, Hit, Info, Population
from rostro.gallery.checks import check_queries, check_templates
from rostro.gallery.postgresql import marks
from rostro.gallery.postgresql.codes import fill_codes
from rostro.gallery.postgresql.counting import Counting, count_anew, state_of
from rostro.gallery.postgresql.database import Database
from rostro.gallery.postgresql.nearest import EXACT_UP_TO, nearest
from rostro.gallery.postgresql.records import PostgresqlRecords
from rostro.gallery.postgresql.rows import (
    erase,
    fix_dims,
    give,
    insert,
    name_key,
    one,
    template_of,
)
from rostro.gallery.postgresql.single import CLEAN, PostgresqlPhotos

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping, Sequence

    from psycopg import Connection

    from rostro.core.types import Floats
    from rostro.gallery.base import Who

#: Names that are read at a time.
_NAMES = 20_000

_PEOPLE = "SELECT people.id, name, count(templates.id) FROM people LEFT JOIN templates ON person = people.id"


class PostgresqlGallery(PostgresqlPhotos, PostgresqlRecords, Gallery):
    """A gallery in a PostgreSQL database."""

    name = "postgresql"

    def __init__(self, url: str, database: Database) -> None:
        self.url = url
        self._database = database
        self._shown = database.shown
        self._counting = Counting()

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

    def add(self, templates: Mapping[str, Sequence[Template]], *, who: Who = "anybody") -> int:
        """Adds templates by person's name; see `Gallery.add`."""
        by_name = [(stored_name(name), template) for name, given in templates.items() for template in given]
        if not by_name:
            return 0

        def work(sql: Connection[Any]) -> int:
            space, dims = sql.execute("SELECT space, dims FROM rostro_gallery").fetchone()
            if space is None:
                raise GalleryError(f"{self._shown}: the gallery has no embedding space yet; open it with one")
            check_templates(templates, dims if dims is not None else fix_dims(sql, templates))
            return insert(sql, by_name, who)

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
        found = (Person(*row) for row in self._rows(f"{_PEOPLE} GROUP BY people.id"))
        return sorted(found, key=lambda person: name_order(person.name))

    def all_names(self) -> Iterator[tuple[int, str]]:
        """(id, name) of everybody, by id; see `Gallery.all_names`."""
        statement = "SELECT id, name FROM people WHERE id > %s ORDER BY id LIMIT %s"
        rows: list[tuple[int, str]] = [(0, "")]
        while rows := self._rows(statement, rows[-1][0], _NAMES):
            yield from rows

    def template_counts(self, people: Collection[int]) -> dict[int, int]:
        """How many templates people have; see `Gallery.template_counts`."""
        statement = "SELECT person, count(*) FROM templates WHERE person = ANY(%s) GROUP BY person"
        return dict(self._rows(statement, [int(person) for person in people]))

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
        to = stored_name(to)

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
            give(sql, person, other)
            sql.execute("UPDATE records SET person = %s WHERE person = %s", (other, person))
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
            marks.mark(sql, people)
            return erase(sql, *people)

        erased = self._database.run(work)
        self._database.outside_transaction(CLEAN)
        return erased

    def search(self, queries: Floats, count: int, *, collections: Collection[str] | None = None) -> list[list[Hit]]:
        """The nearest templates of each query; see `Gallery.search`.

        In galleries of more than `EXACT_UP_TO` templates codes propose some hundreds, of which the vectors decide. That
        may miss some that are hardly like the query; see ``docs/decisions/0016`` and ``0057``.
        """
        queries = check_queries(queries, count)

        def work(sql: Connection[Any]) -> list[list[Hit]]:
            dims = one(sql, "SELECT dims FROM rostro_gallery")
            if dims is None:
                return [[] for _ in queries]
            if queries.shape[1] != dims:
                raise SpaceMismatch(f"{self._shown}: queries of {queries.shape[1]} numbers; the gallery's have {dims}")
            held = state_of(sql).templates
            return [nearest(sql, query, count, collections, held) for query in queries]

        return self._database.run(work)

    def names(self, people: Collection[int]) -> dict[int, str]:
        """Names of people by their ids; ids that are gone are left out."""
        return dict(self._rows("SELECT id, name FROM people WHERE id = ANY(%s)", [int(person) for person in people]))

    def info(self) -> Info:
        """How many people and templates, how large, and how the search index is."""
        ((people, templates, dims, size, codes),) = self._rows(
            """SELECT (SELECT count(*) FROM people), (SELECT count(*) FROM templates), dims,
                pg_total_relation_size('templates') + pg_total_relation_size('people'),
                pg_total_relation_size('codes')
                + (SELECT coalesce(sum(pg_total_relation_size(relid)), 0)::bigint FROM pg_partition_tree('codes')
                    WHERE relid <> 'codes'::regclass)
            FROM rostro_gallery"""
        )
        scan = f"a scan of codes ({codes / 1e6:.1f} MB), then exact scores"
        index = "none: every vector is compared" if templates <= EXACT_UP_TO else scan
        return Info(people, templates, dims, size + codes, index)

    def population(self, collections: Collection[str] | None = None) -> Population:
        """How many people and templates; see `Gallery.population`."""
        return self._database.run(lambda sql: self._counting.population(sql, collections))

    def count_poor(self, level: float) -> int:
        """How many templates have a quality below a level."""
        ((found,),) = self._rows("SELECT count(*) FROM templates WHERE quality < %s", level)
        return int(found)

    def reindex(self) -> None:
        """Makes the codes, counts, and writes all tables anew; nobody else can read the gallery meanwhile."""

        def work(sql: Connection[Any]) -> None:
            sql.execute("LOCK TABLE people, templates IN SHARE ROW EXCLUSIVE MODE")
            sql.execute("TRUNCATE codes")
            fill_codes(sql)
            count_anew(sql)

        self._database.run(work)
        self._database.outside_transaction("VACUUM (FULL, ANALYZE) templates, codes, people, records, changes")

    def damage(self) -> list[str]:
        """Whether every template has the code by which it is found, and whether as many are there as were noted."""
        ((lost, people, templates, noted_people, noted),) = self._rows(
            """SELECT (SELECT count(*) FROM templates WHERE NOT EXISTS (SELECT FROM codes WHERE template = id)),
                (SELECT count(*) FROM people), (SELECT count(*) FROM templates),
                coalesce(sum(people), 0), coalesce(sum(templates), 0) FROM changes"""
        )
        found = [f"{lost} templates have no code to be found by; 'rostro gallery reindex' makes them"] if lost else []
        if (people, templates) != (noted_people, noted):
            found.append(
                f"{people} people and {templates} templates are there, and {noted_people} and {noted} were noted; "
                "'rostro gallery reindex' counts them"
            )
        return found

    def close(self) -> None:
        """Closes the connection."""
        self._database.close()
