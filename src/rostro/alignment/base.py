"""What an alignment is."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import TYPE_CHECKING, Any, ClassVar

from rostro import registry

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rostro.types import AlignmentSpec, Crops, Face, Image
    from rostro.weights.entry import ModelFile
    from rostro.weights.store import ModelStore


class Alignment(ABC):
    """Makes a crop of fixed size from a face.

    Class attributes:
        about: One line for people.
        needs_landmarks: Whether faces must carry the five landmarks.
        files: The model files it needs; an alignment that has some takes ``store`` when made.
    """

    about: ClassVar[str]
    needs_landmarks: ClassVar[bool]
    files: ClassVar[tuple[ModelFile, ...]] = ()

    def __init__(self, size: int) -> None:
        """Alignments with options of their own add keyword arguments.

        Args:
            size: Side of the crop in pixels.
        """
        self.size = size

    @abstractmethod
    def align(self, image: Image, faces: Sequence[Face]) -> Crops:
        """Crops the faces of one image.

        Args:
            image: RGB uint8 (H, W, 3).
            faces: Faces found in it.

        Returns:
            RGB uint8 (len(faces), size, size, 3). Pixels outside the image are black.

        Raises:
            BadInput: Landmarks are needed and a face has none.
        """


def open_alignment(spec: AlignmentSpec, store: ModelStore) -> Alignment:
    """Makes the alignment that a spec names.

    Raises:
        UnknownModel: No alignment of that name.
        MissingExtra: The alignment's library is not installed.
    """
    part: Any = registry.part("alignment", spec.name)
    needs = {"store": store} if part.files else {}
    alignment: Alignment = part(spec.size, **needs, **spec.options)
    return alignment
