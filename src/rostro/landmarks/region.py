"""A rectangle of a photo, perhaps turned, as a square crop."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from rostro.core.types import Crops, Face, Image


@dataclass(frozen=True, slots=True)
class Region:
    """A rectangle on whole pixels: top left corner, width, height; turned about its centre.

    Attributes:
        angle: Clockwise as seen, in radians.
    """

    left: int
    top: int
    width: int
    height: int
    angle: float = 0.0

    @classmethod
    def around(cls, face: Face, *, margin: float, square: bool, angle: float = 0.0) -> Region:
        """The face's box, wider and higher by ``margin`` of itself in all, perhaps made square by the longer side."""
        width, height = face.width * (1 + margin), face.height * (1 + margin)
        if square:
            width = height = max(width, height)
        x, y = face.centre
        left, top = round(x - width / 2), round(y - height / 2)
        return cls(left, top, max(1, round(x + width / 2) - left), max(1, round(y + height / 2) - top), angle)

    def crop(self, image: Image, size: int) -> Crops:
        """The region at ``size`` × ``size`` pixels, black outside of the image.

        It is cut out at its own scale and resized after, by area where it shrinks: interpolating between four pixels
        of a large face would skip the others.
        """
        import cv2

        cos, sin = math.cos(self.angle), math.sin(self.angle)
        half = np.array([(self.width - 1) / 2, (self.height - 1) / 2])
        turn = np.array([[cos, -sin], [sin, cos]])
        shift = np.array([self.left, self.top]) + half - turn @ half
        matrix = np.column_stack([turn, shift])
        flags = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
        region = cv2.warpAffine(image, matrix, (self.width, self.height), flags=flags)
        shrinks = max(self.width, self.height) > size
        crop: Crops = cv2.resize(region, (size, size), interpolation=cv2.INTER_AREA if shrinks else cv2.INTER_LINEAR)
        return crop
