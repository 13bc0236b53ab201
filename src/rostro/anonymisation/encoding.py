"""Pixels into a picture file of the format that they came from, and nothing but pixels.

No EXIF, XMP, comment, thumbnail, second picture or text gets into the new file, since nothing of the old one does:
where a photo was taken, by which camera and what was in it before are gone. The colours are sRGB, which needs no
profile: a profile names who made it and on what.
"""

from __future__ import annotations

import io
from typing import Any, Final

from PIL import Image as Pillow

from rostro.core.errors import UnreadablePhoto
from rostro.core.types import Image

#: Format (`rostro.photos.signatures`) → Pillow's name of it, and how it is written.
_FORMATS: Final[dict[str, tuple[str, dict[str, Any]]]] = {
    "AVIF": ("AVIF", {"quality": 80}),
    "BMP": ("BMP", {}),
    "GIF": ("GIF", {}),
    "JPEG": ("JPEG", {"quality": 92, "subsampling": 0}),
    "PNG": ("PNG", {}),
    "PNM": ("PPM", {}),
    "TIFF": ("TIFF", {"compression": "tiff_deflate"}),
    "WebP": ("WEBP", {"quality": 92}),
}
#: Formats of which a file may hold several pictures.
_SEVERAL: Final = {"AVIF": "AVIF", "GIF": "GIF", "PNG": "PNG", "TIFF": "TIFF", "WebP": "WEBP"}


def encode(image: Image, form: str, photo: str, *, lossless: bool = False) -> bytes:
    """The picture as a file.

    Args:
        image: RGB uint8 (H, W, 3); where it has no colours, it is written without.
        form: The format, as `rostro.photos.signatures.picture_format` says it.
        photo: Its name, for errors.
        lossless: Whether a format that can lose something or not (WebP) shall lose nothing.

    Raises:
        UnreadablePhoto: Nothing here writes that format, or it cannot hold a picture of this size.
    """
    grey = bool((image[..., 0] == image[..., 1]).all() and (image[..., 0] == image[..., 2]).all())
    picture = Pillow.fromarray(image[..., 0] if grey else image)
    buffer = io.BytesIO()
    try:
        if form == "HEIC":
            import pillow_heif

            pillow_heif.from_pillow(picture.convert("RGB")).save(buffer, quality=90)
        else:
            name, options = _FORMATS[form]
            picture.save(buffer, name, **options, **({"lossless": True} if lossless and form == "WebP" else {}))
    except (OSError, ValueError, KeyError, ImportError, RuntimeError) as error:
        raise UnreadablePhoto(photo, f"cannot be written as {form} again: {error}", why="not-written") from error
    return buffer.getvalue()


def is_lossless(data: bytes) -> bool:
    """Whether a WebP file lost nothing."""
    return data[:4] == b"RIFF" and b"VP8L" in data[:64]


def further_pictures(data: bytes, form: str) -> int:
    """How many pictures a file holds beside its first: frames, pages. They are not written, and that is told.

    What is no picture of its own to its reader (a thumbnail, the second view of a telephone's photo) is not counted.
    """
    if form not in _SEVERAL:
        return 0
    try:
        with Pillow.open(io.BytesIO(data), formats=[_SEVERAL[form]]) as picture:
            return int(getattr(picture, "n_frames", 1)) - 1
    except (OSError, ValueError, SyntaxError, EOFError, Pillow.DecompressionBombError):  # its first one was read
        return 0
