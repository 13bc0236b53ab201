"""Scores, fusion, and operating points as files."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rostro.core.errors import BadInput, NoOperatingPoint, SpaceMismatch
from rostro.core.types import Embedding
from rostro.embedding.base import EMBEDDERS
from rostro.scoring import cosine, operating_points
from rostro.scoring.fusion import best_per_person

SHIPPED = sorted(operating_points.SHIPPED.glob("*.json"))
POINTS = {
    "space": "s/a",
    "metric": "cosine",
    "measured_on": "photos",
    "genuine": 10,
    "impostor": 1000,
    "default_fmr": 0.01,
    "points": [
        {"target_fmr": 0.01, "threshold": 0.4, "fmr": 0.009, "fmr_interval": [0.008, 0.01], "fnmr": 0.1},
        {"target_fmr": 0.001, "threshold": 0.5, "fmr": 0.001, "fmr_interval": [0.0005, 0.002], "fnmr": 0.2},
    ],
}


def unit(*values: float) -> np.ndarray:
    vector = np.array(values, np.float32)
    return vector / np.linalg.norm(vector)


def test_the_cosine_of_a_vector_with_itself_is_one() -> None:
    a = Embedding(unit(1, 2, 3), "s")
    assert cosine.similarity(a, a) == pytest.approx(1)
    assert cosine.similarity(a, Embedding(-a.vector, "s")) == pytest.approx(-1)


def test_spaces_do_not_mix() -> None:
    with pytest.raises(SpaceMismatch, match=r"one.*other"):
        cosine.similarity(Embedding(unit(1, 0), "one"), Embedding(unit(1, 0), "other"))


@given(st.integers(1, 6), st.integers(0, 2**32 - 1))
def test_paired_is_row_by_row(rows: int, seed: int) -> None:
    a, b = np.random.default_rng(seed).normal(size=(2, rows, 8)).astype(np.float32)
    a, b = (x / np.linalg.norm(x, axis=1, keepdims=True) for x in (a, b))
    np.testing.assert_allclose(cosine.paired(a, b), np.diag(a @ b.T), atol=1e-6)


@given(st.lists(st.tuples(st.integers(0, 5), st.floats(-1, 1))))
def test_fusion_keeps_each_persons_best(scores: list[tuple[int, float]]) -> None:
    fused = best_per_person(scores)
    assert dict(fused) == {person: max(s for p, s in scores if p == person) for person, _ in scores}
    assert [score for _, score in fused] == sorted((score for _, score in fused), reverse=True)


def test_a_file_gives_its_points(tmp_path: Path) -> None:
    path = tmp_path / "points.json"
    path.write_text(json.dumps(POINTS))
    found = operating_points.read(path)
    assert found.at().threshold == 0.4
    point = found.at(1e-3)
    assert (point.threshold, point.fmr, point.fmr_interval, point.fnmr) == (0.5, 0.001, (0.0005, 0.002), 0.2)
    assert (point.space, point.genuine, point.impostor, point.measured_on) == ("s/a", 10, 1000, "photos")
    with pytest.raises(NoOperatingPoint, match=r"1e-05.*0\.01, 0\.001"):
        found.at(1e-5)


@pytest.mark.parametrize("content", ["", "[]", "{}", '{"points": [{}]}', "nonsense"])
def test_a_malformed_file_is_named(tmp_path: Path, content: str) -> None:
    path = tmp_path / "points.json"
    path.write_text(content)
    with pytest.raises(BadInput, match=r"points\.json"):
        operating_points.read(path)


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match=r"nothing\.json"):
        operating_points.read(tmp_path / "nothing.json")


def test_a_space_without_a_threshold_says_what_to_do() -> None:
    with pytest.raises(NoOperatingPoint, match="give a threshold, or an operating point"):
        operating_points.shipped("never-measured/anything")


def test_a_chosen_threshold_claims_nothing() -> None:
    point = operating_points.chosen("s", 0.3)
    assert (point.fmr, point.fmr_interval, point.impostor) == (None, None, 0)
    with pytest.raises(BadInput, match=r"1\.5"):
        operating_points.chosen("s", 1.5)


@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: path.stem)
def test_shipped_points_are_measured_and_ordered(path: Path) -> None:
    found = operating_points.read(path)
    assert operating_points.file_stem(found.space) == path.stem
    assert found.space.partition("-")[0] in EMBEDDERS.names
    points = [found.points[target] for target in sorted(found.points, reverse=True)]
    assert [p.threshold for p in points] == sorted(p.threshold for p in points)
    assert [p.fnmr for p in points] == sorted(p.fnmr for p in points)
    for target, point in found.points.items():
        assert point.fmr_interval[0] <= point.fmr <= point.fmr_interval[1]
        assert point.fmr <= target * 1.01
        assert point.impostor * target >= 10, "too few impostor scores for this rate"
        assert "provisional" not in point.measured_on
    assert found.default_fmr in found.points


def test_the_default_embedder_has_a_point() -> None:
    assert any(path.stem.startswith("sface-") for path in SHIPPED)
