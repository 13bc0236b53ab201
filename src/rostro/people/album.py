"""Photos by people: groups of faces that are one person each, the faces that are alone, and photos that failed."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from rostro.core.types import Answer
from rostro.people.grouping import group_faces
from rostro.people.linkage import places

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from rostro.core.types import Face, Floats
    from rostro.quality.gate import Gate
    from rostro.recognition.pipeline import Failure, PhotoFaces


@dataclass(frozen=True, slots=True, kw_only=True)
class AlbumFace(Answer):
    """A face of an album.

    Attributes:
        photo: The photo's name.
        sha256: Of its bytes.
        face: Where it is in the photo.
        similarity: With the mean of its group's other faces, a cosine in [-1, 1]; None where it is alone.
        quality: In [0, 1]; None where faces are not judged.
    """

    photo: str
    sha256: str
    face: Face
    similarity: float | None = None
    quality: float | None = None

    @property
    def id(self) -> str:
        """16 hexadecimal digits that follow from the photo's bytes and from where the face is in it."""
        return _digest(self.sha256, self.face.box)[:16]

    def to_dict(self) -> dict[str, Any]:
        """``{"photo", "box", "similarity", "quality"}``."""
        return {
            "photo": self.photo,
            "box": self.face.to_dict()["box"],
            "similarity": None if self.similarity is None else round(self.similarity, 4),
            "quality": None if self.quality is None else round(self.quality, 4),
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Suggestion(Answer):
    """Who of a gallery a group may be.

    Attributes:
        name: The person's.
        similarity: Of the group's mean with that person's nearest template, a cosine.
    """

    name: str
    similarity: float

    def to_dict(self) -> dict[str, Any]:
        """``{"name", "similarity"}``."""
        return {"name": self.name, "similarity": round(self.similarity, 4)}


@dataclass(frozen=True, slots=True, kw_only=True)
class FaceGroup(Answer):
    """Faces of one person, as far as can be told.

    Attributes:
        id: 12 hexadecimal digits that follow from the faces: the same whenever the same photos are grouped. In an album
            that is kept, those that the group got first.
        faces: Two or more, each of another photo, the one most like the others first. In an album that is kept, a group
            may have one, and two of a photo where somebody said so.
        name: The person's, where somebody named the group; only albums that are kept have names.
        suggested: Who of the gallery it may be; None: nobody, or there was no gallery to look in.
    """

    id: str
    faces: tuple[AlbumFace, ...]
    name: str | None = None
    suggested: Suggestion | None = None

    def __len__(self) -> int:
        return len(self.faces)

    def to_dict(self) -> dict[str, Any]:
        """``{"id", "name", "suggested", "faces"}``."""
        return {
            "id": self.id,
            "name": self.name,
            "suggested": None if self.suggested is None else self.suggested.to_dict(),
            "faces": [face.to_dict() for face in self.faces],
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Grouped(Answer):
    """Photos by people.

    Attributes:
        groups: The largest first.
        singles: Faces that nobody else was found for, and those too poor to be judged.
        failed: Photos that gave no answer.
        threshold: From which agreement on groups were joined; see `rostro.people.linkage`.
        photos: How many photos were looked at.
    """

    groups: tuple[FaceGroup, ...]
    singles: tuple[AlbumFace, ...]
    failed: tuple[Failure, ...]
    threshold: float
    photos: int

    def to_dict(self) -> dict[str, Any]:
        """``{"groups", "singles", "failed"}``."""
        return {
            "groups": [group.to_dict() for group in self.groups],
            "singles": [face.to_dict() for face in self.singles],
            "failed": [failure.to_dict() for failure in self.failed],
        }


class Faces:
    """The faces of an album while its photos run: vectors and places, no pictures.

    Attributes:
        photos: How many photos were added.
    """

    def __init__(self) -> None:
        """None yet."""
        self.photos = 0
        self._faces: list[AlbumFace] = []
        self._vectors: list[Floats] = []
        self._numbers: list[int] = []

    def __len__(self) -> int:
        return len(self._faces)

    def add(self, found: PhotoFaces) -> None:
        """Takes the faces of a photo in. A photo that is there twice is two photos."""
        for place, (face, vector) in enumerate(zip(found.faces, found.embeddings, strict=True)):
            quality = found.qualities[place].value if found.qualities else None
            self._faces.append(AlbumFace(photo=found.photo, sha256=found.sha256, face=face, quality=quality))
            self._vectors.append(vector)
            self._numbers.append(self.photos)
        self.photos += 1

    def grouped(
        self, thresholds: tuple[float, float], gate: Gate | None
    ) -> tuple[list[tuple[FaceGroup, Floats]], list[AlbumFace]]:
        """The groups, each with its mean direction, and the faces that are alone.

        Args:
            thresholds: See `rostro.people.grouping.group_faces`.
            gate: Says which faces are too poor; None, or faces that were not judged: none is.
        """
        if not self._faces:
            return [], []
        vectors = np.stack(self._vectors)
        judged = gate is not None and all(face.quality is not None for face in self._faces)
        labels = group_faces(
            vectors, self._numbers, thresholds,
            qualities=[face.quality or 0.0 for face in self._faces] if judged else None, gate=gate,
        )  # fmt: skip
        groups: list[tuple[FaceGroup, Floats]] = []
        singles = []
        for members in places(labels):
            if len(members) == 1:
                singles.append(self._faces[members[0]])
                continue
            faces, mean = arranged([self._faces[face] for face in members], vectors[members])
            groups.append((FaceGroup(id=group_id(faces), faces=tuple(faces)), mean))
        groups.sort(key=lambda group: (-len(group[0]), group[0].id))
        return groups, sorted(singles, key=place_of)


def arranged(faces: Sequence[AlbumFace], vectors: Floats) -> tuple[list[AlbumFace], Floats]:
    """The faces of a group with their similarities, the one most like the others first, and their mean direction.

    Args:
        faces: Two or more; of one nothing is said.
        vectors: (N, d) of each.

    Returns:
        The faces, and (d,) float32 of unit norm.
    """
    rows = vectors.astype(np.float64)
    total = rows.sum(axis=0)
    mean: Floats = (total / max(float(np.linalg.norm(total)), 1e-12)).astype(np.float32)
    if len(faces) < 2:
        return list(faces), mean
    others = total - rows
    alike = np.einsum("fd,fd->f", rows, others) / np.maximum(np.linalg.norm(others, axis=1), 1e-12)
    told = [replace(face, similarity=min(1.0, float(value))) for face, value in zip(faces, alike, strict=True)]
    return sorted(told, key=lambda one: (-round(one.similarity or 0.0, 6), place_of(one))), mean


def place_of(face: AlbumFace) -> tuple[str, str, tuple[float, ...]]:
    """By which faces are in order: photo, its hash, and where the face is, to a tenth of a pixel."""
    return face.photo, face.sha256, _rounded(face.face.box)


def group_id(faces: Iterable[AlbumFace]) -> str:
    """From one face's photo and place: the least of all, so that most groups keep theirs when a face joins them."""
    sha256, box = min((face.sha256, _rounded(face.face.box)) for face in faces)
    return _digest(sha256, box)[:12]


def _digest(sha256: str, box: Iterable[float]) -> str:
    return hashlib.sha256(f"{sha256} {_rounded(box)}".encode()).hexdigest()


def _rounded(box: Iterable[float]) -> tuple[float, ...]:
    return tuple(round(float(side), 1) for side in box)
