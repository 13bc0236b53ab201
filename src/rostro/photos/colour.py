"""Any colours that a picture file can hold → RGB ``uint8`` in sRGB."""

from __future__ import annotations

from io import BytesIO

import numpy as np
from PIL import Image as Pillow
from PIL import ImageCms

from rostro.core.errors import UnreadablePhoto
from rostro.core.types import Image

_PROFILE_SPACES = {"RGB": "RGB", "CMYK": "CMYK"}


def to_rgb(picture: Pillow.Image, photo: str) -> Image:
    """Converts a loaded picture to sRGB pixels.

    - 16-bit samples are scaled to 8 bits, not clipped. Float samples must lie in [0, 1].
    - Transparency is laid on white, which is what a page or a viewer shows behind a cut-out portrait; without this the
      hidden colours under the transparent part would come to light.
    - An embedded RGB or CMYK profile is converted to sRGB: the Display P3 of telephones differs by up to some ten
      levels in skin. A broken profile is no reason to refuse whole pixels: it is left out.

    Args:
        picture: A loaded picture of any Pillow mode.
        photo: Its name, for errors.

    Returns:
        RGB uint8 of shape (H, W, 3).

    Raises:
        UnreadablePhoto: Wide integer or float samples of no known range.
    """
    if picture.mode.startswith("I;16"):
        return _repeat(np.asarray(picture) >> 8)
    if picture.mode == "I":
        return _repeat(_wide_samples(np.asarray(picture), photo))
    if picture.mode == "F":
        return _repeat(_float_samples(np.asarray(picture), photo))
    profile: bytes | None = picture.info.get("icc_profile")
    if picture.has_transparency_data:
        picture = _on_white(picture)
    elif picture.mode != "CMYK":
        picture = picture.convert("RGB")
    if profile and needs_conversion(profile):
        picture = _to_srgb(picture, profile)
    return np.asarray(picture.convert("RGB"))


def needs_conversion(profile: bytes) -> bool:
    """Whether an embedded colour profile is another than sRGB, told by its name without parsing it."""
    return b"sRGB" not in profile and "sRGB".encode("utf-16-be") not in profile


def _repeat(gray: np.ndarray) -> Image:
    return np.repeat(gray.astype(np.uint8)[:, :, None], 3, axis=2)


def _wide_samples(samples: np.ndarray, photo: str) -> np.ndarray:
    """Pillow opens 16-bit gray of some formats as 32-bit integers."""
    if samples.min() < 0 or samples.max() > 0xFFFF:
        raise UnreadablePhoto(photo, "integer samples wider than 16 bits have no known range")
    return samples >> 8


def _float_samples(samples: np.ndarray, photo: str) -> np.ndarray:
    if not (samples.min() >= 0.0 and samples.max() <= 1.0):
        raise UnreadablePhoto(photo, "float samples outside [0, 1] have no known range")
    return np.rint(samples * 255.0)


def _on_white(picture: Pillow.Image) -> Pillow.Image:
    picture = picture.convert("RGBA")
    page = Pillow.new("RGB", picture.size, "white")
    page.paste(picture, mask=picture.getchannel("A"))
    return page


def _to_srgb(picture: Pillow.Image, profile: bytes) -> Pillow.Image:
    try:
        source = ImageCms.ImageCmsProfile(BytesIO(profile))
        if source.profile.xcolor_space.strip() != _PROFILE_SPACES.get(picture.mode):
            return picture
        converted = ImageCms.profileToProfile(picture, source, ImageCms.createProfile("sRGB"), outputMode="RGB")
    except (ImageCms.PyCMSError, OSError, ValueError):
        return picture
    return picture if converted is None else converted
