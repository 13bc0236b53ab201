"""What is asked about what was uncertain, and what comes of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from rostro.core.types import Answer

if TYPE_CHECKING:
    from rostro.people.album import AlbumFace
    from rostro.people.teacher import Taught

#: Why somebody is asked about: near the threshold, a group of several faces, or a face that was seen once.
Reason = Literal["near", "group", "new"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Likely(Answer):
    """An enrolled person who may be meant.

    Attributes:
        id: Theirs, in the gallery.
        name: Theirs.
        similarity: Of the group's mean with their nearest template, a cosine.
    """

    id: int
    name: str
    similarity: float

    def to_dict(self) -> dict[str, Any]:
        """``{"id", "name", "similarity"}``."""
        return {"id": self.id, "name": self.name, "similarity": round(self.similarity, 4)}


@dataclass(frozen=True, slots=True, kw_only=True)
class Item(Answer):
    """Somebody who is asked about.

    Attributes:
        id: The group's in the album, 12 hexadecimal digits.
        reason: Why.
        face: The one that is shown.
        faces: How many there are.
        suggested: Who it may be; None: nobody is near enough.
        candidates: The most alike, best first.
        picture: Whether a picture of the face is kept.
    """

    id: str
    reason: Reason
    face: AlbumFace
    faces: int
    suggested: Likely | None
    candidates: tuple[Likely, ...]
    picture: bool

    def to_dict(self) -> dict[str, Any]:
        """``{"id", "reason", "photo", "box", "faces", "suggested", "candidates", "picture"}``."""
        face = self.face.to_dict()
        return {
            "id": self.id,
            "reason": self.reason,
            "photo": face["photo"],
            "box": face["box"],
            "faces": self.faces,
            "suggested": None if self.suggested is None else self.suggested.to_dict(),
            "candidates": [one.to_dict() for one in self.candidates],
            "picture": self.picture,
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Queue(Answer):
    """Some of what waits.

    Attributes:
        items: Those near the threshold first, then groups, the larger first, then single faces; the youngest first.
        total: How many wait.
        next: The ``after`` of those that follow; None: these are the last.
    """

    items: tuple[Item, ...]
    total: int
    next: str | None

    def to_dict(self) -> dict[str, Any]:
        """``{"items", "total", "next"}``."""
        return {"items": [item.to_dict() for item in self.items], "total": self.total, "next": self.next}


@dataclass(frozen=True, slots=True, kw_only=True)
class Reviewed(Answer):
    """What was done.

    Attributes:
        id: Of the item.
        name: Who it is; None: nobody wants to know.
        group: The id of the group that it is part of now.
        taught: What the gallery learned; None: nobody of that name is enrolled.
    """

    id: str
    name: str | None
    group: str
    taught: Taught | None = None

    def to_dict(self) -> dict[str, Any]:
        """``{"id", "name", "group", "taught"}``."""
        taught = None if self.taught is None else self.taught.to_dict()
        return {"id": self.id, "name": self.name, "group": self.group, "taught": taught}
