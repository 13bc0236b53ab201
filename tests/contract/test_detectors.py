"""What every detector promises, whichever file it is."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest

from rostro.core.errors import MissingExtra, ModelUnavailable
from rostro.core.types import Face, Image
from rostro.detection.base import DETECTORS
from rostro.models.store import ModelStore
from rostro.photos.reading import read_photo
from rostro.runtime.base import EngineOptions


@pytest.fixture(scope="module", params=DETECTORS.names)
def detector(request: pytest.FixtureRequest, store: ModelStore, engine: EngineOptions) -> Any:
    try:
        return DETECTORS.get(request.param)(store, engine)
    except MissingExtra as error:
        pytest.skip(str(error))
    except ModelUnavailable as error:
        if store.settings.offline:
            pytest.skip(f"offline: {error}")
        raise


#: Where the middle of the face is in the portrait: x1, y1, x2, y2.
MIDDLE = (70, 60, 140, 140)


@pytest.fixture(scope="module")
def portrait(samples: dict[str, Path]) -> Image:
    """A frontal portrait of 200 × 200 pixels; the face is about 100. Small, for dlib's CNN takes its time."""
    return np.ascontiguousarray(read_photo(samples["astronaut.png"]).image[20:220, 120:320])


def check(faces: list[Face], detector: Any) -> None:
    scores = [face.score for face in faces]
    assert scores == sorted(scores, reverse=True)
    assert all(detector.min_score <= score <= 1 for score in scores)
    assert all((face.landmarks is not None) == detector.gives_landmarks for face in faces)


def centre_in(face: Face, box: tuple[float, float, float, float]) -> bool:
    x, y = face.centre
    return box[0] < x < box[2] and box[1] < y < box[3]


def test_describes_itself(detector: Any) -> None:
    assert detector.about and detector.paper
    assert 0 < detector.default_score < 1
    assert all(entry.sha256 and entry.licence and entry.sources for entry in detector.files)
    assert "rule for sizes" in type(detector).__doc__


def test_no_images_no_answers(detector: Any) -> None:
    assert detector.detect([]) == []


def test_finds_a_portrait(detector: Any, portrait: Image) -> None:
    (faces,) = detector.detect([portrait])
    check(faces, detector)
    assert len(faces) == 1
    assert centre_in(faces[0], MIDDLE), faces
    assert 60 < faces[0].width < 150
    if detector.gives_landmarks:
        left, right, nose, left_mouth, right_mouth = faces[0].landmarks
        assert left[0] < nose[0] < right[0] and left_mouth[0] < right_mouth[0]
        assert max(left[1], right[1]) < nose[1] < min(left_mouth[1], right_mouth[1])


def test_no_face(detector: Any) -> None:
    grey = np.full((120, 160, 3), 128, np.uint8)
    ramp = np.broadcast_to(np.arange(160, dtype=np.uint8)[None, :, None], (120, 160, 3)).copy()
    assert detector.detect([grey, ramp]) == [[], []]


@pytest.mark.parametrize("shape", [(1, 1), (1, 300), (300, 1), (3, 7), (9, 9), (24, 2000), (2000, 24)])
def test_odd_shapes(detector: Any, shape: tuple[int, int]) -> None:
    noise = np.random.default_rng(0).integers(0, 256, (*shape, 3), dtype=np.uint8)
    (faces,) = detector.detect([noise])
    check(faces, detector)


def test_faces_of_one_pixel(detector: Any, portrait: Image) -> None:
    """A wall of portraits so small that each face is about one pixel."""
    tiny = cv2.resize(portrait, (3, 3), interpolation=cv2.INTER_AREA)
    (faces,) = detector.detect([np.tile(tiny, (60, 80, 1))])
    check(faces, detector)


