"""How the networks' makers cut a face out, with what is around it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from rostro.core.types import Face, Image


def reflected(photo: Image, face: Face, scale: float, size: int) -> Image:
    """A square around the face; what lies outside of the photo is its mirror image.

    Args:
        photo: RGB uint8 (H, W, 3).
        face: In it.
        scale: Side of the square, in longer sides of the box.
        size: Side of the crop in pixels.

    Returns:
        RGB uint8 (size, size, 3).
    """
    import cv2

    longer = max(face.width, face.height) * scale
    side = max(1, int(longer))
    left, top = (int(middle - longer / 2) for middle in face.centre)
    (x1, x2), (y1, y2) = (
        _overlap(start, side, end) for start, end in zip((left, top), photo.shape[1::-1], strict=True)
    )
    over, under, before, behind = (max(0, edge) for edge in (y1 - top, top + side - y2, x1 - left, left + side - x2))
    cut = cv2.copyMakeBorder(photo[y1:y2, x1:x2], over, under, before, behind, cv2.BORDER_REFLECT_101)
    crop: Image = cv2.resize(cut, (size, size), interpolation=cv2.INTER_AREA if side >= size else cv2.INTER_LANCZOS4)
    return crop


def shifted(photo: Image, face: Face, scale: float, size: int) -> Image:
    """The box, enlarged as far as the photo goes, moved to lie inside it, and pressed into a square.

    Args:
        photo: RGB uint8 (H, W, 3).
        face: In it.
        scale: By which the box grows, in both directions.
        size: Side of the crop in pixels.

    Returns:
        RGB uint8 (size, size, 3).
    """
    import cv2

    height, width = photo.shape[:2]
    scale = min(scale, (width - 1) / face.width, (height - 1) / face.height)
    x, y = (
        _moved_inside(middle, scale * side, end)
        for middle, side, end in zip(face.centre, (face.width, face.height), (width, height), strict=True)
    )
    crop: Image = cv2.resize(photo[y, x], (size, size))
    return crop


def _overlap(start: int, side: int, end: int) -> tuple[int, int]:
    """The part of a range that lies in [0, end): one pixel at least."""
    first = min(max(start, 0), end - 1)
    return first, max(first + 1, min(start + side, end))


def _moved_inside(middle: float, side: float, end: int) -> slice:
    """Pixels of a range around the middle, moved to lie in [0, end)."""
    low = float(np.clip(middle - side / 2, 0, max(end - 1 - side, 0)))
    return slice(int(low), int(low + side) + 1)
