"""Teaching a gallery by faces that somebody confirmed; what they teach is decided in `rostro.people.teaching`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from rostro.core.types import Answer
from rostro.people.keeping import Keeping
from rostro.people.meanwhile import keep_crop
from rostro.people.taught import note_taught, taught_photos
from rostro.people.teaching import choose

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from rostro.core.types import Image, Template
    from rostro.people.people import People
    from rostro.people.teaching import Fate, Rules


@dataclass(frozen=True, slots=True)
class Taught(Answer):
    """What confirmed faces taught.

    Attributes:
        name: Whose they are.
        photos: (photo's name, what became of its face) of each.
        dropped: Names of photos whose templates made room; they had been taught, too.
    """

    name: str
    photos: tuple[tuple[str, Fate], ...] = ()
    dropped: tuple[str, ...] = ()

    @property
    def templates(self) -> int:
        """How many became templates."""
        return sum(fate == "taught" for _, fate in self.photos)

    def to_dict(self) -> dict[str, Any]:
        """``{"name", "templates", "photos": [{"photo", "fate"}], "dropped"}``."""
        photos = [{"photo": photo, "fate": fate} for photo, fate in self.photos]
        return {"name": self.name, "templates": self.templates, "photos": photos, "dropped": list(self.dropped)}


class Teacher:
    """Adds to enrolled people what confirmed faces show of them."""

    def __init__(self, people: People, rules: Rules) -> None:
        """Touches no disk.

        Args:
            people: Of the gallery that is taught; the log says that they did it.
            rules: What is asked of faces.
        """
        self._people = people
        self._rules = rules

    def teach(self, who: str | int, faces: Sequence[Template], pictures: Mapping[str, Image] | None = None) -> Taught:
        """Takes in faces that were confirmed to be somebody's, as far as they teach something.

        Templates that had been taught and make room are forgotten as `People.forget` does. Photos of people who were
        erased teach nothing, and where the gallery asks for a consent that somebody did not give, none does.

        Args:
            who: Name or id of somebody who is enrolled.
            faces: Theirs, in the space of the gallery.
            pictures: Of the faces, RGB uint8 (H, W, 3), by their photos' hashes, to be kept with the templates.

        Raises:
            UnknownPerson: There is nobody like that (any more).
            SpaceMismatch: The faces are of another space.
        """
        people, gallery = self._people, self._people.gallery
        name = people.named(who)
        person = gallery.person(name).id
        templates = gallery.templates(name)
        if not faces:
            return Taught(name)
        keeping = Keeping(gallery, people.actor)
        if keeping.refusal(name, faces[0].photo) is not None:
            return Taught(name, tuple((face.photo, "no-consent") for face in faces))
        erased = gallery.erased({face.source_hash for face in faces})
        chosen = choose(
            [face for face in faces if face.source_hash not in erased], templates, self._rules,
            others=self._others(person, faces, len(templates), erased), taught=taught_photos(gallery, person),
        )  # fmt: skip
        fates = iter(chosen.fates)
        told: list[tuple[Template, Fate]] = [
            (face, "erased" if face.source_hash in erased else next(fates)) for face in faces
        ]
        dropped = tuple(self._drop(name, templates[place]) for place in chosen.drop)
        self._add(name, person, [face for face, fate in told if fate == "taught"], keeping, pictures or {})
        return Taught(name, tuple((face.photo, fate) for face, fate in told), dropped)

    def _others(self, person: int, faces: Sequence[Template], own: int, erased: set[str]) -> list[float]:
        """Similarity of each face to the nearest template of anybody else."""
        vectors = [face.vector for face in faces if face.source_hash not in erased]
        if not vectors:
            return []
        found = self._people.gallery.search(np.stack(vectors), own + 1)  # so that one that is not theirs is among them
        return [max((hit.similarity for hit in row if hit.person != person), default=-1.0) for row in found]

    def _drop(self, name: str, template: Template) -> str:
        self._people.forget(template.source_hash, of=name)
        return template.photo

    def _add(
        self, name: str, person: int, new: Sequence[Template], keeping: Keeping, pictures: Mapping[str, Image]
    ) -> None:
        if not new:
            return
        gallery = self._people.gallery
        # Noted first: a template that is not known to be taught would be kept for ever as an enrolled one.
        note_taught(gallery, person, {face.source_hash for face in new})
        keeping.added([name], gallery.add({name: new}, who="known"))
        if self._people.pictures is not None:
            for face in new:
                if (picture := pictures.get(face.source_hash)) is not None:
                    keep_crop(self._people.pictures, gallery, name, face.source_hash, picture)
