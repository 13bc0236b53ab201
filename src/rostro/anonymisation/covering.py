"""Faces made unreadable: boxes of a picture filled, or made coarse."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal, get_args

import numpy as np

from rostro.core.errors import BadInput

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

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
        region = plane[_region(box, plane)]
        if not region.size:
            continue
        if style == "solid":
            region[...] = fill
        else:
            region[...] = _pixelated(region) if style == "pixelated" else _blurred(region)


@dataclass(frozen=True, slots=True)
class Shapes:
    """What is covered of one picture, and what of that stays open all the same.

    A box that is wider than the face, or of what only may be a face, does not hide somebody who stays open beside it; a
    face does.

    Attributes:
        wide: Boxes of all that is covered, as wide as they are to be.
        open: Boxes of faces that stay open.
        faces: Boxes of what surely is a face and is covered, as narrow as they were found.
    """

    wide: Sequence[Box]
    open: Sequence[Box] = ()
    faces: Sequence[Box] = ()

    def scaled(self, factor: float) -> Shapes:
        """The same in a picture that is that many times as large."""
        wide, open_, faces = (
            [(x1 * factor, y1 * factor, x2 * factor, y2 * factor) for x1, y1, x2, y2 in boxes]
            for boxes in (self.wide, self.open, self.faces)
        )
        return Shapes(wide, open_, faces)


def shapes(found: Iterable[tuple[Box, bool]], open_: Sequence[Box], margin: float) -> Shapes:
    """What is covered of one picture.

    Args:
        found: Boxes that are covered, each with whether it surely is a face.
        open_: Boxes of faces that stay open.
        margin: How much wider than found what is covered is.
    """
    listed = list(found)
    return Shapes([widened(box, margin) for box, _ in listed], open_, [box for box, sure in listed if sure])


def conceal(plane: NDArray[np.uint8], what: Shapes, style: Style, *, fill: int = 0) -> None:
    """Covers what is to be covered of a picture, in place; see `cover`."""
    before = plane.copy() if what.open else plane
    cover(plane, what.wide, style, fill=fill)
    for box in what.open:
        part = _region(box, plane)
        plane[part] = before[part]
    if what.open:
        cover(plane, what.faces, style, fill=fill)


def covered(image: Image, what: Shapes, style: Style) -> Image:
    """A copy of a picture without what is to be covered; solid boxes are black.

    Args:
        image: RGB uint8 (H, W, 3).
        what: In its pixels.
        style: See `cover`.
    """
    canvas = image.copy()
    conceal(canvas, what, style)
    return canvas


def _region(box: Box, plane: NDArray[np.uint8]) -> tuple[slice, slice]:
    """The pixels that a box touches, as far as they are in the picture."""
    height, width = plane.shape[:2]
    left, top = (min(max(0, int(np.floor(edge))), side) for edge, side in zip(box[:2], (width, height), strict=True))
    right, bottom = (min(max(0, int(np.ceil(edge))), side) for edge, side in zip(box[2:], (width, height), strict=True))
    return slice(top, bottom), slice(left, right)


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
