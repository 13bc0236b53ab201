"""Files of every format that is read are written again, and hold pixels alone."""

from __future__ import annotations

import io

import numpy as np
import pytest
from PIL import Image as Pillow
from PIL import ImageCms, PngImagePlugin

from rostro.anonymisation.encoding import encode, further_pictures, is_lossless
from rostro.core.errors import UnreadablePhoto
from rostro.photos.reading import read_photo
from rostro.photos.signatures import picture_format

#: Format → whether it loses something.
FORMATS = {
    "AVIF": True, "BMP": False, "GIF": True, "HEIC": True, "JPEG": True, "PNG": False, "PNM": False, "TIFF": False,
    "WebP": True,
}  # fmt: skip


def picture(height: int = 48, width: int = 64) -> np.ndarray:
    y, x = np.mgrid[:height, :width]
    return np.stack([x * 3, y * 4, (x + y) * 2], axis=2).astype(np.uint8)


@pytest.mark.parametrize("form", FORMATS)
def test_every_format_comes_back_as_itself(form: str) -> None:
    if form == "HEIC":
        pytest.importorskip("pillow_heif")
    image = picture()
    data = encode(image, form, "a photo")
    assert picture_format(data) == form
    again = read_photo(data).image
    assert again.shape == image.shape
    off = np.abs(again.astype(int) - image).mean()
    assert off == 0 if not FORMATS[form] else off < 8


def test_grey_pictures_stay_grey_files() -> None:
    grey = np.repeat(picture()[..., :1], 3, axis=2)
    for form in ("JPEG", "PNG", "PNM", "TIFF"):
        with Pillow.open(io.BytesIO(encode(grey, form, "x"))) as made:
            assert made.mode == "L"
        assert np.abs(read_photo(encode(grey, form, "x")).image.astype(int) - grey).max() <= 4


def test_a_lossless_webp_stays_lossless() -> None:
    image = picture()
    kept, lost = encode(image, "WebP", "x", lossless=True), encode(image, "WebP", "x")
    assert is_lossless(kept) and not is_lossless(lost)
    assert np.array_equal(read_photo(kept).image, image)


def test_a_picture_that_a_format_cannot_hold_is_an_error_that_names_it() -> None:
    with pytest.raises(UnreadablePhoto, match=r"wide\.webp: cannot be written as WebP"):
        encode(np.zeros((2, 20_000, 3), np.uint8), "WebP", "wide.webp")


def test_further_pictures_are_counted() -> None:
    frames = [Pillow.fromarray(picture() // n) for n in (1, 2, 3)]
    for name, form in (("GIF", "GIF"), ("TIFF", "TIFF"), ("PNG", "PNG"), ("WEBP", "WebP")):
        out = io.BytesIO()
        frames[0].save(out, name, save_all=True, append_images=frames[1:])
        assert further_pictures(out.getvalue(), form) == 2, form
    assert further_pictures(encode(picture(), "PNG", "x"), "PNG") == 0
    assert further_pictures(encode(picture(), "JPEG", "x"), "JPEG") == 0
    assert further_pictures(b"\x89PNG\r\n\x1a\n", "PNG") == 0


SECRET = b"47.3769 N SecretCam 9000"


def with_metadata() -> dict[str, bytes]:
    """Files that say where they were made, in every place that a format has for it."""
    exif = Pillow.Exif()
    exif[0x010F] = SECRET.decode()
    exif[0x9286] = SECRET.decode()
    exif.get_ifd(0x8825)[1] = SECRET.decode()
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes() + SECRET
    text = PngImagePlugin.PngInfo()
    text.add_text("Comment", SECRET.decode())
    text.add_itxt("XML:com.adobe.xmp", SECRET.decode())
    shared = {"exif": exif, "xmp": SECRET, "icc_profile": profile}
    image = Pillow.fromarray(picture())
    options = {
        "JPEG": {**shared, "comment": SECRET}, "PNG": {"exif": exif, "pnginfo": text, "icc_profile": profile},
        "WEBP": shared, "TIFF": {"exif": exif, "description": SECRET.decode(), "icc_profile": profile},
        "AVIF": shared, "GIF": {"comment": SECRET},
    }  # fmt: skip
    made = {}
    for name, given in options.items():
        out = io.BytesIO()
        image.save(out, name, **given)
        made[name] = out.getvalue()
    out = io.BytesIO()
    second = Pillow.fromarray(255 - picture())
    image.save(out, "MPO", save_all=True, append_images=[second])
    made["MPO"] = out.getvalue() + SECRET
    return made


@pytest.mark.parametrize("name", ["JPEG", "PNG", "WEBP", "TIFF", "AVIF", "GIF", "MPO"])
def test_nothing_but_pixels_gets_into_the_new_file(name: str) -> None:
    data = with_metadata()[name]
    assert SECRET in data, "the photo says nothing, so that nothing would be shown"
    form = picture_format(data)
    assert form is not None
    made = encode(read_photo(data).image, form, name)
    assert SECRET not in made
    with Pillow.open(io.BytesIO(made)) as opened:
        opened.load()
        assert not set(opened.getexif()) & {
            0x010E,
            0x010F,
            0x0112,
            0x8769,
            0x8825,
            0x9286,
        }  # a TIFF's others are its form
        assert not {"xmp", "icc_profile", "comment", "photoshop", "mp", "XML:com.adobe.xmp"} & set(opened.info)
        assert getattr(opened, "n_frames", 1) == 1
    if name == "MPO":
        assert made.count(b"\xff\xd8\xff") == 1, "one picture, no thumbnail"
