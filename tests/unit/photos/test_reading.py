from __future__ import annotations

import hashlib
import io
import os
import pickle
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import PIL.Image
import pytest
from odd_files import encode, encoded, test_card

from rostro.core.errors import BadInput, PhotoError, PhotoTooLarge, UnreadablePhoto
from rostro.core.settings import Settings
from rostro.photos.reading import MAX_BYTES, MAX_PIXELS, photo_hash, read_photo

CARD = np.asarray(test_card())


@pytest.fixture
def jpeg(tmp_path: Path) -> Path:
    path = tmp_path / "José 😀.jpg"
    path.write_bytes(encoded()["jpg"])
    return path


def test_the_limits_are_those_of_the_settings() -> None:
    settings = Settings()
    assert settings.max_bytes == MAX_BYTES
    assert settings.max_pixels == MAX_PIXELS


def test_all_kinds_of_sources_give_the_same_photo(jpeg: Path) -> None:
    data = jpeg.read_bytes()
    with jpeg.open("rb") as opened, jpeg.open("rb", buffering=0) as unbuffered:
        sources = [jpeg, str(jpeg), data, bytearray(data), io.BytesIO(data), opened, unbuffered]
        photos = [read_photo(source) for source in sources]
    names = [str(jpeg), str(jpeg), "<bytes>", "<bytes>", "<file object>", str(jpeg), str(jpeg)]
    assert [photo.name for photo in photos] == names
    for photo in photos:
        assert np.array_equal(photo.image, photos[0].image)
        assert photo.sha256 == hashlib.sha256(data).hexdigest() == photo_hash(jpeg)


def test_lossless_formats_give_the_exact_pixels() -> None:
    for extension in ("png", "bmp", "tif", "deflate.tif", "lzw.tif", "ppm", "lossless.webp"):
        assert np.array_equal(read_photo(encoded()[extension]).image, CARD), extension


@pytest.mark.parametrize(
    "options",
    [{}, {"subsampling": 0}, {"subsampling": 1}, {"progressive": True}, {"keep_rgb": True}, {"restart_marker_rows": 1}],
    ids=str,
)
@pytest.mark.parametrize("mode", ["RGB", "L"])
def test_the_fast_way_for_jpeg_gives_pillows_pixels(mode: str, options: dict[str, object]) -> None:
    data = encode("JPEG", test_card().convert(mode), **options)
    expected = np.asarray(PIL.Image.open(io.BytesIO(data)).convert("RGB"))
    assert np.array_equal(read_photo(data).image, expected)


@pytest.mark.data
def test_the_fast_way_gives_pillows_pixels_on_real_photos(lfw_root: Path) -> None:
    paths = sorted((lfw_root / "images").rglob("*.jpg"))[::400]
    for path in paths:
        assert np.array_equal(read_photo(path).image, np.asarray(PIL.Image.open(path).convert("RGB"))), path


def test_16_bits_are_scaled_and_not_clipped() -> None:
    ramp = np.arange(65536, dtype=np.uint16).reshape(256, 256)
    image = read_photo(encode("TIFF", PIL.Image.fromarray(ramp))).image
    assert np.array_equal(image[:, :, 0], np.repeat(np.arange(256)[:, None], 256, axis=1))


def test_half_transparent_is_mixed_with_white() -> None:
    picture = PIL.Image.new("RGBA", (4, 4), (0, 100, 200, 128))
    assert np.abs(read_photo(encode("PNG", picture)).image - np.array([127.0, 177, 227])).max() <= 1


def test_images_are_read_only(jpeg: Path) -> None:
    for source in (jpeg, encoded()["png"], CARD.copy()):
        with pytest.raises(ValueError, match="read-only"):
            read_photo(source).image[0, 0] = 0


class TestArrays:
    def test_are_taken_as_they_are_and_stay_writable(self) -> None:
        array = CARD.copy()
        photo = read_photo(array, name="frame 7")
        assert np.shares_memory(photo.image, array)
        assert array.flags.writeable
        assert photo.name == "frame 7"

    def test_are_told_apart_by_shape_and_bytes(self) -> None:
        tall, wide = np.zeros((4, 2, 3), np.uint8), np.zeros((2, 4, 3), np.uint8)
        assert len({read_photo(array).sha256 for array in (tall, wide, tall + 1)}) == 3
        assert read_photo(CARD[:, ::-1]).sha256 == read_photo(CARD[:, ::-1].copy()).sha256

    @pytest.mark.parametrize(
        "array", [np.zeros((4, 4, 2)), np.zeros((4, 4, 5), np.uint8), np.zeros((0, 4, 3), np.uint8), np.zeros(4)]
    )
    def test_of_another_form_are_refused(self, array: np.ndarray) -> None:
        with pytest.raises(BadInput):
            read_photo(array)

    def test_have_a_limit_on_pixels(self) -> None:
        with pytest.raises(PhotoTooLarge, match="96 × 64 pixels"):
            read_photo(CARD, max_pixels=96 * 64 - 1)


