"""More than 200 broken or odd files, made anew each time, each with what reading it must give.

The whole picture is a 96 × 64 "test card": four quadrants of known colours under weak noise (so that the coded pixels,
and not the header, are most of a file).
"""

from __future__ import annotations

import os
import struct
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image, ImageCms
from PIL.PngImagePlugin import PngInfo

from rostro.core.errors import PhotoError, PhotoTooLarge, UnreadablePhoto

#: Colours of the quadrants: top left, top right, bottom left, bottom right.
COLOURS = ((200, 40, 40), (40, 180, 40), (40, 40, 200), (190, 190, 40))
CARD_SHAPE = (64, 96)
BOMB = 50_000
MAX_BYTES = 100_000_000


@dataclass(frozen=True)
class OddFile:
    """A file and what reading it must give.

    Attributes:
        name: File name in the folder.
        make: The contents, or a function that makes the file at a path.
        shape: (H, W) of the picture where it must be readable, None where it must fail.
        colours: Expected mean colours of the four quadrants; None where only the shape is known.
        error: The class of the error where it must fail.
        reason: Regular expression that the reason matches.
        either: Bits were altered: a picture and a clear error are both right.
    """

    name: str
    make: bytes | Callable[[Path], None]
    shape: tuple[int, int] | None = None
    colours: tuple[tuple[int, int, int], ...] | None = None
    error: type[PhotoError] = UnreadablePhoto
    reason: str = "."
    either: bool = False

    def write(self, folder: Path) -> Path:
        """Makes the file and returns its path."""
        path = folder / self.name
        path.parent.mkdir(parents=True, exist_ok=True)
        if isinstance(self.make, bytes):
            path.write_bytes(self.make)
        else:
            self.make(path)
        return path


def odd_files() -> list[OddFile]:
    """All of them; HEIC ones only where pillow-heif is installed."""
    groups: tuple[Callable[[], Iterator[OddFile]], ...] = (
        _whole,
        _named,
        _truncated,
        _flipped,
        _turned,
        _colour_models,
        _sizes,
        _frames,
    )
    groups += (_bombs, _metadata, _not_pictures, _places)
    return [file for group in groups for file in group()]