def test_grey_pixels(detector: Any, portrait: Image) -> None:
    grey = np.repeat(cv2.cvtColor(portrait, cv2.COLOR_RGB2GRAY)[:, :, None], 3, axis=2)
    (faces,) = detector.detect([grey])
    check(faces, detector)
    assert any(centre_in(face, MIDDLE) for face in faces)


def test_a_hundred_faces(detector: Any, portrait: Image) -> None:
    """Ten by ten portraits. Those that look at small faces find nearly all; all others answer."""
    name = type(detector).__module__.rpartition(".")[2]
    side = 30 if name == "dlib_mmod" else 60
    tile = cv2.resize(portrait, (side, side), interpolation=cv2.INTER_AREA)
    (faces,) = detector.detect([np.tile(tile, (10, 10, 1))])
    check(faces, detector)
    if name in {"yunet", "mtcnn", "scrfd", "haar"}:
        assert 90 <= len(faces) <= 110


def test_batch_same_as_one_by_one(detector: Any, portrait: Image) -> None:
    images = [
        portrait,
        np.zeros((40, 90, 3), np.uint8),
        np.ascontiguousarray(portrait[:, ::-1]),
        np.pad(portrait, ((0, 10), (60, 0), (0, 0))),
    ]
    together = detector.detect(images)
    assert sum(map(len, together)) >= 3
    for image, faces in zip(images, together, strict=True):
        (alone,) = detector.detect([image])
        assert len(faces) == len(alone)
        for a, b in zip(faces, alone, strict=True):
            np.testing.assert_allclose(a.box, b.box, atol=0.05)
            assert a.score == pytest.approx(b.score, abs=1e-3)


def test_boxes_are_in_pixels_of_the_photo(detector: Any, portrait: Image) -> None:
    """The same face in a photo that is larger, and moved by a border."""
    ((face,),) = detector.detect([portrait])
    ((large,),) = detector.detect([cv2.resize(portrait, None, fx=1.5, fy=1.5)])
    np.testing.assert_allclose(np.array(large.box) / 1.5, face.box, atol=0.25 * face.width)
    ((moved,),) = detector.detect([np.pad(portrait, ((0, 0), (60, 0), (0, 0)), mode="edge")])
    np.testing.assert_allclose(np.array(moved.box) - (60, 0, 60, 0), face.box, atol=0.25 * face.width)


def test_input_is_not_changed(detector: Any, portrait: Image) -> None:
    image = portrait.copy()
    image.setflags(write=False)
    detector.detect([image, image[:, ::-1]])
    np.testing.assert_array_equal(image, portrait)


def test_higher_score_keeps_fewer(detector: Any, portrait: Image) -> None:
    strict = type(detector)(detector.store, detector.engine_options, min_score=1.0)
    (faces,) = strict.detect([portrait])
    check(faces, strict)


def test_threads_do_not_disturb_each_other(detector: Any, portrait: Image) -> None:
    images = [portrait, np.ascontiguousarray(portrait[:, ::-1])]
    expected = [detector.detect([image])[0] for image in images]
    with ThreadPoolExecutor(4) as pool:
        found = list(pool.map(lambda image: detector.detect([image])[0], images * 2))
    for a, b in zip(found, expected * 2, strict=True):
        assert [face.box for face in a] == [pytest.approx(face.box, abs=0.05) for face in b]


def test_a_larger_side_finds_smaller_faces(detector: Any, portrait: Image) -> None:
    """A face of 100 pixels in a photo of 2,000."""
    if detector.least_side is None:
        pytest.skip("looks at every photo in one size")
    photo = np.full((220, 2000, 3), 128, np.uint8)
    photo[10:210, 1500:1700] = portrait
    coarse, fine = (type(detector)(detector.store, detector.engine_options, max_side=side) for side in (150, 2000))
    assert coarse.detect([photo]) == [[]]
    (faces,) = fine.detect([photo])
    x1, y1, x2, y2 = MIDDLE
    assert any(centre_in(face, (1500 + x1, 10 + y1, 1500 + x2, 10 + y2)) for face in faces), faces
