"""``analyze``: what faces look like, with real models on real photos; and nothing is worked out that was not asked."""

from __future__ import annotations

import json
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar

import cv2
import numpy as np
import pytest
from command_line import rostro

from rostro.attributes.base import AttributePredictor, Told
from rostro.core.errors import BadInput
from rostro.core.settings import Settings
from rostro.core.types import Answer, Face, Image
from rostro.models.entry import ModelFile
from rostro.models.store import ModelStore
from rostro.photos.reading import read_photo
from rostro.recognition.analysis import FaceAnalysis, PhotoAnalysis
from rostro.recognition.describing import KNOWN
from rostro.recognition.pipeline import Failure
from rostro.recognizer import Recognizer

ORDER = ["box", "score", "quality", "turned", "pose", "age", "gender", "mask", "eyes", "liveness"]


@pytest.fixture(scope="module")
def mine(store: ModelStore, settings: Settings) -> Recognizer:
    return Recognizer(settings=settings, store=store, gallery=":memory:", precision="f32")


@pytest.fixture(scope="module")
def president(mine: Recognizer, samples: dict[str, Path]) -> FaceAnalysis:
    (face,) = mine.analyze(samples["obama.jpg"])
    return face


def test_a_man_of_47_years(president: FaceAnalysis) -> None:
    assert list(president.to_dict()) == ORDER
    assert president.age is not None
    assert president.age.low <= 47 <= president.age.high
    assert 18 < president.age.years < 65
    assert president.gender is not None
    assert president.gender.value == "male"
    assert president.mask is not None
    assert president.mask.value == "none"
    assert president.pose is not None
    assert abs(president.pose.yaw) < 15
    assert abs(president.pose.roll) < 10
    assert president.eyes is not None
    assert (president.eyes.left_open, president.eyes.right_open) == (True, True)
    assert president.quality is not None
    assert president.quality.value > 0.9
    assert president.liveness is not None
    assert president.liveness.live


def test_a_mask_is_seen(mine: Recognizer, samples: dict[str, Path], president: FaceAnalysis) -> None:
    image = read_photo(samples["obama.jpg"]).image.copy()
    points = president.face.landmarks
    assert points is not None
    x1, _, x2, y2 = president.face.box
    nose = float(points[2, 1]) - 0.1 * president.face.height
    edge = [(x1, nose), (points[2, 0], nose - 20), (x2, nose), (x2 - 30, y2 - 10), ((x1 + x2) / 2, y2 + 15)]
    cv2.fillPoly(image, [np.array([*edge, (x1 + 30, y2 - 10)], np.int32)], (150, 190, 220))
    (face,) = mine.analyze(image, what=["mask"])
    assert face.mask is not None
    assert face.mask.value == "worn"
    assert face.mask.probability > 0.8


def test_turned_photos_are_told_as_upright_ones(
    mine: Recognizer, samples: dict[str, Path], president: FaceAnalysis
) -> None:
    upside_down = np.ascontiguousarray(read_photo(samples["obama.jpg"]).image[::-1, ::-1])
    (face,) = mine.analyze(upside_down, what=["age", "pose", "eyes"])
    assert face.turned == 180
    assert face.age is not None
    assert president.age is not None
    assert president.pose is not None
    assert face.pose is not None
    assert abs(face.age.years - president.age.years) < 3
    assert abs(face.pose.roll - president.pose.roll) < 5
    assert face.to_dict()["turned"] == 180


def test_a_mirrored_face_looks_the_other_way(mine: Recognizer, samples: dict[str, Path]) -> None:
    """Shifted to one side the pixels would tell nothing: it is the photo that is mirrored."""
    image = read_photo(samples["obama2.jpg"]).image
    (one,), (two,) = (mine.analyze(i, what="pose") for i in (image, np.ascontiguousarray(image[:, ::-1])))
    assert one.pose is not None
    assert two.pose is not None
    assert abs(one.pose.yaw) > 5
    assert one.pose.yaw == pytest.approx(-two.pose.yaw, abs=10)


def test_faces_that_are_not_looked_at_shift_nobody(
    mine: Recognizer, store: ModelStore, settings: Settings, samples: dict[str, Path]
) -> None:
    """What is said stands beside the face that it is said of, whichever faces are left out."""
    large, small = (read_photo(samples[name]).image for name in ("biden.jpg", "obama.jpg"))
    both = np.zeros((1000, 1400, 3), np.uint8)
    both[:1000, :1100] = cv2.resize(large, (1100, 1000))
    both[100:400, 1120:1360] = cv2.resize(small, (240, 300))
    everybody = mine.analyze(both, what=["age", "pose", "liveness"])
    assert len(everybody) == 2
    sizes = [min(face.face.width, face.face.height) for face in everybody]
    made = {"settings": settings, "store": store, "gallery": ":memory:", "precision": "f32"}
    with Recognizer(**made, min_face=int(min(sizes)) + 5) as larger:
        (face,) = larger.analyze(both, what=["age", "pose", "liveness"])
    with Recognizer(**made, zone="1110,0 1400,500") as right:
        (other,) = right.analyze(both, what=["age", "pose", "liveness"])
    by_size = sorted(everybody, key=lambda each: -each.face.area)
    assert [face.to_dict(), other.to_dict()] == [each.to_dict() for each in by_size]


