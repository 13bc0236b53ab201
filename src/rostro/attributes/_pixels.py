"""Squares of photos, and the numbers that networks take them as."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rostro.core.types import Crops, Face, Floats, Image

#: Longest side, in pixels of the photo, that a square is cut out at before it is reduced.
_LARGEST = 4096


def around_boxes(images: Sequence[Image], faces: Sequence[Face], scale: float | Sequence[float], size: int) -> Crops:
    """Squares around the boxes.

    Args:
        images: (N,) the photo of each face.
        faces: (N,) the faces.
        scale: Side of a square, in longer sides of the box; one for all, or one for each.
        size: Side of the crops in pixels.

    Returns:
        RGB uint8 (N, size, size, 3). Outside of the photo its edge goes on.
    """
    crops = np.empty((len(faces), size, size, 3), np.uint8)
    scales = [scale] * len(faces) if isinstance(scale, int | float) else scale
    for crop, image, face, each in zip(crops, images, faces, scales, strict=True):
        crop[:] = square(image, face.centre, max(face.width, face.height) * each, size)
    return crops


def square(image: Image, centre: tuple[float, float], side: float, size: int, angle: float = 0.0) -> Crops:
    """One square of a photo.

    What shrinks much is cut out at its own scale and reduced by area: between four pixels of a large face, the others
    would be skipped.

    Args:
        image: RGB uint8 (H, W, 3).
        centre: In pixels of the photo.
        side: In pixels of the photo.
        size: Side of the crop in pixels.
        angle: How far the square is turned, clockwise as seen, in radians.

    Returns:
        RGB uint8 (size, size, 3).
    """
    import cv2

    own = min(round(side), _LARGEST) if side > 1.5 * size else size
    scale = own / max(side, 1e-6)
    cos, sin = np.cos(angle) * scale, np.sin(angle) * scale
    turn = np.array([[cos, sin], [-sin, cos]])
    shift = own / 2 - 0.5 - turn @ (np.array(centre) - 0.5)  # OpenCV counts from the middle of the first pixel
    matrix = np.column_stack([turn, shift])
    crop = cv2.warpAffine(image, matrix, (own, own), flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    reduced: Crops = crop if own == size else cv2.resize(crop, (size, size), interpolation=cv2.INTER_AREA)
    return reduced


def planes(crops: Crops, *, bgr: bool, less: Sequence[float] = (0.0, 0.0, 0.0), by: float = 1.0) -> Floats:
    """What networks take: (N, 3, size, size) float32.

    Args:
        crops: RGB uint8 (N, size, size, 3).
        bgr: Whether blue comes first.
        less: Subtracted from each channel, in the order that comes out.
        by: Divides the difference.
    """
    ordered = crops[..., ::-1] if bgr else crops
    batch = np.ascontiguousarray(ordered.transpose(0, 3, 1, 2), np.float32)
    if any(less):
        batch -= np.array(less, np.float32).reshape(1, 3, 1, 1)
    if by != 1:
        batch /= by
    return batch
