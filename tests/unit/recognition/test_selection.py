"""Which face is meant, and what is said when that is not clear."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from rostro.core.errors import BadInput, NoFace, SeveralFaces
from rostro.core.types import Face
from rostro.recognition.selection import dominant, select

if TYPE_CHECKING:
    from pathlib import Path

    from rostro.recognizer import Recognizer

SMALL_CENTRED = Face((45, 45, 55, 55), 0.8)
LARGE_ASIDE = Face((0, 0, 40, 40), 0.9)
WHERE = {"photo": "x.jpg", "width": 100, "height": 100}


def test_rules() -> None:
    faces = [SMALL_CENTRED, LARGE_ASIDE]
    assert select(faces, "largest", **WHERE) == 1
    assert select(faces, "centre", **WHERE) == 0
    assert select([LARGE_ASIDE], "only", **WHERE) == 0


def test_several_are_not_guessed() -> None:
    with pytest.raises(SeveralFaces, match=r"x\.jpg: 2 faces") as caught:
        select([SMALL_CENTRED, LARGE_ASIDE], "only", **WHERE)
    assert caught.value.photo == "x.jpg"


def test_a_dominant_face_is_meant() -> None:
    meant = Face((20, 20, 80, 80), 0.8)
    faces = [Face((0, 0, 18, 18), 0.95), meant, Face((85, 5, 99, 20), 0.7)]
    assert select(faces, "dominant", **WHERE) == 1
    assert select([LARGE_ASIDE], "dominant", **WHERE) == 0


@pytest.mark.parametrize(
    "other",
    [
        Face((55, 20, 99, 64), 0.9),  # nearly as large
        Face((44, 44, 56, 56), 0.9),  # much smaller, but it is the one in the middle
    ],
)
def test_no_face_dominates(other: Face) -> None:
    with pytest.raises(SeveralFaces, match="2 faces"):
        select([Face((0, 20, 50, 70), 0.9), other], "dominant", **WHERE)


def test_of_a_face_at_the_edge_counts_what_shows() -> None:
    meant, cut = Face((30, 30, 70, 70), 0.9), Face((80, 20, 130, 70), 0.9)
    assert select([meant, cut], "largest", **WHERE) == 1
    with pytest.raises(SeveralFaces):
        select([meant, cut], "dominant", **WHERE)
    assert select([meant, Face((88, 20, 140, 70), 0.9)], "dominant", **WHERE) == 0


@pytest.mark.data
def test_the_dominant_face_of_a_celebrity_is_the_person_in_the_middle(lfw_root: Path, recognizer: Recognizer) -> None:
    photos = sorted((lfw_root / "images").rglob("*.jpg"))[::13]
    several = [found for found in recognizer.photos(photos, embed=False) if len(found.faces) > 1]
    decided = [found for found in several if dominant(found.faces, width=found.width, height=found.height) is not None]
    assert len(several) > 50
    assert len(decided) > 0.5 * len(several)
    for found in decided:
        where = {"photo": found.photo, "width": found.width, "height": found.height}
        assert select(found.faces, "dominant", **where) == select(found.faces, "centre", **where)


@pytest.mark.parametrize("rule", ["only", "dominant", "largest", "centre"])
def test_none_is_said(rule: str) -> None:
    with pytest.raises(NoFace, match=r"x\.jpg: no face"):
        select([], rule, **WHERE)  # type: ignore[arg-type]


def test_an_unknown_rule_is_named() -> None:
    with pytest.raises(BadInput, match="biggest"):
        select([LARGE_ASIDE], "biggest", **WHERE)  # type: ignore[arg-type]
