"""Answers: what one sees at a prompt, dictionaries, JSON, numpy."""

from __future__ import annotations

import json
import pickle

import numpy as np
import pytest

import rostro
from rostro.core.errors import MissingExtra, NoFace, PhotoTooLarge, SeveralFaces
from rostro.recognition.pipeline import PhotoFaces

FACE = rostro.Face((10, 20, 110, 140), 0.93)
POINT = rostro.OperatingPoint("toy/none", 0.4, 1e-4, (5e-5, 2e-4), 0.02, "toys", 100, 10_000)
SAME = rostro.Verification(0.73123, POINT, (FACE, FACE), "toy/none", ("a.jpg", "b.jpg"), {"detector": "yunet"})
OTHER = rostro.Verification(0.1, POINT, (FACE, FACE), "toy/none", ("a.jpg", "b.jpg"))
ADA = rostro.Identification(FACE, (rostro.Candidate("Ada", 0.8), rostro.Candidate("Bo", 0.2)), POINT)
NOBODY = rostro.Identification(FACE, (rostro.Candidate("Bo", 0.2),), POINT)
UNIT = rostro.Embedding(np.array([0.6, 0.8], np.float32), "toy/none")
PHOTO = PhotoFaces("a.jpg", "00", 200, 300, (FACE,), np.array([[0.6, 0.8]], np.float32))
FAILED = rostro.Failure(SeveralFaces("b.jpg", "2 faces found, which one is meant?", faces=2))


@pytest.mark.parametrize(
    ("answer", "shown"),
    [
        (FACE, "<Face 100 × 120 at (10, 20), score 0.93>"),
        (SAME, "<Verification same: similarity 0.731, threshold 0.400, FMR 0.0001>"),
        (OTHER, "<Verification not the same: similarity 0.100, threshold 0.400, FMR 0.0001>"),
        (ADA, "<Identification Ada: similarity 0.800, threshold 0.400>"),
        (NOBODY, "<Identification unknown: nearest Bo, similarity 0.200, threshold 0.400>"),
        (rostro.Identification(FACE, (), POINT), "<Identification unknown: nobody to compare with>"),
        (UNIT, "<Embedding of 2 numbers in toy/none>"),
        (PHOTO, "<PhotoFaces a.jpg: 1 face>"),
        (FAILED, "<Failure b.jpg: 2 faces found, which one is meant?>"),
        (POINT, "<OperatingPoint 0.4000 in toy/none, FMR 0.0001>"),
    ],
)
def test_what_a_prompt_shows(answer: object, shown: str) -> None:
    assert repr(answer) == shown


def test_yes_and_no() -> None:
    assert SAME and not OTHER
    assert ADA and not NOBODY
    assert PHOTO and not FAILED
    assert [candidate.name for candidate in ADA] == ["Ada", "Bo"]
    assert list(PHOTO) == [FACE] and list(FAILED.faces) == []


@pytest.mark.parametrize("answer", [FACE, SAME, ADA, NOBODY, UNIT, PHOTO, FAILED, POINT, rostro.Person(1, "Ada", 2)])
def test_json_is_the_dictionary(answer: rostro.Face) -> None:
    told = answer.to_dict()
    assert told
    assert json.loads(answer.to_json()) == json.loads(json.dumps(told))


def test_a_verification_tells_everything() -> None:
    told = SAME.to_dict()
    assert told["same"] is True and told["similarity"] == 0.7312 and told["detector"] == "yunet"
    assert [face["photo"] for face in told["faces"]] == ["a.jpg", "b.jpg"]


def test_an_embedding_is_an_array() -> None:
    assert np.asarray(UNIT) is not None and np.asarray(UNIT, np.float64).dtype == np.float64
    np.testing.assert_array_equal(np.stack([UNIT, UNIT]), [UNIT.vector] * 2)
    assert rostro.Embedding(np.array([0.6, 0.8], np.float32), "toy/none") == UNIT
    assert rostro.Embedding(np.array([0.6, 0.8], np.float32), "other/none") != UNIT
    assert len({UNIT, rostro.Embedding(np.array([0.6, 0.8], np.float32), "toy/none")}) == 1


@pytest.mark.parametrize(
    ("error", "kind", "values"),
    [
        (SeveralFaces("b.jpg", "two", faces=2), "several-faces", {"faces": 2}),
        (NoFace("b.jpg"), "no-face", {}),
        (PhotoTooLarge("b.jpg", "large", bytes=9, limit=5), "photo-too-large", {"bytes": 9, "limit": 5}),
        (MissingExtra("torch", "train"), "missing-extra", {"package": "torch", "extra": "train"}),
        (rostro.BadInput("no"), "bad-input", {}),
    ],
)
def test_errors_have_kinds_and_values_and_travel(error: rostro.RostroError, kind: str, values: dict[str, int]) -> None:
    for one in (error, pickle.loads(pickle.dumps(error))):  # noqa: S301 - what process pools do
        assert (one.kind, dict(one.values), str(one)) == (kind, values, str(error))


def test_everything_promised_is_there() -> None:
    assert set(rostro.__all__) <= set(dir(rostro))
    for name in rostro.__all__:
        assert getattr(rostro, name) is not None
    with pytest.raises(AttributeError, match="no attribute 'Recogniser'"):
        _ = rostro.Recogniser  # type: ignore[attr-defined]


def test_type_checkers_and_run_time_know_the_same_names() -> None:
    import ast
    from pathlib import Path

    tree = ast.parse(Path(str(rostro.__file__)).read_text(encoding="utf-8"))
    told = {alias.asname for node in ast.walk(tree) if isinstance(node, ast.ImportFrom) for alias in node.names}
    assert told - {None} == set(rostro.__all__) - {"__version__"}
