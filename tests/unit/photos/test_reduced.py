"""Large JPEGs decoded smaller, and where decoding smaller stops."""

from __future__ import annotations

import io

import cv2
import numpy as np
import pytest
from PIL import Image as Pillow

from rostro.core.errors import PhotoTooLarge, UnreadablePhoto
from rostro.photos._jpeg import decode_jpeg
from rostro.photos.reading import read_photo


def jpeg(width: int, height: int, *, orientation: int = 1, mode: str = "RGB") -> bytes:
    """A smooth picture whose colours say where a pixel is."""
    y, x = np.mgrid[:height, :width]
    pixels = np.stack([255 * x / width, 255 * y / height, 128 + 0 * x], axis=2).astype(np.uint8)
    exif = Pillow.Exif()
    exif[0x0112] = orientation
    file = io.BytesIO()
    Pillow.fromarray(pixels).convert(mode).save(file, "JPEG", quality=92, exif=exif)
    return file.getvalue()


@pytest.mark.parametrize(
    ("width", "height", "side", "factor"),
    [(1601, 1203, 400, 4), (1601, 1203, 401, 1), (1203, 1601, 201, 4), (1601, 1203, 100, 8), (640, 480, 640, 1)],
)
def test_the_longer_side_stays_as_long_as_was_asked(width: int, height: int, side: int, factor: int) -> None:
    data = jpeg(width, height)
    whole, photo = read_photo(data), read_photo(data, side=side)
    assert photo.size == whole.size == (width, height)
    assert photo.sha256 == whole.sha256
    assert max(photo.image.shape) >= side
    if factor == 1:
        assert photo.reduced is None
        assert np.array_equal(photo.image, whole.image)
        return
    assert photo.reduced is not None
    assert photo.reduced.factor == factor
    assert photo.image.shape == (-(-height // factor), -(-width // factor), 3)
    assert not photo.image.flags.writeable
    assert np.array_equal(photo.reduced.whole(), whole.image)
    inner = photo.image[8:-8, 8:-8].astype(int)
    scaled = cv2.resize(whole.image, photo.image.shape[1::-1], interpolation=cv2.INTER_AREA)[8:-8, 8:-8].astype(int)
    assert np.abs(inner - scaled).max() <= 6


@pytest.mark.parametrize("orientation", range(1, 9))
def test_reduced_photos_are_upright_too(orientation: int) -> None:
    data = jpeg(400, 200, orientation=orientation)
    whole, photo = read_photo(data), read_photo(data, side=100)
    assert photo.reduced is not None
    assert photo.size == whole.size
    assert np.abs(photo.image.astype(int) - whole.image[2::4, 2::4]).mean() < 3


def test_only_plain_jpegs_are_reduced_and_limits_are_those_of_the_file() -> None:
    file = io.BytesIO()
    Pillow.new("RGB", (800, 600), "red").save(file, "PNG")
    assert read_photo(file.getvalue(), side=100).reduced is None
    assert read_photo(jpeg(800, 600, mode="CMYK"), side=100).reduced is None
    assert read_photo(jpeg(800, 600, mode="L"), side=100).image.shape == (75, 100, 3)
    with pytest.raises(PhotoTooLarge, match="800 × 600"):
        read_photo(jpeg(800, 600), side=100, max_pixels=400_000)
    data = jpeg(800, 600)
    with pytest.raises(UnreadablePhoto, match="truncated"):
        read_photo(data[: len(data) // 2], side=100)


def test_large_pages_hold_the_same_pixels(monkeypatch: pytest.MonkeyPatch) -> None:
    data = jpeg(1600, 1200)
    large = decode_jpeg(data, (1600, 1200))
    monkeypatch.delattr("os.memfd_create", raising=False)
    assert np.array_equal(large, decode_jpeg(data, (1600, 1200)))
    assert np.array_equal(large, cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_COLOR_RGB))
    assert decode_jpeg(data[:5000], (1600, 1200)) is None
