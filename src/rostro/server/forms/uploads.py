"""Photos as they come in forms: a name that can do no harm, and bytes that are read by the engine's workers."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from typing import TYPE_CHECKING, BinaryIO

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
    """

    name: str
    file: BinaryIO

    def read(self, size: int = -1) -> bytes:
        """Bytes from where the last read ended."""
        return self.file.read(size)

    def tell(self) -> int:
        """Where the next read begins."""
        return self.file.tell()

    def seek(self, place: int) -> int:
        """Lets the next read begin elsewhere."""
        return self.file.seek(place)


def uploads(files: Sequence[UploadFile], limits: Limits) -> list[Upload]:
    """The photos of a form.

    Raises:
        Problem: More than allowed.
    """
    if len(files) > limits.photos:
        raise Problem(413, "too-many-photos", f"{len(files)} photos, the limit is {limits.photos}")
    return [Upload(safe_name(file.filename, number), file.file) for number, file in enumerate(files, 1)]


def safe_name(name: str | None, number: int = 1) -> str:
    """A client's name for a file, as it is shown and stored: never a path, never longer than a line."""
    last = (name or "").replace("\\", "/").rsplit("/", 1)[-1]
    kept = "".join(character for character in last if unicodedata.category(character)[0] != "C").strip()
    return kept[-_LONGEST_NAME:] if kept.strip(".") else f"photo-{number}"
