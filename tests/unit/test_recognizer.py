"""The recogniser's parts: by name or as objects, opened, closed, pickled."""

from __future__ import annotations

import pickle
from pathlib import Path

import numpy as np
import pytest

import rostro
from rostro.alignment.crop import Crop
from rostro.core.types import AlignmentSpec, Crops, Face, Floats, Image
from rostro.detection.base import Detector
from rostro.embedding.base import Embedder
from rostro.gallery.base import open_gallery
from rostro.models.store import ModelStore
from rostro.runtime.base import EngineOptions


class Middle(Detector):
    """A face in the middle of every photo."""

    name = "middle"
    about = paper = "a toy"
    files = ()
    default_score = 0.5

    def detect(self, images: list[Image]) -> list[list[Face]]:  # type: ignore[override]
        return [[Face((w / 4, h / 4, w * 3 / 4, h * 3 / 4), 0.9)] for h, w in (image.shape[:2] for image in images)]


class Colour(Embedder):
    """The mean colour of the crop."""

    name = "colour"
    about = paper = "a toy"
    files = ()
    alignment = AlignmentSpec("crop", 8, {"margin": 0.0})
    detector = "yunet"
    dims = 3

    def represent(self, crops: Crops) -> Floats:
        means: Floats = crops.mean(axis=(1, 2), dtype=np.float32) - 128
        return means

    @property
    def weights_hash(self) -> str:
        return 64 * "0"


@pytest.fixture
def parts(settings: rostro.Settings, store: ModelStore) -> dict[str, object]:
    engine = EngineOptions()
    return {"settings": settings, "store": store, "detector": Middle(store, engine), "embedder": Colour(store, engine)}


def photo(*colour: int) -> Image:
    return np.full((40, 40, 3), colour, np.uint8)


def test_objects_are_taken_as_they_are(parts: dict[str, object], tmp_path: Path) -> None:
    with open_gallery(str(tmp_path / "own.db")) as gallery:
        with rostro.Recognizer(**parts, gallery=gallery, threshold=0.9) as recognizer:  # type: ignore[arg-type]
            assert recognizer.system["detector"] == "middle" and recognizer.system["embedder"] == "colour"
            assert recognizer.space == "colour-00000000/crop-8,margin=0"
            assert recognizer.detector is parts["detector"] and recognizer.gallery is gallery
            assert recognizer.verify(photo(250, 10, 10), photo(240, 20, 20))
            assert not recognizer.verify(photo(250, 10, 10), photo(10, 250, 10))
        assert gallery.people() == [], "a gallery that was given stays open"


def test_an_alignment_object_names_the_space(parts: dict[str, object]) -> None:
    recognizer = rostro.Recognizer(**parts, alignment=Crop(8, margin=0.5))  # type: ignore[arg-type]
    assert recognizer.space == "colour-00000000/crop-8,margin=0.5,square=1"
    with pytest.raises(rostro.BadInput, match="crops of 8 pixels, this alignment makes 16"):
        rostro.Recognizer(**parts, alignment=Crop(16))  # type: ignore[arg-type]


def test_options_of_a_detector_by_name_are_refused_for_an_object(parts: dict[str, object]) -> None:
    with pytest.raises(rostro.BadInput, match="min_score"):
        rostro.Recognizer(**parts, min_score=0.5)  # type: ignore[arg-type]


def test_making_one_touches_no_disk(tmp_path: Path) -> None:
    path = tmp_path / "people.db"
    recognizer = rostro.Recognizer(gallery=path)
    assert repr(recognizer) == f"<Recognizer yunet + sface, gallery {path}>"
    assert not path.exists()


def test_passwords_are_not_shown() -> None:
    assert "secret" not in repr(rostro.Recognizer(gallery="postgresql://ada:secret@db/people"))


def test_a_gallery_that_must_be_there(parts: dict[str, object], tmp_path: Path) -> None:
    path = tmp_path / "people.db"
    recognizer = rostro.Recognizer(**parts, gallery=path, create_gallery=False, threshold=0.9)  # type: ignore[arg-type]
    with pytest.raises(rostro.GalleryError, match=r"people\.db"):
        recognizer.open()
    assert not path.exists()


def test_open_shows_at_once_what_cannot_work(parts: dict[str, object], tmp_path: Path) -> None:
    path = tmp_path / "people.db"
    open_gallery(str(path), space="other-00000000/none").close()
    with pytest.raises(rostro.SpaceMismatch):
        rostro.Recognizer(**parts, gallery=path, threshold=0.9).open()  # type: ignore[arg-type]
    with pytest.raises(rostro.NoOperatingPoint):
        rostro.Recognizer(**parts, gallery=tmp_path / "new.db").open()  # type: ignore[arg-type]


def test_closed_it_may_be_used_again(parts: dict[str, object], tmp_path: Path) -> None:
    recognizer = rostro.Recognizer(**parts, gallery=tmp_path / "people.db", threshold=0.9)  # type: ignore[arg-type]
    first = recognizer.open().gallery
    recognizer.close()
    recognizer.close()
    assert recognizer.gallery is not first
    assert recognizer.gallery.people() == []
    recognizer.close()


def test_it_pickles_by_its_options(settings: rostro.Settings, tmp_path: Path) -> None:
    one = rostro.Recognizer(
        detector="haar", embedder="sface", threshold=0.5, gallery=tmp_path / "p.db", settings=settings
    )
    other = pickle.loads(pickle.dumps(one))  # noqa: S301 - what process pools do
    assert (other.system, other.gallery_url, other.settings) == (one.system, one.gallery_url, one.settings)


def test_objects_do_not_pickle(parts: dict[str, object]) -> None:
    with pytest.raises(TypeError, match="detector, embedder was given as an object"):
        pickle.dumps(rostro.Recognizer(**parts))  # type: ignore[arg-type]
