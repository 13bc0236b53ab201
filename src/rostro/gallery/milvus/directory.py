"""Who is there: ids by name, how a new one is computed, and how of two people one is made.

Milvus knows neither transactions nor unique names; the order of writes stands in for both. See
`rostro.gallery.milvus.gallery`.
"""

from __future__ import annotations

import json
import secrets
from typing import TYPE_CHECKING, Any

from rostro.core.errors import UnknownPerson
from rostro.core.names import stored_name
from rostro.gallery.checks import no_such_photo, taken
from rostro.gallery.milvus import records
from rostro.gallery.milvus.rows import name_key, number_of, person_row, template_key

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from rostro.gallery.milvus.collections import Collections

#: The row among the people whose key names the epoch.
EPOCH = 0

#: Fields of a template, without the primary key.
FIELDS = ("id", "person", "source_hash", "details", "vector")


class Directory:
    """The people of a gallery, as rows of its collections. Whoever writes holds the gallery's lock."""

    def __init__(self, collections: Collections) -> None:
        self._milvus = collections

    def ids(self, names: Iterable[str]) -> dict[str, int]:
        """Ids of those of these people who are there; of two with one name (see `ids_or_new`), the smaller."""
        return {name: min(ids) for name, ids in self._all_ids(names).items()}

    def _all_ids(self, names: Iterable[str]) -> dict[str, list[int]]:
        if self._milvus.space is None:
            return {}
        by_key = {name_key(name): stored_name(name) for name in names}
        found: dict[str, list[int]] = {}
        for row in self._milvus.rows_in(self._milvus.people, "key", by_key, ("key",)):
            found.setdefault(by_key[row["key"]], []).append(row["id"])
        return found

    def id_of(self, name: str) -> int:
        """A person's id.

        Raises:
            UnknownPerson: There is nobody of that name.
        """
        ids = self.ids([name])
        if not ids:
            raise self.unknown(name)
        return ids[stored_name(name)]

    def check_who(self, names: set[str], *, new: bool) -> None:
        """Refuses people who are there where only new ones are wanted, and the other way round."""
        there = self.ids(names)
        for name in names & there.keys() if new else ():
            raise taken(name)
        for name in names - there.keys() if not new else ():
            raise self.unknown(name)

    def unknown(self, name: str) -> UnknownPerson:
        """What is raised for a name that nobody has."""
        return UnknownPerson(f"{self._milvus.shown}: nobody named {name!r}")

    def count(self, person: int) -> int:
        """How many templates a person has."""
        if self._milvus.dims is None:
            return 0
        return self._milvus.count(self._milvus.templates, f"person == {person}")

    def alive(self, people: Iterable[int]) -> set[int]:
        """Those of these people who are there."""
        return {row["id"] for row in self._milvus.rows_in(self._milvus.people, "id", set(people), ())}

    def ids_or_new(self, names: set[str]) -> dict[str, int]:
        """Ids of people, made where they are new.

        A new id is computed from the name and the epoch, so that programs which make the same person at the same time
        make one. Only where an epoch begins between them they make two, and whoever sees two of a name makes them one.
        """
        ids = self._all_ids(names)
        new = names - ids.keys()
        if new:
            epoch = "".join(row["key"] for row in self._milvus.rows(self._milvus.people, f"id == {EPOCH}", ("key",)))
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
                self.give(double, min(doubles))
        return {name: min(doubles) for name, doubles in ids.items()}

    def begin_epoch(self) -> None:
        """From now on a name that is made has another id than before, so that who was removed never comes back."""
        row = {"id": EPOCH, "key": secrets.token_hex(16), "name": {}, "vector": [1.0, 0.0]}
        self._milvus.put(self._milvus.people, [row])

    def give(self, person: int, other: int) -> None:
        """Gives all templates of a person to another, and deletes the first."""
        self._move(person, other)
        records.give(self._milvus, person, other)
        self._milvus.delete(self._milvus.people, f"id in [{person}]")
        self._move(person, other)  # what was added meanwhile

    def give_photo(self, person: int, other: int, source_hash: str) -> None:
        """Gives a person's templates of one photo to another; whoever has none left is deleted."""
        self._move(person, other, _of_photo(source_hash))
        self._delete_without_templates(person)

    def erase_photo(self, person: int, source_hash: str) -> None:
        """Deletes a person's templates of one photo; whoever has none left is deleted."""
        self._milvus.delete(self._milvus.templates, f"person == {person}{_of_photo(source_hash)}")
        self._milvus.compact()
        self._delete_without_templates(person)

    def photo(self, name: str, source_hash: str) -> tuple[int, int]:
        """(a person's id, how many templates of a photo they have).

        Raises:
            UnknownPerson: There is nobody of that name.
            UnknownPhoto: They have none.
        """
        person, count = self.id_of(name), 0
        if self._milvus.dims is not None:
            count = self._milvus.count(self._milvus.templates, f"person == {person}{_of_photo(source_hash)}")
        if not count:
            raise no_such_photo(name, source_hash)
        return person, count

    def _delete_without_templates(self, person: int) -> None:
        if not self.count(person):
            self.begin_epoch()
            self._milvus.delete(self._milvus.people, f"id in [{person}]")
            records.erase(self._milvus, [person])

    def _move(self, person: int, other: int, which: str = "") -> None:
        """Copies templates to another person, then deletes those that were copied."""
        if self._milvus.dims is None:
            return
        rows = list(self._milvus.rows(self._milvus.templates, f"person == {person}{which}", FIELDS))
        copies = [
            {**row, "key": template_key(other, row["source_hash"], row["details"]["box"]), "person": other}
            for row in rows
        ]
        self._milvus.put(self._milvus.templates, self.missing({copy["key"]: copy for copy in copies}))
        self._milvus.delete_keys([row["key"] for row in rows])

    def missing(self, rows: Mapping[str, dict[str, Any]]) -> list[dict[str, Any]]:
        """Those of these templates, by their keys, that are not there yet."""
        there = {row["key"] for row in self._milvus.rows_in(self._milvus.templates, "key", rows, ())}
        return [row for key, row in rows.items() if key not in there]


def _of_photo(source_hash: str) -> str:
    """What follows a condition to mean one photo's templates."""
    return f" and source_hash == {json.dumps(source_hash)}"
