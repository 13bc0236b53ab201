"""What sources give: frames, gaps in which nothing came, and pictures that nobody can read."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rostro.core.errors import PhotoError
    from rostro.core.types import Image


@dataclass(frozen=True, slots=True, eq=False)
class Frame:
    """One picture of a video.

    Attributes:
        number: Which frame of the source it is, from 0; those that were dropped are counted too.
        seconds: When it was taken, since the source was opened.
        image: RGB uint8 (H, W, 3).
    """

    number: int
    seconds: float
    image: Image


@dataclass(frozen=True, slots=True)
class Lost:
    """A live source went away; it is tried again until it is back.

    Attributes:
        seconds: When, since the source was opened.
        reason: Why, in words for a person.
    """

    seconds: float
    reason: str


@dataclass(frozen=True, slots=True)
class Unreadable:
    """A picture of a recording that gave nothing; what follows it comes all the same.

    Attributes:
        seconds: When it would have been, since the start.
        error: Which, and why.
        frames: How many frames it stands for.
    """

    seconds: float
    error: PhotoError
    frames: int = 1


Item = Frame | Lost | Unreadable
