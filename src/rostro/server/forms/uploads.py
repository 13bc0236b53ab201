"""Photos as they come in forms: a name that can do no harm, and bytes that are read by the engine's workers."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from typing import TYPE_CHECKING, BinaryIO

from rostro.photos.decoding import pixels_told
from rostro.server.problems import Problem

if TYPE_CHECKING:
    from collections.abc import Sequence

    from fastapi import UploadFile

    from rostro.server.admission.limits import Limits

_LONGEST_NAME = 120


@dataclass(frozen=True, slots=True)
class Upload:
    """A photo that a client sent; the pipeline takes it as a file object.

    Attributes:
        name: What the client calls it: the last part of a path, without control characters.
        file: Its bytes; larger ones lie in a temporary file.
        pixels: How many it says that it has; 0 where it will not be decoded.
    """

    name: str
    file: BinaryIO
    pixels: int = 0

    def read(self, size: int = -1) -> bytes:
        """Bytes from where the last read ended."""
        return self.file.read(size)

    def tell(self) -> int:
        """Where the next read begins."""
        return self.file.tell()

    def seek(self, place: int) -> int:
        """Lets the next read begin elsewhere."""
        return self.file.seek(place)


def uploads(files: Sequence[UploadFile], limits: Limits, *, max_pixels: int) -> list[Upload]:
    """The photos of a form. Reads their heads.

    Args:
        files: The form's.
        limits: What is allowed.
        max_pixels: From how many pixels on a photo is refused before it is decoded, and costs nothing.

    Raises:
        Problem: More photos, or more pixels, than allowed.
    """
    if len(files) > limits.photos:
        raise Problem(413, "too-many-photos", f"{len(files)} photos, the limit is {limits.photos}")
    found = [weighed(safe_name(file.filename, number), file.file, max_pixels) for number, file in enumerate(files, 1)]
    pixels = sum(upload.pixels for upload in found)
    if pixels > limits.request_pixels:
        raise Problem(
            413, "too-many-pixels", f"the photos have {pixels} pixels together, the limit is {limits.request_pixels}"
        )
    return found


def weighed(name: str, file: BinaryIO, max_pixels: int) -> Upload:
    """A photo with its pixels, from its head."""
    pixels = pixels_told(file)
    return Upload(name, file, pixels if pixels <= max_pixels else 0)


def safe_name(name: str | None, number: int = 1) -> str:
    """A client's name for a file, as it is shown and stored: never a path, never longer than a line."""
    last = (name or "").replace("\\", "/").rsplit("/", 1)[-1]
    kept = "".join(character for character in last if unicodedata.category(character)[0] != "C").strip()
    return kept[-_LONGEST_NAME:] if kept.strip(".") else f"photo-{number}"
