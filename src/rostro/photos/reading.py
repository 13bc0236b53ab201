"""Photos from paths, bytes, file objects and arrays, within limits on bytes and pixels."""

from __future__ import annotations

import hashlib
import io
import os
import re
import stat
from collections.abc import Iterable
from dataclasses import dataclass, fields
from io import BufferedReader
from pathlib import Path
from typing import Any, Protocol

import numpy as np
from PIL import Image as Pillow

from rostro.core.errors import BadInput, NotAPhoto, PhotoTooLarge, UnreadablePhoto
from rostro.core.settings import Settings
from rostro.core.types import Image
from rostro.photos.decoding import decode
from rostro.photos.listing import why_empty
from rostro.photos.pixels import holds_pixels, pixels_of
from rostro.photos.reduced import Reduced, read_reduced
from rostro.photos.signatures import is_base64

_DEFAULTS: dict[str, Any] = {item.name: item.default for item in fields(Settings)}
MAX_BYTES: int = _DEFAULTS["max_bytes"]
MAX_PIXELS: int = _DEFAULTS["max_pixels"]

#: Bytes asked for at once: Python sets aside what is asked for, so asking for the limit would be slow.
_CHUNK = 1 << 16

PathLike = str | os.PathLike[str] | os.PathLike[bytes]


class Stream(Protocol):
    """A binary file object, or anything else that is read like one."""

    def read(self, size: int = -1, /) -> bytes:
        """Bytes from where the last read ended."""


#: Any of these is a photo. Arrays may be of every form that `rostro.photos.pixels` takes.
Source = PathLike | bytes | Stream | Image | Pillow.Image


@dataclass(frozen=True, slots=True, eq=False)
class Photo:
    """A photo that was read.

    Attributes:
        name: The path or name, for answers and errors; always valid Unicode.
        image: RGB uint8 of shape (H, W, 3), upright, read-only.
        sha256: Hex digest of the file's bytes; of an array, of its shape and its bytes.
        reduced: Where ``image`` is smaller than the photo: what it was made of.
    """

    name: str
    image: Image
    sha256: str
    reduced: Reduced | None = None

    @property
    def size(self) -> tuple[int, int]:
        """Width and height in pixels, upright."""
        height, width = self.image.shape[:2]
        return (width, height) if self.reduced is None else (self.reduced.width, self.reduced.height)


def read_photo(
    source: Source,
    *,
    name: str | None = None,
    max_bytes: int = MAX_BYTES,
    max_pixels: int = MAX_PIXELS,
    side: int | None = None,
) -> Photo:
    """Reads JPEG, PNG, WebP, TIFF, BMP, GIF, PNM, AVIF or (extra ``heif``) HEIC; of several frames the first.

    The format is told by the content, never by the name. `rostro.photos.colour.to_rgb` says how 16-bit, transparent,
    CMYK and profiled colours become RGB.

    Args:
        source: A path, the bytes of a file, a binary file object (read from where it stands), an array, which is taken
            as it is where it is RGB uint8 (H, W, 3), or a picture of Pillow's; see `rostro.photos.pixels`.
        name: The photo's name; by default the path, or what the source is.
        max_bytes: Largest file, checked before it is read.
        max_pixels: Largest width × height, checked on the header before decoding.
        side: A large JPEG may be decoded smaller, if its longer side stays at least this; None: not smaller.

    Raises:
        UnreadablePhoto: Missing, not a file, empty, not a picture, broken or truncated.
        PhotoTooLarge: Over a limit.
        NotAPhoto: The source is of no form that a photo has.
    """
    name = printable(name if name is not None else name_of(source))
    if holds_pixels(source):
        return _from_pixels(pixels_of(source, name), name, max_pixels)
    data = photo_bytes(source, name=name, max_bytes=max_bytes)
    if side is None:
        image, reduced = decode(data, name, max_pixels=max_pixels), None
    else:
        image, reduced = read_reduced(data, name, max_pixels=max_pixels, side=side)
    image.setflags(write=False)
    return Photo(name, image, hashlib.sha256(data).hexdigest(), reduced)


