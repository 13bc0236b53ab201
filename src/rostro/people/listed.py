"""Who is in a gallery: found by name, id or photo, and listed in pages. Changes nothing."""

from __future__ import annotations

import heapq
from typing import TYPE_CHECKING

from rostro.core.errors import BadInput, UnknownPerson
from rostro.core.folding import name_order, searchable
from rostro.core.types import Person, Template
from rostro.people.page import Page
from rostro.people.photos import find_photo
from rostro.people.trust.auditing import audit_gallery

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from os import PathLike
    from pathlib import Path

    from rostro.core.decisions import OperatingPoint
    from rostro.gallery.base import Gallery
    from rostro.gallery.single import StoredPhoto
    from rostro.people.trust.findings import GalleryAudit
    from rostro.quality.gate import Gate


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
        return iter(self.page(limit=None))

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

    def photo(self, photo: str | PathLike[str], *, of: str | int | None = None) -> StoredPhoto:
        """The one enrolled photo that is meant; see `rostro.people.photos.find_photo`."""
        return find_photo(self.gallery, photo, None if of is None else self.named(of))

    def audit(
        self,
        *,
        threshold: float | None = None,
        operating_point: str | Path | OperatingPoint | None = None,
        gate: Gate | None = None,
        on_templates: Callable[[int, int], object] = lambda done, of: None,
    ) -> GalleryAudit:
        """What looks wrong in the gallery, and how well its people would be found; see `audit_gallery`.

        >>> for finding in recognizer.people.audit().findings:  # doctest: +SKIP
        ...     print(finding.reason, finding.mends[0].command())
        """
        return audit_gallery(
            self.gallery, threshold=threshold, operating_point=operating_point, gate=gate, on_templates=on_templates
        )

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
