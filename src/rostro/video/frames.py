"""What sources give: frames, and gaps in which nothing came."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
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


Item = Frame | Lost