def photo_bytes(source: Source, *, name: str, max_bytes: int = MAX_BYTES) -> bytes:
    """The bytes of a photo's file, not decoded.

    Args:
        source: A path, the bytes of a file, or a binary file object, read from where it stands.
        name: What errors call it.
        max_bytes: Largest file.

    Raises:
        UnreadablePhoto: Missing, not a file, or empty.
        PhotoTooLarge: Over the limit.
        NotAPhoto: It has no bytes: pixels are no file.
    """
    data = _read_bytes(source, name, max_bytes)
    if not data and hasattr(source, "tell") and source.tell():
        raise UnreadablePhoto(name, "read to its end already; seek(0) goes back to its start", why="empty-file")
    if not data:
        raise UnreadablePhoto(name, "the file is empty (0 bytes)", why="empty-file")
    return data


def hash_source(source: Source, *, max_bytes: int = MAX_BYTES) -> tuple[Source, str]:
    """The `Photo.sha256` that a photo will have, without decoding it.

    Args:
        source: As `read_photo` takes it. A file object is read and set back to where it stood; one that cannot be set
            back is read into memory.
        max_bytes: Largest file.

    Returns:
        What to read the photo from now, and the hash.

    Raises:
        UnreadablePhoto: Missing, not a file, or it may not be read.
        PhotoTooLarge: Over `max_bytes`.
        NotAPhoto: The source is of no form that a photo has.
    """
    if isinstance(source, (str, os.PathLike)):
        return source, photo_hash(source, max_bytes=max_bytes)
    name = name_of(source)
    if holds_pixels(source):
        image = pixels_of(source, name)
        return image, _array_hash(image)
    stream: Any = source
    seeks = hasattr(stream, "seek") and not isinstance(stream, io.TextIOBase)
    if seeks and getattr(stream, "seekable", lambda: True)():
        start = stream.tell()
        digest = hashlib.sha256(_read_bytes(source, name, max_bytes)).hexdigest()
        stream.seek(start)
        return source, digest
    data = _read_bytes(source, name, max_bytes)
    return data, hashlib.sha256(data).hexdigest()


def is_photo(source: object) -> bool:
    """Whether it is one photo, or meant as one, and not several of them."""
    if holds_pixels(source):
        return getattr(source, "ndim", 3) in {2, 3}
    return isinstance(source, str | os.PathLike | bytes | bytearray | memoryview) or hasattr(source, "read")


def several(photos: Any) -> Iterable[Any]:
    """The same photos, if they are several: a text would be taken for a list of letters, an array for one of rows.

    Raises:
        BadInput: One photo alone, or nothing that can be gone through.
    """
    if is_photo(photos):
        raise BadInput(f"several photos are given as a list, got one alone; [{name_of(photos)!r}] is a list of it")
    if not isinstance(photos, Iterable):
        raise BadInput(f"several photos are given as a list, got {type(photos).__name__}")
    return photos


def photo_hash(path: PathLike, *, max_bytes: int = MAX_BYTES) -> str:
    """The `Photo.sha256` of a file, without decoding it.

    Raises:
        UnreadablePhoto: Missing, not a file, or it may not be read.
        PhotoTooLarge: Over `max_bytes`.
    """
    name = name_of(path)
    with _open(path, name, max_bytes) as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def printable(name: str) -> str:
    r"""The name as valid Unicode: bytes of a file name that are not UTF-8 are shown as ``\udcff``."""
    return name.encode("utf-8", "backslashreplace").decode("utf-8")


def name_of(source: object) -> str:
    """What a photo is called in answers and errors: its path, its file's name, or what it is."""
    if isinstance(source, (str, os.PathLike)):
        return printable(os.fsdecode(source))
    if isinstance(source, (bytes, bytearray, memoryview)):
        return "<bytes>"
    if isinstance(source, Pillow.Image):
        return getattr(source, "filename", "") or "<picture>"
    if holds_pixels(source):
        return "<array>"
    name = getattr(source, "name", None)
    return name if isinstance(name, str) else "<file object>"


