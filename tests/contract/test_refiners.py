"""What every refiner of landmarks promises, whichever file it is."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numpy as np
import pytest
from seeded_weights import seeded_crops

from rostro.alignment.base import REFINERS
from rostro.core.errors import ModelUnavailable
from rostro.core.types import Face
from rostro.models.store import ModelStore
from rostro.runtime.base import EngineOptions

FACES = [
    Face((30.0, 40.0, 90.0, 120.0), 0.9),
    Face((-20.0, -30.0, 60.0, 60.0), 0.8),  # reaches outside
    Face((150.5, 160.25, 151.0, 161.0), 0.7),  # smaller than a pixel
]


@pytest.fixture(scope="module", params=REFINERS.names)
def refiner(request: pytest.FixtureRequest, store: ModelStore, engine: EngineOptions) -> Any:
    try:
        return REFINERS.get(request.param)(store, engine)
    except ModelUnavailable as error:
        if store.settings.offline:
            pytest.skip(f"offline: {error}")
        raise


@pytest.fixture(scope="module")
def image() -> np.ndarray:
    return seeded_crops(1, 200)[0]


def test_the_same_faces_in_order_with_landmarks(refiner: Any, image: np.ndarray) -> None:
    before = image.copy()
    found = refiner.refine([image, image, image], [FACES, [], FACES[:1]])
    assert [len(faces) for faces in found] == [3, 0, 1]
    for face, one in zip(found[0], FACES, strict=True):
        assert (face.box, face.score) == (one.box, one.score)
        assert face.landmarks.shape == (5, 2)
        assert face.landmarks.dtype == np.float32
    assert found[2][0] == found[0][0]
    assert np.array_equal(image, before)
    assert refiner.refine([], []) == []


def test_photos_that_are_views(refiner: Any, image: np.ndarray) -> None:
    wide = np.zeros((200, 400, 3), np.uint8)
    wide[:, ::2] = image
    assert refiner.refine([wide[:, ::2]], [FACES]) == refiner.refine([image], [FACES])


def test_batch_same_as_alone_and_from_several_threads(refiner: Any, image: np.ndarray) -> None:
    together = refiner.refine([image], [FACES])[0]
    with ThreadPoolExecutor(3) as pool:
        alone = list(pool.map(lambda face: refiner.refine([image], [[face]])[0][0], FACES))
    for a, b in zip(together, alone, strict=True):
        np.testing.assert_allclose(a.landmarks, b.landmarks, atol=1e-3)


@pytest.mark.parametrize("name", REFINERS.names)
def test_what_it_says_of_itself(name: str) -> None:
    part = REFINERS.get(name)
    assert part.about
    assert part.paper
    for entry in part.files:
        assert entry.sources
        assert entry.licence
