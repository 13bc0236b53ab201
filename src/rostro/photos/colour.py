"""Any colours that a picture file can hold → RGB ``uint8`` in sRGB."""

from __future__ import annotations

from io import BytesIO

import numpy as np
from PIL import Image as Pillow
from PIL import ImageCms

from rostro.core.types import Image
from rostro.photos.deep import eight_bits

_PROFILE_SPACES = {"RGB": "RGB", "CMYK": "CMYK"}


def to_rgb(picture: Pillow.Image, photo: str) -> Image:
    """Converts a loaded picture to sRGB pixels.

    - Deep samples are scaled to 8 bits by what they hold, not clipped; see `rostro.photos.deep`.
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
        UnreadablePhoto: Float samples that are not finite.
    """
    if picture.mode.startswith("I;16") or picture.mode in {"I", "F"}:
        return np.repeat(eight_bits(np.asarray(picture), photo)[:, :, None], 3, axis=2)
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
