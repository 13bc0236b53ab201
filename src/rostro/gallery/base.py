"""What a gallery is: people, their templates, and a search that never misses a committed face.

A gallery stores vectors and the name of their space; it never sees a model or a threshold.
"""

from __future__ import annotations

import re
from abc import abstractmethod
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar, Self
from urllib.parse import urlsplit

from rostro.core.closing import Closing
from rostro.core.errors import BadInput
from rostro.core.files import expanded
from rostro.core.parts import Room, did_you_mean
from rostro.gallery.facts import Hit, Info, Population, Who
from rostro.gallery.keys import Key
from rostro.gallery.records import Records
from rostro.gallery.single import SinglePhotos

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping, Sequence

    from rostro.core.types import Floats, Person, Template

__all__ = [
    "GALLERIES",
    "Gallery",
    "Hit",
    "Info",
    "Population",
    "Who",
    "backend_of",
    "file_of",
    "lent",
    "open_gallery",
]


class Gallery(SinglePhotos, Records, Closing):
    """Who is enrolled. A context manager; safe to use from several threads and processes.

    Class attributes:
        name: The scheme of its URLs: ``NAME://…``.
    """

    name: ClassVar[str]
    url: str

    @classmethod
    @abstractmethod
    def open(cls, url: str, *, space: str | None = None, create: bool = True) -> Self:
        """Opens a gallery, or makes it.

        Args:
            url: Where; see `open_gallery`.
            space: The embedding space that the caller works in. A new gallery takes it (at the latest with its first
                template); None reads whatever is there.
            create: Whether to make a gallery that does not exist.

        Raises:
            SpaceMismatch: The gallery holds vectors of another space; names both.
            GalleryError: It does not exist (and ``create`` is false; ``values["why"]`` is ``no-gallery`` then), cannot
                be reached or is not a gallery.
        """

    @classmethod
    def open_by(cls, key: Key | None, url: str, *, space: str | None = None, create: bool = True) -> Self:
        """Opens a gallery that is encrypted by a key, or makes it. A backend that encrypts none has nothing to add.

        Raises:
            RostroError: It is not encrypted, or by another key, or cannot be; see `Key.for_any`.
        """
        if key is not None and not key.where_needed:
            words = f"{url}: only galleries in files are encrypted; in {cls.name}, everything is in clear"
            raise BadInput(words, why="not-encrypted")
        return cls.open(url, space=space, create=create)

    @property
    @abstractmethod
    def space(self) -> str | None:
        """The embedding space of the stored vectors; None while nothing was ever stored and none was given."""

    @abstractmethod
    def add(self, templates: Mapping[str, Sequence[Template]], *, who: Who = "anybody") -> int:
        """Adds templates by person's name, in one transaction; makes people that are new.

        A template whose (person, source_hash, box) is there already is skipped, in whatever collection it is, and a
        name without templates is passed over. All or nothing. Names are kept as `stored_name` gives them. A backend
        keeps at least float16 of the vectors, and float16 values come back as they went in, so that galleries can be
        copied without loss.

        Args:
            templates: By person's name.
            who: ``new`` refuses people who are there already, ``known`` those who are not; looked at within the
                transaction, so that of two who make one person one is refused.

        Returns:
            How many templates were added.

        Raises:
            NameTaken: Only new people were to be added to, and somebody is there.
            UnknownPerson: Only known people were to be added to, and somebody is not there.
            SpaceMismatch: The vectors' length is not the gallery's.
            GalleryError: The gallery has no embedding space yet and was opened without one.
            BadInput: A name that `stored_name` refuses, a vector that is not of unit norm.
        """

    @abstractmethod
    def known_sources(self, hashes: Collection[str]) -> dict[str, set[str]]:
        """Of these photo hashes, the enrolled ones: hash → names of the people who have a template from it."""

    @abstractmethod
    def people(self) -> list[Person]:
        """Everybody, in the order of `rostro.core.folding.name_order`."""

    def all_names(self) -> Iterator[tuple[int, str]]:
        """(id, name) of everybody, in any order.

        A backend that tells them without reading all templates says so here. Nobody has to wait while they are read.
        """
        return ((person.id, person.name) for person in self.people())

    def template_counts(self, people: Collection[int]) -> dict[int, int]:
        """How many templates people have, by their ids; ids that are gone may be left out."""
        wanted = set(people)
        return {person.id: person.templates for person in self.people() if person.id in wanted}

    @abstractmethod
    def person(self, name: str) -> Person:
        """One person.

        Raises:
            UnknownPerson: Nobody of that name.
        """

    @abstractmethod
    def templates(self, name: str) -> list[Template]:
        """A person's templates, oldest first, with their vectors.

        Raises:
            UnknownPerson: Nobody of that name.
        """

    def templates_of(self, names: Sequence[str]) -> dict[str, list[Template]]:
        """Templates of several people, as `templates` gives them; in one question where the backend can.

        Raises:
            UnknownPerson: Nobody of one of these names.
        """
        return {name: self.templates(name) for name in names}

    @abstractmethod
    def rename(self, name: str, to: str) -> None:
        """Renames a person.

        Raises:
            UnknownPerson: Nobody of that name.
            BadInput: The new name is refused by `stored_name`, or taken (use `merge`).
        """

    @abstractmethod
    def merge(self, name: str, into: str) -> None:
        """Gives all templates of one person to another and removes the first.

        Where both have the same (source_hash, box), one template stays.

        Raises:
            UnknownPerson: One of them is not there.
            BadInput: They are the same.
        """

    @abstractmethod
    def remove(self, *names: str) -> int:
        """Erases people and every template of theirs, for good: the bytes leave the files.

        Several names in one call take little longer than one. In the same transaction a mark is kept of each of their
        photos, by which `erased` knows it again.

        Returns:
            How many templates were erased.

        Raises:
            UnknownPerson: Nobody of one of these names; nobody is erased then.
        """

    @property
    def unfinished(self) -> str:
        """What of an erasure is not done yet because other programs read the gallery, in words; empty: nothing.

        Looked at again by each call, which does what can be done now. What a server's database keeps for a while, by
        its own settings, is not meant; see ``docs/galleries.md``.
        """
        return ""

    @abstractmethod
    def search(self, queries: Floats, count: int, *, collections: Collection[str] | None = None) -> list[list[Hit]]:
        """The nearest templates of each query.

        Args:
            queries: (N, d) float32 of unit norm.
            count: How many templates at most per query.
            collections: Only templates of these collections take part; None: all. The empty name stands for those that
                are in none.

        Returns:
            Per query, hits with the best similarity first, the older template first where they are equal. Every
            template that was committed before the call, by any thread or process, takes part; erased ones never do.

        Raises:
            SpaceMismatch: The queries' length is not the gallery's.
            BadInput: Queries that are not (N, d) and finite, or a count below 1.
        """

    @abstractmethod
    def names(self, people: Collection[int]) -> dict[int, str]:
        """Names of people by their ids; ids that are gone are left out."""

    @abstractmethod
    def info(self) -> Info:
        """How many people and templates, how large, and how the search index is."""

    def population(self, collections: Collection[str] | None = None) -> Population:
        """How many people and templates a search in these collections looks through; None: in all.

        Asked for every search. A backend that cannot tell collections apart counts everybody, which errs on the safe
        side.
        """
        info = self.info()
        return Population(info.people, info.templates)

    def count_poor(self, level: float) -> int:
        """How many templates have a quality below a level."""
        return sum(template.quality < level for person in self.people() for template in self.templates(person.name))

    @abstractmethod
    def reindex(self) -> None:
        """Builds the search index anew from the stored templates."""

    def damage(self) -> list[str]:
        """What only this backend can find wrong with its storage, one sentence each; see `find_damage`."""
        return []

    @abstractmethod
    def close(self) -> None:
        """Lets go of files and connections. Further calls raise `GalleryError`."""


