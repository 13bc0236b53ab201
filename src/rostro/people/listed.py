"""Who is in a gallery: found by name, id or photo, and listed in pages. Changes nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rostro.core.errors import BadInput, UnknownPerson
from rostro.core.types import Person, Template
from rostro.people.page import Page
from rostro.people.photos import find_photo

if TYPE_CHECKING:
    from collections.abc import Iterator
    from os import PathLike

    from rostro.gallery.base import Gallery
    from rostro.gallery.single import StoredPhoto

#: Names read at once when many are looked through.
_BLOCK = 1000


class Listed:
    """A gallery's people, to be looked at."""

    def __init__(self, gallery: Gallery) -> None:
        """Touches no disk.

        Args:
            gallery: Where they are.
        """
        self.gallery = gallery

    def __repr__(self) -> str:
        return f"<{type(self).__name__} of {self.gallery!r}>"

    def __len__(self) -> int:
        return self.gallery.info().people

    def __contains__(self, name: object) -> bool:
        return isinstance(name, str) and self.find(name) is not None

    def __iter__(self) -> Iterator[Person]:
        after: str | None = ""
        while after is not None:
            page = self.page(after=after, limit=_BLOCK)
            yield from page
            after = page.next

    def page(self, *, search: str = "", after: str = "", limit: int = 100, skip: int = 0) -> Page:
        """Some of the people, by name. Only the templates of those on the page are counted.

        Args:
            search: Part of their name, in any case.
            after: The ``next`` of the page before; empty for the first.
            limit: How many at most.
            skip: How many to leave out first.
        """
        rows: list[tuple[int, str]] = []
        more = False
        for row in self._names(search, after):
            if skip:
                skip -= 1
            elif len(rows) == limit:
                more = True
                break
            else:
                rows.append(row)
        counts = self.gallery.template_counts([person for person, _ in rows])
        people = tuple(Person(person, name, counts.get(person, 0)) for person, name in rows)
        return Page(people, rows[-1][1] if more and rows else None)

    def count(self, search: str = "") -> int:
        """How many people there are, or how many whose name has that part."""
        return sum(1 for _ in self._names(search, "")) if search else len(self)

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

    def photo(self, photo: str | PathLike[str], *, of: str | int | None = None) -> StoredPhoto:
        """The one enrolled photo that is meant; see `rostro.people.photos.find_photo`."""
        return find_photo(self.gallery, photo, None if of is None else self.named(of))

    def named(self, who: str | int) -> str:
        """The name of somebody who is told by name or id.

        Raises:
            UnknownPerson: Nobody has the id.
        """
        if isinstance(who, str):
            return who
        name = self.name_of(who)
        if name is None:
            raise UnknownPerson(f"nobody has the id {who}")
        return name

    def _names(self, search: str, after: str) -> Iterator[tuple[int, str]]:
        wanted = search.casefold()
        while rows := self.gallery.names_after(after, _BLOCK):
            yield from (row for row in rows if wanted in row[1].casefold())
            if len(rows) < _BLOCK:
                return
            after = rows[-1][1]
