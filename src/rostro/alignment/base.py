"""What an alignment is."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import TYPE_CHECKING, Any, ClassVar

from rostro.core.parts import Room
from rostro.core.types import AlignmentSpec

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rostro.core.types import Crops, Face, Image
    from rostro.models.entry import ModelFile
    from rostro.models.store import ModelStore


class Alignment(ABC):
    """Makes a crop of fixed size from a face.

    Class attributes:
        name: What spaces, options and cards call it.
        about: One line for people.
        needs_landmarks: Whether faces must carry the five landmarks.
        files: The model files it needs; an alignment that has some takes ``store`` when made.
    """

    name: ClassVar[str]
    about: ClassVar[str]
    needs_landmarks: ClassVar[bool]
    files: ClassVar[tuple[ModelFile, ...]] = ()

    def __init__(self, size: int) -> None:
        """Alignments with options of their own add keyword arguments.

        Args:
            size: Side of the crop in pixels.
        """
        self.size = size

    @property
    def spec(self) -> AlignmentSpec:
        """What a space's name says of it. Alignments with options of their own say them too."""
        return AlignmentSpec(self.name, self.size)

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


ALIGNMENTS = Room(
    Alignment,
    "alignment",
    "rostro.alignments",
    {
        "crop": "rostro.alignment.crop:Crop",
        "dlib_chip": "rostro.alignment.dlib_chip:DlibChip",
        "eye_line": "rostro.alignment.eye_line:EyeLine",
        "five_point": "rostro.alignment.five_point:FivePoint",
    },
)


def open_alignment(spec: AlignmentSpec, store: ModelStore) -> Alignment:
    """Makes the alignment that a spec names.

    Raises:
        UnknownModel: No alignment of that name.
        MissingExtra: The alignment's library is not installed.
    """
    part: Any = ALIGNMENTS.get(spec.name)
    needs = {"store": store} if part.files else {}
    alignment: Alignment = part(spec.size, **needs, **spec.options)
    return alignment
