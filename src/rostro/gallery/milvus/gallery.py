"""The gallery of a cluster: Milvus (Wang et al. 2021, https://doi.org/10.1145/3448016.3457550).

``milvus://HOST:PORT/NAME``. Milvus has no transactions and no unique fields but the primary key. What stands in for
them here: keys are computed from what must be unique, so that writing the same twice is writing it once; writes come in
an order in which a program that dies in the middle leaves something that the same call, made again, completes; and
after adding, a writer looks whether its people are still there. See ``docs/galleries.md`` for what remains.
"""

from __future__ import annotations

import heapq
import json
import secrets
import threading
import time
from collections import Counter
from typing import TYPE_CHECKING, Any, Self

from rostro.core.errors import BadInput, GalleryError, SpaceMismatch, UnknownPerson
from rostro.core.types import Person
from rostro.gallery.base import Gallery, Hit, Info, check_queries, check_templates, clean_name
from rostro.gallery.milvus.collections import TIMEOUT, Collections
from rostro.gallery.milvus.rows import name_key, number_of, person_row, template_key, template_of, template_row

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping, Sequence

    from rostro.core.types import Floats, Template

#: Most templates that Milvus gives for one query.
MOST_HITS = 16_384

#: More templates than wanted are asked for, so that of equal ones the oldest come first.
_SPARE = 16

#: Queries that are answered by one request.
_BLOCK = 64

#: Meets every template.
_ALL = 'key != ""'

#: The row among the people whose key names the epoch.
_EPOCH = 0

#: Fields of a template, without the primary key.
_FIELDS = ("id", "person", "source_hash", "details", "vector")


