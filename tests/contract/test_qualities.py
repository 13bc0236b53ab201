"""Every quality scorer keeps the contract of `rostro.testing`."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest

from rostro.core.errors import ModelUnavailable
from rostro.photos.reading import read_photo
from rostro.quality.base import QUALITIES, QualityScorer
from rostro.testing import QualityContract

if TYPE_CHECKING:
    from pathlib import Path

    from rostro.core.types import Crops
    from rostro.models.store import ModelStore
    from rostro.recognizer import Recognizer
    from rostro.runtime.base import EngineOptions


@pytest.fixture(scope="module", params=QUALITIES.names)
def each(request: pytest.FixtureRequest, store: ModelStore, engine: EngineOptions) -> QualityScorer:
    """Each scorer that comes with rostro."""
    try:
        return QUALITIES.get(request.param)(store, engine)
    except ModelUnavailable as error:
        pytest.skip(str(error))


@pytest.fixture(scope="module")
def portrait_crops(recognizer: Recognizer, portraits: list[Path]) -> Crops:
    """Aligned portraits."""
    images = [read_photo(path).image for path in portraits]
    faces = recognizer.detector.detect(images)
    return np.concatenate(
        [recognizer.alignment.align(image, [found[0]]) for image, found in zip(images, faces, strict=True)]
    )


class TestQualities(QualityContract):
    """The contract, for each scorer."""

    @pytest.fixture
    def scorer(self, each: QualityScorer) -> QualityScorer:
        """Each scorer, opened once."""
        return each

    @pytest.fixture
    def crops(self, portrait_crops: Crops) -> Crops:
        """Aligned portraits."""
        return portrait_crops

    def test_it_is_found_by_its_name(self, scorer: QualityScorer) -> None:
        assert QUALITIES.get(scorer.name) is type(scorer)
        assert len(scorer.weights_hash) == 64
