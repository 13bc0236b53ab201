"""What galleries do with single photos of people, and what they keep of photos of people who were erased.

The part of `rostro.gallery.base.Gallery` that takes one wrong photo back, or knows that one is not to come again.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import TYPE_CHECKING, NamedTuple

from rostro.gallery.marks import Mark, marks_of

if TYPE_CHECKING:
    from collections.abc import Collection

    from rostro.core.types import Person, Template


class StoredPhoto(NamedTuple):
    """A photo that somebody has a template of: whose, its hash, and what it was called."""

    person: str
    source_hash: str
    photo: str


class SinglePhotos(ABC):
    """A gallery's photos, one by one."""

    @abstractmethod
    def people(self) -> list[Person]:
        """Everybody."""

    @abstractmethod
    def templates(self, name: str) -> list[Template]:
        """A person's templates."""

    def photos_called(self, text: str) -> list[StoredPhoto]:
        """The enrolled photos that a text may mean: those of that name, and those whose hash begins with it.

        A backend that can tell them without reading every template says so here.
        """
        found = set()
        for person in self.people():
            for template in self.templates(person.name):
                if template.photo == text or template.source_hash.startswith(text):
                    found.add(StoredPhoto(person.name, template.source_hash, template.photo))
        return sorted(found)

    @abstractmethod
    def move(self, name: str, source_hash: str, to: str) -> int:
        """Gives a person's templates of one photo to another, who is made if nobody has that name.

        Where the other has the same (source_hash, box), one template stays. Whoever has no template left is gone.

        Returns:
            How many templates the person had of it.

        Raises:
            UnknownPerson: Nobody of that name.
            UnknownPhoto: They have no template of that photo.
            BadInput: They are the same person, or the other name is refused by `stored_name`.
        """

    @abstractmethod
    def forget(self, name: str, source_hash: str) -> int:
        """Erases a person's templates of one photo, for good; whoever has no template left is gone. No mark is kept.

        Returns:
            How many templates were erased.

        Raises:
            UnknownPerson: Nobody of that name.
            UnknownPhoto: They have no template of that photo.
        """

    def erased(self, hashes: Collection[str]) -> set[str]:
        """Of these photo hashes, those of people who were erased, unless `drop_marks` took that back.

        A backend that can tell without reading all marks says so here.
        """
        there = set(self.marks())
        sought = marks_of(hashes, {mark.key for mark in there})
        return {sought[mark] for mark in sought.keys() & there}

    @abstractmethod
    def marks(self) -> list[Mark]:
        """What is kept of photos of people who were erased."""

    @abstractmethod
    def keep_marks(self, marks: Collection[Mark]) -> None:
        """Takes in marks, such as another gallery's; those that are there already change nothing."""

    @abstractmethod
    def drop_marks(self, hashes: Collection[str]) -> None:
        """Forgets that these photos are of people who were erased."""
