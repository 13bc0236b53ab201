"""Deep samples are scaled by what they hold."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

import cv2
import numpy as np
import PIL.Image
import pytest

from rostro.core.errors import UnreadablePhoto
from rostro.photos.deep import eight_bits
from rostro.photos.exposure import exposure
from rostro.photos.reading import read_photo

if TYPE_CHECKING:
    from pathlib import Path

    from rostro.recognizer import Recognizer

EIGHT = np.arange(256, dtype=np.uint8).reshape(16, 16)


@pytest.mark.parametrize("depth", [8, 10, 12, 14, 16])
@pytest.mark.parametrize("kind", [np.uint16, np.int32, np.float32])
def test_the_smallest_depth_that_holds_them(depth: int, kind: type) -> None:
    samples = np.rint(EIGHT * ((2**depth - 1) / 255)).astype(kind)
    assert np.abs(eight_bits(samples, "a").astype(int) - EIGHT).max() <= 1


def test_floats_between_0_and_1_stay_as_dark_as_they_are() -> None:
    assert np.array_equal(eight_bits(EIGHT / np.float32(255), "a"), EIGHT)
    assert eight_bits(EIGHT / np.float32(25500), "a").max() == 3


@pytest.mark.parametrize(("low", "high"), [(-1.0, 1.0), (-500.0, 70_000.0), (0.0, 1e9)])
def test_samples_of_no_known_depth_are_stretched(low: float, high: float) -> None:
    samples = low + (high - low) * EIGHT.astype(np.float64) / 255
    assert np.abs(eight_bits(samples, "a").astype(int) - EIGHT).max() <= 1
    assert not eight_bits(np.full((4, 4), -5, np.int32), "a").any()


@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf])
def test_what_is_not_finite_is_refused(value: float) -> None:
    with pytest.raises(UnreadablePhoto, match="finite"):
        eight_bits(np.array([[0.5, value]], np.float32), "a")


@pytest.mark.parametrize("alpha", [False, True])
@pytest.mark.parametrize("depth", [10, 12, 14])
@pytest.mark.parametrize("extension", [".png", ".tif"])
def test_colours_too(extension: str, depth: int, alpha: bool) -> None:
    card = np.dstack([EIGHT, EIGHT[::-1], EIGHT.T])
    deep = np.rint(card * ((2**depth - 1) / 255)).astype(np.uint16)
    stored = np.dstack([deep[..., ::-1], np.full(EIGHT.shape, 0xFFFF, np.uint16)]) if alpha else deep[..., ::-1]
    data = cv2.imencode(extension, np.ascontiguousarray(stored))[1].tobytes()
    assert np.abs(read_photo(data).image.astype(int) - card).max() <= 1


def test_a_face_of_ten_bits_in_sixteen_is_itself(recognizer: Recognizer, portraits: list[Path]) -> None:
    gray = np.asarray(PIL.Image.open(portraits[0]).convert("L"))
    photos = [io.BytesIO(), io.BytesIO(), io.BytesIO()]
    PIL.Image.fromarray(gray).save(photos[0], "PNG")
    PIL.Image.fromarray(np.rint(gray * (1023 / 255)).astype(np.uint16)).save(photos[1], "PNG")
    PIL.Image.fromarray(gray.astype(np.int32)).save(photos[2], "TIFF")
    plain, ten, wide = (photo.getvalue() for photo in photos)
    assert recognizer.verify(plain, ten).similarity > 0.98
    assert recognizer.verify(plain, wide).similarity > 0.99


def test_nearly_black_and_nearly_white(portraits: list[Path]) -> None:
    photo = read_photo(portraits[0]).image
    assert exposure(photo) is None
    assert exposure((photo * 0.05).astype(np.uint8)) == "nearly-black"
    assert exposure(np.clip(photo.astype(int) + 245, 0, 255).astype(np.uint8)) == "nearly-white"
    assert exposure(np.zeros((1, 1, 3), np.uint8)) == "nearly-black"
