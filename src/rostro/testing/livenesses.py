"""What every liveness scorer promises."""

from __future__ import annotations

import numpy as np
import pytest

from rostro.core.types import Face, Image
from rostro.liveness.base import LivenessScorer


class LivenessContract:
    """Derive from it, in a class whose name starts with ``Test``; give these fixtures there or in its module.

    Fixtures to give:
        scorer: The scorer.
        photo: A photo of a living person: RGB uint8 (H, W, 3).
        face: Their face in it.
    """

    @pytest.fixture
    def scorer(self) -> LivenessScorer:
        """To be given."""
        raise NotImplementedError("give a fixture `scorer`")

    @pytest.fixture
    def photo(self) -> Image:
        """To be given."""
        raise NotImplementedError("give a fixture `photo`")

    @pytest.fixture
    def face(self) -> Face:
        """To be given."""
        raise NotImplementedError("give a fixture `face`")

    def test_scores_are_shares_also_of_none(self, scorer: LivenessScorer, photo: Image, face: Face) -> None:
        for count in (3, 1, 0):
            scores = scorer.score(photo, [face] * count)
            assert scores.shape == (count,)
            assert scores.dtype == np.float32
            assert ((scores >= 0) & (scores <= 1)).all()

    def test_together_as_alone_and_the_photo_is_left_alone(
        self, scorer: LivenessScorer, photo: Image, face: Face
    ) -> None:
        x1, y1, x2, y2 = face.box
        faces = [face, Face((x1 - 5, y1 + 5, x2, y2), 1.0), Face((x1, y1, x2 + 9, y2), 1.0)]
        before = photo.copy()
        together = scorer.score(photo, faces)
        assert np.array_equal(photo, before)
        alone = [scorer.score(photo, [each])[0] for each in faces]
        assert np.abs(together - alone).max() < 1e-3

    def test_boxes_may_reach_outside_and_photos_be_small(self, scorer: LivenessScorer, photo: Image) -> None:
        height, width = photo.shape[:2]
        boxes = [
            (-0.5 * width, -0.5 * height, 0.4 * width, 0.4 * height),
            (0.7 * width, 0.7 * height, 1.5 * width, 1.5 * height),
            (-width, -height, 2.0 * width, 2.0 * height),
            (width + 5.0, height + 5.0, width + 9.0, height + 9.0),
            (1.2, 1.2, 1.4, 1.4),
        ]
        scores = scorer.score(photo, [Face(box, 1.0) for box in boxes])
        assert np.isfinite(scores).all()
        tiny = np.full((2, 3, 3), 128, np.uint8)
        assert np.isfinite(scorer.score(tiny, [Face((0.0, 0.0, 2.0, 2.0), 1.0)])).all()

    def test_it_says_what_it_is(self, scorer: LivenessScorer) -> None:
        assert scorer.name
        assert scorer.about
        assert scorer.paper
        assert len(scorer.weights_hash) == 64
        assert all(file.licence and file.sources for file in scorer.files)
