"""What every attribute predictor promises."""

from __future__ import annotations

import json

import numpy as np
import pytest

from rostro.attributes.base import AttributePredictor
from rostro.core.types import Face, Image


class AttributeContract:
    """Derive from it, in a class whose name starts with ``Test``; give these fixtures there or in its module.

    Fixtures to give:
        predictor: The predictor.
        photo: A photo of an adult: RGB uint8 (H, W, 3).
        face: Their face in it, with landmarks.
    """

    @pytest.fixture
    def predictor(self) -> AttributePredictor:
        """To be given."""
        raise NotImplementedError("give a fixture `predictor`")

    @pytest.fixture
    def photo(self) -> Image:
        """To be given."""
        raise NotImplementedError("give a fixture `photo`")

    @pytest.fixture
    def face(self) -> Face:
        """To be given."""
        raise NotImplementedError("give a fixture `face`")

    def test_tells_what_it_says_it_tells_also_of_none(
        self, predictor: AttributePredictor, photo: Image, face: Face
    ) -> None:
        for count in (3, 1, 0):
            told = predictor.tell([photo] * count, [face] * count, predictor.tells)
            assert [set(one) for one in told] == [set(predictor.tells)] * count
            for value in (value for one in told for value in one.values()):
                assert json.loads(value.to_json()) == value.to_dict()

    def test_tells_nothing_that_was_not_asked(self, predictor: AttributePredictor, photo: Image, face: Face) -> None:
        for name in predictor.tells:
            assert [set(one) for one in predictor.tell([photo], [face], (name,))] == [{name}]

    def test_together_as_alone_and_photos_are_left_alone(
        self, predictor: AttributePredictor, photo: Image, face: Face
    ) -> None:
        x1, y1, x2, y2 = face.box
        mirrored = np.ascontiguousarray(photo[:, ::-1])
        other = Face((photo.shape[1] - x2, y1, photo.shape[1] - x1, y2), 1.0, _mirrored(face, photo.shape[1]))
        photos, faces = [photo, mirrored, photo], [face, other, Face((x1 - 5, y1 + 5, x2, y2), 1.0, face.landmarks)]
        before = photo.copy()
        together = predictor.tell(photos, faces, predictor.tells)
        assert np.array_equal(photo, before)
        alone = [predictor.tell([p], [f], predictor.tells)[0] for p, f in zip(photos, faces, strict=True)]
        for one, two in zip(together, alone, strict=True):
            assert _near({n: v.to_dict() for n, v in one.items()}, {n: v.to_dict() for n, v in two.items()})

    def test_boxes_may_reach_outside_and_photos_be_small(self, predictor: AttributePredictor, photo: Image) -> None:
        height, width = photo.shape[:2]
        boxes = [
            (-0.5 * width, -0.5 * height, 0.4 * width, 0.4 * height),
            (-width, -height, 2.0 * width, 2.0 * height),
            (width + 5.0, height + 5.0, width + 9.0, height + 9.0),
            (1.2, 1.2, 1.4, 1.4),
        ]
        told = predictor.tell([photo] * len(boxes), [Face(box, 1.0) for box in boxes], predictor.tells)
        tiny = np.full((2, 3, 3), 128, np.uint8)
        told += predictor.tell([tiny], [Face((0.0, 0.0, 2.0, 2.0), 1.0)], predictor.tells)
        assert len(told) == len(boxes) + 1
        assert all(value.to_json() for one in told for value in one.values())  # no number is none

    def test_it_says_what_it_is(self, predictor: AttributePredictor) -> None:
        assert predictor.name
        assert predictor.about
        assert predictor.paper
        assert predictor.tells
        assert all(file.licence and file.sources for file in predictor.files)


def _mirrored(face: Face, width: int) -> np.ndarray[tuple[int, ...], np.dtype[np.float32]] | None:
    if face.landmarks is None:
        return None
    order = [1, 0, 2, 4, 3]  # left and right change places
    flipped = face.landmarks[order] * [-1, 1] + [width, 0]
    return flipped.astype(np.float32)


def _near(one: object, two: object) -> bool:
    """Equal, numbers but for rounding."""
    if isinstance(one, dict) and isinstance(two, dict):
        return one.keys() == two.keys() and all(_near(value, two[name]) for name, value in one.items())
    if isinstance(one, float) and isinstance(two, float):
        return abs(one - two) <= 0.11
    return one == two
