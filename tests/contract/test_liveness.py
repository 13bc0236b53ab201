"""Every liveness scorer keeps the contract of `rostro.testing`, and finds a portrait alive or says why not."""

from __future__ import annotations

from pathlib import Path

import pytest

from rostro.core.types import Face, Image
from rostro.liveness.base import LIVENESS, LivenessScorer
from rostro.models.store import ModelStore
from rostro.photos.reading import read_photo
from rostro.recognizer import Recognizer
from rostro.runtime.base import EngineOptions
from rostro.testing import LivenessContract


@pytest.fixture(scope="module", params=LIVENESS.names)
def each(request: pytest.FixtureRequest, store: ModelStore, engine: EngineOptions) -> LivenessScorer:
    """Each scorer that comes with rostro."""
    return LIVENESS.get(request.param)(store, engine)


@pytest.fixture(scope="module")
def portrait(portraits: list[Path]) -> Image:
    """A portrait."""
    return read_photo(portraits[0]).image


class TestLiveness(LivenessContract):
    """The contract, for each scorer."""

    @pytest.fixture
    def scorer(self, each: LivenessScorer) -> LivenessScorer:
        """Each scorer, opened once."""
        return each

    @pytest.fixture
    def photo(self, portrait: Image) -> Image:
        """A portrait."""
        return portrait

    @pytest.fixture
    def face(self, recognizer: Recognizer, portrait: Image) -> Face:
        """Its face."""
        return recognizer.detector.detect([portrait])[0][0]

    def test_it_is_found_by_its_name(self, scorer: LivenessScorer) -> None:
        assert LIVENESS.get(scorer.name) is type(scorer)
