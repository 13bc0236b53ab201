"""The gallery of a cluster: Milvus (Wang et al. 2021, https://doi.org/10.1145/3448016.3457550).

``milvus://HOST:PORT/NAME``. Milvus has no transactions and no unique fields but the primary key. What stands in for
them here: keys are computed from what must be unique, so that writing the same twice is writing it once; writes come in
an order in which a program that dies in the middle leaves something that the same call, made again, completes; and
after adding, a writer looks whether its people are still there. See ``docs/galleries.md`` for what remains.
"""

from __future__ import annotations

import time
from collections import Counter
from typing import TYPE_CHECKING, Any, Self

from rostro.core.errors import BadInput, GalleryError, SpaceMismatch
from rostro.core.folding import name_order
from rostro.core.forking import Mutex
from rostro.core.names import stored_name
from rostro.core.types import Person
from rostro.gallery.base import Gallery, Hit, Info, Population
from rostro.gallery.checks import check_queries, check_templates
from rostro.gallery.milvus import marks, records
from rostro.gallery.milvus.collections import Collections
from rostro.gallery.milvus.counting import Counting, within
from rostro.gallery.milvus.directory import EPOCH, FIELDS, Directory
from rostro.gallery.milvus.records import MilvusRecords
from rostro.gallery.milvus.rows import key_if_any, person_row, template_of, template_row
from rostro.gallery.milvus.search import index_state, nearest
from rostro.gallery.milvus.single import EVERY, MilvusPhotos

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping, Sequence

    from rostro.core.types import Floats, Template
    from rostro.gallery.base import Who


