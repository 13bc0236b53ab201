"""What every quality scorer promises."""

from __future__ import annotations

from typing import TYPE_CHECKING

import cv2
import numpy as np
import pytest

from rostro.core.errors import ModelUnavailable
from rostro.photos.reading import read_photo
from rostro.quality.base import QUALITIES, QualityScorer

if TYPE_CHECKING:
    from pathlib import Path

    from rostro.core.types import Crops
    from rostro.models.store import ModelStore
    from rostro.recognizer import Recognizer
    from rostro.runtime.base import EngineOptions


@pytest.fixture(scope="module", params=QUALITIES.names)
def scorer(request: pytest.FixtureRequest, store: ModelStore, engine: EngineOptions) -> QualityScorer:
    """Each scorer that comes with rostro."""
    try:
        return QUALITIES.get(request.param)(store, engine)
    except ModelUnavailable as error:
        pytest.skip(str(error))


@pytest.fixture(scope="module")
def crops(recognizer: Recognizer, portraits: list[Path]) -> Crops:
    """Aligned portraits."""
    images = [read_photo(path).image for path in portraits]
    faces = recognizer.detector.detect(images)
    return np.concatenate(
        [recognizer.alignment.align(image, [found[0]]) for image, found in zip(images, faces, strict=True)]
    )


def test_scores_are_shares(scorer: QualityScorer, crops: Crops) -> None:
    scores = scorer.score(crops)
    assert scores.shape == (len(crops),)
    assert scores.dtype == np.float32
    assert ((scores >= 0) & (scores <= 1)).all()
    assert scorer.score(crops[:0]).shape == (0,)


def test_a_batch_is_its_faces(scorer: QualityScorer, crops: Crops) -> None:
    together = scorer.score(crops)
    alone = np.concatenate([scorer.score(crop[None]) for crop in crops])
    assert np.abs(together - alone).max() < 1e-4


def test_blur_is_worse(scorer: QualityScorer, crops: Crops) -> None:
    blurred = np.stack([cv2.GaussianBlur(crop, (0, 0), 5) for crop in crops])
    assert (scorer.score(blurred) < scorer.score(crops) - 0.1).all()


def test_any_size_of_crop(scorer: QualityScorer, crops: Crops) -> None:
    larger = np.stack([cv2.resize(crop, (160, 160)) for crop in crops])
    assert np.abs(scorer.score(larger) - scorer.score(crops)).max() < 0.1


def test_it_says_what_it_is(scorer: QualityScorer) -> None:
    assert QUALITIES.get(scorer.name) is type(scorer)
    assert scorer.about
    assert scorer.paper
    assert all(file.licence and file.sources for file in scorer.files)
    assert len(scorer.weights_hash) == 64
