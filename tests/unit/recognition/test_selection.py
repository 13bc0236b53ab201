"""Which face is meant, and what is said when that is not clear."""

from __future__ import annotations

import pytest

from rostro.core.errors import BadInput, NoFace, SeveralFaces
from rostro.core.types import Face
from rostro.recognition.selection import select

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


@pytest.mark.parametrize("rule", ["only", "largest", "centre"])
def test_none_is_said(rule: str) -> None:
    with pytest.raises(NoFace, match=r"x\.jpg: no face"):
        select([], rule, **WHERE)  # type: ignore[arg-type]


def test_an_unknown_rule_is_named() -> None:
    with pytest.raises(BadInput, match="biggest"):
        select([LARGE_ASIDE], "biggest", **WHERE)  # type: ignore[arg-type]