class TestLimits:
    def test_bytes_of_every_source(self, jpeg: Path) -> None:
        data = jpeg.read_bytes()
        for source in (jpeg, data, io.BytesIO(data)):
            assert read_photo(source, max_bytes=len(data)).image.shape == CARD.shape
        for source in (jpeg, data, io.BytesIO(data)):
            with pytest.raises(PhotoTooLarge, match=f"the limit is {len(data) - 1} bytes"):
                read_photo(source, max_bytes=len(data) - 1)
        with pytest.raises(PhotoTooLarge):
            photo_hash(jpeg, max_bytes=len(data) - 1)

    def test_an_endless_file_object_is_read_to_the_limit_only(self) -> None:
        class Endless(io.RawIOBase):
            given = 0

            def read(self, size: int = -1) -> bytes:
                self.given += min(size, 1000)
                return bytes(min(size, 1000))

        endless = Endless()
        with pytest.raises(PhotoTooLarge):
            read_photo(endless, max_bytes=5000)
        assert endless.given == 5001

    @pytest.mark.parametrize("extension", sorted(encoded()))
    def test_pixels_of_every_format(self, extension: str) -> None:
        data = encoded()[extension]
        assert read_photo(data, max_pixels=96 * 64).image.shape == CARD.shape
        with pytest.raises(PhotoTooLarge, match="96 × 64 pixels, the limit is 6143 pixels"):
            read_photo(data, max_pixels=96 * 64 - 1)

    def test_may_be_above_pillows_own(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(PIL.Image, "MAX_IMAGE_PIXELS", 100)
        assert read_photo(encoded()["png"]).image.shape == CARD.shape
        assert PIL.Image.MAX_IMAGE_PIXELS == 100


class TestErrors:
    def test_name_the_photo_that_the_caller_named(self) -> None:
        with pytest.raises(UnreadablePhoto, match=r"^upload 3: not a picture: text$") as caught:
            read_photo(b"hello", name="upload 3")
        assert str(pickle.loads(pickle.dumps(caught.value))) == str(caught.value)  # noqa: S301 - made here

    def test_permission_denied(self, jpeg: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        def refuse(*_: object, **__: object) -> None:
            raise PermissionError(13, "Permission denied")

        monkeypatch.setattr(Path, "open", refuse)
        for read in (read_photo, photo_hash):
            with pytest.raises(UnreadablePhoto, match="permission denied"):
                read(jpeg)

    @pytest.mark.parametrize("path", ["a\0b.jpg", "x" * 5000, ""])
    def test_impossible_paths(self, path: str) -> None:
        with pytest.raises(PhotoError):
            read_photo(path)

    @pytest.mark.parametrize("source", [io.StringIO("text"), 7, None])
    def test_sources_of_no_known_type(self, source: object) -> None:
        with pytest.raises(BadInput):
            read_photo(source)  # type: ignore[arg-type]

    def test_a_source_that_breaks_while_it_is_read(self) -> None:
        class Broken(io.RawIOBase):
            def read(self, size: int = -1) -> bytes:
                raise OSError(5, "Input/output error")

        with pytest.raises(UnreadablePhoto, match="input/output error"):
            read_photo(Broken())

    def test_heic_without_pillow_heif_says_what_to_install(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setitem(sys.modules, "pillow_heif.as_plugin", None)
        with pytest.raises(UnreadablePhoto, match=r"pip install 'rostro\[heif\]'"):
            read_photo(b"\0\0\0\x18ftypheic\0\0\0\0mif1heic" + bytes(100))

    @pytest.mark.skipif(sys.platform != "linux", reason="elsewhere file names are Unicode")
    def test_names_that_are_not_unicode_are_printable(self, tmp_path: Path) -> None:
        path = Path(os.fsdecode(os.fsencode(tmp_path) + b"/\xff.jpg"))
        path.write_bytes(encoded()["jpg"])
        assert read_photo(path).name.encode().endswith(rb"\udcff.jpg")


def test_threads_read_the_same_as_one_after_the_other() -> None:
    files = list(encoded().values()) * 4
    with ThreadPoolExecutor(4) as pool:
        for photo, data in zip(pool.map(read_photo, files), files, strict=True):
            assert np.array_equal(photo.image, read_photo(data).image)
