"""Landmarks placed by a network of their own: what asks for them, what they change, and that they are better."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from rostro.alignment.base import REFINERS, Refined, check_alignment, open_alignment
from rostro.alignment.retail0009 import Retail0009
from rostro.core.errors import BadInput, ModelUnavailable, UnknownModel
from rostro.core.specs import SideBySideSpec, parse_alignment, parse_key, refined, side_by_side
from rostro.core.types import AlignmentSpec, Face
from rostro.models.store import ModelStore
from rostro.photos.reading import read_photo
from rostro.recognizer import Recognizer
from rostro.runtime.base import EngineOptions

FIVE = AlignmentSpec("five_point", 112)
CROP = AlignmentSpec("crop", 160, {"margin": 0.1, "square": 0})


@pytest.fixture(scope="module")
def refiner(store: ModelStore, engine: EngineOptions) -> Retail0009:
    try:
        return Retail0009(store, engine)
    except ModelUnavailable as error:
        if store.settings.offline:
            pytest.skip(f"offline: {error}")
        raise


def test_the_space_says_whose_landmarks() -> None:
    assert refined(FIVE).key == "five_point-112,landmarks=retail0009"
    assert FIVE.key == "five_point-112", "spaces of today keep their names"


@pytest.mark.parametrize(
    "spec", [FIVE, CROP, refined(FIVE), refined(AlignmentSpec("eye_line", 96, {"margin": 0.3})),
             side_by_side([refined(FIVE), CROP, refined(AlignmentSpec("five_point", 128))])]
)  # fmt: skip
def test_a_key_is_read_back(spec: AlignmentSpec) -> None:
    assert parse_key(spec.key) == spec
    assert parse_key(spec.key).key == spec.key


@pytest.mark.parametrize("key", ["", "five_point", "-112", "five_point-0", "five_point-112,", "five_point-112,margin"])
def test_what_is_no_key(key: str) -> None:
    with pytest.raises(BadInput, match="NAME-SIZE"):
        parse_key(key)


def test_what_people_ask_for() -> None:
    assert parse_alignment("crop", CROP) == CROP
    assert parse_alignment("five_point", CROP) == AlignmentSpec("five_point", 160)
    assert parse_alignment("refined", FIVE) == refined(FIVE)
    assert parse_alignment("five_point-128,landmarks=retail0009", FIVE) == refined(AlignmentSpec("five_point", 128))
    assert parse_alignment("somebody-elses", FIVE) == AlignmentSpec("somebody-elses", 112), "no size: a part's name"


def test_unknown_names_are_told_before_any_model_is_loaded() -> None:
    with pytest.raises(UnknownModel, match="no alignment named"):
        check_alignment(AlignmentSpec("nothing", 112))
    with pytest.raises(UnknownModel, match="no refiner of landmarks named"):
        check_alignment(side_by_side([FIVE, refined(FIVE, "nobody")]))
    assert set(REFINERS) >= {"retail0009"}


def test_nothing_to_refine(store: ModelStore, refiner: Retail0009) -> None:
    with pytest.raises(BadInput, match="no landmarks"):
        open_alignment(refined(AlignmentSpec("crop", 112)), store)
    with pytest.raises(BadInput, match="no such option"):
        open_alignment(AlignmentSpec("five_point", 112, {"margin": 1.0}), store)


def test_side_by_side_once_each() -> None:
    assert side_by_side([FIVE, FIVE]) == FIVE
    both = side_by_side([FIVE, CROP, FIVE])
    assert isinstance(both, SideBySideSpec)
    assert (both.size, both.parts) == (272, (FIVE, CROP))
    with pytest.raises(BadInput):
        side_by_side([])


def test_crops_side_by_side_are_those_of_each(refiner: Retail0009, store: ModelStore, portraits: list[Path]) -> None:
    image = read_photo(portraits[0]).image
    height, width = image.shape[:2]
    faces = [Face((width * 0.2, height * 0.2, width * 0.7, height * 0.8), 1.0)]
    specs = [refined(FIVE), refined(AlignmentSpec("five_point", 128))]
    together = open_alignment(side_by_side(specs), store)
    assert isinstance(together, Refined), "the network is asked once for both"
    sheet = together.align(image, faces)
    assert sheet.shape == (1, 240, 240, 3)
    first, second = (open_alignment(spec, store).align(image, faces) for spec in specs)
    np.testing.assert_array_equal(sheet[:, :112, :112], first)
    np.testing.assert_array_equal(sheet[:, :128, 112:], second)
    assert not sheet[:, 128:].any()
    assert together.align(image, []).shape == (0, 240, 240, 3)


def test_landmarks_do_not_depend_on_the_detectors(
    refiner: Retail0009, recognizer: Recognizer, portraits: list[Path]
) -> None:
    image = read_photo(portraits[0]).image
    (face, *_), *_ = recognizer.detector.detect([image])
    bare = Face(face.box, face.score)
    (with_landmarks,), (without,) = refiner.refine([image, image], [[face], [bare]])
    assert with_landmarks == without
    assert (without.box, without.score) == (face.box, face.score)
    assert face.landmarks is not None
    assert without.landmarks is not None
    between_eyes = np.linalg.norm(face.landmarks[1] - face.landmarks[0])
    assert np.abs(without.landmarks - face.landmarks).max() < 0.25 * between_eyes
    assert refiner.refine([image], [[]]) == [[]]
    assert refiner.refine([], []) == []


def test_a_moved_photo_moves_the_landmarks(refiner: Retail0009, recognizer: Recognizer, portraits: list[Path]) -> None:
    """Boxes are cut on whole pixels; what is told is where the points are in the photo."""
    image = read_photo(portraits[0]).image
    (face, *_), *_ = recognizer.detector.detect([image])
    padded = np.zeros((image.shape[0] + 37, image.shape[1] + 21, 3), np.uint8)
    padded[37:, 21:] = image
    x1, y1, x2, y2 = face.box
    moved = Face((x1 + 21, y1 + 37, x2 + 21, y2 + 37), face.score)
    (here,), (there,) = refiner.refine([image, padded], [[face], [moved]])
    assert here.landmarks is not None
    assert there.landmarks is not None
    np.testing.assert_allclose(there.landmarks - (21, 37), here.landmarks, atol=0.01)


def test_faces_of_a_detector_without_landmarks_can_be_aligned(store: ModelStore, portraits: list[Path]) -> None:
    found = Recognizer(detector="haar", alignment="refined", store=store, gallery=":memory:")
    assert found.space == "sface-0ba9fbfa/five_point-112,landmarks=retail0009"
    answer = next(iter(found.photos(portraits[:1], face="largest")))
    assert answer.embeddings.shape == (1, 128)  # type: ignore[union-attr]


@pytest.mark.data
def test_people_are_told_apart_better(store: ModelStore, lfw_root: Path) -> None:
    """The gap between people's own and others' scores, in the scores' spread: 60 people, two photos each."""
    folders = [folder for folder in sorted((lfw_root / "images").iterdir()) if len(list(folder.iterdir())) > 1][:60]
    photos = [photo for folder in folders for photo in sorted(folder.iterdir())[:2]]
    gaps = []
    for alignment in ("five_point", "refined"):
        recognizer = Recognizer(alignment=alignment, store=store, gallery=":memory:")
        vectors = np.stack([a.embeddings[0] for a in recognizer.photos(photos, face="centre")])  # type: ignore[union-attr]
        scores = vectors[::2] @ vectors[1::2].T
        others = scores[~np.eye(len(scores), dtype=bool)]
        gaps.append((np.diag(scores).mean() - others.mean()) / others.std())
    assert gaps[1] > gaps[0]
