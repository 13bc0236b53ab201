"""All photos of one face among others: drawn vectors in place of faces."""

from __future__ import annotations

import json

import numpy as np
import pytest
from drawn_faces import ADA, OTHERS, between, found, unit

from rostro.core.errors import PoorQuality
from rostro.people.finding import FPIR, Looking
from rostro.quality.gate import Gate
from rostro.recognition.searching import Searching
from rostro.scoring import operating_points

SPACE = "sface-0ba9fbfa/five_point-112"
POINTS = operating_points.shipped(SPACE)
GATE = Gate(
    space=SPACE, scorer="", weights=(1.0, 0.0, 0.0), bias=0.0, refuse_below=0.2, sure_from=0.8, margin=0.1, measured={}
)


def searching(fpir: float | None = None) -> Searching:
    return Searching(POINTS.impostor_tail(), POINTS.at(), fpir=fpir, chosen=False, usual=FPIR)


def looking(*wanted: object, gate: Gate | None = None, **options: object) -> Looking:
    photos = [found(vector, 0.9) for vector in wanted or (ADA,)]  # type: ignore[arg-type]
    return Looking(photos, searching(**options), POINTS.at().threshold, gate)  # type: ignore[arg-type]


def test_the_threshold_grows_with_the_faces_and_what_is_kept_does_not() -> None:
    one = POINTS.at().threshold
    near = [between(ADA, other, cosine) for other, cosine in zip(OTHERS, (one + 0.01, 0.6, 0.9), strict=False)]
    few = looking()
    for vector in near:
        few.add(found(vector))
    answer = few.found([])
    assert answer and answer.threshold == one, "never laxer than a comparison"
    assert [round(face.similarity, 1) for face in answer.faces] == [0.9, 0.6, 0.4]
    many = looking()
    strangers = unit(3, 20_000)
    for vector in [*near, *strangers]:
        many.add(found(vector))
    assert len(many._kept) < 30, "strangers are counted and not kept"
    answer = many.found([])
    assert 0.46 < answer.threshold < 0.6
    assert answer.search is not None and answer.search.fpir == pytest.approx(FPIR, rel=0.2)
    assert answer.strangers == pytest.approx(FPIR, rel=0.3)
    assert [round(face.similarity, 1) for face in answer.faces] == [0.9, 0.6]
    assert (answer.photos, answer.searched) == (20_003, 20_003)


def test_several_photos_find_more_and_ask_for_more() -> None:
    other = between(ADA, OTHERS[0], 0.5)
    hidden = between(other, OTHERS[1], 0.7)
    one, two = looking(ADA), looking(ADA, other)
    for state in (one, two):
        for vector in (hidden, *unit(4, 3000)):
            state.add(found(vector))
    assert not one.found([])
    answer = two.found([])
    assert len(answer) == 1 and answer.faces[0].similarity == pytest.approx(0.7, abs=0.01)
    assert answer.threshold > one.found([]).threshold
    assert looking(fpir=0.5).found([]).threshold < looking(fpir=1e-4).found([]).threshold


def test_poor_faces_are_told_apart() -> None:
    one = POINTS.at().threshold
    state = looking(gate=GATE)
    for cosine, quality in ((0.9, 0.9), (0.9, 0.1), (one + 0.01, 0.4), (0.2, 0.1)):
        state.add(found(between(ADA, OTHERS[0], cosine), quality))
    answer = state.found([])
    assert [face.quality and face.quality.value for face in answer.faces] == [0.9]
    assert [face.doubt is not None and face.doubt.close for face in answer.unsure] == [False, True]
    told = json.loads(answer.to_json())
    assert list(told)[:6] == ["like", "found", "unsure", "failed", "photos", "faces"]
    assert list(told["found"][0]) == ["photo", "box", "similarity", "like", "quality"]
    assert {"reason", "kinds", "close"} <= set(told["unsure"][0])
    with pytest.raises(PoorQuality):
        Looking([found(ADA, 0.1)], searching(), one, GATE)


def test_without_a_tail_it_is_one_comparison() -> None:
    state = Looking([found(ADA)], None, 0.5, None)
    state.add(found(between(ADA, OTHERS[0], 0.55)))
    state.add(found(np.zeros_like(ADA)))
    answer = state.found([])
    assert (len(answer), answer.threshold, answer.search, answer.strangers) == (1, 0.5, None, None)
    assert "interval" not in answer.to_dict()
