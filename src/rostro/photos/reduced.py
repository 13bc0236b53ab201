"""Large JPEGs decoded smaller than they are: the format lets a decoder skip what a smaller picture does not show.

A photo of 12 megapixels takes half the time at a quarter of its sides. The bytes are kept, for who needs all pixels.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from rostro.photos.decoding import decode, decode_reduced

if TYPE_CHECKING:
    from rostro.core.types import Image


@dataclass(frozen=True, slots=True, eq=False)
class Reduced:
    """What a reduced picture was made of.

    Attributes:
        factor: A pixel of the reduced picture is so many of the photo's wide and high: 4 or 8.
        width: The photo's own, in pixels, upright; that of the picture times the factor is up to factor - 1 off.
        height: Its own height.
        name: The photo's name, for errors.
        data: The whole file.
        max_pixels: Limit on width × height.
    """

    factor: int
    width: int
    height: int
    name: str
    data: bytes
    max_pixels: int

    def whole(self) -> Image:
        """All pixels: RGB uint8 (height, width, 3), upright, read-only."""
        image = decode(self.data, self.name, max_pixels=self.max_pixels)
        image.setflags(write=False)
        return image


def read_reduced(data: bytes, name: str, *, max_pixels: int, side: int) -> tuple[Image, Reduced | None]:
    """A picture, decoded smaller where its longer side stays at least ``side``.

    Args:
        data: The whole file.
        name: The photo's name, for errors.
        max_pixels: See `rostro.photos.decoding.decode`.
        side: How long the longer side must be, in pixels.

    Returns:
        RGB uint8 (H, W, 3), upright, and what it was made of; None where it is the whole photo.

    Raises:
        UnreadablePhoto: Not a picture, broken, or truncated.
        PhotoTooLarge: Over `max_pixels`.
    """
    image, factor, (width, height) = decode_reduced(data, name, max_pixels=max_pixels, side=side)
    return image, None if factor == 1 else Reduced(factor, width, height, name, data, max_pixels)
