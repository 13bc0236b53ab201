"""Encoded bytes → upright RGB pixels, by Pillow, with OpenCV as the fast way for plain JPEG.

The decoder is chosen by the bytes and called directly: ``PIL.Image.open`` would try every plugin, and its own limit on
pixels is a global of the process.
"""

from __future__ import annotations

import struct
import zlib
from importlib import import_module
from io import BytesIO
from typing import TYPE_CHECKING

import numpy as np
from PIL import Image as Pillow
from PIL.ExifTags import Base as Exif
from PIL.Image import DECODERS, DecompressionBombError

from rostro.core.errors import MissingExtra, PhotoTooLarge, UnreadablePhoto
from rostro.core.foreign import open_regular
from rostro.core.muting import MUTED
from rostro.photos._jpeg import REDUCED, decode_jpeg
from rostro.photos.colour import needs_conversion, to_rgb
from rostro.photos.deep import deep_colours, refill
from rostro.photos.signatures import describe, picture_format

if TYPE_CHECKING:
    from pathlib import Path
    from typing import BinaryIO

    from PIL.ImageFile import ImageFile

    from rostro.core.types import Image

#: Format → Pillow's module and class; loaded when such a file is met, since all of them take a while.
_PLUGINS = {
    "AVIF": ("AvifImagePlugin", "AvifImageFile"),
    "BMP": ("BmpImagePlugin", "BmpImageFile"),
    "GIF": ("GifImagePlugin", "GifImageFile"),
    "JPEG": ("JpegImagePlugin", "JpegImageFile"),
    "PNG": ("PngImagePlugin", "PngImageFile"),
    "PNM": ("PpmImagePlugin", "PpmImageFile"),
    "TIFF": ("TiffImagePlugin", "TiffImageFile"),
    "WebP": ("WebPImagePlugin", "WebPImageFile"),
}

#: What Pillow's and libheif's decoders are known to raise on broken bytes.
_DECODER_ERRORS = (
    ArithmeticError,
    AssertionError,
    AttributeError,
    EOFError,
    LookupError,
    OSError,
    RuntimeError,
    SyntaxError,
    TypeError,
    ValueError,
    Warning,
    struct.error,
    zlib.error,
)

#: A progressive JPEG is decoded once per scan; a small file with thousands of scans would take minutes.
_MAX_SCANS = 100

#: Pillow decodes a few rare codings in Python (run-length BMP, PNM of odd ranges), some 100 times slower than others.
_MAX_SLOW_PIXELS = 4_000_000

#: Bytes that tell a file's format.
_HEAD = 512

#: EXIF orientation (Exif 2.32, tag 0x0112) → whether to transpose, and then OpenCV's flip code: 0 turns the rows
#: around, 1 the columns, -1 both.
TURNS: dict[int, tuple[bool, int | None]] = {
    2: (False, 1),
    3: (False, -1),
    4: (False, 0),
    5: (True, None),
    6: (True, 1),
    7: (True, -1),
    8: (True, 0),
}


def decode(data: bytes, photo: str, *, max_pixels: int) -> Image:
    """Decodes a picture file held in memory; of several frames or pages the first.

    Args:
        data: The whole file.
        photo: Its name, for errors.
        max_pixels: Limit on width × height, checked on the header before anything is decoded.

    Returns:
        RGB uint8 of shape (H, W, 3), turned upright as EXIF says.

    Raises:
        UnreadablePhoto: Not a picture, broken, or truncated.
        PhotoTooLarge: Over `max_pixels`.
    """
    return decode_reduced(data, photo, max_pixels=max_pixels)[0]


def decode_reduced(
    data: bytes, photo: str, *, max_pixels: int, side: int | None = None
) -> tuple[Image, int, tuple[int, int]]:
    """Decodes a picture file, a large JPEG at a part of its size if that is enough.

    Args:
        data: As `decode` takes it.
        photo: Its name, for errors.
        max_pixels: Limit on the file's own width × height.
        side: The longer side of the picture stays at least this, in pixels; None: the file's own.

    Returns:
        RGB uint8 of shape (H, W, 3), upright; how many times smaller than the file's picture it is, 1, 4 or 8; and
        the file's own width and height, upright.

    Raises:
        UnreadablePhoto: Not a picture, broken, or truncated.
        PhotoTooLarge: Over `max_pixels`.
    """
    name = picture_format(data)
    if name is None:
        raise UnreadablePhoto(photo, f"not a picture: {describe(data)}", why="not-a-picture")
    plugin = _plugin(name, photo)
    try:
        with MUTED(), plugin(BytesIO(data)) as picture:
            _check_pixels(picture, photo, max_pixels)
            if "progressive" in picture.info and data.count(b"\xff\xda") > _MAX_SCANS:
                raise UnreadablePhoto(photo, f"a progressive JPEG of more than {_MAX_SCANS} scans")
            factor = 1 if side is None else max((f for f in REDUCED if max(picture.size) >= f * side), default=1)
            pixels = _decode_plain_jpeg(data, picture, factor) if name == "JPEG" else None
            if pixels is None:
                factor = 1
                deep = deep_colours(picture)
                picture.load()
                pixels = to_rgb(_refilled(picture, data, photo) if deep else picture, photo)
            orientation, (width, height) = _orientation(picture), picture.size
            lies, _ = TURNS.get(orientation, (False, None))
            return _turn(pixels, orientation), factor, (height, width) if lies else (width, height)
    except DecompressionBombError as error:
        raise PhotoTooLarge(photo, f"more pixels than the {name} decoder takes: {_words(error)}") from error
    except MemoryError as error:
        raise UnreadablePhoto(photo, f"not enough memory to decode the {name}", why="no-memory") from error
    except _DECODER_ERRORS as error:
        raise UnreadablePhoto(photo, f"broken or truncated {name}: {_words(error)}", why="broken-photo") from error


