"""What every alignment promises, whichever file it is."""

from __future__ import annotations

import inspect
from typing import Any

import numpy as np
import pytest
from seeded_weights import seeded_crops

from rostro.alignment.base import ALIGNMENTS, open_alignment
from rostro.core.errors import BadInput, ModelUnavailable
from rostro.core.types import AlignmentSpec, Face
from rostro.models.store import ModelStore

SIZE = 96
EYES_NOSE_MOUTH = np.array([[0.3, 0.4], [0.7, 0.4], [0.5, 0.6], [0.35, 0.8], [0.65, 0.8]], np.float32)


def face(x: float, y: float, width: float, height: float) -> Face:
    return Face((x, y, x + width, y + height), 0.9, EYES_NOSE_MOUTH * np.float32([width, height]) + np.float32([x, y]))


FACES = [face(30, 40, 60, 80), face(90.5, 20.25, 41.5, 52.75), face(-20, -30, 80, 90), face(150, 160, 90, 90)]


@pytest.fixture(params=ALIGNMENTS.names)
def alignment(request: pytest.FixtureRequest, store: ModelStore) -> Any:
    if ALIGNMENTS.get(request.param).files:  # type: ignore[attr-defined]
        pytest.importorskip("dlib")
    try:
        return open_alignment(AlignmentSpec(request.param, SIZE), store)
    except ModelUnavailable as error:
        if store.settings.offline:
            pytest.skip(f"offline: {error}")
        raise


@pytest.fixture
def image() -> np.ndarray:
    return np.maximum(seeded_crops(1, 200)[0], 1)


def test_one_crop_per_face_in_order_also_for_none(alignment: Any, image: np.ndarray) -> None:
    for count in range(len(FACES) + 1):
        crops = alignment.align(image, FACES[:count])
        assert crops.shape == (count, SIZE, SIZE, 3)
        assert crops.dtype == np.uint8
        for crop, one in zip(crops, FACES, strict=False):
            assert np.array_equal(crop, alignment.align(image, [one])[0])


def test_photo_is_left_alone_and_may_be_a_view(alignment: Any, image: np.ndarray) -> None:
    before = image.copy()
    crops = alignment.align(image, FACES)
    assert np.array_equal(image, before)
    image.setflags(write=False)
    assert np.array_equal(alignment.align(image, FACES), crops)
    wide = np.zeros((200, 400, 3), np.uint8)
    wide[:, ::2] = image
    assert np.array_equal(alignment.align(wide[:, ::2], FACES), crops)


def test_black_outside_of_the_photo(alignment: Any, image: np.ndarray) -> None:
    corner = alignment.align(np.full_like(image, 255), [face(-60, -60, 120, 120)])[0]
    assert (corner[:8, :8] == 0).all()
    assert (corner[-8:, -8:] == 255).all()


def test_face_that_covers_one_pixel(alignment: Any, image: np.ndarray) -> None:
    assert alignment.align(image, [face(50, 50, 1, 1)]).shape == (1, SIZE, SIZE, 3)


def test_tells_apart_faces_without_landmarks(alignment: Any, image: np.ndarray) -> None:
    bare = Face(FACES[0].box, 0.9)
    if alignment.needs_landmarks:
        with pytest.raises(BadInput, match="landmarks"):
            alignment.align(image, [bare])
    else:
        assert alignment.align(image, [bare]).shape == (1, SIZE, SIZE, 3)


@pytest.mark.parametrize("name", ALIGNMENTS.names)
def test_what_it_says_of_itself(name: str) -> None:
    part: Any = ALIGNMENTS.get(name)
    assert part.about
    assert isinstance(part.needs_landmarks, bool)
    assert next(iter(inspect.signature(part).parameters)) == "size"
