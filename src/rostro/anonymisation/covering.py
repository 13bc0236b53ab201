"""Faces made unreadable: boxes of a picture filled, or made coarse."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, Literal, get_args

import numpy as np

from rostro.core.errors import BadInput

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from rostro.core.types import Image

Style = Literal["solid", "pixelated", "blurred"]
Box = tuple[float, float, float, float]

#: Blocks along the longer side of a pixelated box, margin and all: some six across the face.
_BLOCKS: Final = 8
#: A blurred box is looked at no larger than this, and blurred by that many of those pixels (standard deviation).
_COARSE, _SIGMA = 48, 6.0


def check_style(style: str) -> Style:
    """The style of that name.

    Raises:
        BadInput: There is none; says which there are.
    """
    styles: tuple[Style, ...] = get_args(Style)
    for known in styles:
        if style == known:
            return known
    raise BadInput(f"a style is {', '.join(styles[:-1])} or {styles[-1]}, got {style!r}")


def widened(box: Box, margin: float) -> Box:
    """The box with that part of its sides more at each of its edges."""
    x1, y1, x2, y2 = box
    aside, above = margin * (x2 - x1), margin * (y2 - y1)
    return x1 - aside, y1 - above, x2 + aside, y2 + above


def cover(plane: NDArray[np.uint8], boxes: Sequence[Box], style: Style, *, fill: int = 0) -> None:
    """Covers boxes in place.

    What is left of a box comes from inside of it, so that nothing of its surroundings gets in.

    Args:
        plane: (H, W) or (H, W, channels) uint8, writable.
        boxes: In its pixels; what lies outside is cut off. A pixel that a box only touches is covered, too.
        style: ``solid`` leaves nothing; ``pixelated`` and ``blurred`` leave what can be guessed from.
        fill: The value of a solid box.
    """
    for box in boxes:
        height, width = plane.shape[:2]
        left, top = max(0, int(np.floor(box[0]))), max(0, int(np.floor(box[1])))
        right, bottom = min(width, int(np.ceil(box[2]))), min(height, int(np.ceil(box[3])))
        if left >= right or top >= bottom:
            continue
        region = plane[top:bottom, left:right]
        if style == "solid":
            region[...] = fill
        else:
            region[...] = _pixelated(region) if style == "pixelated" else _blurred(region)


def covered(image: Image, boxes: Sequence[Box], style: Style) -> Image:
    """A copy of a picture with its boxes covered; solid ones are black.

    Args:
        image: RGB uint8 (H, W, 3).
        boxes: In its pixels.
        style: See `cover`.
    """
    canvas = image.copy()
    cover(canvas, boxes, style)
    return canvas


def _pixelated(region: NDArray[np.uint8]) -> NDArray[np.uint8]:
    return _enlarged(_shrunk(region, _BLOCKS), region, smooth=False)


def _blurred(region: NDArray[np.uint8]) -> NDArray[np.uint8]:
    import cv2

    small = _shrunk(region, _COARSE)
    sigma = _SIGMA * max(small.shape[:2]) / _COARSE
    blurred = cv2.GaussianBlur(small, (0, 0), max(sigma, 1.0), borderType=cv2.BORDER_REPLICATE)
    return _enlarged(blurred.astype(np.uint8, copy=False), region, smooth=True)


def _shrunk(region: NDArray[np.uint8], longest: int) -> NDArray[np.uint8]:
    import cv2

    height, width = region.shape[:2]
    scale = min(1.0, longest / max(height, width))
    size = (max(1, round(width * scale)), max(1, round(height * scale)))
    small: NDArray[np.uint8] = cv2.resize(region, size, interpolation=cv2.INTER_AREA).astype(np.uint8, copy=False)
    return small


def _enlarged(small: NDArray[np.uint8], region: NDArray[np.uint8], *, smooth: bool) -> NDArray[np.uint8]:
    import cv2

    way = cv2.INTER_LINEAR if smooth else cv2.INTER_NEAREST
    large = cv2.resize(small, (region.shape[1], region.shape[0]), interpolation=way)
    same: NDArray[np.uint8] = large.reshape(region.shape).astype(np.uint8, copy=False)
    return same
