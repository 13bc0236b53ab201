"""An album by people: groups of faces that are one person each, the faces that are alone, and photos that failed."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from rostro.core.types import Answer
from rostro.people.grouping import group_faces
from rostro.people.linkage import places

if TYPE_CHECKING:
    from collections.abc import Sequence

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
        id: 12 hexadecimal digits that follow from the faces: the same whenever the same photos are grouped.
        faces: Two or more, each of another photo, the one most like the others first.
        name: The person's, where somebody named the group; nothing names groups yet.
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
class Album(Answer):
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
            rows = vectors[members].astype(np.float64)
            total = rows.sum(axis=0)
            others = total - rows
            alike = np.einsum("fd,fd->f", rows, others) / np.maximum(np.linalg.norm(others, axis=1), 1e-12)
            faces = [_with(self._faces[face], float(value)) for face, value in zip(members, alike, strict=True)]
            faces.sort(key=lambda one: (-round(one.similarity or 0.0, 6), _key(one)))
            mean: Floats = (total / max(float(np.linalg.norm(total)), 1e-12)).astype(np.float32)
            groups.append((FaceGroup(id=_id_of(faces), faces=tuple(faces)), mean))
        groups.sort(key=lambda group: (-len(group[0]), group[0].id))
        return groups, sorted(singles, key=_key)


def _with(face: AlbumFace, similarity: float) -> AlbumFace:
    return AlbumFace(
        photo=face.photo, sha256=face.sha256, face=face.face, similarity=min(1.0, similarity), quality=face.quality
    )


def _key(face: AlbumFace) -> tuple[str, str, tuple[float, ...]]:
    return face.photo, face.sha256, tuple(round(float(side), 1) for side in face.face.box)


def _id_of(faces: Sequence[AlbumFace]) -> str:
    """From one face's photo and place: the least of all, so that most groups keep theirs when a face joins them."""
    sha256, box = min((face.sha256, _key(face)[2]) for face in faces)
    return hashlib.sha256(f"{sha256} {box}".encode()).hexdigest()[:12]
