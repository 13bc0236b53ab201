"""What every alignment promises."""

from __future__ import annotations

import inspect

import numpy as np
import pytest

from rostro.alignment.base import Alignment
from rostro.core.errors import BadInput
from rostro.core.types import Face, Image
from rostro.testing.made_up import face, pictures

#: Upright, of odd sizes, half outside of the photo.
_FACES = [face(30, 40, 60, 80), face(90.5, 20.25, 41.5, 52.75), face(-20, -30, 80, 90), face(150, 160, 90, 90)]


class AlignmentContract:
    """Derive from it, in a class whose name starts with ``Test``; give these fixtures there or in its module.

    Fixtures to give:
        alignment: The alignment, of any size.

    Fixtures that may be given, in the class:
        alignment_class: Its class; what it says of itself is looked at without a model.
    """

    @pytest.fixture
    def alignment_class(self, alignment: Alignment) -> type[Alignment]:
        """The class."""
        return type(alignment)

    @pytest.fixture
    def image(self) -> Image:
        """A photo of 200 × 200 pixels, none of them black."""
        photo: Image = np.maximum(pictures(1, 200)[0], 1)
        return photo

    def test_one_crop_per_face_in_order_also_for_none(self, alignment: Alignment, image: Image) -> None:
        size = alignment.size
        for count in range(len(_FACES) + 1):
            crops = alignment.align(image, _FACES[:count])
            assert crops.shape == (count, size, size, 3)
            assert crops.dtype == np.uint8
            for crop, one in zip(crops, _FACES, strict=False):
                assert np.array_equal(crop, alignment.align(image, [one])[0])

    def test_photo_is_left_alone_and_may_be_a_view(self, alignment: Alignment, image: Image) -> None:
        before = image.copy()
        crops = alignment.align(image, _FACES)
        assert np.array_equal(image, before)
        image.setflags(write=False)
        assert np.array_equal(alignment.align(image, _FACES), crops)
        wide = np.zeros((200, 400, 3), np.uint8)
        wide[:, ::2] = image
        assert np.array_equal(alignment.align(wide[:, ::2], _FACES), crops)

    def test_black_outside_of_the_photo(self, alignment: Alignment, image: Image) -> None:
        corner = alignment.align(np.full_like(image, 255), [face(-60, -60, 120, 120)])[0]
        assert (corner[:8, :8] == 0).all()
        assert (corner[-8:, -8:] == 255).all()

    def test_face_that_covers_one_pixel(self, alignment: Alignment, image: Image) -> None:
        assert alignment.align(image, [face(50, 50, 1, 1)]).shape == (1, alignment.size, alignment.size, 3)

    def test_tells_apart_faces_without_landmarks(self, alignment: Alignment, image: Image) -> None:
        bare = Face(_FACES[0].box, 0.9)
        if alignment.needs_landmarks:
            with pytest.raises(BadInput, match="landmarks"):
                alignment.align(image, [bare])
        else:
            assert alignment.align(image, [bare]).shape == (1, alignment.size, alignment.size, 3)

    def test_what_it_says_of_itself(self, alignment_class: type[Alignment]) -> None:
        assert alignment_class.about
        assert isinstance(alignment_class.needs_landmarks, bool)
        assert next(iter(inspect.signature(alignment_class).parameters)) == "size"
