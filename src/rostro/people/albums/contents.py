"""The faces of an album as numbers, to be grouped."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Self

import numpy as np
from numpy.typing import NDArray

from rostro.core.types import Template
from rostro.people.album import group_id
from rostro.people.albums.listing import read_templates
from rostro.people.albums.notes import note_without, notes_of
from rostro.people.albums.shown import kept_face
from rostro.people.said import Said

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from rostro.core.types import Floats
    from rostro.gallery.base import Gallery
    from rostro.people.albums.notes import Note

    Indices = NDArray[np.int64]
    Box = tuple[float, float, float, float] | None


@dataclass(frozen=True, slots=True, eq=False)
class Contents:
    """Faces of an album. N faces of P people.

    Attributes:
        names: (P,) of people, as they are called in the gallery.
        notes: (P,) what was said of them.
        persons: (N,) whose each face is, as a place in ``names``.
        hashes: (N,) of their photos.
        boxes: (N,) where they are in them.
        qualities: (N,) in [0, 1].
        vectors: (N, d) unit rows.
    """

    names: list[str]
    notes: list[Note]
    persons: Indices
    hashes: list[str]
    boxes: list[Box]
    qualities: NDArray[np.float64]
    vectors: Floats

    @classmethod
    def read(cls, gallery: Gallery, people: Sequence[tuple[int, str]]) -> Self:
        """The faces of these people, by (id, name); who is gone meanwhile is left out."""
        told = notes_of(gallery)
        by_name = dict(read_templates(gallery, [name for _, name in people]))
        there = [(person, name) for person, name in people if by_name.get(name)]
        faces = [(place, face) for place, (_, name) in enumerate(there) for face in by_name[name]]
        return cls(
            names=[name for _, name in there],
            notes=[told.get(person) or note_without(person, name) for person, name in there],
            persons=np.array([place for place, _ in faces], np.int64),
            hashes=[face.source_hash for _, face in faces],
            boxes=[face.box for _, face in faces],
            qualities=np.array([face.quality for _, face in faces], np.float64),
            vectors=np.stack([face.vector for _, face in faces]) if faces else np.empty((0, 0), np.float32),
        )

    def __len__(self) -> int:
        return len(self.hashes)

    @property
    def fixed(self) -> NDArray[np.bool_]:
        """(P,) whom somebody touched."""
        return np.array([note.fixed for note in self.notes], np.bool_)

    def said(self, held: NDArray[np.bool_]) -> Said:
        """What holds of the faces.

        Args:
            held: (P,) people whose faces stay with them.
        """
        pins = np.where(held[self.persons], self.persons, -1) if len(self) else np.empty(0, np.int64)
        apart = list(self._apart())
        for face, person in apart:
            if pins[face] == person:  # said by a process that died before it did it
                pins[face] = -1
        return Said(pins, apart, free=set(np.flatnonzero(held & ~self.fixed).tolist()))

    def least(self, faces: Indices) -> str:
        """The id that a group of these faces has by itself; see `group_id`."""
        return group_id(kept_face(self._template(int(face))) for face in faces)

    def _apart(self) -> Iterator[tuple[int, int]]:
        if not any(note.apart for note in self.notes):
            return
        ids = {kept_face(self._template(face)).id: face for face in range(len(self))}
        for person, note in enumerate(self.notes):
            for told in note.apart:
                if told in ids:
                    yield ids[told], person

    def _template(self, face: int) -> Template:
        return Template(self.vectors[face], self.hashes[face], "", box=self.boxes[face])
