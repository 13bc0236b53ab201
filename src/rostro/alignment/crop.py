"""The detector's box with a margin, not turned: how FaceNet and VGGFace were trained."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from rostro.alignment.base import Alignment
from rostro.core.types import AlignmentSpec
from rostro.landmarks.region import Region

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rostro.core.types import Crops, Face, Image


class Crop(Alignment):
    """The box, scaled to the crop. Works with every detector."""

    name = "crop"
    about = "the box with a margin, without rotation"
    needs_landmarks = False

    def __init__(self, size: int, *, margin: float = 0.3, square: float = 1) -> None:
        """Says what is cut out.

        Args:
            size: Side of the crop in pixels.
            margin: How much wider and higher than the box, as a fraction of it (0.3: 15 % on each side).
            square: 1 widens the shorter side to the longer one; 0 stretches the box to a square.
        """
        super().__init__(size)
        self.margin = margin
        self.square = bool(square)

    @property
    def spec(self) -> AlignmentSpec:
        """See `Alignment.spec`."""
        return AlignmentSpec(self.name, self.size, {"margin": self.margin, "square": int(self.square)})

    def align(self, image: Image, faces: Sequence[Face]) -> Crops:
        """See `Alignment.align`."""
        crops = np.empty((len(faces), self.size, self.size, 3), np.uint8)
        for crop, face in zip(crops, faces, strict=True):
            crop[:] = Region.around(face, margin=self.margin, square=self.square).crop(image, self.size)
        return crops
