"""What a file is, told by its first bytes and never by its name."""

from __future__ import annotations

from codecs import getincrementaldecoder

_PICTURES: tuple[tuple[bytes, str], ...] = (
    (b"\xff\xd8\xff", "JPEG"),
    (b"\x89PNG\r\n\x1a\n", "PNG"),
    (b"GIF87a", "GIF"),
    (b"GIF89a", "GIF"),
    (b"BM", "BMP"),
    (b"II*\0", "TIFF"),
    (b"MM\0*", "TIFF"),
    (b"II+\0", "TIFF"),
    (b"MM\0+", "TIFF"),
    *((b"P%d%c" % (kind, space), "PNM") for kind in (4, 5, 6) for space in b" \t\r\n"),
)
_HEIF_BRANDS = {b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"hevm", b"hevs", b"mif1", b"msf1"}
_AVIF_BRANDS = {b"avif", b"avis"}

#: Pictures that nothing here decodes.
_UNREAD: tuple[tuple[bytes, str], ...] = (
    (b"\0\0\0\x0cjP  ", "JPEG 2000, which is not supported"),
    (b"\xff\x4f\xff\x51", "JPEG 2000, which is not supported"),
    (b"\0\0\0\x0cJXL ", "JPEG XL, which is not supported"),
    (b"\xff\x0a", "JPEG XL, which is not supported"),
)
_OTHERS: tuple[tuple[bytes, str], ...] = (
    *((b"P%d%c" % (kind, space), "PNM as text, which is not supported") for kind in (1, 2, 3) for space in b" \t\r\n"),
    (b"%PDF", "a PDF document"),
    (b"PK\x03\x04", "a zip archive"),
    (b"\x1f\x8b", "a gzip archive"),
    (b"Rar!", "a rar archive"),
    (b"7z\xbc\xaf", "a 7-zip archive"),
    (b"8BPS", "a Photoshop document"),
    *_UNREAD,
    (b"\x7fELF", "a program"),
    (b"MZ", "a program"),
    (b"\x1a\x45\xdf\xa3", "a video"),
)
#: How pictures begin when they are written as text: JPEG, PNG, WebP, GIF, and what a browser calls them.
_BASE64 = (b"/9j/", b"iVBORw0KGgo", b"UklGR", b"R0lGOD", b"data:image/")
_TEXTS: tuple[tuple[bytes, str], ...] = (
    (b"<svg", "an SVG drawing"),
    (b"<!doctype html", "a web page"),
    (b"<html", "a web page"),
    (b"<?xml", "XML text"),
    (b"version https://git-lfs", "a Git LFS pointer: the photo itself was not fetched"),
)


def picture_format(data: bytes) -> str | None:
    """Name of the picture format of encoded bytes, for example ``JPEG``; None when it is none that is read."""
    for start, name in _PICTURES:
        if data.startswith(start):
            return name
    if data.startswith(b"RIFF") and data[8:12] == b"WEBP":
        return "WebP"
    if data[4:8] == b"ftyp":
        size = int.from_bytes(data[:4], "big")
        brands = {data[8:12], *(data[at : at + 4] for at in range(16, min(size, 256), 4))}
        if brands & _AVIF_BRANDS:
            return "AVIF"
        if brands & _HEIF_BRANDS:
            return "HEIC"
    return None


def is_unread_picture(data: bytes) -> bool:
    """Whether encoded bytes are a picture of a format that is known and not read."""
    return data.startswith(tuple(start for start, _ in _UNREAD))


def is_base64(text: bytes | str) -> bool:
    """Whether a text is a picture written in base64, as in a web page or in JSON."""
    start = text[:64].encode(errors="replace") if isinstance(text, str) else text[:64]
    return len(text) > 32 and start.startswith(_BASE64)


def describe(data: bytes) -> str:
    """What bytes that are no picture seem to be, in words, for example ``a web page``."""
    for start, name in _OTHERS:
        if data.startswith(start):
            return name
    if data[4:8] == b"ftyp":
        return "a video"
    head = data[:1024]
    if is_base64(head):
        return "a picture as base64 text; base64.b64decode gives its bytes"
    if not head.strip(b"\0"):
        return "zero bytes only"
    lowered = head.lower()
    for mark, name in _TEXTS:
        if mark in lowered:
            return name
    return "text" if _is_text(head) else "bytes of no known picture format"


def _is_text(head: bytes) -> bool:
    try:
        text = getincrementaldecoder("utf-8")().decode(head)  # a character may be cut at the end
    except UnicodeDecodeError:
        return False
    return bool(text) and all(letter.isprintable() or letter.isspace() for letter in text)