def test_card() -> Image.Image:
    """The whole picture."""
    height, width = CARD_SHAPE
    card = np.zeros((height, width, 3), np.int16)
    for index, colour in enumerate(COLOURS):
        top, left = index // 2 * height // 2, index % 2 * width // 2
        card[top : top + height // 2, left : left + width // 2] = colour
    card += np.random.default_rng(0).integers(-8, 9, card.shape, np.int16)
    return Image.fromarray(card.astype(np.uint8))


test_card.__test__ = False  # type: ignore[attr-defined]  # a picture, not a test


def encode(kind: str, picture: Image.Image | None = None, **options: object) -> bytes:
    """A picture (the test card by default) as the bytes of a file."""
    picture = test_card() if picture is None else picture
    buffer = BytesIO()
    if kind == "HEIC":
        import pillow_heif

        pillow_heif.from_pillow(picture).save(buffer, quality=95, **options)
    else:
        picture.save(buffer, kind, **options)
    return buffer.getvalue()


@cache
def encoded() -> dict[str, bytes]:
    """The test card in every format that is read, by extension."""
    files = {
        "jpg": encode("JPEG", quality=95),
        "progressive.jpg": encode("JPEG", quality=95, progressive=True),
        "png": encode("PNG"),
        "webp": encode("WEBP", quality=90),
        "lossless.webp": encode("WEBP", lossless=True),
        "tif": encode("TIFF"),
        "deflate.tif": encode("TIFF", compression="tiff_adobe_deflate"),
        "lzw.tif": encode("TIFF", compression="tiff_lzw"),
        "jpeg.tif": encode("TIFF", compression="jpeg", quality=95),
        "bmp": encode("BMP"),
        "gif": encode("GIF", test_card().quantize(64)),
        "ppm": encode("PPM"),
        "avif": encode("AVIF", quality=90),
    }
    if has_heif():
        files["heic"] = encode("HEIC")
    return files


def has_heif() -> bool:
    """Whether pillow-heif is installed."""
    try:
        import pillow_heif  # noqa: F401
    except ImportError:
        return False
    return True


def _card(name: str, make: bytes | Callable[[Path], None]) -> OddFile:
    return OddFile(name, make, CARD_SHAPE, COLOURS)


def _whole() -> Iterator[OddFile]:
    for extension, data in encoded().items():
        yield _card(f"whole.{extension}", data)


def _named() -> Iterator[OddFile]:
    """Names of every script, and extensions that lie."""
    files = encoded()
    names = ["张伟 照片", "фото", "صورة", "תמונה", "사진", "写真", "ภาพ", "फ़ोटो", "niño José", "nin\u0303o", "😀👩‍👩‍👧"]
    names += [
        "with spaces  and 'quotes'",
        'double"quote',
        "semi;colon & $HOME `x`",
        "-dash",
        "100%",
        "[brackets]*?",
        "a" * 240,
    ]
    names += ["new\nline", "back\\slash", "\u202eevil", "#hash", "dots...", "UPPER", "tab\tname", "plus+comma,"]
    for name in names:
        yield _card(f"{name}.jpg", files["jpg"])
    yield _card("SHOUTED.JPG", files["jpg"])
    yield _card(os.fsdecode(b"not-utf8-\xff\xfe.png"), files["png"])
    yield _card(f"{'deep/' * 30}photo.png", files["png"])
    wrong = {"png": "jpg", "jpg": "png", "gif": "jpg", "webp": "jpg", "bmp": "jpeg", "tif": "png", "avif": "jpg"}
    wrong |= {"heic": "jpg", "ppm": "bmp", "progressive.jpg": "txt"}
    for real, pretended in wrong.items():
        if real in files:
            yield _card(f"really-{real}.{pretended}", files[real])
    yield _card("no-extension", files["jpg"])


def _truncated() -> Iterator[OddFile]:
    """Never a half-gray picture. Of PNG and GIF the last bytes hold no pixels, so that little may be missing."""
    for extension, data in encoded().items():
        for percent in (1, 10, 25, 50, 75, 90, 97):
            yield OddFile(
                f"cut-{percent}.{extension}", data[: max(3, len(data) * percent // 100)], reason="broken or truncated"
            )
        yield OddFile(f"cut-last.{extension}", data[:-1], CARD_SHAPE, COLOURS, either=True)


def _flipped() -> Iterator[OddFile]:
    """Altered bits and bytes: in the header, in the pixels, anywhere."""
    random = np.random.default_rng(1)
    for extension, data in encoded().items():
        for count in (1, 5, 50):
            altered = np.frombuffer(data, np.uint8).copy()
            altered[random.integers(4, len(data), count)] ^= random.integers(1, 256, count, np.uint8)
            yield OddFile(f"flipped-{count}.{extension}", altered.tobytes(), CARD_SHAPE, either=True)
        holed = data[: len(data) // 2] + bytes(len(data) // 2)
        yield OddFile(f"half-zeros.{extension}", holed, CARD_SHAPE, either=True)


def _turned() -> Iterator[OddFile]:
    """The card stored turned, with the EXIF orientation that makes it upright."""
    undo = {
        2: Image.Transpose.FLIP_LEFT_RIGHT,
        3: Image.Transpose.ROTATE_180,
        4: Image.Transpose.FLIP_TOP_BOTTOM,
        5: Image.Transpose.TRANSPOSE,
        6: Image.Transpose.ROTATE_90,
        7: Image.Transpose.TRANSVERSE,
        8: Image.Transpose.ROTATE_270,
    }
    for orientation in range(1, 9):
        card = test_card()
        stored = card.transpose(undo[orientation]) if orientation > 1 else card
        tag = _orientation_tag(orientation)
        for kind, extension in (("JPEG", "jpg"), ("PNG", "png"), ("WEBP", "webp"), ("TIFF", "tif"), ("AVIF", "avif")):
            options: dict[str, Any] = {} if kind in {"PNG", "TIFF"} else {"quality": 95}
            yield _card(f"exif-{orientation}.{extension}", encode(kind, stored, exif=tag, **options))
        if has_heif():
            yield _card(f"exif-{orientation}.heic", encode("HEIC", stored, exif=tag))
    for orientation in (0, 9, 65535):
        yield _card(f"exif-{orientation}.jpg", encode("JPEG", exif=_orientation_tag(orientation), quality=95))


def _orientation_tag(orientation: int) -> bytes:
    exif = Image.Exif()
    exif[0x0112] = orientation
    return exif.tobytes()


def _colour_models() -> Iterator[OddFile]:
    card = test_card()
    gray = card.convert("L")
    grays = tuple((level,) * 3 for level in (88, 122, 58, 174))

    def as_gray(name: str, data: bytes) -> OddFile:
        return OddFile(name, data, CARD_SHAPE, grays)

    yield _card("palette.png", encode("PNG", card.quantize(64)))
    yield _card("alpha-opaque.png", encode("PNG", card.convert("RGBA")))
    yield _card("alpha-opaque.webp", encode("WEBP", card.convert("RGBA"), lossless=True))
    yield _card("cmyk.tif", encode("TIFF", card.convert("CMYK")))
    yield _card("cmyk.jpg", encode("JPEG", card.convert("CMYK"), quality=95))
    yield _card("ycck.jpg", _ycck_jpeg())
    yield _card("ycbcr.tif", encode("TIFF", card.convert("YCbCr")))
    yield _card("4-4-4.jpg", encode("JPEG", quality=95, subsampling=0))
    yield _card("rgb-not-ycc.jpg", encode("JPEG", quality=95, keep_rgb=True))
    yield _card("16-bit.png", _png16(np.asarray(card), colour_type=2))
    for extension, kind in (
        ("jpg", "JPEG"),
        ("png", "PNG"),
        ("tif", "TIFF"),
        ("webp", "WEBP"),
        ("bmp", "BMP"),
        ("pgm", "PPM"),
    ):
        yield as_gray(f"gray.{extension}", encode(kind, gray))
    yield as_gray("gray-alpha.png", encode("PNG", card.convert("LA")))
    yield as_gray("gray-16-bit.png", _png16(np.asarray(gray), colour_type=0))
    wide = np.asarray(gray).astype(np.uint16) * 257
    yield as_gray("gray-16-bit.tif", encode("TIFF", Image.fromarray(wide)))
    yield as_gray("gray-16-bit-big-endian.pgm", b"P5 96 64 65535\n" + wide.astype(">u2").tobytes())
    yield as_gray("gray-32-bit.tif", encode("TIFF", Image.fromarray(wide.astype(np.int32))))
    yield as_gray("float.tif", encode("TIFF", Image.fromarray(np.asarray(gray) / np.float32(255))))
    for depth in (8, 10, 12, 14):
        deep = np.rint(np.asarray(gray) * ((2**depth - 1) / 255)).astype(np.uint16)
        yield as_gray(f"gray-{depth}-bits-in-16.tif", encode("TIFF", Image.fromarray(deep)))
        yield as_gray(f"gray-{depth}-bits-in-32.tif", encode("TIFF", Image.fromarray(deep.astype(np.int32))))
        yield as_gray(f"float-{depth}-bits.tif", encode("TIFF", Image.fromarray(deep.astype(np.float32))))
        colours = np.rint(np.asarray(card) * ((2**depth - 1) / 255)).astype(np.uint16)
        yield _card(f"{depth}-bits-in-16.png", _png16(colours, colour_type=2, scale=1))
        yield _card(f"{depth}-bits-in-16.ppm", b"P6 96 64 65535\n" + colours.astype(">u2").tobytes())
    yield OddFile("float-nan.tif", encode("TIFF", Image.new("F", (8, 8), float("nan"))), reason="float")
    yield OddFile("int-negative.tif", encode("TIFF", Image.new("I", (8, 8), -5)), (8, 8))
    yield OddFile("lab.tif", encode("TIFF", Image.new("LAB", (8, 8), 100)), (8, 8))
    yield _card("big.tif", encode("TIFF", big_tiff=True))
    yield _card("packbits.tif", encode("TIFF", compression="packbits"))
    black, white = (0, 0, 0), (255, 255, 255)
    bits = Image.fromarray(np.kron([[0, 255], [255, 0]], np.ones((32, 48))).astype(np.uint8)).convert("1")
    for kind, extension in (("PNG", "png"), ("TIFF", "tif"), ("BMP", "bmp"), ("GIF", "gif"), ("PPM", "pbm")):
        yield OddFile(f"1-bit.{extension}", encode(kind, bits), CARD_SHAPE, (black, white, white, black))
    fax = encode("TIFF", bits, compression="group4")
    yield OddFile("fax.tif", fax, CARD_SHAPE, (black, white, white, black))
    hidden = card.convert("RGBA")
    hidden.paste((255, 0, 255, 0), (0, 0, 48, 32))
    on_white = (white, *COLOURS[1:])
    yield OddFile("transparent.png", encode("PNG", hidden), CARD_SHAPE, on_white)
    yield OddFile("transparent.webp", encode("WEBP", hidden, lossless=True), CARD_SHAPE, on_white)
    yield OddFile("transparent.tif", encode("TIFF", hidden), CARD_SHAPE, on_white)
    yield OddFile("transparent.gif", encode("GIF", hidden), CARD_SHAPE, on_white)
    palette = bits.convert("P")
    yield OddFile("transparent-palette.png", encode("PNG", palette, transparency=0), CARD_SHAPE, (white,) * 4)
    yield _card("srgb-profile.jpg", encode("JPEG", quality=95, icc_profile=_srgb_profile()))
    swapped = tuple((green, red, blue) for red, green, blue in COLOURS)
    for kind, extension in (("JPEG", "jpg"), ("PNG", "png"), ("WEBP", "webp"), ("TIFF", "tif")):
        options: dict[str, Any] = {} if kind in {"PNG", "TIFF"} else {"quality": 95}
        data = encode(kind, icc_profile=swapped_profile(), **options)
        yield OddFile(f"profile.{extension}", data, CARD_SHAPE, swapped)
    yield _card("broken-profile.jpg", encode("JPEG", quality=95, icc_profile=b"no profile at all" * 20))
    yield _card("broken-profile.png", encode("PNG", icc_profile=_srgb_profile().replace(b"sRGB", b"xRGB")[:300]))


def _sizes() -> Iterator[OddFile]:
    for width, height in ((1, 1), (1, 2), (2, 1), (1, 300), (300, 1), (7, 5)):
        picture = Image.new("RGB", (width, height), COLOURS[0])
        for kind, extension in (("JPEG", "jpg"), ("PNG", "png"), ("WEBP", "webp"), ("BMP", "bmp"), ("GIF", "gif")):
            yield OddFile(f"{width}x{height}.{extension}", encode(kind, picture), (height, width))
    yield OddFile("65000x1.jpg", encode("JPEG", Image.new("RGB", (65000, 1))), (1, 65000))
    yield OddFile("1x65000.png", encode("PNG", Image.new("RGB", (1, 65000))), (65000, 1))
    yield OddFile("0x0.png", _png(0, 0))
    yield OddFile("0x0.ppm", b"P6 0 0 255\n")
    yield OddFile("0x0.jpg", _patch_jpeg_size(0, 0))


def _frames() -> Iterator[OddFile]:
    card = test_card()
    others = [Image.new("RGB", card.size, (level, level, level)) for level in range(0, 250, 25)]
    for kind, extension in (("GIF", "gif"), ("PNG", "png"), ("WEBP", "webp"), ("TIFF", "tif"), ("AVIF", "avif")):
        written: dict[str, dict[str, Any]] = {"WEBP": {"lossless": True}, "AVIF": {"quality": 90}}
        options = written.get(kind, {})
        first = card.quantize(64) if kind == "GIF" else card
        yield _card(f"frames.{extension}", encode(kind, first, save_all=True, append_images=others, **options))
    yield _card("frames.mpo", encode("MPO", save_all=True, append_images=others[:1], quality=95))
    yield _card("300-frames.gif", encode("GIF", card.quantize(64), save_all=True, append_images=others * 30))
    loop = bytearray(encode("TIFF"))
    at = struct.unpack_from("<I", loop, 4)[0]
    entries = struct.unpack_from("<H", loop, at)[0]
    struct.pack_into("<I", loop, at + 2 + 12 * entries, at)
    yield _card("page-after-page-for-ever.tif", bytes(loop))


def _bombs() -> Iterator[OddFile]:
    def bomb(name: str, make: bytes | Callable[[Path], None], reason: str = "pixels") -> OddFile:
        return OddFile(name, make, error=PhotoTooLarge, reason=reason)

    yield bomb("bomb.png", _png(BOMB, BOMB))
    yield bomb("bomb-1-bit.png", _png(20_000, 20_000, zlib.compress(bytes(2501 * 20_000), 1), bits=1, colour_type=0))
    yield bomb("bomb-gray.png", _png(BOMB, BOMB, colour_type=0))
    yield bomb("bomb-16-bit.png", _png(BOMB, BOMB, bits=16))
    yield bomb("bomb-huge.png", _png(2**31 - 1, 2**31 - 1))
    yield bomb("bomb.jpg", _patch_jpeg_size(BOMB, BOMB))
    yield bomb("bomb-progressive.jpg", _patch_jpeg_size(BOMB, BOMB, progressive=True))
    yield bomb("bomb-65500.jpg", _patch_jpeg_size(65_500, 65_500))
    gif = bytearray(encode("GIF", test_card().quantize(64)))
    struct.pack_into("<HH", gif, 6, BOMB, BOMB)
    yield bomb("bomb-screen.gif", bytes(gif))
    at = gif.index(b"\x2c\0\0\0\0" + struct.pack("<HH", 96, 64))
    struct.pack_into("<HH", gif, at + 5, BOMB, BOMB)
    yield bomb("bomb.gif", bytes(gif))
    struct.pack_into("<HH", gif, 6, 96, 64)
    yield bomb("bomb-frame.gif", bytes(gif))
    bmp = bytearray(encode("BMP"))
    struct.pack_into("<ii", bmp, 18, BOMB, BOMB)
    yield bomb("bomb.bmp", bytes(bmp))
    yield bomb("bomb.tif", _tiff(BOMB, BOMB))
    yield bomb("bomb-deflate.tif", _tiff(BOMB, BOMB, compression=8))
    webp = b"WEBPVP8X" + struct.pack("<IB3x", 10, 0) + (BOMB - 1).to_bytes(3, "little") * 2
    webp += encode("WEBP")[12:]
    yield bomb("bomb.webp", b"RIFF" + struct.pack("<I", len(webp)) + webp)
    animated = bytearray(encode("WEBP", save_all=True, append_images=[Image.new("RGB", (96, 64))]))
    animated[24:30] = (BOMB - 1).to_bytes(3, "little") * 2
    yield bomb("bomb-animated.webp", bytes(animated))
    yield bomb("bomb.ppm", b"P6 50000 50000 255\n" + bytes(100))
    yield bomb("bomb.pbm", b"P4\n# a comment\n50000 50000\n" + bytes(100))
    for kind, extension in (("AVIF", "avif"), ("HEIC", "heic")):
        if kind == "AVIF" or has_heif():
            data = encode(kind)
            size = struct.pack(">II", 96, 64)
            yield OddFile(f"bomb.{extension}", data.replace(size, struct.pack(">II", BOMB, BOMB)), error=PhotoError)
    frame = struct.pack(">IIIIIHHBB", 0, BOMB, BOMB, 0, 0, 1, 1, 0, 0)
    control = _chunk(b"acTL", struct.pack(">II", 2, 0)) + _chunk(b"fcTL", frame)
    yield OddFile(
        "bomb-frame.apng", _png(96, 64, zlib.compress(bytes(289 * 64)), before=control), CARD_SHAPE, either=True
    )
    runs = bytearray(encode("BMP", Image.new("L", (8, 8))))
    struct.pack_into("<ii", runs, 18, 10_000_000, 10)
    struct.pack_into("<I", runs, 30, 1)
    yield bomb("bomb-run-length.bmp", bytes(runs), reason="pixels, the limit for this rare coding")
    yield bomb("bomb-odd-range.pgm", b"P5 10000 10000 99\n" + bytes(100), reason="limit for this rare coding")
    yield OddFile("scans.jpg", _many_scans(2_000), reason="scans")
    for name in (b"zTXt", b"iCCP"):
        text = _chunk(name, b"name\0\0" + zlib.compress(bytes(10_000_000)))
        yield OddFile(f"bomb-{name.decode()}.png", _png(96, 64, before=text), reason="too large")
    text = _chunk(b"iTXt", b"name\0\1\0\0\0" + zlib.compress(bytes(10_000_000)))
    yield OddFile("bomb-iTXt.png", _png(96, 64, before=text), reason="too large")
    yield bomb("sparse.jpg", lambda path: _sparse(path, MAX_BYTES + 1), reason="bytes, the limit is")
    yield bomb("sparse-terabyte.jpg", lambda path: _sparse(path, 10**12), reason="bytes, the limit is")
    yield OddFile("sparse-small.jpg", lambda path: _sparse(path, 10**7), reason="zero bytes only")


def _metadata() -> Iterator[OddFile]:
    """Whole pixels under broken or huge additions."""
    jpeg = encoded()["jpg"]

    def with_app1(body: bytes) -> bytes:
        return jpeg[:2] + b"\xff\xe1" + struct.pack(">H", len(body) + 2) + body + jpeg[2:]

    exif = b"Exif\0\0II*\0\x08\0\0\0"
    yield _card("exif-empty.jpg", with_app1(b"Exif\0\0"))
    yield _card("exif-garbage.jpg", with_app1(b"Exif\0\0" + bytes(range(256)) * 8))
    yield _card("exif-count.jpg", with_app1(exif + b"\xff\xff" + struct.pack("<HHII", 0x0112, 3, 2**31, 6)))
    yield _card("exif-text.jpg", with_app1(exif + b"\x01\0" + struct.pack("<HHI4s", 0x0112, 2, 4, b"six\0") + bytes(4)))
    yield _card(
        "exif-loop.jpg", with_app1(exif + b"\x01\0" + struct.pack("<HHII", 0x8769, 4, 1, 8) + struct.pack("<I", 8))
    )
    yield _card("xmp.jpg", with_app1(b"http://ns.adobe.com/xap/1.0/\0<broken"))
    yield _card("comments.jpg", jpeg[:2] + (b"\xff\xfe\xff\xff" + b"c" * 65533) * 20 + jpeg[2:])
    yield _card("trailing.jpg", jpeg + b"trailing garbage" * 1000)
    yield _card("trailing-zeros.jpg", jpeg + bytes(5000))
    yield _card("trailing.png", encoded()["png"] + b"trailing garbage" * 1000)
    yield _card("zip-appended.jpg", jpeg + b"PK\x03\x04" + bytes(100))
    text = PngInfo()
    for index in range(300):
        text.add_text(f"key {index}", "value " * 100, zip=bool(index % 2))
    yield _card("texts.png", encode("PNG", pnginfo=text))
    yield OddFile("leading-garbage.jpg", b"garbage" + jpeg, reason="not a picture")
    yield OddFile("twice-the-start.jpg", jpeg[:2] + jpeg, CARD_SHAPE, either=True)
    yield OddFile("header-only.jpg", jpeg[: jpeg.index(b"\xff\xda")])
    ended = jpeg[: len(jpeg) // 2] + b"\xff\xd9"
    yield OddFile("ended-early.jpg", ended, CARD_SHAPE, either=True)


def _not_pictures() -> Iterator[OddFile]:
    not_picture = "not a picture: "
    page = b"<!DOCTYPE html>\n<html><body>404 Not Found</body></html>"
    things = {
        "page.jpg": (page, "web page"),
        "page-upper.png": (b"<HTML><HEAD></HEAD></HTML>", "web page"),
        "drawing.svg": (b'<?xml version="1.0"?>\n<svg xmlns="http://www.w3.org/2000/svg"></svg>', "SVG"),
        "drawing.jpg": (b"<svg></svg>", "SVG"),
        "feed.jpg": (b'<?xml version="1.0"?><rss/>', "XML"),
        "error.jpg": (b'{"error": "not found"}', "text"),
        "notes.jpg": ("Una nota, sin más.\n".encode(), "text|known"),
        "archive.jpg": (b"PK\x03\x04" + bytes(100), "zip"),
        "archive.png": (b"\x1f\x8b\x08" + bytes(100), "gzip"),
        "document.jpg": (b"%PDF-1.7\n", "PDF"),
        "program.jpg": (b"\x7fELF" + bytes(100), "program"),
        "video.jpg": (b"\0\0\0\x18ftypmp42" + bytes(100), "video"),
        "video.heic": (b"\0\0\0\x18ftypqt  " + bytes(100), "video"),
        "layers.jpg": (b"8BPS\0\x01" + bytes(100), "Photoshop"),
        "plain.ppm": (b"P3\n1 1\n255\n0 0 0\n", "PNM as text"),
        "passport.jpg": (b"\0\0\0\x0cjP  \r\n\x87\n" + bytes(100), "JPEG 2000"),
        "pointer.jpg": (b"version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 5\n", "LFS"),
        "zeros.jpg": (bytes(5000), "zero bytes only"),
        "random.jpg": (np.random.default_rng(2).bytes(5000), "no known"),
        "one-byte.jpg": (b"\xff", "no known"),
        "two-bytes.jpg": (b"\xff\xd8", "no known"),
        "newline.jpg": (b"\n", "text"),
        "riff.webp": (b"RIFF\x24\0\0\0WAVEfmt ", "no known"),
    }
    for name, (data, words) in things.items():
        yield OddFile(name, data, reason=f"{not_picture}.*({words})")
    for extension in ("jpg", "png", "gif", "heic", "tif"):
        yield OddFile(f"empty.{extension}", b"", reason="empty")
    starts = (b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n", b"GIF89a", b"BM", b"II*\0", b"MM\0*", b"RIFF\0\0\0\0WEBP", b"P6\n")
    for index, start in enumerate(starts):
        yield OddFile(f"only-the-start-{index}.jpg", start, reason="broken or truncated")
        random = np.random.default_rng(index).bytes(3000)
        yield OddFile(f"start-then-random-{index}.jpg", start + random, error=PhotoError)
        yield OddFile(f"start-then-zeros-{index}.jpg", start + bytes(3000))


def _places() -> Iterator[OddFile]:
    """What is no plain file. None may hang."""
    jpeg = encoded()["jpg"]

    def linked(path: Path) -> None:
        target = path.with_name("link-target.data")
        target.write_bytes(jpeg)
        path.symlink_to(target)

    yield _card("link.jpg", linked)
    yield OddFile("folder.jpg", lambda path: path.mkdir(exist_ok=True), reason="folder")
    yield OddFile("missing.jpg", lambda path: None, reason="no such file")
    yield OddFile("dangling.jpg", lambda path: path.symlink_to("nowhere"), reason="no such file")
    yield OddFile("self.jpg", lambda path: path.symlink_to(path.name), reason="symbolic links")
    yield OddFile("pipe.jpg", lambda path: os.mkfifo(path), reason="pipe")
    yield OddFile("zero.jpg", lambda path: path.symlink_to("/dev/zero"), reason="device")
    yield OddFile("tty.jpg", lambda path: path.symlink_to("/dev/tty"), reason="device|no such")
    yield OddFile("file.jpg/inside.jpg", lambda path: None, reason="no such file")


def _chunk(kind: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))


def _png(
    width: int,
    height: int,
    pixels: bytes = b"x\x9c\x03\0\0\0\0\x01",
    *,
    bits: int = 8,
    colour_type: int = 2,
    before: bytes = b"",
) -> bytes:
    header = _chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, bits, colour_type, 0, 0, 0))
    return b"\x89PNG\r\n\x1a\n" + header + before + _chunk(b"IDAT", pixels) + _chunk(b"IEND", b"")


def _png16(samples: np.ndarray, colour_type: int, scale: int = 257) -> bytes:
    """Samples as a 16-bit PNG; 8-bit samples keep their look."""
    height, width = samples.shape[:2]
    rows = (samples.astype(np.uint16) * scale).astype(">u2").reshape(height, -1)
    raw = b"".join(b"\0" + row.tobytes() for row in rows)
    return _png(width, height, zlib.compress(raw), bits=16, colour_type=colour_type)


def _tiff(width: int, height: int, compression: int = 1) -> bytes:
    tags = [
        (256, width),
        (257, height),
        (258, 8),
        (259, compression),
        (262, 1),
        (273, 8),
        (277, 1),
        (278, height),
        (279, 100),
    ]
    body = struct.pack("<H", len(tags)) + b"".join(struct.pack("<HHII", tag, 4, 1, value) for tag, value in tags)
    return b"II*\0" + struct.pack("<I", 108) + bytes(100) + body + bytes(4)


def _patch_jpeg_size(width: int, height: int, *, progressive: bool = False) -> bytes:
    data = bytearray(encode("JPEG", progressive=progressive))
    at = data.index(b"\xff\xc2" if progressive else b"\xff\xc0")
    struct.pack_into(">HH", data, at + 5, height, width)
    return bytes(data)


def _many_scans(count: int) -> bytes:
    """A progressive JPEG whose last scan comes many times."""
    data = encode("JPEG", progressive=True)
    last = data.rindex(b"\xff\xda")
    return data[:last] + data[last:-2] * count + data[-2:]


def _ycck_jpeg() -> bytes:
    """A CMYK JPEG as Adobe's programs store it: inverted inks, of which C, M, Y as YCbCr (Adobe marker, transform 2).

    Pillow writes CMYK without that transform, and inverts what it writes; so it is given the transformed bands
    inverted, and the marker is altered.
    """
    *inks, black = test_card().convert("CMYK").split()
    bands = [band.point(lambda level: 255 - level) for band in Image.merge("RGB", inks).convert("YCbCr").split()]
    data = bytearray(encode("JPEG", Image.merge("CMYK", [*bands, black]), quality=95, subsampling=0))
    data[data.index(b"Adobe") + 11] = 2
    return bytes(data)


def swapped_profile() -> bytes:
    """An RGB profile whose red is sRGB's green and whose green is sRGB's red: nobody can overlook its conversion."""
    profile = _srgb_profile().replace(b"rXYZ", b"oXYZ").replace(b"gXYZ", b"rXYZ").replace(b"oXYZ", b"gXYZ")
    return profile.replace(b"sRGB", b"RG  ").replace("sRGB".encode("utf-16-be"), "RG  ".encode("utf-16-be"))


def _srgb_profile() -> bytes:
    return ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()


def _sparse(path: Path, size: int) -> None:
    with path.open("wb") as file:
        file.truncate(size)
