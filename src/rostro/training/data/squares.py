"""Photos as squares: the whole of them, or the middle."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from rostro.core.errors import PhotoError
from rostro.photos.reading import read_photo

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from rostro.core.types import Image
    from rostro.photos.reading import Source

_TOGETHER = 64


def resize_square(image: Image, size: int) -> Image:
    """The picture as a square of a side in pixels: averaged when it shrinks, interpolated when it grows."""
    import cv2

    shrinks = image.shape[0] * image.shape[1] > size * size
    resized = cv2.resize(image, (size, size), interpolation=cv2.INTER_AREA if shrinks else cv2.INTER_LINEAR)
    return np.asarray(resized, np.uint8)


def middle_square(image: Image, size: int) -> Image:
    """The largest square in the photo's middle, at a side in pixels."""
    height, width = image.shape[:2]
    side = min(height, width)
    top, left = (height - side) // 2, (width - side) // 2
    return resize_square(image[top : top + side, left : left + side], size)


def middle_squares(photos: Sequence[Source], size: int) -> Iterator[list[Image | PhotoError]]:
    """The middle squares of photos, some at a time."""
    for start in range(0, len(photos), _TOGETHER):
        yield [_square(photo, size) for photo in photos[start : start + _TOGETHER]]


def _square(photo: Source, size: int) -> Image | PhotoError:
    try:
        return middle_square(read_photo(photo).image, size)
    except PhotoError as error:
        return error
