"""Every detector keeps the contract of `rostro.testing`."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from rostro.core.errors import MissingExtra, ModelUnavailable
from rostro.detection.base import DETECTORS, Detector
from rostro.testing import Crowd, DetectorContract

if TYPE_CHECKING:
    from rostro.models.store import ModelStore
    from rostro.runtime.base import EngineOptions


@pytest.fixture(scope="module", params=DETECTORS.names)
def detector(request: pytest.FixtureRequest, store: ModelStore, engine: EngineOptions) -> Detector:
    try:
        return DETECTORS.get(request.param)(store, engine)
    except MissingExtra as error:
        pytest.skip(str(error))
    except ModelUnavailable as error:
        if store.settings.offline:
            pytest.skip(f"offline: {error}")
        raise


class TestDetectors(DetectorContract):
    @pytest.fixture
    def crowd(self, detector: Detector) -> Crowd:
        """Those that look at small faces find nearly all; dlib's CNN takes its time with so many pixels."""
        return Crowd(
            side=30 if detector.name == "dlib_mmod" else 60,
            fewest=90 if detector.name in {"yunet", "mtcnn", "scrfd", "haar"} else 0,
        )
