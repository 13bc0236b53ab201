"""Doubt: what is said when a decision is not made, and what answers do with it."""

from __future__ import annotations

import json

import pytest

from rostro.core.decisions import Candidate, Identification, OperatingPoint, Verification
from rostro.core.quality import REASONS, Doubt, Quality
from rostro.core.types import Face

POINT = OperatingPoint("toy", 0.4, 1e-4, (5e-5, 2e-4), 0.01, "made up", 100, 1000)
FACE = Face((0, 0, 10, 10), 0.9)
POOR, GOOD = Quality(0.1, ("blurred", "dark")), Quality(0.95)


def test_words() -> None:
    assert Doubt(POOR, "b.jpg").reason == "cannot be judged: the face of b.jpg is blurred and is too dark"
    assert "alike" in Doubt(POOR, close=True).reason
    assert all(Doubt(Quality(0.0, (kind,))).reason.startswith("cannot be judged: the face ") for kind in REASONS)
    assert Doubt(Quality(0.0)).kinds == ("unclear",)


@pytest.mark.parametrize("similarity", [0.1, 0.9])
def test_a_verification_in_doubt_is_neither_yes_nor_no(similarity: float) -> None:
    answer = Verification(
        similarity, POINT, (FACE, FACE), "toy", ("a.jpg", "b.jpg"), {}, (GOOD, POOR), Doubt(POOR, "b.jpg")
    )
    assert answer.same is None
    assert not answer
    assert "b.jpg is blurred" in repr(answer)
    told = json.loads(answer.to_json())
    assert told["same"] is None
    assert told["kinds"] == ["blurred", "dark"]
    assert [face["quality"] for face in told["faces"]] == [0.95, 0.1]
    assert told["faces"][1]["photo"] == "b.jpg"


def test_without_doubt_documents_are_as_before() -> None:
    told = Verification(0.9, POINT, (FACE, FACE), "toy", ("a.jpg", "b.jpg")).to_dict()
    assert told["same"] is True
    assert not {"reason", "kinds", "quality", "turned"} & {*told, *told["faces"][0]}
    turned = Verification(0.9, POINT, (FACE, FACE), "toy", ("a.jpg", "b.jpg"), turned=(0, 180)).to_dict()
    assert [face.get("turned") for face in turned["faces"]] == [None, 180]


def test_an_identification_in_doubt_names_nobody() -> None:
    candidates = (Candidate("Ada", 0.5),)
    assert Identification(FACE, candidates, POINT).name == "Ada"
    answer = Identification(FACE, candidates, POINT, POOR, Doubt(POOR, close=True))
    assert answer.name is None
    assert not answer
    told = answer.to_dict()
    assert (told["name"], told["close"], told["quality"]) == (None, True, 0.1)
    assert told["candidates"] == [{"name": "Ada", "similarity": 0.5}]
