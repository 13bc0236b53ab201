"""Who a network itself says that faces are: one of the celebrities that it was trained on."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rostro.core.errors import BadInput
from rostro.core.ranges import CANDIDATES, check_all
from rostro.core.types import Answer
from rostro.embedding.base import Classifier
from rostro.photos.listing import find_photos
from rostro.recognition.keeping import Keep
from rostro.recognition.pipeline import Failure

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from rostro.core.types import Face
    from rostro.recognition.parts import Parts
    from rostro.recognition.pipeline import PhotoFaces
    from rostro.recognition.selection import FaceRule

    Classes = tuple[tuple[str, float], ...]


@dataclass(frozen=True, slots=True, repr=False)
class NamedFaces(Answer):
    """The faces of a photo, and whom each resembles.

    Attributes:
        photo: Its name.
        faces: Best score first.
        classes: Of each face, the most probable celebrities with their probabilities in [0, 1], highest first.
    """

    photo: str
    faces: tuple[Face, ...]
    classes: tuple[Classes, ...]

    def __repr__(self) -> str:
        named = ", ".join(f"{name} {value:.1%}" for (name, value), *_ in self.classes)
        return f"<NamedFaces {self.photo}: {named or 'no face'}>"

    def to_dict(self) -> dict[str, Any]:
        """``{"photo", "faces": [{"box", "score", "landmarks", "classes": [{"name", "probability"}]}]}``."""
        return {
            "photo": self.photo,
            "faces": [
                {**face.to_dict(), "classes": [{"name": name, "probability": round(value, 5)} for name, value in row]}
                for face, row in zip(self.faces, self.classes, strict=True)
            ],
        }


def classify(
    recognizer: Parts, photos: str | Path | Iterable[str | Path], *, top: int = 5, face: FaceRule | None = None
) -> Iterator[NamedFaces | Failure]:
    """Names the celebrities that a network was trained on.

    Such a network always names somebody: of a stranger it names whom they resemble.

    >>> recognizer = rostro.Recognizer(embedder="vggface2_resnet50")  # doctest: +SKIP
    >>> for answer in rostro.classify(recognizer, "film.jpg"):  # doctest: +SKIP
    ...     print(answer)

    Args:
        recognizer: Its embedder has a class head: ``vggface``, ``vggface2_resnet50`` or ``vggface2_senet50``.
        photos: A photo, a folder of photos, or several of either.
        top: Names per face.
        face: Name one face per photo, the one of this rule; None: all.

    Yields:
        One answer or `Failure` per photo, in order.

    Raises:
        BadInput: The embedder cannot name anybody, or `top` is below 1.
        ModelUnavailable: The network or its list of names is not installed.
    """
    classifier = recognizer.embedder
    if not isinstance(classifier, Classifier):
        raise BadInput(f"{recognizer.embedder_name} cannot name anybody by itself; it has no class head")
    check_all({"top": top}, {"top": CANDIDATES})
    listed = [photos] if isinstance(photos, str | Path) else photos
    found = recognizer.pipeline.run(find_photos(listed), face=face, keep=Keep(images=False))
    return (answer if isinstance(answer, Failure) else _named(classifier, answer, top) for answer in found)


def _named(classifier: Classifier, answer: PhotoFaces, top: int) -> NamedFaces:
    named = classifier.most_probable(answer.kept_crops, top) if answer.faces else []
    return NamedFaces(answer.photo, answer.faces, tuple(tuple(row) for row in named))
