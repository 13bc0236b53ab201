"""JPEG by OpenCV, into memory that the system gives in large pages.

OpenCV sets memory aside by itself, in pages of 4 kB, and copies the picture into an array. For 12 megapixels that takes
as long as decoding them: 39 ms, and 21 where it writes into an array that is there, which it does only when it reads a
file. So a large picture's bytes become a file in memory, which has no name and ends with the call.
"""

from __future__ import annotations

import os
from contextlib import suppress
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from rostro.core.types import Image

#: numpy asks for large pages from 4 MB on; pictures below that are decoded as they come.
_LARGE = 4_000_000
#: OpenCV's name for decoding at a quarter and an eighth of the sides, in half the time or less. At a half it takes
#: three quarters of it, which does not pay for those photos that must be decoded once more.
REDUCED = {4: "IMREAD_REDUCED_COLOR_4", 8: "IMREAD_REDUCED_COLOR_8"}


def decode_jpeg(data: bytes, size: tuple[int, int], factor: int = 1) -> Image | None:
    """Decodes a JPEG of RGB or gray, as it lies in the file.

    Args:
        data: The whole file.
        size: Its width and height in pixels.
        factor: 1, or how many times smaller the picture is to be: 4 or 8.

    Returns:
        RGB uint8; None where OpenCV gives up, as it does on truncated files since 4.11.
    """
    import cv2

    flags: int = cv2.IMREAD_COLOR_RGB if factor == 1 else getattr(cv2, REDUCED[factor])
    flags |= cv2.IMREAD_IGNORE_ORIENTATION
    height, width = (-(-side // factor) for side in reversed(size))
    pixels = _into_large_pages(data, (height, width, 3), flags) if 3 * width * height >= _LARGE else None
    if pixels is None:
        pixels = cv2.imdecode(np.frombuffer(data, np.uint8), flags)
    if pixels is not None and factor > 1:  # OpenCV has no flag for both, and in place it makes a copy in small pages
        pixels = cv2.cvtColor(pixels, cv2.COLOR_BGR2RGB, dst=np.empty_like(pixels)).astype(np.uint8, copy=False)
    return pixels


def _into_large_pages(data: bytes, shape: tuple[int, int, int], flags: int) -> Image | None:
    """None where there are no files in memory, as on anything but Linux, or OpenCV gives up."""
    import cv2

    create = getattr(os, "memfd_create", None)
    if create is None:
        return None
    with suppress(OSError), os.fdopen(create("photo"), "wb") as file:
        file.write(data)
        file.flush()
        pixels: Image | None = cv2.imread(f"/proc/self/fd/{file.fileno()}", np.empty(shape, np.uint8), flags)
        return pixels
    return None
