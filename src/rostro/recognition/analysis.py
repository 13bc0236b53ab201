"""What was found out about faces: the answers of ``analyze``."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final, TypeVar

from rostro.attributes.values import Age, Eyes, Gender, Mask, Pose
from rostro.core.liveness import Liveness
from rostro.core.types import Answer
from rostro.recognition.pipeline import PhotoFaces

if TYPE_CHECKING:
    from collections.abc import Mapping

    from rostro.core.quality import Quality
    from rostro.core.types import Face

QUALITY: Final = "quality"
LIVENESS: Final = "liveness"
V = TypeVar("V", bound=Answer)


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class FaceAnalysis(Answer):
    """One face, and what was asked about it.

    Attributes:
        face: The face, in pixels of the photo as it came.
        asked: What was asked for, by the names that documents have.
        told: What could be said, by the same names.
        quality: How well the face can be told from others; None where it was not asked for, or cannot be judged.
        turned: How far the photo is turned, counterclockwise, in degrees. What is told is of the upright photo.
    """

    face: Face
    asked: tuple[str, ...] = ()
    told: Mapping[str, Answer] = field(default_factory=dict)
    quality: Quality | None = None
    turned: int = 0

    @property
    def age(self) -> Age | None:
        """The age; None where it was not asked for."""
        return self._of(Age, "age")

    @property
    def gender(self) -> Gender | None:
        """The gender; None where it was not asked for."""
        return self._of(Gender, "gender")

    @property
    def mask(self) -> Mask | None:
        """Whether a mask is worn; None where it was not asked for."""
        return self._of(Mask, "mask")

    @property
    def pose(self) -> Pose | None:
        """Where the head points; None where it was not asked for."""
        return self._of(Pose, "pose")

    @property
    def eyes(self) -> Eyes | None:
        """Whether the eyes are open; None where it was not asked for, or the face has no landmarks."""
        return self._of(Eyes, "eyes")

    @property
    def liveness(self) -> Liveness | None:
        """Whether it looks like a living person; None where it was not asked for."""
        return self._of(Liveness, LIVENESS)

    def __repr__(self) -> str:
        told = ", ".join(str(value) for value in self.told.values())
        return f"<FaceAnalysis {self.face!r}{': ' if told else ''}{told}>"

    def to_dict(self) -> dict[str, Any]:
        """``{"box", "score", "quality", "turned", "pose", "age", …}``: what was asked for; null what cannot be said."""
        face = self.face.to_dict()
        document = {"box": face["box"], "score": face["score"]}
        if QUALITY in self.asked:
            document[QUALITY] = None if self.quality is None else round(self.quality.value, 4)
        document["turned"] = self.turned
        for name in self.asked:
            if name != QUALITY:
                document[name] = self.told[name].to_dict() if name in self.told else None
        return document

    def _of(self, kind: type[V], name: str) -> V | None:
        value = self.told.get(name)
        return value if isinstance(value, kind) else None


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class PhotoAnalysis(PhotoFaces):
    """What was found in one photo, and what was found out about its faces.

    Attributes:
        asked: What was asked for.
        told: What could be said of each face.
    """

    asked: tuple[str, ...] = ()
    told: tuple[Mapping[str, Answer], ...] = ()

    @property
    def analyses(self) -> list[FaceAnalysis]:
        """One for each face, in their order."""
        qualities = self.qualities or (None,) * len(self.faces)
        lives = [{LIVENESS: life} for life in self.liveness] or [{}] * len(self.faces)
        return [
            FaceAnalysis(face, self.asked, {**told, **life}, quality, self.turned)
            for face, told, life, quality in zip(self.faces, self.told, lives, qualities, strict=True)
        ]

    def to_dict(self) -> dict[str, Any]:
        """``{"photo", "faces": [{"box", "score", …}]}``: see `FaceAnalysis.to_dict`."""
        return {"photo": self.photo, "faces": [face.to_dict() for face in self.analyses]}
