# rostro_example/gallery.py
"""A gallery that people can read: one JSON file, read whole for every question. For a few thousand templates."""

from __future__ import annotations

import json
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

import numpy as np
from filelock import FileLock

from rostro.core.errors import BadInput, GalleryError, SpaceMismatch, UnknownPerson
from rostro.core.folding import name_order
from rostro.core.names import stored_name
from rostro.core.types import Person, Template
from rostro.gallery.base import Gallery, Hit, Info, Who
from rostro.gallery.checks import check_queries, check_templates, no_such_photo, taken
from rostro.gallery.marks import Mark, key_for, marks_of
from rostro.gallery.records import NOBODY, Record

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator, Mapping, Sequence

    from rostro.core.types import Floats

#: The space, the next number that is free, names by number, templates from old to new, marks, records (see `_drop`).
Content = dict[str, Any]

#: What stands in a template's row as it was given.
_PLAIN = ("source_hash", "photo", "quality", "collection")


class PlainGallery(Gallery):
    """A gallery in a JSON file, ``plain:///PATH``. A lock file beside it keeps writers apart."""

    name = "plain"

    def __init__(self, url: str) -> None:
        self.url = url
        self._path = Path(url.removeprefix("plain://"))
        self._lock = FileLock(f"{self._path}.lock")
        self._closed = False

    @classmethod
    def open(cls, url: str, *, space: str | None = None, create: bool = True) -> Self:
        """See `Gallery.open`."""
        gallery = cls(url)
        if not (create or gallery._path.exists()):
            raise GalleryError(f"{url}: no such gallery", why="no-gallery")
        with gallery._changing() as content:
            content["space"] = content["space"] or space
        if space not in (None, content["space"]):
            raise SpaceMismatch(f"{url}: the gallery holds vectors of {content['space']}, not of {space}")
        return gallery

    @property
    def space(self) -> str | None:
        """See `Gallery.space`."""
        space: str | None = self._read()["space"]
        return space

    def add(self, templates: Mapping[str, Sequence[Template]], *, who: Who = "anybody") -> int:
        """See `Gallery.add`."""
        by_name = [(stored_name(name), given) for name, given in templates.items() if given]
        with self._changing() as content:
            if by_name and content["space"] is None:
                raise GalleryError(f"{self.url}: the gallery has no embedding space yet; open it with one")
            check_templates(templates, _dims(content))
            before = len(content["templates"])
            for name, given in by_name:
                if who == "new" and _number(content, name):
                    raise taken(name)
                person = self._known(content, name) if who == "known" else _number(content, name) or _next(content)
                content["people"][str(person)] = name
                there = {_key(row) for row in content["templates"] if row["person"] == person}
                for template in given:
                    row = _row(template, person, _next(content))
                    if _key(row) not in there:
                        there.add(_key(row))
                        content["templates"].append(row)
            return len(content["templates"]) - before

    def known_sources(self, hashes: Collection[str]) -> dict[str, set[str]]:
        """See `Gallery.known_sources`."""
        content, wanted = self._read(), set(hashes)
        found: dict[str, set[str]] = {}
        for row in content["templates"]:
            if row["source_hash"] in wanted:
                found.setdefault(row["source_hash"], set()).add(content["people"][str(row["person"])])
        return found

    def people(self) -> list[Person]:
        """See `Gallery.people`."""
        content = self._read()
        owners = [row["person"] for row in content["templates"]]
        found = [Person(int(number), name, owners.count(int(number))) for number, name in content["people"].items()]
        return sorted(found, key=lambda person: name_order(person.name))

    def person(self, name: str) -> Person:
        """See `Gallery.person`."""
        for person in self.people():
            if person.name == stored_name(name):
                return person
        raise UnknownPerson(f"{self.url}: nobody named {name!r}")

    def templates(self, name: str) -> list[Template]:
        """See `Gallery.templates`."""
        content = self._read()
        person = self._known(content, name)
        return [_template(row) for row in content["templates"] if row["person"] == person]

    def rename(self, name: str, to: str) -> None:
        """See `Gallery.rename`."""
        with self._changing() as content:
            person, wanted = self._known(content, name), stored_name(to)
            if _number(content, wanted) not in (None, person):
                raise BadInput(f"there is somebody named {wanted!r} already; merge them")
            content["people"][str(person)] = wanted

    def merge(self, name: str, into: str) -> None:
        """See `Gallery.merge`."""
        with self._changing() as content:
            person, other = self._known(content, name), self._known(content, into)
            if person == other:
                raise BadInput(f"{name!r} cannot be merged with itself")
            for row in content["records"]:
                row[2] = other if row[2] == person else row[2]
            _give(content, person, other, [row for row in content["templates"] if row["person"] == person])

    def move(self, name: str, source_hash: str, to: str) -> int:
        """See `Gallery.move`."""
        to = stored_name(to)
        with self._changing() as content:
            person, rows = self._photo(content, name, source_hash)
            if person == _number(content, to):
                raise BadInput(f"the photo is {to!r}'s already")
            other = _number(content, to) or _next(content)
            content["people"][str(other)] = to
            _give(content, person, other, rows)
            return len(rows)

    def forget(self, name: str, source_hash: str) -> int:
        """See `Gallery.forget`."""
        with self._changing() as content:
            person, rows = self._photo(content, name, source_hash)
            _give(content, person, None, rows)
            return len(rows)

    def remove(self, *names: str) -> int:
        """See `Gallery.remove`."""
        with self._changing() as content:
            gone = {self._known(content, name) for name in names}
            key = key_for(mark.key for mark in _marks(content))
            hashes = [row["source_hash"] for row in content["templates"] if row["person"] in gone]
            _keep(content, _marks(content) | set(marks_of(hashes, [key])))
            before = len(content["templates"])
            content["templates"] = [row for row in content["templates"] if row["person"] not in gone]
            for person in gone:
                _drop(content, person)
            return before - len(content["templates"])

    def marks(self) -> list[Mark]:
        """See `Gallery.marks`."""
        return sorted(_marks(self._read()))

    def keep_marks(self, given: Collection[Mark]) -> None:
        """See `Gallery.keep_marks`."""
        with self._changing() as content:
            _keep(content, _marks(content) | set(given))

    def drop_marks(self, hashes: Collection[str]) -> None:
        """See `Gallery.drop_marks`."""
        with self._changing() as content:
            there = _marks(content)
            _keep(content, there - marks_of(hashes, {mark.key for mark in there}).keys())

    def records(
        self, kind: str, people: Collection[int] | None = None, *, after: int = 0, limit: int | None = None
    ) -> list[Record]:
        """See `Gallery.records`."""
        found = [Record(*row) for known, *row in self._read()["records"] if known == kind]
        return [row for row in found if row.id > after and (people is None or row.person in people)][:limit]

    def keep_records(self, kind: str, bodies: Mapping[int, str | None], *, only_missing: bool = False) -> None:
        """See `Gallery.keep_records`."""
        with self._changing() as content:
            held = {row[2] for row in content["records"] if row[0] == kind and only_missing}
            new = {person: bodies[person] for person in {NOBODY, *map(int, content["people"])} & bodies.keys() - held}
            content["records"] = [row for row in content["records"] if row[0] != kind or row[2] not in new]
            content["records"] += [[kind, _next(content), *row] for row in new.items() if row[1] is not None]

    def append_records(self, kind: str, following: Callable[[str | None], Sequence[str]]) -> None:
        """See `Gallery.append_records`."""
        with self._changing() as content:
            own = [row[3] for row in content["records"] if row[0] == kind and row[2] == NOBODY]
            content["records"] += [[kind, _next(content), NOBODY, body] for body in following((own or [None])[-1])]

    def search(self, queries: Floats, count: int, *, collections: Collection[str] | None = None) -> list[list[Hit]]:
        """See `Gallery.search`."""
        content = self._read()
        queries, dims = check_queries(queries, count), _dims(content)
        if dims is not None and queries.shape[1] != dims:
            raise SpaceMismatch(f"{self.url}: queries of {queries.shape[1]} numbers; the gallery's have {dims}")
        rows = [row for row in content["templates"] if collections is None or row["collection"] in collections]
        if not rows:
            return [[] for _ in queries]
        scores = queries @ np.array([row["vector"] for row in rows], np.float32).T
        best = np.argsort(-scores, axis=1, kind="stable")[:, :count]  # stable: the older template first
        return [
            [Hit(rows[place]["person"], rows[place]["id"], float(line[place])) for place in order]
            for line, order in zip(scores, best, strict=True)
        ]

    def names(self, people: Collection[int]) -> dict[int, str]:
        """See `Gallery.names`."""
        known = self._read()["people"]
        return {person: known[str(person)] for person in people if str(person) in known}

    def info(self) -> Info:
        """See `Gallery.info`."""
        content = self._read()
        size = self._path.stat().st_size
        return Info(len(content["people"]), len(content["templates"]), _dims(content), size, "none: all are compared")

    def reindex(self) -> None:
        """There is no index."""

    def close(self) -> None:
        """See `Gallery.close`."""
        self._closed = True

    def _read(self) -> Content:
        if self._closed:
            raise GalleryError(f"{self.url}: the gallery is closed")
        try:
            content: Content = json.loads(self._path.read_text(encoding="utf-8"))
        except FileNotFoundError:
            return {"space": None, "next": 1, "people": {}, "templates": [], "marks": [], "records": []}
        except (OSError, ValueError) as error:
            raise GalleryError(f"{self.url}: is not a gallery ({error})") from None
        return content

    @contextmanager
    def _changing(self) -> Iterator[Content]:
        """What is there, to be changed; written whole when all went well, and not at all otherwise."""
        with self._lock:
            content = self._read()
            yield content
            part = self._path.with_name(f".{self._path.name}.part")
            part.write_text(json.dumps(content, ensure_ascii=False), encoding="utf-8")
            part.replace(self._path)

    def _known(self, content: Content, name: str) -> int:
        person = _number(content, stored_name(name))
        if person is None:
            raise UnknownPerson(f"{self.url}: nobody named {name!r}")
        return person

    def _photo(self, content: Content, name: str, source_hash: str) -> tuple[int, list[dict[str, Any]]]:
        person = self._known(content, name)
        rows = [row for row in content["templates"] if (row["person"], row["source_hash"]) == (person, source_hash)]
        if not rows:
            raise no_such_photo(name, source_hash)
        return person, rows


