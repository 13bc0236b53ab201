"""The only door to a gallery's people: whoever enrols, renames, merges or erases comes through here.

The command line, the server and Python alike, so that what belongs together stays together: a person's templates and
the pictures of their face.
"""

from __future__ import annotations

import heapq
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from rostro.core.errors import BadInput, NameTaken, UnknownPerson
from rostro.core.folding import name_order, searchable
from rostro.core.forking import Mutex
from rostro.core.types import Answer, Person, Template
from rostro.gallery.base import clean_name
from rostro.people.enroll import Enroller
from rostro.people.pictures import Pictures

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from rostro.gallery.base import Gallery
    from rostro.people.enroll import Look
    from rostro.quality.gate import Gate


@dataclass(frozen=True, slots=True)
class Page(Answer):
    """Some of the people, by name.

    Attributes:
        people: These.
        next: What to ask for the page after with; None where this is the last.
        total: How many there are on all pages together.
    """

    people: tuple[Person, ...]
    next: str | None
    total: int

    def __iter__(self) -> Iterator[Person]:
        return iter(self.people)

    def __len__(self) -> int:
        return len(self.people)

    def to_dict(self) -> dict[str, Any]:
        """``{"people", "total", "next"}``."""
        people = [person.to_dict() for person in self.people]
        return {"people": people, "total": self.total, "next": self.next}


class People:
    """A gallery's people. Safe to share between threads.

    >>> recognizer.people.erase("Ada Lovelace")  # doctest: +SKIP
    """

    def __init__(self, gallery: Gallery) -> None:
        """Touches no disk.

        Args:
            gallery: Where they are.
        """
        self.gallery = gallery
        #: Pictures of faces, whoever kept them; None where the gallery is no file.
        self.pictures = Pictures.beside(gallery.url)
        self._lock = Mutex()
        self._reserved: set[str] = set()

    def __len__(self) -> int:
        return self.gallery.info().people

    def __contains__(self, name: object) -> bool:
        return isinstance(name, str) and self.find(name) is not None

    def __iter__(self) -> Iterator[Person]:
        return iter(self.page(limit=None))

    def __repr__(self) -> str:
        return f"<People of {self.gallery!r}>"

    # Who is there.

    def page(self, *, search: str = "", after: str = "", limit: int | None = 100, skip: int = 0) -> Page:
        """Some of the people, by name. Only the templates of those on the page are counted.

        All names are read for it, once. Why no database sorts and searches them: ``docs/decisions/0031``.

        Args:
            search: Part of their name, with or without accents, in any case.
            after: The ``next`` of the page before; empty for the first.
            limit: How many at most; None for no limit.
            skip: How many to leave out first.
        """
        wanted, last = searchable(search), name_order(after)
        total = 0

        def found() -> Iterator[tuple[tuple[str, str], int, str]]:
            nonlocal total
            for person, name in self.gallery.all_names():
                order = name_order(name)
                if wanted in order[0]:
                    total += 1
                    if order > last:
                        yield order, person, name

        rows = sorted(found()) if limit is None else heapq.nsmallest(skip + limit + 1, found())
        end = None if limit is None else skip + limit
        shown = rows[skip:end]
        counts = self.gallery.template_counts([person for _, person, _ in shown]) if shown else {}
        people = tuple(Person(person, name, counts.get(person, 0)) for _, person, name in shown)
        return Page(people, people[-1].name if people and len(rows) > skip + len(people) else None, total)

    def count(self, search: str = "") -> int:
        """How many people there are, or how many whose name has that part."""
        return self.page(search=search, limit=0).total if search else len(self)

    def find(self, name: str) -> Person | None:
        """The person of that name; None where there is nobody, or nobody could have it."""
        try:
            return self.gallery.person(name)
        except (UnknownPerson, BadInput):
            return None

    def name_of(self, person: int) -> str | None:
        """The name that goes with an id; None where nobody has it."""
        return self.gallery.names([person]).get(person)

    def templates(self, name: str) -> list[Template]:
        """A person's templates, oldest first.

        Raises:
            UnknownPerson: Nobody of that name.
        """
        return self.gallery.templates(name)

    # What changes them.

    def enroller(
        self,
        look: Look,
        *,
        collection: str = "",
        gate: Gate | None = None,
        keep_pictures: bool = False,
        stopped: Callable[[], bool] = lambda: False,
        max_bytes: int | None = None,
    ) -> Enroller:
        """What takes photos of people in; see `Enroller`.

        Raises:
            BadInput: Pictures are wanted of a gallery that is no file.
        """
        if keep_pictures and self.pictures is None:
            raise BadInput(f"{self.gallery.url}: pictures are kept beside galleries that are files, and this is none")
        return Enroller(
            self.gallery,
            look,
            collection=collection,
            gate=gate,
            pictures=self.pictures if keep_pictures else None,
            stopped=stopped,
            max_bytes=max_bytes,
        )

    def reserve(self, name: str) -> str:
        """Keeps the name of a person who is about to be made; `release` follows when they are there, or will not be.

        Of two who make the same person at the same time in this process, one is refused at once.

        Returns:
            The name as it is kept.

        Raises:
            NameTaken: There is somebody of that name, or somebody else is making them now.
            BadInput: A name that nobody can have.
        """
        name = clean_name(name)
        with self._lock:
            if name in self._reserved or self.find(name) is not None:
                raise NameTaken(f"there is already somebody named {name!r}; add photos to them", name=name)
            self._reserved.add(name)
        return name

    def release(self, name: str) -> None:
        """Ends a reservation."""
        with self._lock:
            self._reserved.discard(name)

    def rename(self, name: str, to: str) -> None:
        """Gives a person another name.

        Raises:
            UnknownPerson: Nobody of that name.
            NameTaken: Somebody else has the new one.
            BadInput: A name that nobody can have.
        """
        person, other = self.gallery.person(name), self.find(to)
        if other is not None and other.id != person.id:
            raise NameTaken(f"there is already somebody named {other.name!r}; merge them instead", name=other.name)
        self.gallery.rename(name, to)

    def merge(self, name: str, into: str) -> None:
        """Gives all templates and pictures of one person to another: they were the same.

        Raises:
            UnknownPerson: One of them is not there.
            BadInput: They are the same already.
        """
        person, other = self.gallery.person(name), self.gallery.person(into)
        self.gallery.merge(name, into)
        if self.pictures is not None:
            self.pictures.merge(person.id, other.id)

    def erase(self, *names: str) -> int:
        """Erases people for good: every template, and every picture that anybody kept of them.

        Many at once take little longer than one. Pictures go before the templates, so that nobody whose templates are
        gone has one left, and again after them, for one that somebody kept in between.

        Returns:
            How many templates were erased.

        Raises:
            UnknownPerson: Nobody of one of these names; nobody is erased then.
            GalleryError: A picture cannot be removed.
        """
        people = [self.gallery.person(name) for name in names]
        self._erase_pictures(people)
        erased = self.gallery.remove(*names)
        self._erase_pictures(people)
        return erased

    def sweep(self) -> int:
        """Removes pictures of people who are not there (any more), as a program that was killed may leave them.

        Returns:
            Of how many people.
        """
        if self.pictures is None:
            return 0
        owners = self.pictures.owners()
        gone = owners - self.gallery.names(owners).keys()
        for person in gone:
            self.pictures.erase(person)
        return len(gone)

    def _erase_pictures(self, people: list[Person]) -> None:
        if self.pictures is not None:
            for person in people:
                self.pictures.erase(person.id)
