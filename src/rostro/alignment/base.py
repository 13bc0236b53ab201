"""What an alignment is."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import TYPE_CHECKING, ClassVar

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rostro.types import Crops, Face, Image


class Alignment(ABC):
    """Makes a crop of fixed size from a face.

    Class attributes:
        about: One line for people.
        needs_landmarks: Whether faces must carry the five landmarks.
    """

    about: ClassVar[str]
    needs_landmarks: ClassVar[bool]

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
