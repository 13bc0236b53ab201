"""Photos that are turned: the geometry, and what is found in them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import cv2
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rostro.core.geometry import overlap
from rostro.core.types import Face
from rostro.detection.base import Detector
from rostro.photos.reading import read_photo
from rostro.recognition.turning import BETWEEN, RIGHT_ANGLES, Look, Turner, original, turned_back

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from rostro.core.types import Image
    from rostro.recognizer import Recognizer

TURNS = (0, *RIGHT_ANGLES, *BETWEEN)


@given(st.sampled_from(TURNS), st.integers(20, 90), st.integers(20, 90), st.integers(0, 9), st.integers(0, 9))
def test_a_mark_is_where_the_mapped_face_says(turn: int, width: int, height: int, right: int, down: int) -> None:
    image = np.zeros((height, width, 3), np.uint8)
    x, y = 4 + right, 4 + down
    image[y : y + 3, x : x + 3] = 255
    upright = turned_back(image, turn)
    weight = upright[..., 0].astype(float)
    rows, columns = np.mgrid[: upright.shape[0], : upright.shape[1]] + 0.5
    centre = np.array([(columns * weight).sum(), (rows * weight).sum()]) / weight.sum()
    found = Face((*(centre - 2), *(centre + 2)), 0.9, np.tile(centre, (5, 1)).astype(np.float32))
    back = original(found, turn, width=width, height=height)
    assert back.landmarks is not None
    assert np.allclose(back.centre, (x + 1.5, y + 1.5), atol=0.25)
    assert np.allclose(back.landmarks, (x + 1.5, y + 1.5), atol=0.25)


@given(st.sampled_from((0, 90, 180, 270)), st.integers(1, 40), st.integers(1, 40))
def test_at_right_angles_no_pixel_is_lost(turn: int, width: int, height: int) -> None:
    image = np.random.default_rng(0).integers(0, 256, (height, width, 3), dtype=np.uint8)
    assert np.array_equal(np.rot90(turned_back(image, turn), turn // 90), image)
    assert np.array_equal(turned_back(np.rot90(image, turn // 90), turn), image)


def test_a_box_on_its_side_changes_its_sides() -> None:
    box = original(Face((10, 20, 30, 60), 0.9), 90, width=100, height=200).box
    assert np.allclose(np.array(box[2:]) - box[:2], (40, 20))


class Recording:
    """A detector of an upright photo that knows how often it looked."""

    sure_score = 0.9
    finest_side = None

    def __init__(self, score: float) -> None:
        self.looked = 0
        self.score = score

    def detect(self, images: Sequence[Image]) -> list[list[Face]]:
        self.looked += len(images)
        return [[Face((1, 1, 5, 5), self.score)] for _ in images]


def test_a_photo_without_doubt_is_looked_at_once() -> None:
    detector = Recording(0.95)
    (look,) = Turner(detector).look([np.zeros((9, 9, 3), np.uint8)])  # type: ignore[arg-type]
    assert (detector.looked, look.turned) == (1, 0)
    doubting = Recording(0.8)
    (look,) = Turner(doubting).look([np.zeros((9, 9, 3), np.uint8)])  # type: ignore[arg-type]
    assert doubting.looked == 8
    assert look.turned == 0, "no turn was better than the photo as it is"


@pytest.mark.parametrize(
    ("scores", "sure"),
    [
        ((), False),
        ((0.95,), True),
        ((0.8,), False),
        ((0.8, 0.95), False),
        ((0.8, 0.95, 0.95), True),
        ((0.95, 0.5), True),
    ],
)
def test_most_of_many_faces_say_that_a_photo_is_upright(scores: tuple[float, ...], sure: bool) -> None:
    """The first is the largest."""
    faces = [Face((0, 0, 9 - place, 9), score) for place, score in enumerate(scores)]
    assert Look.plain(np.zeros((9, 9, 3), np.uint8), faces).sure(0.9) is sure


@pytest.mark.parametrize("turn", [0, 90, 180, 270])
def test_a_turned_portrait_is_found_where_it_is(turn: int, recognizer: Recognizer, portraits: list[Path]) -> None:
    image = read_photo(portraits[0]).image
    turned = np.ascontiguousarray(np.rot90(image, turn // 90))
    height, width = image.shape[:2]
    (look,) = Turner(recognizer.detector).look([turned])
    assert look.turned == turn
    assert np.array_equal(look.image, image)
    (upright,) = recognizer.detector.detect([image])
    face = max(look.faces, key=lambda face: face.area)
    assert np.allclose(face.box, max(upright, key=lambda face: face.area).box, atol=0.1)
    there = look.originals[look.faces.index(face)]
    x, y = face.centre
    expected = {0: (x, y), 90: (y, width - x), 180: (width - x, height - y), 270: (height - y, x)}[turn]
    assert np.allclose(there.centre, expected, atol=0.1)


@pytest.mark.parametrize("turn", [90, 180, 225, 315])
def test_a_photo_larger_than_the_detector_looks(turn: int, recognizer: Recognizer, portraits: list[Path]) -> None:
    """Turned is what the detector looks at; what comes back is in pixels of the photo."""
    portrait = read_photo(portraits[0]).image
    image = cv2.resize(portrait, (1999, 1999 * portrait.shape[0] // portrait.shape[1]), interpolation=cv2.INTER_CUBIC)
    turned = turned_back(image, 360 - turn)
    turner = Turner(recognizer.detector, sure=0.92)
    assert recognizer.detector.finest_side is not None
    assert max(turned.shape) > recognizer.detector.finest_side
    (look,) = turner.look([turned])
    assert look.turned == turn
    assert look.image.shape == turned_back(turned, turn).shape
    (there,) = recognizer.detector.detect([turned_back(turned, turn)])
    face, expected = (max(faces, key=lambda face: face.area) for faces in (look.faces, there))
    boxes = [np.array([one.box], np.float32) for one in (face, expected)]
    assert overlap(*boxes)[0, 0] > 0.9
    assert face.landmarks is not None
    assert expected.landmarks is not None
    assert np.allclose(face.landmarks, expected.landmarks, atol=0.05 * expected.width)
    back = original(face, turn, width=turned.shape[1], height=turned.shape[0])
    assert np.allclose(back.box, look.originals[look.faces.index(face)].box, atol=0.01)


@pytest.mark.parametrize("turn", [45, 135, 225, 315])
def test_a_portrait_between_right_angles(turn: int, recognizer: Recognizer, portraits: list[Path]) -> None:
    image = read_photo(portraits[0]).image
    turned = turned_back(image, 360 - turn)
    (look,) = Turner(recognizer.detector, sure=0.92).look([turned])
    assert look.turned == turn
    vectors = [
        recognizer.embedder.embed(recognizer.alignment.align(picture, [max(faces, key=lambda face: face.area)]))
        for picture, faces in ((image, recognizer.detector.detect([image])[0]), (look.image, look.faces))
    ]
    assert float((vectors[0] * vectors[1]).sum()) > 0.9


def test_a_photo_that_is_too_long_to_be_turned_is_looked_at_as_far_as_it_can_be() -> None:
    class Nobody(Detector):
        name = "nobody"
        files = ()
        default_score = 0.5

        def detect(self, images: Sequence[Image]) -> list[list[Face]]:
            return [[] for _ in images]

    long = np.zeros((4, 40_000, 3), np.uint8)
    (look,) = Turner(Nobody(None, None)).look([long])  # type: ignore[arg-type]
    assert (look.turned, look.faces) == (0, ())