class MilvusGallery(Gallery):
    """A gallery in a Milvus server or cluster. Without a space there is nothing to keep, and nothing is made."""

    name = "milvus"

    def __init__(self, url: str, collections: Collections) -> None:
        self.url = url
        self._milvus = collections
        self._writing = threading.Lock()
        self._space: str | None = None
        self._dims: int | None = None

    @classmethod
    def open(cls, url: str, *, space: str | None = None, create: bool = True) -> Self:
        """Opens or makes the gallery: ``milvus://HOST:PORT/NAME``; see `Gallery.open` and `_milvus.Address`."""
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
                raise GalleryError(f"{self._milvus.shown}: no such gallery")
            if space is None:
                return
            try:
                self._milvus.make_people(space)
            except GalleryError:
                if self.space is None:  # else somebody else made it in between
                    raise
        if space not in {None, self.space}:
            raise SpaceMismatch(f"{self._milvus.shown}: the gallery holds vectors of {self.space}, not of {space}")
        self._milvus.make_ready(self._milvus.people)
        self._stored_dims()

    @property
    def space(self) -> str | None:
        """The embedding space of the stored vectors; None while none was given."""
        self._milvus.check_open()
        if self._space is None:
            self._space = self._milvus.stored_space()
        return self._space

    def _stored_dims(self) -> int | None:
        """Length of the vectors, which never changes once it is known."""
        if self._dims is None:
            self._dims = self._milvus.dims()
            if self._dims is not None:
                self._milvus.make_ready(self._milvus.templates)
        return self._dims

    def add(self, templates: Mapping[str, Sequence[Template]]) -> int:
        """Adds templates by person's name; see `Gallery.add`.

        All or nothing up to `_milvus.PAGE` templates. Of more, a failure may leave the first; adding them again adds
        the rest.
        """
        given = [(clean_name(name), template) for name, some in templates.items() for template in some]
        if not given:
            return 0
        if self.space is None:
            raise GalleryError(f"{self._milvus.shown}: the gallery has no embedding space yet; open it with one")
        dims = check_templates(templates, self._stored_dims())
        if self._dims is None and dims is not None:
            self._milvus.make_templates(dims)
        with self._writing:
            added = 0
            while given:
                people = self._ids_or_new({name for name, _ in given})
                start = time.time_ns()
                rows = {
                    row["key"]: row
                    for number, (name, template) in enumerate(given)
                    for row in (template_row(people[name], template, start + number),)
                }
                new = self._missing(rows)
                self._milvus.put(self._milvus.templates, new)
                alive = self._alive(people.values())
                lost = [row["key"] for row in new if row["person"] not in alive]
                self._milvus.delete_keys(lost)  # somebody was removed or merged meanwhile: they are made anew
                added += len(new) - len(lost)
                given = [(name, template) for name, template in given if people[name] not in alive]
            return added

    def known_sources(self, hashes: Collection[str]) -> dict[str, set[str]]:
        """Of these photo hashes, the enrolled ones, with the names of the people who have a template from it."""
        if self._stored_dims() is None:
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
        if self._stored_dims() is not None:
            templates.update(row["person"] for row in self._milvus.rows(self._milvus.templates, _ALL, ("person",)))
        people = self._milvus.rows(self._milvus.people, "id > 0", ("name",))
        found = (Person(row["id"], row["name"]["name"], templates[row["id"]]) for row in people)
        return sorted(found, key=lambda person: person.name)

    def names_after(self, name: str, count: int) -> list[tuple[int, str]]:
        """(id, name) of the people whose names come after a name. Milvus cannot sort: this reads everybody's names."""
        if self.space is None:
            return []
        rows = self._milvus.rows(self._milvus.people, "id > 0", ("name",))
        people = ((row["id"], row["name"]["name"]) for row in rows)
        later = (person for person in people if person[1] > name)
        return heapq.nsmallest(count, later, key=lambda person: person[1])

    def template_counts(self, people: Collection[int]) -> dict[int, int]:
        """How many templates people have; reads one number of each of theirs, and of nobody else's."""
        if self._stored_dims() is None:
            return {}
        ids = [int(person) for person in people]
        rows = self._milvus.rows_in(self._milvus.templates, "person", ids, ("person",))
        return Counter(row["person"] for row in rows)

    def person(self, name: str) -> Person:
        """One person; see `Gallery.person`."""
        person = self._id(name)
        return Person(person, clean_name(name), self._count(person))

    def templates(self, name: str) -> list[Template]:
        """A person's templates, oldest first, with their vectors."""
        return self.templates_of([name])[name]

    def templates_of(self, names: Sequence[str]) -> dict[str, list[Template]]:
        """Templates of several people; see `Gallery.templates_of`."""
        ids = self._ids(names)
        for name in names:
            if clean_name(name) not in ids:
                raise self._unknown(name)
        found: dict[int, list[dict[str, Any]]] = {person: [] for person in ids.values()}
        if self._stored_dims() is not None:
            for row in self._milvus.rows_in(self._milvus.templates, "person", found, _FIELDS):
                found[row["person"]].append(row)
        by_age = {person: sorted(rows, key=lambda row: int(row["id"])) for person, rows in found.items()}
        return {name: [template_of(row) for row in by_age[ids[clean_name(name)]]] for name in names}

    def rename(self, name: str, to: str) -> None:
        """Renames a person; see `Gallery.rename`."""
        to = clean_name(to)
        with self._writing:
            person = self._id(name)
            if self._ids([to]).get(to, person) != person:
                raise BadInput(f"{self._milvus.shown}: there is already somebody named {to!r}; merge them instead")
            self._begin_epoch()
            self._milvus.put(self._milvus.people, [person_row(person, to)])

    def merge(self, name: str, into: str) -> None:
        """Gives all templates of one person to another and removes the first; see `Gallery.merge`."""
        with self._writing:
            person, other = self._id(name), self._id(into)
            if person == other:
                raise BadInput(f"{self._milvus.shown}: {name!r} cannot be merged into itself")
            self._begin_epoch()
            self._give(person, other)

    def remove(self, *names: str) -> int:
        """Erases people and every template of theirs, and asks the server to write its files anew without them.

        The server does that in its own time, and keeps what it replaced for a while; see ``docs/galleries.md``.
        """
        with self._writing:
            people = sorted({self._id(name) for name in names})
            erased = sum(map(self._count, people))
            self._begin_epoch()
            self._erase_templates(people)  # first: until they are gone, they can be found by the name
            self._milvus.delete(self._milvus.people, f"id in {people}")
            self._erase_templates(people)  # what was added meanwhile
            return erased

    def _erase_templates(self, people: list[int]) -> None:
        if self._stored_dims() is not None:
            self._milvus.delete(self._milvus.templates, f"person in {people}")
            self._milvus.compact()

    def search(self, queries: Floats, count: int, *, collections: Collection[str] | None = None) -> list[list[Hit]]:
        """The nearest templates of each query; see `Gallery.search`.

        Approximate, unless the index is ``FLAT``; and at most `MOST_HITS` per query.
        """
        queries = check_queries(queries, count)
        dims = self._stored_dims()
        if dims is None:
            return [[] for _ in queries]
        if queries.shape[1] != dims:
            raise SpaceMismatch(
                f"{self._milvus.shown}: queries of {queries.shape[1]} numbers; the gallery's have {dims}"
            )
        within = "" if collections is None else f'details["collection"] in {json.dumps(list(collections))}'
        hits: list[list[Hit]] = []
        for start in range(0, len(queries), _BLOCK):
            hits += self._nearest(queries[start : start + _BLOCK], count, within)
        return hits

    def _nearest(self, queries: Floats, count: int, within: str) -> list[list[Hit]]:
        limit = min(count + _SPARE, MOST_HITS)
        effort = max(200, limit)  # candidates that the index looks at; each index knows one of the names
        with self._milvus.client() as client:
            answers = client.search(
                self._milvus.templates,
                data=list(queries),
                limit=limit,
                filter=within,
                output_fields=["id", "person"],
                search_params={"metric_type": "IP", "params": {"ef": effort, "search_list": effort, "nprobe": 64}},
                consistency_level="Strong",
                timeout=TIMEOUT,
            )
        return [_hits(answer)[:count] for answer in answers]

    def names(self, people: Collection[int]) -> dict[int, str]:
        """Names of people by their ids; ids that are gone are left out."""
        if self.space is None:
            return {}
        ids = [int(person) for person in people]
        rows = self._milvus.rows_in(self._milvus.people, "id", ids, ("name",))
        return {row["id"]: row["name"]["name"] for row in rows if row["id"] != _EPOCH}

    def info(self) -> Info:
        """How many people and templates, and how the search index is."""
        dims = self._stored_dims()
        people = 0 if self.space is None else self._milvus.count(self._milvus.people, "id > 0")
        if dims is None:
            return Info(people, 0, None, None, "none yet")
        return Info(people, self._milvus.count(self._milvus.templates), dims, None, self._milvus.index_state())

    def reindex(self) -> None:
        """Writes everything to the server's storage and has it build the index anew; nobody can search meanwhile."""
        if self._stored_dims() is not None:
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
            f"{names[row['id']]!r} cannot be found by name" for row in rows if row["key"] != name_key(names[row["id"]])
        ]
        if self._stored_dims() is not None:
            owners = Counter(row["person"] for row in self._milvus.rows(self._milvus.templates, _ALL, ("person",)))
            lost = owners.keys() - names.keys()
            found += [f"{owners[person]} templates belong to nobody (person {person})" for person in sorted(lost)]
        return found

    def close(self) -> None:
        """Closes the connection."""
        self._milvus.close()

    def _ids(self, names: Iterable[str]) -> dict[str, int]:
        """Ids of those of these people who are there; of two with one name (see `_ids_or_new`), the smaller."""
        return {name: min(ids) for name, ids in self._all_ids(names).items()}

    def _all_ids(self, names: Iterable[str]) -> dict[str, list[int]]:
        if self.space is None:
            return {}
        by_key = {name_key(name): clean_name(name) for name in names}
        found: dict[str, list[int]] = {}
        for row in self._milvus.rows_in(self._milvus.people, "key", by_key, ("key",)):
            found.setdefault(by_key[row["key"]], []).append(row["id"])
        return found

    def _id(self, name: str) -> int:
        ids = self._ids([name])
        if not ids:
            raise self._unknown(name)
        return ids[clean_name(name)]

    def _unknown(self, name: str) -> UnknownPerson:
        return UnknownPerson(f"{self._milvus.shown}: nobody named {name!r}")

    def _count(self, person: int) -> int:
        if self._stored_dims() is None:
            return 0
        return self._milvus.count(self._milvus.templates, f"person == {person}")

    def _alive(self, people: Iterable[int]) -> set[int]:
        return {row["id"] for row in self._milvus.rows_in(self._milvus.people, "id", set(people), ())}

    def _ids_or_new(self, names: set[str]) -> dict[str, int]:
        """Ids of people, made where they are new.

        A new id is computed from the name and the epoch, so that programs which make the same person at the same time
        make one. Only where an epoch begins between them they make two, and whoever sees two of a name makes them one.
        """
        ids = self._all_ids(names)
        new = names - ids.keys()
        if new:
            epoch = "".join(row["key"] for row in self._milvus.rows(self._milvus.people, f"id == {_EPOCH}", ("key",)))
            made = {number_of(epoch, name): name for name in new}
            taken = {
                row["id"]
                for row in self._milvus.rows_in(self._milvus.people, "id", made, ("key",))
                if row["key"] != name_key(made[row["id"]])
            }
            made = {number_of(epoch, name, "again") if n in taken else n: name for n, name in made.items()}
            self._milvus.put(self._milvus.people, [person_row(person, name) for person, name in made.items()])
            ids = self._all_ids(names)
        for doubles in ids.values():
            for double in sorted(doubles)[1:]:
                self._give(double, min(doubles))
        return {name: min(doubles) for name, doubles in ids.items()}

    def _begin_epoch(self) -> None:
        row = {"id": _EPOCH, "key": secrets.token_hex(16), "name": {}, "vector": [1.0, 0.0]}
        self._milvus.put(self._milvus.people, [row])

    def _give(self, person: int, other: int) -> None:
        """Gives all templates of a person to another, and deletes the first."""
        self._move(person, other)
        self._milvus.delete(self._milvus.people, f"id in [{person}]")
        self._move(person, other)  # what was added meanwhile

    def _move(self, person: int, other: int) -> None:
        """Copies templates to another person, then deletes those that were copied."""
        if self._stored_dims() is None:
            return
        rows = list(self._milvus.rows(self._milvus.templates, f"person == {person}", _FIELDS))
        copies = [
            {**row, "key": template_key(other, row["source_hash"], row["details"]["box"]), "person": other}
            for row in rows
        ]
        self._milvus.put(self._milvus.templates, self._missing({copy["key"]: copy for copy in copies}))
        self._milvus.delete_keys([row["key"] for row in rows])

    def _missing(self, rows: Mapping[str, dict[str, Any]]) -> list[dict[str, Any]]:
        """Those of these templates, by their keys, that are not there yet."""
        there = {row["key"] for row in self._milvus.rows_in(self._milvus.templates, "key", rows, ())}
        return [row for key, row in rows.items() if key not in there]


def _hits(answer: Iterable[Any]) -> list[Hit]:
    found = (
        Hit(row["entity"]["person"], row["entity"]["id"], min(max(float(row["distance"]), -1.0), 1.0)) for row in answer
    )
    return sorted(found, key=lambda hit: (-hit.similarity, hit.template))