GALLERIES = Room(
    Gallery,
    "gallery backend",
    "rostro.galleries",
    {
        "milvus": "rostro.gallery.milvus.gallery:MilvusGallery",
        "postgresql": "rostro.gallery.postgresql.gallery:PostgresqlGallery",
        "sqlite": "rostro.gallery.sqlite.gallery:SqliteGallery",
    },
)


#: How libpq is told where a database is, besides by a URL; no gallery's file is called so.
_LIBPQ = re.compile(r"\b(host|dbname|password)\s*=")


def backend_of(url: str) -> str:
    """The backend that a URL names: ``postgresql://…`` → ``postgresql``; a path or ``sqlite:///path`` → ``sqlite``."""
    scheme, separator, _ = url.partition("://")
    if not separator:
        if _LIBPQ.search(url):
            raise BadInput(f"{url}: a gallery in PostgreSQL is given as a URL: postgresql://USER@HOST/DATABASE")
        return "sqlite"
    if scheme not in GALLERIES:
        guess = did_you_mean(scheme, GALLERIES)
        raise BadInput(f"{url}: no gallery backend {scheme!r}.{guess} There is: {', '.join(GALLERIES)}")
    return scheme


def file_of(url: str) -> Path | None:
    """The file of a gallery that is one, given by its path or URL; None for galleries on servers and in memory."""
    if url == ":memory:" or backend_of(url) != "sqlite":
        return None
    return expanded(url.removeprefix("sqlite:///"))


def gallery_name(url: str) -> str:
    """A gallery's name without folders, hosts, users and passwords, for those who may not know where it is."""
    file = file_of(url)
    return file.name if file is not None else urlsplit(url).path.rsplit("/", 1)[-1] or backend_of(url)


@contextmanager
def lent(
    gallery: Gallery | str | Path, *, space: str | None = None, create: bool = False, key: Key | None = None
) -> Iterator[Gallery]:
    """A gallery for a while: one that is open stays open, one by its URL is opened and closed."""
    if isinstance(gallery, Gallery):
        yield gallery
    else:
        with open_gallery(str(gallery), space=space, create=create, key=key) as opened:
            yield opened


def open_gallery(
    url: str, *, space: str | None = None, create: bool = True, key: Key | str | Path | bytes | None = None
) -> Gallery:
    """Opens a gallery by URL: a path or ``sqlite:///PATH`` (SQLite), or ``BACKEND://…``.

    Args:
        url: Where it is.
        space: As `Gallery.open` takes it.
        create: The same.
        key: Opens an encrypted gallery, and has a new one encrypted, as `Key.of` takes it; None: the settings'.
    """
    kind = GALLERIES.get(backend_of(url))
    if key is None:
        return kind.open(url, space=space, create=create)
    return kind.open_by(Key.of(key), url, space=space, create=create)