def _from_pixels(pixels: Image, name: str, max_pixels: int) -> Photo:
    image = pixels.view()
    height, width = image.shape[:2]
    if width * height > max_pixels:
        reason = f"{width} × {height} pixels, the limit is {max_pixels} pixels"
        raise PhotoTooLarge(name, reason, pixels=width * height, limit=max_pixels)
    image.setflags(write=False)
    return Photo(name, image, _array_hash(image))


def _array_hash(image: Image) -> str:
    digest = hashlib.sha256(repr(image.shape).encode())
    digest.update(np.ascontiguousarray(image).data)
    return digest.hexdigest()


def _read_bytes(source: Source, name: str, max_bytes: int) -> bytes:
    if isinstance(source, (str, os.PathLike)):
        with _open(source, name, max_bytes) as file:
            return _read_stream(file, name, max_bytes)
    if isinstance(source, (bytes, bytearray, memoryview)):
        _check_bytes(len(source), name, max_bytes)
        return bytes(source)
    if isinstance(source, io.TextIOBase):
        raise NotAPhoto(name, "a file that was opened as text; open(path, 'rb') opens it for its bytes")
    if hasattr(source, "read"):
        return _read_stream(source, name, max_bytes)
    got = type(source).__name__
    raise NotAPhoto(name, f"a photo is a path, bytes, a binary file, an array or a picture of Pillow's, got {got}")


def _open(path: PathLike, name: str, max_bytes: int) -> BufferedReader:
    """Opens a regular file within the limit; a pipe or a device would wait, maybe for ever, so none is opened."""
    try:
        file = Path(os.fsdecode(path))
        _check_path(name, file)
        status = file.stat()
        if stat.S_ISDIR(status.st_mode):
            raise _folder(file, name)
        if not stat.S_ISREG(status.st_mode):
            raise UnreadablePhoto(name, "a pipe, socket or device, not a file")
        _check_bytes(status.st_size, name, max_bytes)
        return file.open("rb")
    except OSError as error:
        raise UnreadablePhoto(name, (error.strerror or str(error)).lower()) from error
    except ValueError as error:  # a zero byte in the path
        raise UnreadablePhoto(name, str(error)) from error


def _folder(folder: Path, name: str) -> UnreadablePhoto:
    if not os.access(folder, os.R_OK | os.X_OK):
        return UnreadablePhoto(name, "a folder that may not be read")
    empty = why_empty(folder)
    return UnreadablePhoto(name, "a folder, not a photo") if empty is None else no_photo(name, empty)


def no_photo(folder: str, reason: str) -> UnreadablePhoto:
    """The error of a folder in which there is no photo."""
    return UnreadablePhoto(folder, printable(reason), why="no-photo")


def _check_path(name: str, file: Path) -> None:
    """Texts that are no paths, of which the system would only say that there is no such file."""
    if is_base64(name):
        raise NotAPhoto("<text>", "a picture as base64 text; base64.b64decode gives its bytes")
    if re.match(r"https?:/", name) and not file.exists():  # a path has one slash of two
        raise NotAPhoto(name, "an address, and none is fetched; give the bytes that it has")


def _read_stream(stream: Stream, name: str, max_bytes: int) -> bytes:
    """Reads to the end, or to one byte over the limit."""
    parts: list[bytes] = []
    left = max_bytes + 1
    try:
        while left and (part := stream.read(min(left, _CHUNK))):
            if not isinstance(part, bytes):
                raise NotAPhoto(name, f"a photo is read from a binary file, this one gives {type(part).__name__}")
            parts.append(part)
            left -= len(part)
    except (OSError, ValueError) as error:  # the latter of a file that was closed
        raise UnreadablePhoto(name, (getattr(error, "strerror", None) or str(error)).lower()) from error
    _check_bytes(max_bytes + 1 - left, name, max_bytes)
    return b"".join(parts)


def _check_bytes(size: int, name: str, max_bytes: int) -> None:
    if size > max_bytes:
        raise PhotoTooLarge(name, f"{size} bytes, the limit is {max_bytes} bytes", bytes=size, limit=max_bytes)
