"""The box, turned so that the eyes are level: rotation by the eyes' trigonometry.

Taught by S. I. Serengil's deepface tutorials and the course work built on them; the angle is that of the triangle
between the eyes and the corner below the higher one.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from rostro.alignment.base import Alignment
from rostro.core.errors import BadInput
from rostro.core.types import AlignmentSpec
from rostro.landmarks.region import Region

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rostro.core.types import Crops, Face, Image


class EyeLine(Alignment):
    """Turns about the middle of the box until the eyes are level, then cuts the box out, with a margin, as a square."""

    name = "eye_line"
    about = "the box with a margin, turned so that the eyes are level"
    needs_landmarks = True

    def __init__(self, size: int, *, margin: float = 0.3) -> None:
        """Says what is cut out.

        Args:
            size: Side of the crop in pixels.
            margin: How much larger than the box's longer side, as a fraction of it.
        """
        super().__init__(size)
        self.margin = margin

    @property
    def spec(self) -> AlignmentSpec:
        """See `Alignment.spec`."""
        return AlignmentSpec(self.name, self.size, {"margin": self.margin})

    def align(self, image: Image, faces: Sequence[Face]) -> Crops:
        """See `Alignment.align`."""
        crops = np.empty((len(faces), self.size, self.size, 3), np.uint8)
        for crop, face in zip(crops, faces, strict=True):
            crop[:] = Region.around(face, margin=self.margin, square=True, angle=tilt(face)).crop(image, self.size)
        return crops


def tilt(face: Face) -> float:
    """How far the line from the left to the right eye points down, in radians: positive when turned clockwise.

    Raises:
        BadInput: The face has no landmarks.
    """
    if face.landmarks is None:
        raise BadInput("eye_line alignment needs landmarks; this detector gives none", why="no-landmarks")
    (left_x, left_y), (right_x, right_y) = face.landmarks[:2].astype(float)
    return math.atan2(right_y - left_y, right_x - left_x)