def test_several_photos_are_the_same_photos(mine: Recognizer, portraits: list[Path]) -> None:
    together = list(mine.analyses([*portraits, Path("gone.jpg")], what=["age", "gender", "mask"]))
    assert [type(answer) for answer in together] == [PhotoAnalysis] * len(portraits) + [Failure]
    alone = [mine.analyze(photo, what=["age", "gender", "mask"]) for photo in portraits]
    for answer, faces in zip(together, alone, strict=False):
        assert [face.to_dict() for face in answer.analyses] == [face.to_dict() for face in faces]


def test_nothing_is_loaded_that_is_not_asked(store: ModelStore, settings: Settings, samples: dict[str, Path]) -> None:
    with Recognizer(settings=settings, store=store, gallery=":memory:") as fresh:
        (face,) = fresh.analyze(samples["obama.jpg"], what=["age"])
        assert list(face.to_dict()) == ["box", "score", "turned", "age"]
        assert not fresh._embedder.made
        (predictor,) = fresh._describers._made.values()
        assert not predictor._adults.made
        fresh.analyze(samples["obama.jpg"], what=["age", "gender"])
        assert predictor._adults.made
        assert list(fresh._describers._made) == ["age_gender"]
    assert not fresh._describers._made, "what is closed keeps no model"


@dataclass(frozen=True)
class _Glasses(Answer):
    worn: bool

    def to_dict(self) -> dict[str, Any]:
        return {"worn": self.worn}


class _GlassesPredictor(AttributePredictor):
    name, about, paper, tells = "glasses", "a test", "none", ("glasses",)
    files: ClassVar[tuple[ModelFile, ...]] = ()

    def __init__(self) -> None:
        self.calls: list[int] = []

    def tell(self, images: Sequence[Image], faces: Sequence[Face], wanted: Collection[str]) -> list[Told]:
        self.calls.append(len(faces))
        return [{"glasses": _Glasses(False)} for _ in faces]


def test_others_predictors_join_in_and_get_the_faces_of_several_photos_at_once(
    mine: Recognizer, portraits: list[Path]
) -> None:
    glasses = _GlassesPredictor()
    answers = list(mine.analyses(portraits[:4], what=[glasses, "age"]))
    assert all(list(a.analyses[0].to_dict()) == ["box", "score", "turned", "age", "glasses"] for a in answers)
    assert sum(glasses.calls) == sum(len(answer.faces) for answer in answers)
    assert len(glasses.calls) < sum(glasses.calls), "face by face"


def test_what_cannot_be_asked_is_said_before_a_photo_is_read(mine: Recognizer) -> None:
    with pytest.raises(BadInput, match=r"nothing tells 'agee' of a face\. Did you mean 'age'\?"):
        mine.analyses(["no photo"], what=["agee"])
    with pytest.raises(BadInput, match="nothing tells 'race' of a face"):
        mine.analyze("no photo", what=["race"])
    with pytest.raises(BadInput, match="nothing is asked for"):
        mine.analyze("no photo", what=[])


def test_the_command_line_says_the_same(samples: dict[str, Path], tmp_path: Path, president: FaceAnalysis) -> None:
    picture = tmp_path / "answer.png"
    done = rostro("analyze", samples["obama.jpg"], "--json", "--precision", "f32", "--picture", picture)
    assert done.returncode == 0, done.stderr
    document = json.loads(done.stdout)
    assert list(document) == ["photos", "failed"]
    ((photo,), failed) = document.values()
    assert failed == []
    (face,) = photo["faces"]
    assert list(face) == ORDER
    assert set(face) == {*KNOWN, "box", "score", "turned"}
    assert face["age"] == president.to_dict()["age"]
    assert read_photo(picture).image.shape[1] > 100


def test_the_command_line_says_it_in_words_in_both_languages(samples: dict[str, Path]) -> None:
    english = rostro("analyze", samples["obama.jpg"], "--what", "gender,mask,eyes")
    assert "gender: male (0.9" in english.stdout
    assert "mask: none (0.9" in english.stdout
    assert "eyes: left open, right open" in english.stdout
    assert "age" not in english.stdout.splitlines()[-1]
    spanish = rostro("analyze", samples["obama.jpg"], "--what", "gender", "--language", "es")
    assert "género: hombre (0,9" in spanish.stdout
    wrong = rostro("analyze", samples["obama.jpg"], "--what", "race")
    assert wrong.returncode == 2
    assert "nothing tells 'race' of a face" in wrong.stderr
