"""Faces judged with the real scorer: what is refused, why, and that good photos are left alone."""

from __future__ import annotations

from typing import TYPE_CHECKING

import cv2
import numpy as np
import pytest

from rostro.core.errors import BadInput, ModelUnavailable
from rostro.core.quality import Quality
from rostro.core.types import Face
from rostro.photos.reading import read_photo
from rostro.quality.base import QUALITIES
from rostro.quality.gate import Gate
from rostro.quality.judge import Judge, level_of
from rostro.quality.reasons import Measures, pose
from rostro.recognition.pipeline import PhotoFaces
from rostro.recognizer import Recognizer

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from rostro.core.settings import Settings
    from rostro.core.types import Image
    from rostro.models.store import ModelStore
    from rostro.runtime.base import EngineOptions

SPACE = "sface-0ba9fbfa/five_point-112"


@pytest.fixture(scope="module")
def judging(store: ModelStore, settings: Settings, samples: dict[str, Path]) -> Recognizer:
    """A recogniser that judges by LightQNet."""
    try:
        store.path(QUALITIES.get("lightqnet").files[0])
    except ModelUnavailable as error:
        pytest.skip(str(error))
    return Recognizer(store=store, settings=settings, quality="lightqnet")


def judged(recognizer: Recognizer, image: Image) -> tuple[Quality, PhotoFaces]:
    (found,) = recognizer.photos([image], face="largest")
    assert isinstance(found, PhotoFaces), found
    return found.qualities[0], found


def small(image: Image) -> Image:
    """Brings a portrait to the size of LFW's, faces of about 94 pixels."""
    return np.ascontiguousarray(cv2.resize(image, (250, round(250 * image.shape[0] / image.shape[1]))))


def test_good_portraits_are_judged(judging: Recognizer, portraits: list[Path]) -> None:
    assert judging.judge is not None
    for portrait in portraits:
        quality, found = judged(judging, read_photo(portrait).image)
        assert quality.value > judging.judge.gate.refuse_below, portrait
        assert found.turned == 0
        assert found.to_dict()["faces"][0]["quality"] == round(quality.value, 4)


@pytest.mark.parametrize(
    ("damage", "reason"),
    [
        (lambda image: cv2.GaussianBlur(image, (0, 0), 7), "blurred"),
        (lambda image: cv2.blur(image, (1, 31)), "blurred"),
        (lambda image: cv2.resize(cv2.resize(image, None, fx=0.1, fy=0.1), image.shape[1::-1]), "blurred"),
        (lambda image: (image * 0.06).astype(np.uint8), "dark"),
        (lambda image: (image * 0.12 + 110).astype(np.uint8), "flat"),
    ],
)
def test_what_is_damaged_is_not_judged_and_why(
    damage: Callable[[Image], Image], reason: str, judging: Recognizer, portraits: list[Path]
) -> None:
    assert judging.judge is not None
    told = []
    for portrait in portraits:
        answers = list(
            judging.photos([np.ascontiguousarray(damage(small(read_photo(portrait).image)))], face="largest")
        )
        for found in answers:
            if isinstance(found, PhotoFaces):
                assert found.qualities[0].value < judging.judge.gate.sure_from
                told.append(found.qualities[0])
    assert told
    assert sum(reason in quality.reasons for quality in told) > len(told) / 2


def test_two_blurred_strangers_are_not_the_same(judging: Recognizer, portraits: list[Path]) -> None:
    assert judging.judge is not None
    blurred = [cv2.GaussianBlur(small(read_photo(path).image), (0, 0), 8) for path in (portraits[0], portraits[-1])]
    (one, first), (two, second) = (judged(judging, image) for image in blurred)
    similarity = float(first.embeddings[0] @ second.embeddings[0])
    threshold = judging.operating_point.threshold
    assert judging.judge.gate.same(similarity, threshold, one.value, two.value) is not True


def test_a_portrait_on_its_head_is_itself(judging: Recognizer, portraits: list[Path]) -> None:
    for portrait in portraits:
        image = read_photo(portrait).image
        quality, found = judged(judging, np.ascontiguousarray(image[::-1, ::-1]))
        upright_quality, upright = judged(judging, image)
        assert found.turned == 180
        assert found.to_dict()["turned"] == 180
        assert float(found.embeddings[0] @ upright.embeddings[0]) > 0.99
        assert abs(quality.value - upright_quality.value) < 0.05


def test_without_the_scorers_file_the_length_judges(store: ModelStore, engine: EngineOptions) -> None:
    judge = Judge.open(SPACE, store, engine, scorer="length")
    assert judge is not None
    assert judge.about == "length"
    assert judge.scorer is None
    crops = np.random.default_rng(0).integers(0, 256, (2, 112, 112, 3), dtype=np.uint8)
    crops[1] = crops[1] // 32 + 110
    face = Face((0, 0, 50, 50), 0.9)
    good, bad = judge.judge(crops, [face, face], np.array([14.0, 5.0], np.float32), [(50, 50)] * 2)
    assert good.value > 0.8 > judge.gate.refuse_below > bad.value
    assert "flat" in bad.reasons
    assert judge.judge(crops[:0], [], np.empty(0, np.float32), []) == []


