"""Photos in which there is nothing to see, told by their brightness: a reason that helps where no face is found."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

import numpy as np

if TYPE_CHECKING:
    from rostro.core.types import Image

Exposure = Literal["nearly-black", "nearly-white"]

#: A photo is nearly black if 99 in 100 of its pixels are darker than this (of 255), …
_BLACK = 24
#: … and nearly white if 99 in 100 are brighter than this.
_WHITE = 240
#: About this many rows and columns are looked at.
_LOOK = 128


def exposure(image: Image) -> Exposure | None:
    """Whether a photo is nearly black or nearly white; None for any other.

    Args:
        image: RGB uint8 (H, W, 3).
    """
    steps = [max(1, side // _LOOK) for side in image.shape[:2]]
    bright = image[:: steps[0], :: steps[1]].max(axis=2)
    dark = image[:: steps[0], :: steps[1]].min(axis=2)
    if np.percentile(bright, 99) < _BLACK:
        return "nearly-black"
    if np.percentile(dark, 1) > _WHITE:
        return "nearly-white"
    return None