def pixels_told(stream: BinaryIO) -> int:
    """How many pixels a picture file says that it has, from its head: what decoding it will cost, at most.

    Args:
        stream: The file; it is left standing where it stood.

    Returns:
        Width × height of its first frame; 0 of what is no picture, or is broken.
    """
    start = stream.tell()
    try:
        name = picture_format(stream.read(_HEAD))
        stream.seek(start)
        if name is None:
            return 0
        with MUTED(), _plugin(name, "")(stream) as picture:
            width, height = picture.size
            return width * height
    except (UnreadablePhoto, MemoryError, DecompressionBombError, *_DECODER_ERRORS):
        return 0
    finally:
        stream.seek(start)


def head_of(file: Path) -> tuple[int, int, int, bytes]:
    """What the head of a picture's file says: its width and height as stored, EXIF's orientation, and the XMP in it.

    Raises:
        UnreadablePhoto: It cannot be read, is no picture, or is broken.
    """
    photo = str(file)
    try:
        with open_regular(file) as stream:
            head = stream.read(_HEAD)
            name = picture_format(head)
            stream.seek(0)
            if name is None:
                raise UnreadablePhoto(photo, f"not a picture: {describe(head)}", why="not-a-picture")
            with MUTED(), _plugin(name, photo)(stream) as picture:
                found = picture.info.get("xmp") or picture.info.get("XML:com.adobe.xmp") or b""
                xmp = found.encode() if isinstance(found, str) else bytes(found)
                return *picture.size, _orientation(picture), xmp
    except OSError as error:
        raise UnreadablePhoto(photo, (error.strerror or str(error)).lower()) from error
    except (MemoryError, DecompressionBombError, *_DECODER_ERRORS) as error:
        raise UnreadablePhoto(photo, f"a picture that cannot be read: {_words(error)}", why="broken-photo") from error


def upright(picture: Pillow.Image, photo: str) -> Image:
    """The pixels of an open picture of Pillow's, turned upright as its EXIF data say.

    Args:
        picture: Loaded or not.
        photo: Its name, for errors.

    Returns:
        RGB uint8 of shape (H, W, 3).

    Raises:
        UnreadablePhoto: Its file is broken, or closed.
    """
    try:
        with MUTED():
            picture.load()
        return _turn(to_rgb(picture, photo), _orientation(picture))
    except _DECODER_ERRORS as error:
        raise UnreadablePhoto(photo, f"a picture that cannot be read: {_words(error)}", why="broken-photo") from error


def _refilled(picture: ImageFile, data: bytes, photo: str) -> Pillow.Image:
    filled = Pillow.fromarray(refill(data, np.asarray(picture), photo))
    filled.info.update(picture.info)
    return filled


def _words(error: Exception) -> str:
    """A decoder's message on one line."""
    if isinstance(error, struct.error):
        return "it ends too early"
    return " ".join(str(error).split()) or type(error).__name__


def _plugin(name: str, photo: str) -> type[ImageFile]:
    """The class that decodes a format; what is no format of Pillow's is HEIC."""
    if name in _PLUGINS:
        module, class_name = _PLUGINS[name]
        plugin: type[ImageFile] = getattr(import_module(f"PIL.{module}"), class_name)
        return plugin
    try:
        from pillow_heif.as_plugin import HeifImageFile
    except ImportError:
        raise UnreadablePhoto(photo, f"HEIC: {MissingExtra('pillow-heif', 'heif')}", why="missing-extra") from None
    plugin = HeifImageFile
    return plugin


def _check_pixels(picture: ImageFile, photo: str, max_pixels: int) -> None:
    width, height = picture.size
    kind = ""
    if any(tile.codec_name in DECODERS for tile in picture.tile):
        max_pixels, kind = min(max_pixels, _MAX_SLOW_PIXELS), " for this rare coding"
    if width * height > max_pixels:
        reason = f"{width} × {height} pixels, the limit{kind} is {max_pixels} pixels"
        raise PhotoTooLarge(photo, reason, pixels=width * height, limit=max_pixels)


def _decode_plain_jpeg(data: bytes, picture: ImageFile, factor: int = 1) -> Image | None:
    """Decodes by OpenCV, to the same pixels as Pillow in half the time; None where Pillow must judge.

    With a factor, at that part of its size.

    That is so for other colours than RGB and gray, and where OpenCV gives up, as it does on truncated files since 4.11.
    """
    profile: bytes = picture.info.get("icc_profile", b"sRGB")
    if needs_conversion(profile) or picture.mode == "CMYK":
        return None
    return decode_jpeg(data, picture.size, factor)


def _orientation(picture: Pillow.Image) -> int:
    """The EXIF orientation, 1 to 8; broken EXIF is no reason to refuse whole pixels."""
    try:
        value = picture.getexif().get(Exif.Orientation, 1)
    except _DECODER_ERRORS:
        return 1
    return value if isinstance(value, int) else 1


def _turn(image: Image, orientation: int) -> Image:
    """Applies an EXIF orientation."""
    import cv2

    transpose, flip = TURNS.get(orientation, (False, None))
    if transpose:
        image = cv2.transpose(image)
    return image if flip is None else cv2.flip(image, flip)