def test_in_unknown_spaces_detail_judges(store: ModelStore, engine: EngineOptions, portraits: list[Path]) -> None:
    judge = Judge.open("nobody-00000000/crop-96", store, engine)
    assert judge.about == "detail"
    assert level_of("nobody-00000000/crop-96") == judge.gate.refuse_below
    faces = Recognizer(store=store, quality="detail")
    for portrait in portraits:
        image = small(read_photo(portrait).image)
        assert judged(faces, image)[0].value > 0.3
        for found in faces.photos([cv2.GaussianBlur(image, (0, 0), 8)], face="largest"):
            if isinstance(found, PhotoFaces):
                assert found.qualities[0].value < judge.gate.refuse_below
    with pytest.raises(BadInput, match="never measured"):
        Judge.open("nobody-00000000/crop-96", store, engine, scorer="length")


def test_without_the_network_the_length_judges_by_default(
    store: ModelStore, engine: EngineOptions, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(store, "have", lambda entry: False)
    judge = Judge.open(SPACE, store, engine)
    assert judge is not None
    assert judge.about == "length"
    assert Recognizer(store=store).system["quality_scorer"] == "length"
    assert Recognizer(store=store, quality="none").judge is None


@pytest.mark.parametrize(
    "damage",
    [
        lambda image: cv2.GaussianBlur(image, (0, 0), 6),
        lambda image: cv2.GaussianBlur(image, (0, 0), 9),
        lambda image: cv2.blur(image, (1, 41)),
        lambda image: 255 - image,
    ],
)
@pytest.mark.parametrize("scorer", ["none", "lightqnet"])
def test_nothing_is_decided_about_faces_without_detail_whatever_scorer_there_is(
    damage: Callable[[Image], Image], scorer: str, judging: Recognizer, store: ModelStore, portraits: list[Path]
) -> None:
    faces = judging if scorer == "lightqnet" else Recognizer(store=store, quality="length")
    assert faces.gate is not None
    for portrait in portraits:
        image = small(read_photo(portrait).image)
        assert judged(faces, image)[0].value > faces.gate.refuse_below
        for found in faces.photos([np.ascontiguousarray(damage(image))], face="largest"):
            if isinstance(found, PhotoFaces):
                assert found.qualities[0].value < faces.gate.refuse_below, portrait


def test_a_gate_knows_its_scorer() -> None:
    gate = Gate.shipped(SPACE, "lightqnet")
    assert gate is not None
    with pytest.raises(BadInput, match="lightqnet"):
        Judge(gate)


def test_landmarks_tell_roll_and_yaw() -> None:
    upright = np.array([[40, 50], [70, 50], [55, 65], [43, 85], [67, 85]], np.float32)
    roll, yaw, eyes = pose(upright)
    assert (roll, eyes) == (0, 30)
    assert abs(yaw) < 0.01
    turned = upright + np.array([[0, 0], [0, 0], [20, 0], [0, 0], [0, 0]], np.float32)
    assert pose(turned)[1] == pytest.approx(20 / 30)
    tilted = (upright - 55) @ np.array([[0.866, 0.5], [-0.5, 0.866]], np.float32) + 55
    assert pose(tilted.astype(np.float32))[0] == pytest.approx(30, abs=0.1)
    crop = np.random.default_rng(0).integers(0, 256, (112, 112, 3), dtype=np.uint8)
    face = Face((30, 30, 80, 100), 0.9, tilted.astype(np.float32))
    told = Measures.of(crop[None]).reasons(0, face, width=70, height=200)
    assert set(told) == {"tilted", "cut-off"}


def test_a_quality_is_a_share() -> None:
    assert repr(Quality(0.5, ("dark",))) == "<Quality 0.50, dark>"
    with pytest.raises(BadInput, match=r"\[0, 1\]"):
        Quality(1.5)


def test_verify_and_identify_say_what_cannot_be_judged(
    judging: Recognizer, portraits: list[Path], tmp_path: Path, store: ModelStore, settings: Settings
) -> None:
    blurred = [cv2.GaussianBlur(small(read_photo(path).image), (0, 0), 8) for path in (portraits[0], portraits[-1])]
    answer = judging.verify(*blurred, face="largest")
    assert answer.same is None
    assert answer.doubt is not None
    assert "blurred" in answer.doubt.kinds
    assert judging.verify(portraits[0], portraits[1], face="largest").same is True
    assert judging.verify(portraits[0], portraits[-1], face="largest").same is False
    with Recognizer(gallery=tmp_path / "g.db", quality="lightqnet", store=store, settings=settings) as faces:
        faces.enroll(portraits[0], name="Ada", face="largest")
        assert faces.identify(portraits[1])[0].name == "Ada"
        (unknown,) = faces.identify(blurred[0])
        assert unknown.name is None
        assert unknown.doubt is not None
        assert "blurred" in unknown.doubt.kinds


def test_enrolling_refuses_what_cannot_be_judged(
    judging: Recognizer, portraits: list[Path], tmp_path: Path, store: ModelStore, settings: Settings
) -> None:
    blurred = cv2.GaussianBlur(small(read_photo(portraits[0]).image), (0, 0), 8)
    with Recognizer(gallery=tmp_path / "g.db", quality="lightqnet", store=store, settings=settings) as faces:
        done = faces.enroll([blurred, portraits[0]], name="Ada", face="largest")
        assert done.templates == 1
        (failure,) = done.failed
        assert failure.kind == "poor-quality"
        assert "blurred" in failure.values["kinds"]
        (template,) = faces.gallery.templates("Ada")
        assert template.quality == pytest.approx(judged(judging, read_photo(portraits[0]).image)[0].value, abs=1e-3)
        assert faces.enroll(blurred, name="Ada", face="largest", any_quality=True).templates == 1
    with Recognizer(gallery=tmp_path / "g.db", quality="lightqnet", min_quality=1.0, store=store) as strict:
        assert strict.verify(portraits[0], portraits[1], face="largest").same is None
