"""Every attribute predictor keeps the contract of `rostro.testing`."""

from __future__ import annotations

from pathlib import Path

import pytest

from rostro.attributes.base import ATTRIBUTES, DEFAULTS, AttributePredictor
from rostro.core.types import Face, Image
from rostro.models.store import ModelStore
from rostro.photos.reading import read_photo
from rostro.recognizer import Recognizer
from rostro.runtime.base import EngineOptions
from rostro.testing import AttributeContract


@pytest.fixture(scope="module", params=ATTRIBUTES.names)
def each(request: pytest.FixtureRequest, store: ModelStore, engine: EngineOptions) -> AttributePredictor:
    """Each predictor that comes with rostro."""
    return ATTRIBUTES.get(request.param)(store, engine)


@pytest.fixture(scope="module")
def portrait(portraits: list[Path]) -> Image:
    """A portrait."""
    return read_photo(portraits[0]).image


class TestAttributes(AttributeContract):
    """The contract, for each predictor."""

    @pytest.fixture
    def predictor(self, each: AttributePredictor) -> AttributePredictor:
        """Each predictor, opened once."""
        return each

    @pytest.fixture
    def photo(self, portrait: Image) -> Image:
        """A portrait."""
        return portrait

    @pytest.fixture
    def face(self, recognizer: Recognizer, portrait: Image) -> Face:
        """Its face."""
        return recognizer.detector.detect([portrait])[0][0]

    def test_it_is_found_by_its_name(self, predictor: AttributePredictor) -> None:
        assert ATTRIBUTES.get(predictor.name) is type(predictor)


def test_each_attribute_is_told_by_somebody_who_tells_it() -> None:
    for attribute, name in DEFAULTS.items():
        assert attribute in ATTRIBUTES.get(name).tells
