"""What is odd about a name: two faces of one photo are the same person."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final, Literal

from rostro.core.types import Answer

#: ``twice``: the person is another face of the photo, too, and nobody else fits: a mirror, a twin, a photo in it?
#: ``next``: the person whom the face is most like is another face of the photo, so it has the name of the next one.
RemarkKind = Literal["twice", "next"]

#: What is said of them, with the name of who is another face.
_WORDS: Final[dict[RemarkKind, str]] = {
    "twice": "{} is another face of the photo, too: a mirror, a twin, a photo in the photo?",
    "next": "more like {}, who is another face of the photo",
}


@dataclass(frozen=True, slots=True, repr=False)
class Remark(Answer):
    """What is odd about the name of a face.

    Attributes:
        kind: See `RemarkKind`.
        name: The person who is another face of the photo.
        similarity: Of this face with that person.
        face: The place of that other face among those of the photo, from 0.
    """

    kind: RemarkKind
    name: str
    similarity: float
    face: int

    def __repr__(self) -> str:
        return f"<Remark: {self.reason}>"

    @property
    def reason(self) -> str:
        """In words for a person."""
        return _WORDS[self.kind].format(self.name)

    def to_dict(self) -> dict[str, Any]:
        """``{"kind", "reason", "values": {"name", "similarity", "face"}}``."""
        values = {"name": self.name, "similarity": round(self.similarity, 4), "face": self.face}
        return {"kind": self.kind, "reason": self.reason, "values": values}
