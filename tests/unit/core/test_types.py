"""Values that are wrong cannot be made."""

from __future__ import annotations

import math

import numpy as np
import pytest

from rostro.core.decisions import Candidate, Identification, OperatingPoint, Verification
from rostro.core.errors import BadInput
from rostro.core.types import AlignmentSpec, Embedding, Face, check_image

POINT = OperatingPoint("space", 0.4, 1e-3, (9e-4, 1.1e-3), 0.01, "photos", 10, 10)
FACE = Face((0, 0, 10, 20), 0.9)


@pytest.mark.parametrize("box", [(0, 0, 0, 5), (5, 0, 1, 5), (0, 0, math.nan, 5), (0, 0, math.inf, 5)])
def test_a_face_has_a_real_box(box: tuple[float, float, float, float]) -> None:
    with pytest.raises(BadInput, match="box"):
        Face(box, 0.5)


@pytest.mark.parametrize("score", [-0.1, 1.1, math.nan])
def test_a_face_has_a_score_from_0_to_1(score: float) -> None:
    with pytest.raises(BadInput, match="score"):
        Face((0, 0, 1, 1), score)


def test_landmarks_are_five_finite_points_that_stay_as_they_are() -> None:
    points = np.arange(10, dtype=np.float32).reshape(5, 2)
    face = Face((0, 0, 1, 1), 0.5, points)
    assert face == Face((0, 0, 1, 1), 0.5, points.copy())
    assert face != Face((0, 0, 1, 1), 0.5)
    assert hash(face) == hash(Face((0, 0, 1, 1), 0.5, points.copy()))
    with pytest.raises(ValueError, match="read-only"):
        face.landmarks[0, 0] = 7  # type: ignore[index]
    for wrong in (points[:4], np.full((5, 2), np.nan, np.float32)):
        with pytest.raises(BadInput, match="landmarks"):
            Face((0, 0, 1, 1), 0.5, wrong)


def test_a_face_measures_itself() -> None:
    assert (FACE.width, FACE.height, FACE.area, FACE.centre) == (10, 20, 200, (5, 10))


def test_an_embedding_has_unit_norm() -> None:
    with pytest.raises(BadInput, match="unit norm"):
        Embedding(np.ones(4, np.float32), "s")
    with pytest.raises(BadInput, match="float32"):
        Embedding(np.array([1.0, 0.0]), "s")  # type: ignore[arg-type]
    assert Embedding(np.array([0.6, 0.8], np.float32), "s").space == "s"


@pytest.mark.parametrize(("similarity", "same"), [(0.4, True), (0.3999, False), (1.0, True), (-1.0, False)])
def test_a_verification_decides_at_or_above_the_threshold(similarity: float, same: bool) -> None:
    answer = Verification(similarity, POINT, (FACE, FACE), "space")
    assert answer.same is same
    assert answer.distance == pytest.approx(1 - similarity)
    assert answer.euclidean == pytest.approx(math.sqrt(2 - 2 * similarity))
    assert (answer.threshold, answer.false_match_rate) == (0.4, 1e-3)


def test_an_identification_names_nobody_below_the_threshold() -> None:
    near = (Candidate("a", 0.39), Candidate("b", 0.1))
    assert Identification(FACE, near, POINT).name is None
    assert Identification(FACE, (Candidate("a", 0.4),), POINT).name == "a"
    assert Identification(FACE, (), POINT).to_dict()["similarity"] is None
    with pytest.raises(BadInput, match="best first"):
        Identification(FACE, near[::-1], POINT)


def test_an_alignment_spec_names_itself() -> None:
    assert AlignmentSpec("five_point", 112).key == "five_point-112"
    assert AlignmentSpec("crop", 160, {"margin": 0.25}).key == "crop-160,margin=0.25"


@pytest.mark.parametrize(
    "wrong",
    [np.zeros((4, 4), np.uint8), np.zeros((4, 4, 3), np.float32), np.zeros((0, 4, 3), np.uint8), [[1]]],
    ids=["gray", "float", "empty", "list"],
)
def test_an_image_is_rgb_uint8(wrong: object) -> None:
    with pytest.raises(BadInput, match="image"):
        check_image(wrong)  # type: ignore[arg-type]
