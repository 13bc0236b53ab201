"""Pictures made smaller, as detectors look at them."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

if TYPE_CHECKING:
    from rostro.core.types import Floats, Image


class Level(NamedTuple):
    """A picture in another size.

    Attributes:
        image: RGB uint8 (H, W, 3).
        back: What brings its (x, y) back to the picture's: (2,) float32. They differ a little: sides are whole pixels.
    """

    image: Image
    back: Floats

    @property
    def half(self) -> Level:
        """Half as large: averages of four pixels each. Of an odd number of rows or columns the last is left out."""
        import cv2

        height, width = self.image.shape[:2]
        wide, high = max(1, width // 2), max(1, height // 2)
        even = self.image[: min(height, 2 * high), : min(width, 2 * wide)]
        halved = cv2.resize(even, (wide, high), interpolation=cv2.INTER_AREA).astype(even.dtype, copy=False)
        return Level(halved, self.back * np.array([min(width, 2), min(height, 2)], np.float32))


def scaled(image: Image, width: int, height: int) -> Level:
    """Averages pixels by halves as far as that goes, for which OpenCV has a form that is ten times as fast, then mixes.

    Averaging over anything else than halves takes as long as the network itself: 21 ms for two million pixels.

    Args:
        image: RGB uint8 (H, W, 3).
        width: In pixels; where it is more than the image's, pixels are mixed, too.
        height: Likewise.
    """
    import cv2

    level = Level(image, np.ones(2, np.float32))
    while level.image.shape[0] >= 2 * height and level.image.shape[1] >= 2 * width:
        level = level.half
    high, wide = level.image.shape[:2]
    if (high, wide) == (height, width):
        return level
    mixed = cv2.resize(level.image, (width, height), interpolation=cv2.INTER_LINEAR).astype(image.dtype, copy=False)
    return Level(mixed, level.back * np.array([wide / width, high / height], np.float32))


def within(image: Image, side: int | None) -> Level:
    """The image, or a smaller one whose longer side is ``side``; None leaves every image as it is."""
    longer = max(image.shape[:2])
    if side is None or longer <= side:
        return Level(image, np.ones(2, np.float32))
    height, width = (max(1, round(now * side / longer)) for now in image.shape[:2])
    return scaled(image, width, height)
