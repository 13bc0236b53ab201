"""The gallery in one file: SQLite holds the truth, and the search index is derived from it.

Vectors are stored as float16: the cosine of two faces moves by about 1e-5, the file is a third as large as with
float32, and PostgreSQL's ``halfvec`` holds the same values, so that galleries move between backends without loss.
"""

from __future__ import annotations

import json
import stat
from itertools import pairwise
from typing import TYPE_CHECKING, Self

from rostro.core.errors import BadInput, GalleryCorrupt, GalleryError, SpaceMismatch
from rostro.core.folding import name_order
from rostro.core.names import stored_name
from rostro.core.types import Person
from rostro.gallery.base import Gallery, Info
from rostro.gallery.checks import check_queries, check_templates
from rostro.gallery.keys import Key
from rostro.gallery.sqlite import erasure, marks, records
from rostro.gallery.sqlite.census import Census, count_poor, find_damage, mend_places, unfindable
from rostro.gallery.sqlite.database import Database
from rostro.gallery.sqlite.encryption import SqliteEncryption
from rostro.gallery.sqlite.erasure import meta
from rostro.gallery.sqlite.purging import PENDING, Purging
from rostro.gallery.sqlite.records import SqliteRecords
from rostro.gallery.sqlite.rows import (
    COLUMNS,
    PEOPLE,
    check_who,
    give,
    insert,
    names_of_photos,
    person_id,
    rename,
    template_of,
)
from rostro.gallery.sqlite.search.searcher import Searcher
from rostro.gallery.sqlite.single import SqlitePhotos
from rostro.gallery.sqlite.vault import Vault

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping, Sequence
    from pathlib import Path

    from rostro.core.types import Floats, Person, Template
    from rostro.gallery.base import Hit, Population, Who


#: Names that are read at a time.
_NAMES = 5_000