class MilvusGallery(MilvusPhotos, MilvusRecords, Gallery):
    """A gallery in a Milvus server or cluster. Without a space there is nothing to keep, and nothing is made."""

    name = "milvus"

    def __init__(self, url: str, collections: Collections) -> None:
        self.url = url
        self._milvus = collections
        self._directory = Directory(collections)
        self._counting = Counting(collections)
        self._writing = Mutex()

    @classmethod
    def open(cls, url: str, *, space: str | None = None, create: bool = True) -> Self:
        """Opens or makes the gallery: ``milvus://HOST:PORT/NAME``; see `Gallery.open` and `Address`."""
        gallery = cls(url, Collections(url))
        try:
            gallery._enter(space, create)
        except BaseException:
            gallery.close()
            raise
        return gallery

    def _enter(self, space: str | None, create: bool) -> None:
        if self.space is None:
            if not create:
                raise GalleryError(f"{self._milvus.shown}: no such gallery", why="no-gallery")
            if space is None:
                return
            try:
                self._milvus.make_people(space)
            except GalleryError:
                if self.space is None:  # else somebody else made it in between
                    raise
        if space not in {None, self.space}:
            raise SpaceMismatch(f"{self._milvus.shown}: the gallery holds vectors of {self.space}, not of {space}")
        self._milvus.make_all_ready()

    @property
    def space(self) -> str | None:
        """The embedding space of the stored vectors; None while none was given."""
        return self._milvus.space

    def add(self, templates: Mapping[str, Sequence[Template]], *, who: Who = "anybody") -> int:
        """Adds templates by person's name; see `Gallery.add`. Of two *programs* that make one person, none is refused.

        All or nothing up to `collections.PAGE` templates. Of more, a failure may leave the first; adding them again
        adds the rest.
        """
        given = [(stored_name(name), template) for name, some in templates.items() for template in some]
        if not given:
            return 0
        if self.space is None:
            raise GalleryError(f"{self._milvus.shown}: the gallery has no embedding space yet; open it with one")
        dims = check_templates(templates, self._milvus.dims)
        if self._milvus.dims is None and dims is not None:
            self._milvus.make_templates(dims)
        with self._writing:
            added = 0
            if who != "anybody":
                self._directory.check_who({name for name, _ in given}, new=who == "new")
            while given:
                people = self._directory.ids_or_new({name for name, _ in given})
                start = time.time_ns()
                rows = {
                    row["key"]: row
                    for number, (name, template) in enumerate(given)
                    for row in (template_row(people[name], template, start + number),)
                }
                new = self._directory.missing(rows)
                self._milvus.put(self._milvus.templates, new)
                alive = self._directory.alive(people.values())
                lost = [row["key"] for row in new if row["person"] not in alive]
                self._milvus.delete_keys(lost)  # somebody was removed or merged meanwhile: they are made anew
                added += len(new) - len(lost)
                given = [(name, template) for name, template in given if people[name] not in alive]
            return added

    def known_sources(self, hashes: Collection[str]) -> dict[str, set[str]]:
        """Of these photo hashes, the enrolled ones, with the names of the people who have a template from it."""
        if self._milvus.dims is None:
            return {}
        rows = self._milvus.rows_in(self._milvus.templates, "source_hash", hashes, ("source_hash", "person"))
        found = [(row["source_hash"], row["person"]) for row in rows]
        names = self.names({person for _, person in found})
        known: dict[str, set[str]] = {}
        for source_hash, person in found:
            if person in names:
                known.setdefault(source_hash, set()).add(names[person])
        return known

    def people(self) -> list[Person]:
        """Everybody, by name. Milvus cannot count by person: this reads one number of every template."""
        if self.space is None:
            return []
        templates: Counter[int] = Counter()
        if self._milvus.dims is not None:
            templates.update(row["person"] for row in self._milvus.rows(self._milvus.templates, EVERY, ("person",)))
        found = (Person(person, name, templates[person]) for person, name in self.all_names())
        return sorted(found, key=lambda person: name_order(person.name))

    def all_names(self) -> Iterator[tuple[int, str]]:
        """(id, name) of everybody, by id; see `Gallery.all_names`."""
        if self.space is not None:
            for row in self._milvus.rows(self._milvus.people, "id > 0", ("name",)):
                yield row["id"], row["name"]["name"]

    def template_counts(self, people: Collection[int]) -> dict[int, int]:
        """How many templates people have; reads one number of each of theirs, and of nobody else's."""
        if self._milvus.dims is None:
            return {}
        ids = [int(person) for person in people]
        rows = self._milvus.rows_in(self._milvus.templates, "person", ids, ("person",))
        return Counter(row["person"] for row in rows)

    def person(self, name: str) -> Person:
        """One person; see `Gallery.person`."""
        person = self._directory.id_of(name)
        return Person(person, stored_name(name), self._directory.count(person))

    def templates(self, name: str) -> list[Template]:
        """A person's templates, oldest first, with their vectors."""
        return self.templates_of([name])[name]

    def templates_of(self, names: Sequence[str]) -> dict[str, list[Template]]:
        """Templates of several people; see `Gallery.templates_of`."""
        ids = self._directory.ids(names)
        for name in names:
            if stored_name(name) not in ids:
                raise self._directory.unknown(name)
        found: dict[int, list[dict[str, Any]]] = {person: [] for person in ids.values()}
        if self._milvus.dims is not None:
            for row in self._milvus.rows_in(self._milvus.templates, "person", found, FIELDS):
                found[row["person"]].append(row)
        by_age = {person: sorted(rows, key=lambda row: int(row["id"])) for person, rows in found.items()}
        return {name: [template_of(row) for row in by_age[ids[stored_name(name)]]] for name in names}

    def rename(self, name: str, to: str) -> None:
        """Renames a person; see `Gallery.rename`."""
        to = stored_name(to)
        with self._writing:
            person = self._directory.id_of(name)
            if self._directory.ids([to]).get(to, person) != person:
                raise BadInput(f"{self._milvus.shown}: there is already somebody named {to!r}; merge them instead")
            self._directory.begin_epoch()
            self._milvus.put(self._milvus.people, [person_row(person, to)])

    def merge(self, name: str, into: str) -> None:
        """Gives all templates of one person to another and removes the first; see `Gallery.merge`."""
        with self._writing:
            person, other = self._directory.id_of(name), self._directory.id_of(into)
            if person == other:
                raise BadInput(f"{self._milvus.shown}: {name!r} cannot be merged into itself")
            self._directory.begin_epoch()
            self._directory.give(person, other)

    def remove(self, *names: str) -> int:
        """Erases people and every template of theirs, and asks the server to write its files anew without them.

        The server does that in its own time, and keeps what it replaced for a while; see ``docs/galleries.md``.
        """
        with self._writing:
            people = sorted({self._directory.id_of(name) for name in names})
            erased = sum(map(self._directory.count, people))
            marks.mark(self._milvus, people)
            self._directory.begin_epoch()
            self._erase_templates(people)  # first: until they are gone, they can be found by the name
            self._milvus.delete(self._milvus.people, f"id in {people}")
            records.erase(self._milvus, people)
            self._erase_templates(people)  # what was added meanwhile
            return erased

    def _erase_templates(self, people: list[int]) -> None:
        if self._milvus.dims is not None:
            self._milvus.delete(self._milvus.templates, f"person in {people}")
            self._milvus.compact()

    def search(self, queries: Floats, count: int, *, collections: Collection[str] | None = None) -> list[list[Hit]]:
        """The nearest templates of each query; see `Gallery.search`.

        Every code is looked at, and the best 1,000 templates are compared exactly, unless the URL names another index.
        At most `search.MOST_HITS` per query.
        """
        queries = check_queries(queries, count)
        dims = self._milvus.dims
        if dims is None:
            return [[] for _ in queries]
        if queries.shape[1] != dims:
            raise SpaceMismatch(
                f"{self._milvus.shown}: queries of {queries.shape[1]} numbers; the gallery's have {dims}"
            )
        return nearest(self._milvus, queries, count, within(collections))

    def names(self, people: Collection[int]) -> dict[int, str]:
        """Names of people by their ids; ids that are gone are left out."""
        if self.space is None:
            return {}
        ids = [int(person) for person in people]
        rows = self._milvus.rows_in(self._milvus.people, "id", ids, ("name",))
        return {row["id"]: row["name"]["name"] for row in rows if row["id"] != EPOCH}

    def info(self) -> Info:
        """How many people and templates, and how the search index is."""
        dims = self._milvus.dims
        people = 0 if self.space is None else self._milvus.count(self._milvus.people, "id > 0")
        if dims is None:
            return Info(people, 0, None, None, "none yet")
        return Info(people, self._milvus.count(self._milvus.templates), dims, None, index_state(self._milvus))

    def population(self, collections: Collection[str] | None = None) -> Population:
        """How many people and templates; see `Gallery.population`."""
        if self._milvus.dims is None or self.space is None:
            return Population(0, 0)
        return self._counting.population(collections)

    def reindex(self) -> None:
        """Writes everything to the server's storage and has it build the index anew; nobody can search meanwhile."""
        if self._milvus.dims is not None:
            self._milvus.reindex()

    def damage(self) -> list[str]:
        """What could be left where several programs changed the same people at once."""
        if self.space is None:
            return []
        rows = list(self._milvus.rows(self._milvus.people, "id > 0", ("key", "name")))
        keys = Counter(row["key"] for row in rows)
        names = {row["id"]: row["name"]["name"] for row in rows}
        found = [f"two people are named {names[row['id']]!r}" for row in rows if keys[row["key"]] > 1]
        found += [
            f"{names[row['id']]!r} cannot be found by name"
            for row in rows
            if row["key"] != key_if_any(names[row["id"]])
        ]
        if self._milvus.dims is not None:
            owners = Counter(row["person"] for row in self._milvus.rows(self._milvus.templates, EVERY, ("person",)))
            lost = owners.keys() - names.keys()
            found += [f"{owners[person]} templates belong to nobody (person {person})" for person in sorted(lost)]
        return found

    def close(self) -> None:
        """Closes the connection."""
        self._milvus.close()
