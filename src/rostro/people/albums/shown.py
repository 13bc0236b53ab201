"""What an album shows: its faces and its groups."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from rostro.core.types import Answer, Face
from rostro.people.album import AlbumFace, FaceGroup, arranged, place_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from rostro.core.types import Floats, Template

#: Where a face is that was enrolled without a place.
_NOWHERE = (0.0, 0.0, 1.0, 1.0)


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptFace(AlbumFace):
    """A face of an album that is kept. Of the detector's answer it has the box only."""

    def to_dict(self) -> dict[str, Any]:
        """``{"id", "photo", "sha256", "box", "similarity", "quality"}``."""
        told = AlbumFace.to_dict(self)
        return {"id": self.id, "photo": told.pop("photo"), "sha256": self.sha256, **told}


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptGroup(FaceGroup):
    """A group of an album that is kept.

    Attributes:
        ignored: Whether nobody wants to see it.
        touched: Whether somebody named, joined, split or ignored it, or said who it is not.
        person: The id of its person in the album's gallery.
    """

    ignored: bool = False
    touched: bool = False
    person: int = 0

    def to_dict(self) -> dict[str, Any]:
        """``{"id", "name", "suggested", "ignored", "faces"}``."""
        told = FaceGroup.to_dict(self)
        faces = told.pop("faces")
        return {**told, "ignored": self.ignored, "faces": faces}


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupSummary(Answer):
    """A group of an album, as lists show it.

    Attributes:
        id: 12 hexadecimal digits, which stay.
        name: The person's; None: nobody named the group.
        faces: How many it has.
        cover: The one most like the others.
        ignored: Whether nobody wants to see it.
        person: The id of its person in the album's gallery.
    """

    id: str
    name: str | None
    faces: int
    cover: KeptFace
    ignored: bool = False
    person: int = 0

    def to_dict(self) -> dict[str, Any]:
        """``{"id", "name", "faces", "cover", "ignored"}``; ``faces`` is a number."""
        return {
            "id": self.id,
            "name": self.name,
            "faces": self.faces,
            "cover": self.cover.to_dict(),
            "ignored": self.ignored,
        }


@dataclass(frozen=True, slots=True)
class GroupPage(Answer):
    """Some of an album's groups, the largest first.

    Attributes:
        groups: These.
        next: The id after which the next page begins; None where this is the last.
        total: How many there are on all pages together.
    """

    groups: tuple[GroupSummary, ...]
    next: str | None
    total: int

    def __iter__(self) -> Iterator[GroupSummary]:
        return iter(self.groups)

    def __len__(self) -> int:
        return len(self.groups)

    def to_dict(self) -> dict[str, Any]:
        """``{"groups", "total", "next"}``."""
        return {"groups": [group.to_dict() for group in self.groups], "total": self.total, "next": self.next}


def kept_face(template: Template) -> KeptFace:
    """The face of a template."""
    face = Face(template.box or _NOWHERE, 0.0)
    return KeptFace(photo=template.photo, sha256=template.source_hash, face=face, quality=template.quality)


def kept_faces(templates: Sequence[Template]) -> tuple[list[AlbumFace], Floats]:
    """The faces of a group's templates, the one most like the others first, and their mean direction (d,)."""
    pairs = sorted(((kept_face(one), one.vector) for one in templates), key=lambda pair: place_of(pair[0]))
    return arranged([face for face, _ in pairs], np.stack([vector for _, vector in pairs]))