def _give(content: Content, person: int, other: int | None, rows: list[dict[str, Any]]) -> None:
    """Some of a person's templates become another's, or nobody's; a person without any is gone."""
    there = {_key(row) for row in content["templates"] if row["person"] == other}
    for row in rows:
        if other is None or _key(row) in there:
            content["templates"].remove(row)
        else:
            row["person"] = other
    if all(row["person"] != person for row in content["templates"]):
        _drop(content, person)


def _drop(content: Content, person: int) -> None:  # a record is [kind, id, person, text]
    del content["people"][str(person)]
    content["records"] = [row for row in content["records"] if row[2] != person]


def _marks(content: Content) -> set[Mark]:
    return {Mark(bytes.fromhex(key), bytes.fromhex(digest)) for key, digest in content["marks"]}


def _keep(content: Content, marks: set[Mark]) -> None:
    content["marks"] = [[mark.key.hex(), mark.digest.hex()] for mark in sorted(marks)]


def _number(content: Content, name: str) -> int | None:
    return next((int(number) for number, known in content["people"].items() if known == name), None)


def _next(content: Content) -> int:
    """A number that nobody ever had: whoever is erased does not come back as somebody else."""
    content["next"] += 1
    return int(content["next"]) - 1


def _dims(content: Content) -> int | None:
    return len(content["templates"][0]["vector"]) if content["templates"] else None


def _key(row: dict[str, Any]) -> tuple[str, tuple[float, ...] | None]:
    """Of one person, templates with the same are the same."""
    return row["source_hash"], row["box"] and tuple(row["box"])


def _row(template: Template, person: int, number: int) -> dict[str, Any]:
    row = {"box": template.box and list(template.box), "vector": template.vector.tolist()}
    return {"id": number, "person": person, **row, **{name: getattr(template, name) for name in _PLAIN}}


def _template(row: dict[str, Any]) -> Template:
    vector, box = np.array(row["vector"], np.float32), row["box"] and tuple(row["box"])
    return Template(vector=vector, box=box, **{name: row[name] for name in _PLAIN})
