"""How the detector is asked: eagerly, in every size that matters, and as it was told where it was told anything."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image as Pillow

from rostro.anonymisation.finding import Finder
from rostro.core.settings import Settings
from rostro.core.types import Image
from rostro.models.store import ModelStore
from rostro.photos.reading import read_photo
from rostro.recognizer import Recognizer


@pytest.fixture(scope="module")
def finder(recognizer: Recognizer) -> Finder:
    return Finder(recognizer)


def scene(photo: Path, height: int, *, on: tuple[int, int]) -> tuple[Image, tuple[float, float]]:
    """A portrait so many pixels high in the middle of a grey picture (width, height), and where its middle is."""
    portrait = Pillow.fromarray(read_photo(photo).image)
    portrait = portrait.resize((round(portrait.width * height / portrait.height), height), Pillow.Resampling.LANCZOS)
    page = Pillow.new("RGB", on, "grey")
    left, top = (on[0] - portrait.width) // 2, (on[1] - portrait.height) // 2
    page.paste(portrait, (left, top))
    return np.asarray(page), (left + portrait.width / 2, top + portrait.height / 2)


@pytest.mark.parametrize(("height", "on"), [(36, (640, 480)), (48, (2600, 400)), (160, (640, 480))])
def test_small_faces_of_small_and_large_photos_are_found(
    height: int, on: tuple[int, int], finder: Finder, recognizer: Recognizer, samples: dict[str, Path]
) -> None:
    whole = read_photo(samples["obama.jpg"]).image
    (face, *_) = recognizer.detect(whole)
    part = height / whole.shape[0]
    image, _ = scene(samples["obama.jpg"], height, on=on)
    left, top = (on[0] - round(whole.shape[1] * part)) / 2, (on[1] - height) / 2
    x, y = left + face.centre[0] * part, top + face.centre[1] * part
    found = finder.in_photo(image)
    assert [f for f in found if f.box[0] < x < f.box[2] and f.box[1] < y < f.box[3]], found


def test_a_face_that_fills_the_photo_is_found(finder: Finder, recognizer: Recognizer, samples: dict[str, Path]) -> None:
    whole = read_photo(samples["obama2.jpg"]).image
    (face, *_) = recognizer.detect(whole)
    x1, y1, x2, y2 = (round(edge) for edge in face.box)
    close = Pillow.fromarray(whole[y1:y2, x1:x2]).resize((1500, 1500 * (y2 - y1) // (x2 - x1)))
    found = finder.in_photo(np.asarray(close))
    assert max(f.area for f in found) > 0.5 * close.width * close.height


def test_a_face_is_told_once(finder: Finder, samples: dict[str, Path]) -> None:
    image = read_photo(samples["astronaut.png"]).image
    sure = [face for face in finder.in_photo(image) if face.score > 0.8]
    assert len(sure) == 1


def test_what_the_recogniser_was_told_holds(settings: Settings, store: ModelStore, samples: dict[str, Path]) -> None:
    told = Recognizer(settings=settings, store=store, min_score=0.85, max_side=320, turn=False, quality=None)
    strict = Finder(told)
    assert strict.good_score == 0.85
    assert all(face.score >= 0.85 for face in strict.in_photo(read_photo(samples["obama.jpg"]).image))
    image, _ = scene(samples["obama.jpg"], 20, on=(640, 480))
    assert not strict.in_photo(image)


@pytest.mark.parametrize("name", ["mtcnn", "haar", "ssd_mobilenet"])
def test_other_detectors_are_asked_the_same_way(
    name: str, settings: Settings, store: ModelStore, samples: dict[str, Path]
) -> None:
    other = Finder(Recognizer(detector=name, settings=settings, store=store, quality=None))
    image = Pillow.fromarray(read_photo(samples["astronaut.png"]).image)
    image.thumbnail((300, 300))
    assert other.in_photo(np.asarray(image))
