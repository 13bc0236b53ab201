"""Augmentation: one random affine map per photo, and changes of light."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from rostro.core.types import Image


@dataclass(frozen=True, slots=True, kw_only=True)
class Augmentation:
    """How far a photo is changed; each value is drawn uniformly within its range.

    Attributes:
        rotation: Degrees, either way.
        shift: Part of the side, either way, across and down.
        shear: Degrees, either way.
        zoom: Either way from 1, across and down each by itself.
        light: Contrast and brightness, parts of 1, either way.
        flip: Whether half of the photos are mirrored.
    """

    rotation: float = 0.0
    shift: float = 0.0
    shear: float = 0.0
    zoom: float = 0.0
    light: float = 0.0
    flip: bool = False

    def apply(self, image: Image, rng: np.random.Generator) -> Image:
        """A changed copy; what comes in from outside repeats the nearest edge, as in UPNA's.

        Args:
            image: RGB uint8 (side, side, 3).
            rng: Draws the same numbers, whatever the ranges, so that one value's range does not change the others.
        """
        import cv2

        turn, across, down, shear, wide, high, contrast, brightness = rng.uniform(-1, 1, 8)
        side = image.shape[0]
        turn, shear = math.radians(self.rotation * turn), math.radians(self.shear * shear)
        linear = np.array([[math.cos(turn), -math.sin(turn)], [math.sin(turn), math.cos(turn)]])
        linear = linear @ np.array([[1, -math.sin(shear)], [0, math.cos(shear)]])
        linear = linear @ np.diag([1 + self.zoom * wide, 1 + self.zoom * high])
        if self.flip and rng.random() < 0.5:
            linear = linear @ np.diag([-1.0, 1.0])
        centre = np.full(2, (side - 1) / 2)
        offset = centre - linear @ centre + self.shift * side * np.array([across, down])
        warped = cv2.warpAffine(
            image,
            np.column_stack([linear, offset]),
            (side, side),
            flags=cv2.INTER_LINEAR,
            borderMode=cv2.BORDER_REPLICATE,
        )
        if not self.light:
            return np.asarray(warped, np.uint8)
        values = np.arange(256)
        table = (values - 128) * (1 + self.light * contrast) + 128 + 128 * self.light * brightness
        return np.asarray(cv2.LUT(warped, np.clip(table, 0, 255).astype(np.uint8)), np.uint8)


#: By name, as ``--augmentation`` takes them. Keras' ``shear_range`` counts degrees, so UPNA's 0.2 is next to nothing.
AUGMENTATIONS = {
    "default": Augmentation(rotation=10, shift=0.08, zoom=0.1, light=0.2, flip=True),
    "upna": Augmentation(rotation=40, shift=0.2, shear=0.2, zoom=0.2, flip=True),
    "none": Augmentation(),
}
