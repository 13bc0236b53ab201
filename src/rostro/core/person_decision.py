"""The decision about a photo and somebody who is enrolled."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from rostro.core.decisions import Decided, face_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from rostro.core.decisions import OperatingPoint
    from rostro.core.liveness import Liveness
    from rostro.core.quality import Doubt, Quality
    from rostro.core.types import Face, Template


@dataclass(frozen=True, slots=True, repr=False, kw_only=True)
class PersonVerification(Decided):
    """The answer to "is this that person?". True where it is.

    Attributes:
        person: Whose name it is.
        similarity: Cosine of the face with the most alike of the person's templates, in [-1, 1].
        operating_point: The threshold that decided: for the best of so many comparisons, see
            `rostro.scoring.best_of.best_of`.
        templates: With how many templates the face was compared.
        nearest: The most alike of them.
        face: The face used of the photo.
        space: The embedding space.
        photo: Name of the photo.
        system: What it was made with: detector, embedder, engine, and the precision of each part.
        quality: Of the face, where faces are judged.
        doubt: Why no decision was made; None where one was.
        turned: How far the photo is turned, counterclockwise, in degrees.
        liveness: Whether the face looks alive, where that was asked.
    """

    person: str
    similarity: float
    operating_point: OperatingPoint
    templates: int
    nearest: Template
    face: Face
    space: str
    photo: str = ""
    system: Mapping[str, Any] = field(default_factory=dict, compare=False)
    quality: Quality | None = None
    doubt: Doubt | None = None
    turned: int = 0
    liveness: Liveness | None = None

    def __repr__(self) -> str:
        return f"<PersonVerification of {self.person}, {self._shown()}>"

    @property
    def faces(self) -> tuple[Face]:
        """The face used of the photo."""
        return (self.face,)

    def to_dict(self) -> dict[str, Any]:
        """As that of `Verification`, with whom the face was compared; ``"nearest"`` is the photo most alike."""
        return {
            "same": self.same,
            **(self.doubt.to_dict() if self.doubt else {}),
            "person": self.person,
            "templates": self.templates,
            **self._told(),
            "space": self.space,
            **self.system,
            "faces": [face_of(self.photo, self.turned, self.face, self.quality, self.liveness)],
            "nearest": self.nearest.to_dict(),
        }
