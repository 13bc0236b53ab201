"""What galleries do with single photos of people, and what they keep of photos of people who were erased.

The part of `rostro.gallery.base.Gallery` that takes one wrong photo back, or knows that one is not to come again.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import TYPE_CHECKING, NamedTuple

from rostro.core.errors import UnknownPerson, UnknownPhoto
from rostro.gallery.marks import Mark, marks_of

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from rostro.core.types import Person, Template


class StoredPhoto(NamedTuple):
    """A photo that somebody has a template of: whose, its hash, and what it was called."""

    person: str
    source_hash: str
    photo: str


class FaceMove(NamedTuple):
    """One face that becomes another person's.

    Attributes:
        name: Whose it is.
        source_hash: sha256 (hex) of its photo's bytes.
        box: Where it is in the photo, as `rostro.core.types.Template.box` has it.
        to: Whose it will be.
    """

    name: str
    source_hash: str
    box: tuple[float, float, float, float] | None
    to: str


class SinglePhotos(ABC):
    """A gallery's photos, one by one."""

    @abstractmethod
    def people(self) -> list[Person]:
        """Everybody."""

    @abstractmethod
    def person(self, name: str) -> Person:
        """One person."""

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

    def move_faces(self, moves: Sequence[FaceMove], *, new: Collection[str] = ()) -> list[FaceMove]:
        """Gives faces to other people, many at once; whoever has no template left is gone.

        A face that is not there any more is passed over, as where somebody was renamed or erased meanwhile, and so is
        one for a person who is not there, but for those that are to be made.

        A backend that does it in one transaction, and tells two faces of one photo apart, says so here. Here they
        go one photo after the other, and somebody's faces of one photo together; what is cut off has moved some.

        Args:
            moves: Which; the people who give and take are two.
            new: Names of people who are made where they are not there.

        Returns:
            What was moved.
        """
        done = []
        for move in moves:
            try:
                if move.to not in new:
                    self.person(move.to)
                self.move(move.name, move.source_hash, move.to)
            except (UnknownPerson, UnknownPhoto):
                continue
            done.append(move)
        return done

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
