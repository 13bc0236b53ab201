"""A scorer and its threshold: which are taken, what is refused, what an answer says."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from rostro.core.errors import BadInput, NoOperatingPoint, UnknownModel
from rostro.core.liveness import Liveness
from rostro.liveness.base import LIVENESS
from rostro.liveness.judge import DEFAULT, LivenessJudge, point_of
from rostro.liveness.point import LivenessPoint
from rostro.models.store import ModelStore
from rostro.photos.reading import read_photo
from rostro.recognizer import Recognizer
from rostro.runtime.base import EngineOptions


@pytest.fixture(scope="module")
def judge(store: ModelStore, engine: EngineOptions) -> LivenessJudge:
    return LivenessJudge.open(store, engine)


@pytest.mark.parametrize("name", LIVENESS.names)
def test_a_threshold_is_shipped_for_each_scorer_and_says_on_how_few_people(
    name: str, store: ModelStore, engine: EngineOptions
) -> None:
    judge = LivenessJudge.open(store, engine, liveness=name)
    assert judge.scorer.name == name
    errors = judge.point.errors
    assert 0 < judge.point.threshold < 1
    assert errors.living.subjects < errors.living.frames
    assert errors.bpcer in np.array([errors.living.wrong / errors.living.frames])
    assert errors.attacks["attack"].interval[1] > 0.3, "seven attacks show no more"
    assert "few" in judge.point.measured_on


def test_the_default_is_the_fusion(judge: LivenessJudge) -> None:
    assert judge.scorer.name == DEFAULT == "fusion"
    assert judge.about == f"fusion-{judge.scorer.weights_hash[:8]}"


def test_the_fusion_is_the_mean_of_its_parts(
    judge: LivenessJudge, recognizer: Recognizer, store: ModelStore, engine: EngineOptions, portraits: list[Path]
) -> None:
    image = read_photo(portraits[0]).image
    faces = recognizer.detector.detect([image])[0]
    parts = [LIVENESS.get(name)(store, engine).score(image, faces) for name in ("minifasnet_v2", "antispoof")]
    np.testing.assert_allclose([each.score for each in judge.judge(image, faces)], np.mean(parts, axis=0), atol=1e-6)


def test_live_from_the_threshold_on(judge: LivenessJudge) -> None:
    threshold = judge.point.threshold
    assert judge.of(threshold)
    below = judge.of(float(np.nextafter(threshold, 0)))
    assert not below
    assert below.to_dict() == {
        "live": False,
        "score": round(threshold, 4),
        "apcer": round(judge.point.errors.apcer, 4),
        "bpcer": round(judge.point.errors.bpcer, 4),
    }
    assert judge.judge(np.zeros((4, 4, 3), np.uint8), []) == []


def test_a_file_of_ones_own_names_its_scorer(store: ModelStore, engine: EngineOptions, tmp_path: Path) -> None:
    own = LivenessPoint.shipped("minifasnet_v2")
    own = replace(own, errors=replace(own.errors, threshold=0.75))
    own.write(tmp_path / "own.json")
    for given in (tmp_path / "own.json", str(tmp_path / "own.json")):
        judge = LivenessJudge.open(store, engine, liveness=given)
        assert (judge.scorer.name, judge.point.threshold) == ("minifasnet_v2", 0.75)
    assert LivenessPoint.read(tmp_path / "own.json").to_dict() == own.to_dict()


def test_what_was_measured_with_other_weights_is_refused(
    store: ModelStore, engine: EngineOptions, tmp_path: Path
) -> None:
    replace(LivenessPoint.shipped("antispoof"), weights="0" * 64).write(tmp_path / "old.json")
    with pytest.raises(BadInput, match="measured with antispoof"):
        LivenessJudge.open(store, engine, liveness=tmp_path / "old.json")


@pytest.mark.parametrize("damage", ["{", "[]", '{"scorer": "fusion"}', "attacks"])
def test_a_damaged_file_is_named(damage: str, tmp_path: Path) -> None:
    whole = {**LivenessPoint.shipped("fusion").to_dict(), "attacks": {}}
    (tmp_path / "bad.json").write_text(json.dumps(whole) if damage == "attacks" else damage)
    with pytest.raises(BadInput, match=r"bad\.json"):
        point_of(tmp_path / "bad.json")


def test_what_is_no_scorer_is_said(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    with pytest.raises(UnknownModel, match="Did you mean 'fusion'"):
        point_of("fusio")
    with pytest.raises(BadInput, match=r"none\.json"):
        point_of(tmp_path / "none.json")
    monkeypatch.setattr("rostro.liveness.point.SHIPPED", tmp_path)
    with pytest.raises(NoOperatingPoint, match="protocol liveness"):
        point_of("fusion")


@pytest.mark.parametrize("score", [-0.1, 1.1, float("nan")])
def test_a_score_is_a_share(score: float) -> None:
    with pytest.raises(BadInput):
        Liveness(True, score, 0.0, 0.0)
