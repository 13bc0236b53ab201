"""Photos from paths, bytes, file objects and arrays, within limits on bytes and pixels."""

from __future__ import annotations

import hashlib
import os
import stat
from dataclasses import dataclass, fields
from io import BufferedReader
from pathlib import Path
from typing import Any, Protocol

import numpy as np

from rostro.core.errors import BadInput, PhotoTooLarge, UnreadablePhoto
from rostro.core.settings import Settings
from rostro.core.types import Image, check_image
from rostro.photos.decoding import decode
from rostro.photos.listing import why_empty

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


Source = PathLike | bytes | Stream | Image


@dataclass(frozen=True, slots=True, eq=False)
class Photo:
    """A photo that was read.

    Attributes:
        name: The path or name, for answers and errors; always valid Unicode.
        image: RGB uint8 of shape (H, W, 3), upright, read-only.
        sha256: Hex digest of the file's bytes; of an array, of its shape and its bytes.
    """

    name: str
    image: Image
    sha256: str


def read_photo(
    source: Source, *, name: str | None = None, max_bytes: int = MAX_BYTES, max_pixels: int = MAX_PIXELS
) -> Photo:
    """Reads JPEG, PNG, WebP, TIFF, BMP, GIF, PNM, AVIF or (extra ``heif``) HEIC; of several frames the first.

    The format is told by the content, never by the name. `rostro.photos.colour.to_rgb` says how 16-bit, transparent,
    CMYK and profiled colours become RGB.

    Args:
        source: A path, the bytes of a file, a binary file object (read from where it stands), or an RGB uint8 array
            (H, W, 3), which is taken as it is.
        name: The photo's name; by default the path, or what the source is.
        max_bytes: Largest file, checked before it is read.
        max_pixels: Largest width × height, checked on the header before decoding.

    Raises:
        UnreadablePhoto: Missing, not a file, empty, not a picture, broken or truncated.
        PhotoTooLarge: Over a limit.
        BadInput: The source is of no known type, or an array that is not RGB uint8 (H, W, 3).
    """
    name = printable(name if name is not None else name_of(source))
    if isinstance(source, np.ndarray):
        return _from_array(source, name, max_pixels)
    data = _read_bytes(source, name, max_bytes)
    if not data:
        raise UnreadablePhoto(name, "the file is empty (0 bytes)", why="empty-file")
    image = decode(data, name, max_pixels=max_pixels)
    image.setflags(write=False)
    return Photo(name, image, hashlib.sha256(data).hexdigest())


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
        BadInput: The source is of no known type.
    """
    if isinstance(source, (str, os.PathLike)):
        return source, photo_hash(source, max_bytes=max_bytes)
    if isinstance(source, np.ndarray):
        return source, _array_hash(check_image(source))
    name = name_of(source)
    stream: Any = source
    if hasattr(stream, "seek") and getattr(stream, "seekable", lambda: True)():
        start = stream.tell()
        digest = hashlib.sha256(_read_bytes(source, name, max_bytes)).hexdigest()
        stream.seek(start)
        return source, digest
    data = _read_bytes(source, name, max_bytes)
    return data, hashlib.sha256(data).hexdigest()


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


def name_of(source: Source) -> str:
    """What a photo is called in answers and errors: its path, its file's name, or what it is."""
    if isinstance(source, (str, os.PathLike)):
        return printable(os.fsdecode(source))
    if isinstance(source, (bytes, bytearray, memoryview)):
        return "<bytes>"
    if isinstance(source, np.ndarray):
        return "<array>"
    name = getattr(source, "name", None)
    return name if isinstance(name, str) else "<file object>"


def _from_array(array: Image, name: str, max_pixels: int) -> Photo:
    image = check_image(array).view()
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
    if not isinstance(source, np.ndarray) and hasattr(source, "read"):
        return _read_stream(source, name, max_bytes)
    raise BadInput(f"a photo is a path, bytes, a binary file or an array, got {type(source).__name__}")


def _open(path: PathLike, name: str, max_bytes: int) -> BufferedReader:
    """Opens a regular file within the limit; a pipe or a device would wait, maybe for ever, so none is opened."""
    try:
        file = Path(os.fsdecode(path))
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


def _read_stream(stream: Stream, name: str, max_bytes: int) -> bytes:
    """Reads to the end, or to one byte over the limit."""
    parts: list[bytes] = []
    left = max_bytes + 1
    try:
        while left and (part := stream.read(min(left, _CHUNK))):
            if not isinstance(part, bytes):
                raise BadInput(f"{name}: a photo is read from a binary file, this one gives {type(part).__name__}")
            parts.append(part)
            left -= len(part)
    except OSError as error:
        raise UnreadablePhoto(name, (error.strerror or str(error)).lower()) from error
    _check_bytes(max_bytes + 1 - left, name, max_bytes)
    return b"".join(parts)


def _check_bytes(size: int, name: str, max_bytes: int) -> None:
    if size > max_bytes:
        raise PhotoTooLarge(name, f"{size} bytes, the limit is {max_bytes} bytes", bytes=size, limit=max_bytes)
