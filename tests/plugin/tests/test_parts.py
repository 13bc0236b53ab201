# tests/test_parts.py
"""The parts keep rostro's contracts."""

import pytest
from rostro_example.detector import Frontal
from rostro_example.embedder import MirroredSFace
from rostro_example.gallery import PlainGallery

from rostro.core.settings import Settings
from rostro.models.store import ModelStore
from rostro.runtime.base import EngineOptions
from rostro.testing import DetectorContract, EmbedderContract, GalleryContract

STORE = ModelStore(Settings.from_environment())


@pytest.fixture(scope="module")
def detector():
    return Frontal(STORE, EngineOptions())


@pytest.fixture(scope="module")
def embedder():
    return MirroredSFace(STORE, EngineOptions(precision="f32"))


class TestFrontal(DetectorContract):
    """All tests are the contract's."""


class TestMirroredSFace(EmbedderContract):
    """All tests are the contract's."""


class TestPlainGallery(GalleryContract):
    @pytest.fixture
    def gallery_class(self):
        return PlainGallery

    @pytest.fixture
    def new_url(self, tmp_path):
        return f"plain://{tmp_path}/people.json"
