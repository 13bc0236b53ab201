"""Pixels that a program holds already, as it holds them: arrays of any usual form, and Pillow's pictures."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from PIL import Image as Pillow

from rostro.core.errors import NotAPhoto
from rostro.photos.colour import to_rgb
from rostro.photos.decoding import upright
from rostro.photos.deep import eight_bits

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from rostro.core.types import Image

#: Channels of an array's last axis, and what Pillow calls them. Grey may also come without that axis.
_CHANNELS = {1: "grey", 3: "RGB", 4: "RGBA"}
_FORMS = "(H, W), (H, W, 1), (H, W, 3) or (H, W, 4)"
#: White, at the deepest.
_WHITE = 0xFFFF


def holds_pixels(source: object) -> bool:
    """Whether it is an array, a tensor on the CPU, or a picture of Pillow's."""
    return isinstance(source, np.ndarray | Pillow.Image) or hasattr(source, "__array__")


def pixels_of(source: Any, name: str) -> Image:
    """The pixels as RGB uint8 (H, W, 3); an array of that form is not copied.

    Grey is repeated, transparency is laid on white, and deep or float samples are scaled as those of files are
    (`rostro.photos.deep.eight_bits`): floats in [0, 1], or up to 255 where one is above 1. A picture of Pillow's is
    turned upright as its EXIF data say. That colours are in the order RGB, nobody can tell but the caller.

    Args:
        source: What `holds_pixels`.
        name: The photo's name, for errors.

    Raises:
        NotAPhoto: An array of another form, or with samples that are negative or not finite.
        UnreadablePhoto: A picture of Pillow's whose file is broken.
    """
    if isinstance(source, Pillow.Image):
        return upright(source, name)
    try:
        array = np.asarray(source)
    except (RuntimeError, TypeError, ValueError) as error:  # a tensor on another device, or one that is being learned
        raise NotAPhoto(name, " ".join(str(error).split())) from None
    if array.dtype == np.uint8 and array.ndim == 3 and array.shape[2] == 3 and array.size:
        return array
    _check(array, name)
    if array.dtype != np.uint8:
        array = eight_bits(array, name)
    if array.ndim == 2 or array.shape[2] == 1:
        return np.repeat(array.reshape(*array.shape[:2], 1), 3, axis=2)
    if array.shape[2] == 4:
        return to_rgb(Pillow.fromarray(np.ascontiguousarray(array), "RGBA"), name)
    return array


def _check(array: NDArray[Any], name: str) -> None:
    got = f"{array.dtype} {array.shape}"
    if array.ndim not in {2, 3} or (array.ndim == 3 and array.shape[2] not in _CHANNELS):
        turned = array.ndim == 3 and array.shape[0] in _CHANNELS
        hint = "; move the first axis to the end" if turned else "; give photos one by one" if array.ndim == 4 else ""
        raise NotAPhoto(name, f"an array is a photo in the shape {_FORMS}, got {got}{hint}")
    if not array.size:
        raise NotAPhoto(name, f"a photo has at least one pixel, got {got}")
    if array.dtype.kind not in "uif":
        raise NotAPhoto(name, f"a photo is an array of numbers, got {got}")
    low, high = array.min(), array.max()
    if not (np.isfinite(low) and np.isfinite(high)):
        raise NotAPhoto(name, f"an array with samples that are not finite, {got}")
    if low < 0 or high > _WHITE:
        raise NotAPhoto(name, f"samples are 0 to 255, or floats in [0, 1]; got {got} from {low:g} to {high:g}")
