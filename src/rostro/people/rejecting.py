"""“Not this person”: what a gallery remembers of faces that were taken for somebody, and are not theirs."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

import numpy as np

from rostro.core.errors import AlreadyEnrolled, ErasedBefore, PhotoError, SpaceMismatch, UnknownPhoto
from rostro.people.kept import Kept
from rostro.people.negatives import Negatives, Rejection
from rostro.people.photos import HASH_FROM
from rostro.photos.reading import photo_hash, printable
from rostro.scoring.rejections import MARGIN

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping
    from os import PathLike

    from rostro.core.types import Floats
    from rostro.gallery.base import Gallery

#: From this similarity on two vectors are of the same picture of a face.
_SAME = 0.99


class Rejecting(Kept):
    """The part of `rostro.people.people.People` that knows who is not whom."""

    def __init__(self, gallery: Gallery, actor: str = "") -> None:
        """Touches no disk; see `Kept`."""
        super().__init__(gallery, actor)
        self._negatives = Negatives(gallery)

    @property
    def rejected(self) -> Mapping[int, Floats]:
        """What searches leave out: (K, d) unit rows by person's id. What others rejected is known within seconds."""
        return self._negatives.known()

    def rejections(self, who: str | int) -> list[Rejection]:
        """The faces that were said not to be somebody's, oldest first.

        Raises:
            UnknownPerson: There is nobody like that.
        """
        person = self._person(who)
        return self._negatives.of([person]).get(person, [])

    def reject(self, who: str | int, rejection: Rejection) -> None:
        """Keeps a face as not somebody's: for it, and for faces that are more like it, a search leaves them out.

        At most `rostro.people.negatives.MOST` are kept of a person; of the two most alike the older one makes room.

        Args:
            who: Name or id of the person whose face it is not.
            rejection: The face.

        Raises:
            UnknownPerson: There is nobody like that.
            AlreadyEnrolled: The face is enrolled as theirs.
            SpaceMismatch: Its vector is not as long as theirs.
            ErasedBefore: It is a photo of somebody who was erased: nothing of them is kept again.
        """
        person = self._person(who)
        templates = np.stack([template.vector for template in self.gallery.templates(self.named(who))])
        if rejection.vector.shape != templates.shape[1:]:
            words = f"a vector of {rejection.vector.size} numbers; the gallery's have {templates.shape[1]}"
            raise SpaceMismatch(words)
        if float((templates @ rejection.vector).max()) >= 1 - MARGIN:  # nothing is so much more like it
            name = self.named(who)
            reason = f"this face is enrolled as {name}; move or forget the photo instead"
            raise AlreadyEnrolled(rejection.photo, reason, name=name)
        if self.gallery.erased([rejection.sha256]):
            raise ErasedBefore(rejection.photo)
        with self._logged("reject", person):
            self._negatives.change([person], lambda _, before: [*_without(before, rejection), rejection])

    def take_back(self, who: str | int, photo: str | PathLike[str]) -> list[Rejection]:
        """Forgets that the faces of a photo are not somebody's.

        Args:
            who: Name or id of the person.
            photo: Path of its file, its name as it is listed, or the beginning of its hash.

        Returns:
            What was forgotten.

        Raises:
            UnknownPerson: There is nobody like that.
            UnknownPhoto: Nothing of such a photo was rejected.
        """
        person, text = self._person(who), str(photo)
        hashed = _hash_of(text)
        meant = [
            one
            for one in self.rejections(who)
            if one.sha256 == hashed
            or one.photo == printable(text)
            or (len(text) >= HASH_FROM and one.sha256.startswith(text))
        ]
        if not meant:
            shown = printable(text)
            raise UnknownPhoto(f"{shown}: no face of it was said not to be {self.named(who)}", photo=shown)
        gone = {(one.sha256, one.box) for one in meant}
        with self._logged("reject", person, taken_back=True):
            self._negatives.change([person], lambda _, before: [x for x in before if (x.sha256, x.box) not in gone])
        return meant

    # For those who change people.

    def _forget_rejected(self, hashes: Collection[str]) -> None:
        """Forgets the faces of photos of people who are to be erased, whomever they were said not to be."""
        everybody = self._negatives.of(list(self._negatives.known()))
        whose = [person for person, some in everybody.items() if any(one.sha256 in hashes for one in some)]
        if whose:
            self._negatives.change(whose, lambda _, before: [one for one in before if one.sha256 not in hashes])

    @contextmanager
    def _uniting(self, person: int, other: int) -> Iterator[None]:
        """The time in which two people become one: neither is any more what the other was said not to be."""
        held = self._negatives.of([person, other])
        if not held:
            yield
            return
        names = self.gallery.names([person, other])
        vectors = {
            one: np.stack([template.vector for template in self.gallery.templates(name)]) for one, name in names.items()
        }
        gone = {
            (one.sha256, one.box)
            for whose, their in ((person, other), (other, person))
            for one in held.get(whose, ())
            if (vectors[their] @ one.vector).max() > (vectors[whose] @ one.vector).max()
        }
        yield
        self._negatives.change([other], lambda _, before: [x for x in before if (x.sha256, x.box) not in gone])


def _without(before: list[Rejection], again: Rejection) -> list[Rejection]:
    """Without the same picture of a face, which comes anew."""
    return [one for one in before if float(one.vector @ again.vector) < _SAME]


def _hash_of(text: str) -> str | None:
    try:
        return photo_hash(text)
    except (PhotoError, OSError, ValueError):  # no file, or none that can be read: then it is meant by its name
        return None
