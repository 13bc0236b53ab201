"""Pictures into bytes and files."""

from __future__ import annotations

import errno
import io
import os
from pathlib import Path
from typing import TYPE_CHECKING, Final

from PIL import Image as Pillow

from rostro.core.errors import BadInput
from rostro.core.files import write_file
from rostro.core.types import check_image
from rostro.photos.sources import spare

if TYPE_CHECKING:
    from rostro.core.types import Image

#: Suffix → Pillow's name of the format and how it is written.
FORMATS: Final[dict[str, tuple[str, dict[str, object]]]] = {
    ".png": ("PNG", {}),
    ".jpg": ("JPEG", {"quality": 92, "subsampling": 0}),
    ".jpeg": ("JPEG", {"quality": 92, "subsampling": 0}),
    ".webp": ("WEBP", {"quality": 92}),
    ".tif": ("TIFF", {"compression": "tiff_deflate"}),
    ".tiff": ("TIFF", {"compression": "tiff_deflate"}),
    ".bmp": ("BMP", {}),
}


def encode_picture(image: Image, suffix: str) -> bytes:
    """The picture as the bytes of a file of that suffix, for example ``.png``.

    Raises:
        BadInput: Not an image, an unknown suffix, or a size that the format cannot hold.
    """
    check_image(image)
    _check_suffix(suffix)
    name, options = FORMATS[suffix.lower()]
    buffer = io.BytesIO()
    try:
        Pillow.fromarray(image).save(buffer, name, **options)
    except (OSError, ValueError) as error:
        height, width = image.shape[:2]
        raise BadInput(f"a picture of {width} x {height} pixels cannot be written as {name}: {error}") from None
    return buffer.getvalue()


def _check_suffix(suffix: str) -> None:
    if suffix.lower() not in FORMATS:
        raise BadInput(f"pictures are written as {', '.join(FORMATS)}, not as {suffix or 'a file without a suffix'!r}")


def check_picture(path: Path | None, *inputs: Path | None) -> None:
    """Says before the work what would be wrong with a picture at its end.

    Args:
        path: Where it will be written; None where none is.
        inputs: What is read; see `spare`.

    Raises:
        BadInput: Unknown suffix, no such folder, or the picture would overwrite what is read.
    """
    if path is not None:
        _check_suffix(path.suffix)
        if not path.parent.is_dir():
            raise BadInput(f"cannot write {path}: {os.strerror(errno.ENOENT)}")
        spare([path], *inputs)


def write_picture(image: Image, path: str | os.PathLike[str]) -> None:
    """Writes a picture; the suffix says the format. A file of that name is replaced in one step, or left as it was.

    Raises:
        BadInput: Unknown suffix, or the file cannot be written; names the path and the reason.
    """
    target = Path(path)
    write_file(target, encode_picture(image, target.suffix))
