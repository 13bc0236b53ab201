"""How a photo's file is stored, which is what regions in XMP speak of: before EXIF turns it upright."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Self

from rostro.photos.decoding import TURNS, head_of

if TYPE_CHECKING:
    from pathlib import Path

#: (x1, y1, x2, y2), parts of width and height, in [0, 1]; or pixels.
Box = tuple[float, float, float, float]


@dataclass(frozen=True, slots=True)
class Frame:
    """The picture that a file stores.

    Attributes:
        width: In pixels, as stored.
        height: The same.
        orientation: EXIF's, 1 to 8: how the stored picture becomes the upright one.
        xmp: The XMP that is within the file; empty where there is none.
    """

    width: int
    height: int
    orientation: int = 1
    xmp: bytes = b""

    @classmethod
    def of(cls, photo: Path) -> Self:
        """Of a file, by its head; no pixel is decoded.

        Raises:
            UnreadablePhoto: It is no picture, or cannot be read.
        """
        return cls(*head_of(photo))

    @property
    def turned(self) -> bool:
        """Whether width and height change places when it is turned upright."""
        return TURNS.get(self.orientation, (False, None))[0]

    @property
    def upright(self) -> tuple[int, int]:
        """Width and height of the upright picture."""
        return (self.height, self.width) if self.turned else (self.width, self.height)

    def stored(self, box: Box) -> Box:
        """A box in parts of the upright picture, in parts of the stored one."""
        transpose, flip = TURNS.get(self.orientation, (False, None))
        x1, y1, x2, y2 = _flipped(box, flip)
        return (y1, x1, y2, x2) if transpose else (x1, y1, x2, y2)

    def shown(self, box: Box) -> Box:
        """A box in parts of the stored picture, in parts of the upright one."""
        transpose, flip = TURNS.get(self.orientation, (False, None))
        x1, y1, x2, y2 = box
        return _flipped((y1, x1, y2, x2) if transpose else box, flip)

    def parts(self, box: Box) -> Box:
        """A box in pixels of the upright picture, in parts of it; what reaches outside is cut off."""
        width, height = self.upright
        x1, y1, x2, y2 = box
        return _within(x1 / width), _within(y1 / height), _within(x2 / width), _within(y2 / height)

    def pixels(self, box: Box) -> Box:
        """A box in parts of the upright picture, in pixels of it."""
        width, height = self.upright
        x1, y1, x2, y2 = box
        return x1 * width, y1 * height, x2 * width, y2 * height


def _flipped(box: Box, flip: int | None) -> Box:
    """By OpenCV's flip code: 0 turns the rows around, 1 the columns, -1 both."""
    x1, y1, x2, y2 = box
    if flip in {1, -1}:
        x1, x2 = 1 - x2, 1 - x1
    if flip in {0, -1}:
        y1, y2 = 1 - y2, 1 - y1
    return x1, y1, x2, y2


def _within(part: float) -> float:
    return min(1.0, max(0.0, part))
