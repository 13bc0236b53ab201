"""What every quality scorer promises."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from rostro.core.types import Crops
from rostro.quality.base import QualityScorer


class QualityContract:
    """Derive from it, in a class whose name starts with ``Test``; give these fixtures there or in its module.

    Fixtures to give:
        scorer: The scorer.
        crops: Faces aligned as `rostro.quality.base.ALIGNMENT` says, sharp ones: RGB uint8 (N, 112, 112, 3).
    """

    @pytest.fixture
    def scorer(self) -> QualityScorer:
        """To be given."""
        raise NotImplementedError("give a fixture `scorer`")

    @pytest.fixture
    def crops(self) -> Crops:
        """To be given."""
        raise NotImplementedError("give a fixture `crops`")

    def test_scores_are_shares_also_of_none(self, scorer: QualityScorer, crops: Crops) -> None:
        for count in (len(crops), 1, 0):
            scores = scorer.score(crops[:count])
            assert scores.shape == (count,)
            assert scores.dtype == np.float32
            assert ((scores >= 0) & (scores <= 1)).all()

    def test_a_batch_is_its_faces(self, scorer: QualityScorer, crops: Crops) -> None:
        alone = np.concatenate([scorer.score(crop[None]) for crop in crops])
        assert np.abs(scorer.score(crops) - alone).max() < 1e-3

    def test_crops_are_left_alone_and_may_be_views(self, scorer: QualityScorer, crops: Crops) -> None:
        before = crops.copy()
        scores = scorer.score(crops)
        assert np.array_equal(crops, before)
        assert np.abs(scorer.score(crops[::-1])[::-1] - scores).max() < 1e-3

    def test_strong_blur_is_worse(self, scorer: QualityScorer, crops: Crops) -> None:
        blurred = np.stack([cv2.GaussianBlur(crop, (0, 0), 5) for crop in crops])
        assert (scorer.score(blurred) < scorer.score(crops)).all()

    def test_any_size_of_crop(self, scorer: QualityScorer, crops: Crops) -> None:
        larger = np.stack([cv2.resize(crop, (160, 160)) for crop in crops])
        assert np.abs(scorer.score(larger) - scorer.score(crops)).max() < 0.15

    def test_it_says_what_it_is(self, scorer: QualityScorer) -> None:
        assert scorer.name
        assert scorer.about
        assert scorer.paper
        assert all(file.licence and file.sources for file in scorer.files)