class SqliteGallery(SqlitePhotos, SqliteRecords, SqliteEncryption, Gallery):
    """A gallery in a SQLite file."""

    name = "sqlite"

    def __init__(self, url: str, database: Database, key: Key | None = None) -> None:
        self.url = url
        self._database = database
        self._vault = Vault(url, key)
        self._census = Census()
        index = database.file and database.file.with_name(f"{database.file.name}.index")
        self._searcher = Searcher(index, read_only=database.read_only)
        self._purging = Purging(database, self._forget_erased)

    @classmethod
    def open(cls, url: str, *, space: str | None = None, create: bool = True) -> Self:
        """Opens or makes the gallery in a file: ``PATH``, ``sqlite:///PATH`` or ``:memory:``.

        Encrypted by the key that the settings name, if they name one; see `Key.from_settings`.
        """
        return cls.open_by(Key.from_settings(), url, space=space, create=create)

    @classmethod
    def open_by(cls, key: Key | None, url: str, *, space: str | None = None, create: bool = True) -> Self:
        """Opens or makes the gallery in a file that is encrypted by a key; see `Gallery.open_by`."""
        database = Database(_path_of(url), create=create)
        gallery = cls(url, database, key if database.file is not None else None)
        try:
            gallery._enter_key()
            gallery._enter_space(space)
            gallery._purge()  # where a process died in the middle of `remove`, or could not end it
        except BaseException:
            gallery.close()
            raise
        return gallery

    def _enter_space(self, space: str | None) -> None:
        if space is None:
            return
        stored = self.space
        if stored is None and self._database.read_only:
            return  # nothing is in it, and nothing will come
        if stored is None:
            with self._database.writing() as sql:
                sql.execute("INSERT INTO meta VALUES ('space', ?) ON CONFLICT DO NOTHING", (space,))
                stored = meta(sql, "space")
        if stored != space:
            raise SpaceMismatch(f"{self.url}: the gallery holds vectors of {stored}, not of {space}")

    @property
    def space(self) -> str | None:
        """The embedding space of the stored vectors; None while none was given."""
        with self._database.reading() as sql:
            space: str | None = meta(sql, "space")
        return space

    @property
    def rights(self) -> int | None:
        """Who may read and write the file (its mode, ``0o600`` for example); None for one in memory."""
        file = self._database.file
        return None if file is None else stat.S_IMODE(file.stat().st_mode)

    def add(self, templates: Mapping[str, Sequence[Template]], *, who: Who = "anybody") -> int:
        """Adds templates by person's name; see `Gallery.add`."""
        self._purging.go_on()
        by_name = [(stored_name(name), given) for name, given in templates.items() if given]
        if not by_name:
            return 0
        with self._database.writing() as sql:
            if meta(sql, "space") is None:
                raise GalleryError(f"{self.url}: the gallery has no embedding space yet; open it with one")
            seal = self._vault.at(sql)
            dims = check_templates(templates, meta(sql, "dims"))
            for name, _ in by_name if who != "anybody" else ():
                check_who(sql, seal, name, new=who == "new")
            sql.execute("INSERT INTO meta VALUES ('dims', ?) ON CONFLICT DO NOTHING", (dims,))
            return sum(insert(sql, seal, name, given) for name, given in by_name)

    def known_sources(self, hashes: Collection[str]) -> dict[str, set[str]]:
        """Of these photo hashes, the enrolled ones, with the names of the people who have a template from it."""
        with self._database.reading() as sql:
            return names_of_photos(sql, self._vault.at(sql), hashes)

    def people(self) -> list[Person]:
        """Everybody, by name."""
        with self._database.reading() as sql:
            seal = self._vault.at(sql)
            rows = sql.execute(f"{PEOPLE} GROUP BY people.id").fetchall()
            people = [Person(id, seal.open_name(name), templates) for id, name, templates in rows]
        return sorted(people, key=lambda person: name_order(person.name))

    def all_names(self) -> Iterator[tuple[int, str]]:
        """(id, name) of everybody, by id; see `Gallery.all_names`."""
        statement = "SELECT id, name FROM people WHERE erased = 0 AND id > ? ORDER BY id LIMIT ?"
        rows = [(0, "")]
        while rows:
            last = rows[-1][0]
            with self._database.reading() as sql:  # others may search between two blocks
                seal = self._vault.at(sql)
                rows = [(person, seal.open_name(name)) for person, name in sql.execute(statement, (last, _NAMES))]
            if any(one >= other for (one, _), (other, _) in pairwise([(last, ""), *rows])):
                raise GalleryCorrupt(f"{self.url}: the file is damaged (its people are in no order)")
            yield from rows

    def template_counts(self, people: Collection[int]) -> dict[int, int]:
        """How many templates people have; see `Gallery.template_counts`."""
        with self._database.reading() as sql:
            statement = """SELECT person, count(*) FROM templates
                WHERE erased = 0 AND person IN (SELECT value FROM json_each(?)) GROUP BY person"""
            return dict(sql.execute(statement, (json.dumps(list(people)),)))

    def person(self, name: str) -> Person:
        """One person; see `Gallery.person`."""
        with self._database.reading() as sql:
            row = sql.execute(f"{PEOPLE} AND people.id = ? GROUP BY people.id", (self._id(sql, name),)).fetchone()
            return Person(row[0], self._vault.at(sql).open_name(row[1]), row[2])

    def templates(self, name: str) -> list[Template]:
        """A person's templates, oldest first, with their vectors."""
        with self._database.reading() as sql:
            seal = self._vault.at(sql)
            rows = sql.execute(
                f"SELECT {COLUMNS} FROM templates WHERE person = ? AND erased = 0 ORDER BY id", (self._id(sql, name),)
            )
            return [template_of(seal, row) for row in rows]

    def rename(self, name: str, to: str) -> None:
        """Renames a person; see `Gallery.rename`."""
        to = stored_name(to)
        with self._database.writing() as sql:
            person = self._id(sql, name)
            seal = self._vault.at(sql)
            if person_id(sql, seal, to) not in {None, person}:
                raise BadInput(f"{self.url}: there is already somebody named {to!r}; merge them instead")
            rename(sql, seal, person, to)
            erasure.note_moved(sql)

    def merge(self, name: str, into: str) -> None:
        """Gives all templates of one person to another and removes the first; see `Gallery.merge`."""
        with self._database.writing() as sql:
            person, other = self._id(sql, name), self._id(sql, into)
            if person == other:
                raise BadInput(f"{self.url}: {name!r} cannot be merged into itself")
            give(sql, person, other)
            records.give(sql, person, other)
            erasure.blank(sql, person)
            erasure.note_moved(sql)

    def remove(self, *names: str) -> int:
        """Erases people and every template of theirs: their bytes leave the file and its write-ahead log.

        A file of up to `erasure.WHOLE_UP_TO` bytes is written anew for this, a larger one in parts; either takes about
        as long for many people as for one.
        """
        self._foresee(names)
        with self._database.writing() as sql:
            people = {self._id(sql, name) for name in names}
            marks.mark(sql, self._vault.at(sql), people)
            erased = sum(erasure.blank(sql, person) for person in people)
            erasure.note_purge(sql)
        self._purge()
        return erased

    @property
    def unfinished(self) -> str:
        """What of an erasure waits for other programs; see `Gallery.unfinished`."""
        self._purging.go_on()
        return PENDING if self._purging.pending else ""

    def search(self, queries: Floats, count: int, *, collections: Collection[str] | None = None) -> list[list[Hit]]:
        """The nearest templates of each query; see `Gallery.search`."""
        queries = check_queries(queries, count)
        self._purging.go_on(rewriting=False)
        with self._database.reading() as sql:
            dims = meta(sql, "dims")
            if dims is None:
                return [[] for _ in queries]
            if queries.shape[1] != dims:
                raise SpaceMismatch(f"{self.url}: queries of {queries.shape[1]} numbers; the gallery's have {dims}")
            return self._searcher.search(sql, self._vault.at(sql), queries, count, collections)

    def names(self, people: Collection[int]) -> dict[int, str]:
        """Names of people by their ids; ids that are gone are left out."""
        with self._database.reading() as sql:
            seal = self._vault.at(sql)
            rows = sql.execute(
                "SELECT id, name FROM people WHERE erased = 0 AND id IN (SELECT value FROM json_each(?))",
                (json.dumps([int(person) for person in people]),),
            )
            return {person: seal.open_name(name) for person, name in rows}

    def info(self) -> Info:
        """How many people and templates, how large, and how the search index is."""
        with self._database.reading() as sql:
            people, templates = sql.execute(
                """SELECT (SELECT count(*) FROM people WHERE erased = 0),
                (SELECT count(*) FROM templates WHERE erased = 0)"""
            ).fetchone()
            (size,) = sql.execute("SELECT page_count * page_size FROM pragma_page_count, pragma_page_size").fetchone()
            dims = meta(sql, "dims")
        return Info(people, templates, dims, size + self._searcher.size, self._searcher.state, self.encryption)

    def population(self, collections: Collection[str] | None = None) -> Population:
        """How many people and templates; see `Gallery.population`. Counted again where something was changed."""
        with self._database.reading() as sql:
            return self._census.population(sql, self._vault.at(sql), collections)

    def count_poor(self, level: float) -> int:
        """How many templates have a quality below a level."""
        with self._database.reading() as sql:
            return count_poor(sql, level)

    def reindex(self) -> None:
        """Builds the search index anew from the stored templates; what finds names and photos where it is damaged."""
        mend_places(self._database)
        with self._database.reading() as sql:
            dims = meta(sql, "dims")
            if dims is not None:
                self._searcher.rebuild(sql, self._vault.at(sql), dims)

    def damage(self) -> list[str]:
        """What SQLite's own checks find, and templates of nobody; and whether the index holds every template."""
        with self._database.reading() as sql:
            seal, dims = self._vault.at(sql), meta(sql, "dims")
            found = find_damage(sql, seal)
            if not found and dims is not None:
                found = unfindable(sql, self._searcher.count(sql, seal, dims))
            return found

    def copy_to(self, path: Path) -> None:
        """Copies one committed state of the whole gallery into a new file, while others read and write."""
        self._database.copy_to(path)

    def close(self) -> None:
        """Closes the file."""
        self._purging.end()
        self._database.close()
        self._searcher.close()

    def _drop_index(self) -> None:
        self._searcher.discard()

    def _purge(self) -> None:
        """Drives erased bytes out of the files, if any removal still needs it; see `unfinished` for what is left."""
        self._purging.run()

    def _foresee(self, names: Collection[str]) -> None:
        with self._database.reading() as sql:
            people = {self._id(sql, name) for name in names}
            self._searcher.foresee(sql, self._vault.at(sql), meta(sql, "dims"), people)

    def _forget_erased(self) -> None:
        with self._database.reading() as sql:
            self._searcher.forget_erased(sql, self._vault.at(sql), meta(sql, "dims"))


def _path_of(url: str) -> str:
    if "://" not in url:
        return url
    path = url.removeprefix("sqlite:///")
    if path in {url, ""}:
        raise BadInput(f"{url}: a SQLite gallery is a path or sqlite:///PATH (four slashes before an absolute path)")
    return path
