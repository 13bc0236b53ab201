"""Deep samples → 8 bits, scaled by what the picture holds and not by what its container could hold.

Infrared and industrial cameras give 10, 12 or 14 bits, and files keep them in 16 or 32: by the container such a picture
is nearly black, and half of its steps are lost.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from rostro.core.errors import UnreadablePhoto

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from PIL.ImageFile import ImageFile

    from rostro.core.types import Image

#: Depths that samples are given in.
_DEPTHS = (8, 10, 12, 14, 16)
#: A picture of 16 bits a colour whose high bytes stay below this holds at most 14.
_HALF_EMPTY = 0x40


def eight_bits(samples: NDArray[Any], photo: str) -> Image:
    """Scales integer or float samples to 8 bits.

    - Whole numbers up to 65,535: white is the largest number of the smallest depth (8, 10, 12, 14, 16 bits) that holds
      them all.
    - Float samples in [0, 1] are taken as they are; those up to 65,535 like whole numbers.
    - Anything else, negative samples too, is stretched from the smallest sample to the largest: no depth is known.

    Args:
        samples: Of any shape, one or more.
        photo: Its name, for errors.

    Returns:
        uint8 of the same shape.

    Raises:
        UnreadablePhoto: A sample is not finite.
    """
    low, high = samples.min(), samples.max()
    if not (np.isfinite(low) and np.isfinite(high)):
        raise UnreadablePhoto(photo, "float samples that are not finite", why="not-finite")
    if low < 0 or high > 0xFFFF:
        wide = samples.astype(np.float64) - float(low)
        return _rounded(wide * (255.0 / (float(high) - float(low) or 1.0)))
    if np.issubdtype(samples.dtype, np.floating):
        white = 1 if high <= 1 else (1 << _depth(high)) - 1
        return _rounded(samples * (255.0 / white))
    eight: Image = (samples >> (_depth(high) - 8)).astype(np.uint8)
    return eight


def deep_colours(picture: ImageFile) -> bool:
    """Whether a picture not yet loaded has 16 bits a colour, of which Pillow takes the upper eight."""
    for tile in picture.tile:
        args = tile.args if isinstance(tile.args, tuple) else (tile.args,)
        if any(isinstance(arg, str) and arg.startswith("RGB") and ";16" in arg for arg in args):
            return True
        if tile.codec_name.startswith("ppm") and args[0] == "RGB" and args[1] > 0xFF:
            return True
    return False


def refill(data: bytes, image: Image, photo: str) -> Image:
    """The colours of a picture that Pillow cut to the upper eight of 16 bits, where those say too little.

    Args:
        data: The file.
        image: What Pillow made of it, RGB or RGBA uint8.
        photo: Its name, for errors.

    Returns:
        RGB or RGBA uint8; ``image`` itself where its colours use more than 14 of the 16 bits, and where OpenCV cannot
        read the file.
    """
    import cv2

    if image[..., :3].max() >= _HALF_EMPTY:
        return image
    samples = cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_UNCHANGED | cv2.IMREAD_IGNORE_ORIENTATION)
    if samples is None or samples.dtype != np.uint16 or samples.shape != image.shape:
        return image
    filled = image.copy()
    filled[..., :3] = eight_bits(samples[..., 2::-1], photo)
    return filled


def _depth(largest: float) -> int:
    return next(bits for bits in _DEPTHS if largest < 1 << bits or bits == _DEPTHS[-1])


def _rounded(samples: NDArray[Any]) -> Image:
    rounded: Image = np.rint(samples).astype(np.uint8)
    return rounded
