"""A camera that hangs upside down, or a film taken on its side: found out once, and everybody is recognised."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import pytest
from running_server import with_models_of

from rostro.photos.reading import read_photo
from rostro.recognizer import Recognizer
from rostro.video.eyes import RecognizerEyes
from rostro.video.uprightness import Uprightness
from rostro.video.watch import watch


def frame(photo: Path, turn: int) -> np.ndarray:
    """A frame of a camera that is turned so far counterclockwise."""
    image = read_photo(photo).image
    small = cv2.resize(image, (320, round(320 * image.shape[0] / image.shape[1])))
    return np.ascontiguousarray(np.rot90(small, turn // 90))


@pytest.mark.parametrize("turn", [0, 90, 180, 270])
def test_faces_are_where_they_are_in_the_frame_as_it_came(
    recognizer: Recognizer, portraits: list[Path], turn: int
) -> None:
    eyes = RecognizerEyes(recognizer)
    upright = RecognizerEyes(recognizer)
    for photo in portraits[:3]:
        image, standing = frame(photo, turn), frame(photo, 0)
        (face, *_), (same, *_) = eyes.detect(image), upright.detect(standing)
        assert eyes.turned == turn
        vectors, good = eyes.embed(image, [face], eyes.align(image, [face]))
        expected, _ = upright.embed(standing, [same], upright.align(standing, [same]))
        assert good == [True]
        assert float(vectors[0] @ expected[0]) > 0.95
        height, width = image.shape[:2]
        x1, y1, x2, y2 = face.box
        assert 0 <= x1 < x2 <= width
        assert 0 <= y1 < y2 <= height


def test_three_frames_that_agree_settle_it(recognizer: Recognizer, portraits: list[Path]) -> None:
    found = Uprightness(recognizer.detector)
    looks = 0
    while found.doubts(recognizer.detect(portraits[0])) and looks < 10:
        found.look(frame(portraits[0], 180))
        looks += 1
    assert (looks, found.turned) == (3, 180)


def test_frames_without_anybody_are_seldom_turned(recognizer: Recognizer) -> None:
    found = Uprightness(recognizer.detector)
    assert sum(found.doubts([]) for _ in range(100)) == 10
    assert found.turned == 0


@pytest.mark.parametrize("turn", [90, 180])
def test_somebody_is_recognised_by_a_camera_that_is_turned(
    recognizer: Recognizer, samples: dict[str, Path], tmp_path: Path, turn: int
) -> None:
    frames = tmp_path / "frames"
    frames.mkdir()
    for number in range(12):
        cv2.imwrite(str(frames / f"{number:02d}.png"), frame(samples["obama2.jpg"], turn)[..., ::-1])
    with with_models_of(recognizer, gallery=str(tmp_path / "people.db")) as own:
        own.enroll(samples["obama.jpg"], name="Barack Obama")
        own.enroll(samples["biden.jpg"], name="Joe Biden")
        summary = watch(str(frames), recognizer=own)
    assert list(summary.people) == ["Barack Obama"]


def test_a_blurred_face_is_evidence_of_nobody(recognizer: Recognizer, samples: dict[str, Path], tmp_path: Path) -> None:
    frames = tmp_path / "frames"
    frames.mkdir()
    blurred = cv2.GaussianBlur(frame(samples["obama2.jpg"], 0), (0, 0), 9)
    for number in range(12):
        cv2.imwrite(str(frames / f"{number:02d}.png"), blurred[..., ::-1])
    with with_models_of(recognizer, gallery=str(tmp_path / "people.db"), threshold=0.0) as own:
        own.enroll(samples["biden.jpg"], name="Joe Biden")
        assert not list(watch(str(frames), recognizer=own).people)
