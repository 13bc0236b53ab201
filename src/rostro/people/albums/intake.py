"""Photos on their way into an album: what is there already is not looked at again, and what was looked at is kept.

Every face comes as a person of its own, some photos in one transaction, and joins others when all are there. So whoever
is cut off has an album that is whole, and goes on where it was.
"""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING

import numpy as np

from rostro.core.errors import BadInput, ErasedBefore, NoConsent, PhotoError
from rostro.core.types import Template
from rostro.people.album import group_id
from rostro.people.albums.notes import free_id, ids_of
from rostro.people.albums.shown import kept_face
from rostro.photos.reading import hash_source, name_of
from rostro.recognition.pipeline import Failure

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from typing import Any

    from rostro.people.albums.changing import AlbumPeople
    from rostro.photos.reading import Source
    from rostro.recognition.pipeline import PhotoFaces

#: Photos per transaction: what an interruption can cost at most.
COMMIT_EVERY = 64
#: Photos hashed and looked up at once.
_LOOK_AHEAD = 256


class Intake:
    """Takes photos into an album.

    Attributes:
        keep_crops: Whether pictures of the faces are kept.
        failed: Photos that gave no answer.
        hashes: Of all photos that are in the album now, in the order in which they came.
        new: Names of the people that were made, one face each.
        photos: How many were looked at, or were there.
    """

    def __init__(
        self,
        people: AlbumPeople,
        *,
        keep_crops: bool = False,
        again: bool = False,
        max_bytes: int | None = None,
        collection: str = "",
    ) -> None:
        """Reads which ids there are.

        Args:
            people: The album's.
            keep_crops: Whether pictures of the faces are kept.
            again: Whether photos of people who were erased are taken in again.
            max_bytes: Largest photo file that is read; None for the default.
            collection: The collection that the faces go to; empty for none.

        Raises:
            BadInput: Pictures are wanted of an album that is no file.
        """
        if keep_crops and people.pictures is None:
            raise BadInput(f"{people.gallery.url}: pictures are kept beside galleries that are files, and this is none")
        self.failed: list[Failure] = []
        self.hashes: dict[str, None] = {}
        self.new: list[str] = []
        self.photos = 0
        self._people = people
        self.keep_crops = keep_crops
        self._again = again
        self._collection = collection
        self._limits = {} if max_bytes is None else {"max_bytes": max_bytes}
        self._ids = ids_of(people.gallery)
        self._refused = people.policy.require_consent

    def unknown(self, photos: Iterable[Any], tell: Callable[[], None]) -> Iterator[Source]:
        """The photos that are to be looked at; those that are there are passed over."""
        listed = iter(photos)
        while block := list(islice(listed, _LOOK_AHEAD)):
            hashed = [one for source in block if (one := self._hash(source, tell)) is not None]
            digests = {digest for _, digest in hashed}
            known = self._people.gallery.known_sources(digests).keys()
            erased = set() if self._again else self._people.gallery.erased(digests)
            for source, digest in hashed:
                if digest in known or digest in self.hashes:
                    self.hashes[digest] = None
                elif digest in erased:
                    self.failed.append(Failure(ErasedBefore(name_of(source))))
                elif self._refused:
                    reason = "the album asks for consent, and nobody knows whose faces these are"
                    self.failed.append(Failure(NoConsent(name_of(source), reason)))
                else:
                    self.hashes[digest] = None
                    yield source
                    continue
                self.photos += 1
                tell()

    def take(self, answers: Iterable[PhotoFaces | Failure], tell: Callable[[], None]) -> None:
        """Keeps the faces of photos that were looked at."""
        pending: list[PhotoFaces] = []
        for answer in answers:
            self.photos += 1
            if isinstance(answer, Failure):
                self.failed.append(answer)
            elif len(answer.faces):
                pending.append(answer)
            if len(pending) >= COMMIT_EVERY:
                self._commit(pending)
                pending = []
            tell()
        self._commit(pending)

    def _hash(self, source: Any, tell: Callable[[], None]) -> tuple[Source, str] | None:
        try:
            return hash_source(source, **self._limits)
        except PhotoError as error:
            self.failed.append(Failure(error))
            self.photos += 1
            tell()
            return None

    def _commit(self, pending: list[PhotoFaces]) -> None:
        faces = [
            (found, place, template)
            for found in pending
            for place, template in enumerate(templates_of(found, self._collection))
        ]
        if not faces:
            return
        names = [self._name(template) for _, _, template in faces]
        self._people.take_in({name: [template] for name, (_, _, template) in zip(names, faces, strict=True)})
        self.new += names
        pictures = self._people.pictures
        if self.keep_crops and pictures is not None:
            ids = self._people.ids(names)
            for name, (found, place, template) in zip(names, faces, strict=True):
                if found.crops is not None and name in ids:
                    pictures.keep(ids[name], template.source_hash, found.kept_crops[place])

    def _name(self, template: Template) -> str:
        found = free_id(group_id([kept_face(template)]), self._ids)
        self._ids.add(found)
        return found


def templates_of(found: PhotoFaces, collection: str = "") -> list[Template]:
    """The faces of a photo as a gallery takes them."""
    made = []
    for place, (face, vector) in enumerate(zip(found.faces, found.embeddings, strict=True)):
        quality = found.qualities[place].value if found.qualities else face.score
        box = tuple(float(side) for side in face.box)
        made.append(Template(np.asarray(vector), found.sha256, found.photo, float(quality), box, collection))  # type: ignore[arg-type]
    return made
