"""What every detector promises."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import cv2
import numpy as np
import pytest

from rostro.core.errors import ModelUnavailable
from rostro.core.settings import Settings
from rostro.core.types import Face, Image
from rostro.detection.base import Detector
from rostro.models.samples import SAMPLES
from rostro.models.store import ModelStore
from rostro.photos.reading import read_photo


@dataclass(frozen=True, slots=True)
class Portrait:
    """A picture with one face that the detector finds, upright and from the front.

    Attributes:
        image: RGB uint8 (H, W, 3), about 200 pixels wide: small, for some detectors take their time.
        middle: Box that the face's centre lies in, in pixels: x1, y1, x2, y2.
        widths: The face is wider than the first and narrower than the second, in pixels.
    """

    image: Image
    middle: tuple[float, float, float, float]
    widths: tuple[float, float]


@dataclass(frozen=True, slots=True)
class Crowd:
    """A wall of ten by ten portraits.

    Attributes:
        side: Side of each, in pixels.
        fewest: At least so many of the hundred are found; 0 asks for an answer, whatever it is.
        most: And at most so many, where `fewest` is not 0.
    """

    side: int = 60
    fewest: int = 0
    most: int = 110


class DetectorContract:
    """Derive from it, in a class whose name starts with ``Test``; give these fixtures there or in its module.

    Fixtures to give:
        detector: The detector, ready. In the module, with ``scope="module"``, its model is loaded once.

    Fixtures that may be given, in the class:
        portrait: A `Portrait`; by default a sample photo of rostro's, which is fetched once (``ROSTRO_OFFLINE=1`` skips
            the tests where it is not there). Give one of your own where the detector finds something else than faces.
        crowd: A `Crowd`: how many of a hundred faces it finds; by default any number.
    """

    @pytest.fixture
    def portrait(self) -> Portrait:
        """A frontal portrait of 200 × 200 pixels; the face is about 100."""
        store = ModelStore(Settings.from_environment())
        (entry,) = (each for each in SAMPLES if each.name == "astronaut.png")
        try:
            image = read_photo(store.path(entry)).image
        except ModelUnavailable as error:
            if store.settings.offline:
                pytest.skip(f"offline: {error}")
            raise
        return Portrait(np.ascontiguousarray(image[20:220, 120:320]), middle=(70, 60, 140, 140), widths=(60, 150))

    @pytest.fixture
    def crowd(self) -> Crowd:
        """A hundred faces of about thirty pixels."""
        return Crowd()

    def test_describes_itself(self, detector: Detector) -> None:
        assert detector.about
        assert detector.paper
        assert 0 < detector.default_score < 1
        assert all(entry.sha256 and entry.licence and entry.sources for entry in detector.files)
        assert "rule for sizes" in str(type(detector).__doc__)

    def test_no_images_no_answers(self, detector: Detector) -> None:
        assert detector.detect([]) == []

    def test_finds_a_portrait(self, detector: Detector, portrait: Portrait) -> None:
        (faces,) = detector.detect([portrait.image])
        _check(faces, detector)
        assert len(faces) == 1
        assert _centre_in(faces[0], portrait.middle), faces
        assert portrait.widths[0] < faces[0].width < portrait.widths[1]
        if detector.gives_landmarks:
            assert faces[0].landmarks is not None
            left, right, nose, left_mouth, right_mouth = faces[0].landmarks
            assert left[0] < nose[0] < right[0]
            assert left_mouth[0] < right_mouth[0]
            assert max(left[1], right[1]) < nose[1] < min(left_mouth[1], right_mouth[1])

    def test_no_face(self, detector: Detector) -> None:
        grey = np.full((120, 160, 3), 128, np.uint8)
        ramp = np.broadcast_to(np.arange(160, dtype=np.uint8)[None, :, None], (120, 160, 3)).copy()
        assert detector.detect([grey, ramp]) == [[], []]

    @pytest.mark.parametrize("shape", [(1, 1), (1, 300), (300, 1), (3, 7), (9, 9), (24, 2000), (2000, 24)])
    def test_odd_shapes(self, detector: Detector, shape: tuple[int, int]) -> None:
        noise = np.random.default_rng(0).integers(0, 256, (*shape, 3), dtype=np.uint8)
        (faces,) = detector.detect([noise])
        _check(faces, detector)

    def test_faces_of_one_pixel(self, detector: Detector, portrait: Portrait) -> None:
        """A wall of portraits so small that each face is about one pixel."""
        tiny = cv2.resize(portrait.image, (3, 3), interpolation=cv2.INTER_AREA)
        (faces,) = detector.detect([np.tile(tiny, (60, 80, 1))])
        _check(faces, detector)

    def test_grey_pixels(self, detector: Detector, portrait: Portrait) -> None:
        grey = np.repeat(cv2.cvtColor(portrait.image, cv2.COLOR_RGB2GRAY)[:, :, None], 3, axis=2)
        (faces,) = detector.detect([grey])
        _check(faces, detector)
        assert any(_centre_in(face, portrait.middle) for face in faces)

    def test_a_hundred_faces(self, detector: Detector, portrait: Portrait, crowd: Crowd) -> None:
        """Ten by ten portraits. Those that look at small faces find nearly all; all others answer."""
        tile = cv2.resize(portrait.image, (crowd.side, crowd.side), interpolation=cv2.INTER_AREA)
        (faces,) = detector.detect([np.tile(tile, (10, 10, 1))])
        _check(faces, detector)
        if crowd.fewest:
            assert crowd.fewest <= len(faces) <= crowd.most

    def test_batch_same_as_one_by_one(self, detector: Detector, portrait: Portrait) -> None:
        images = [
            portrait.image,
            np.zeros((40, 90, 3), np.uint8),
            np.ascontiguousarray(portrait.image[:, ::-1]),
            np.pad(portrait.image, ((0, 10), (60, 0), (0, 0))),
        ]
        together = detector.detect(images)
        assert sum(map(len, together)) >= 3
        for image, faces in zip(images, together, strict=True):
            (alone,) = detector.detect([image])
            assert len(faces) == len(alone)
            for a, b in zip(faces, alone, strict=True):
                np.testing.assert_allclose(a.box, b.box, atol=0.05)
                assert a.score == pytest.approx(b.score, abs=1e-3)

    def test_boxes_are_in_pixels_of_the_photo(self, detector: Detector, portrait: Portrait) -> None:
        """The same face in a photo that is larger, and moved by a border."""
        image = portrait.image
        ((face,),) = detector.detect([image])
        ((large,),) = detector.detect([cv2.resize(image, None, fx=1.5, fy=1.5)])
        np.testing.assert_allclose(np.array(large.box) / 1.5, face.box, atol=0.25 * face.width)
        ((moved,),) = detector.detect([np.pad(image, ((0, 0), (60, 0), (0, 0)), mode="edge")])
        np.testing.assert_allclose(np.array(moved.box) - (60, 0, 60, 0), face.box, atol=0.25 * face.width)

    def test_input_is_not_changed(self, detector: Detector, portrait: Portrait) -> None:
        image = portrait.image.copy()
        image.setflags(write=False)
        detector.detect([image, image[:, ::-1]])
        np.testing.assert_array_equal(image, portrait.image)

    def test_higher_score_keeps_fewer(self, detector: Detector, portrait: Portrait) -> None:
        strict = type(detector)(detector.store, detector.engine_options, min_score=1.0)
        (faces,) = strict.detect([portrait.image])
        _check(faces, strict)

    def test_threads_do_not_disturb_each_other(self, detector: Detector, portrait: Portrait) -> None:
        images = [portrait.image, np.ascontiguousarray(portrait.image[:, ::-1])]
        expected = [detector.detect([image])[0] for image in images]
        with ThreadPoolExecutor(4) as pool:
            found = list(pool.map(lambda image: detector.detect([image])[0], images * 2))
        for a, b in zip(found, expected * 2, strict=True):
            assert [face.box for face in a] == [pytest.approx(face.box, abs=0.05) for face in b]

    def test_a_larger_side_finds_smaller_faces(self, detector: Detector, portrait: Portrait) -> None:
        """A face of 100 pixels in a photo of 2,000."""
        if detector.least_side is None:
            pytest.skip("looks at every photo in one size")
        height, width = portrait.image.shape[:2]
        photo = np.full((height + 20, 2000, 3), 128, np.uint8)
        photo[10 : 10 + height, 1500 : 1500 + width] = portrait.image
        coarse, fine = (type(detector)(detector.store, detector.engine_options, max_side=side) for side in (150, 2000))
        assert coarse.detect([photo]) == [[]]
        (faces,) = fine.detect([photo])
        x1, y1, x2, y2 = portrait.middle
        assert any(_centre_in(face, (1500 + x1, 10 + y1, 1500 + x2, 10 + y2)) for face in faces), faces


def _check(faces: list[Face], detector: Detector) -> None:
    scores = [face.score for face in faces]
    assert scores == sorted(scores, reverse=True)
    assert all(detector.min_score <= score <= 1 for score in scores)
    assert all((face.landmarks is not None) == detector.gives_landmarks for face in faces)


def _centre_in(face: Face, box: tuple[float, float, float, float]) -> bool:
    x, y = face.centre
    return box[0] < x < box[2] and box[1] < y < box[3]
