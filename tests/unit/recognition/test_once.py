"""Nobody is in a photo twice without a remark; and nobody is made up, or taken from the face that is more like them."""

from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from rostro.core.decisions import Candidate, Identification, OperatingPoint
from rostro.core.quality import Quality
from rostro.core.types import Face
from rostro.quality.gate import Gate
from rostro.recognition import once
from rostro.recognition.once import NEXT

POINT = OperatingPoint("toy/none", 0.42, None, None, None, "a test", 0, 0)
GATE = Gate(
    space="toy/none", scorer="", weights=(0, 0, 0), bias=0, refuse_below=0.1, sure_from=0.9, margin=0.2, measured={}
)


def face(*candidates: tuple[str, float], quality: float | None = None) -> Identification:
    listed = tuple(Candidate(*one) for one in candidates)
    judged = None if quality is None else Quality(quality)
    best = listed[0].similarity if listed else None
    doubt = None if judged is None else GATE.doubt(best, POINT.threshold, [judged])
    return Identification(Face((0, 0, 4, 4), 0.9), listed, POINT, judged, doubt)


def once_per_photo(
    answers: list[Identification], gate: Gate | None = None, *, alike: bool = False
) -> list[Identification]:
    """With faces that are all alike, or that all differ."""
    vectors = np.ones((len(answers), 1), np.float32) if alike else np.eye(len(answers), dtype=np.float32)
    return once.once_per_photo(answers, vectors, POINT.threshold, gate)


def told(answers: list[Identification]) -> list[tuple[str | None, list[str]]]:
    return [(one.name, [remark.kind for remark in one.remarks]) for one in answers]


def test_the_better_face_keeps_the_name_and_the_other_gets_the_next_one_or_a_remark() -> None:
    sure, nearly = face(("Ada", 0.7), ("Bo", 0.3)), face(("Ada", 0.52), ("Bo", 0.515), ("Cy", 0.43))
    first, second = once_per_photo([nearly, sure])
    assert told([first, second]) == [("Bo", ["next"]), ("Ada", [])]
    assert first.similarity == 0.515 and [one.name for one in first.candidates] == ["Bo", "Cy"]
    assert first.to_dict()["remarks"] == [
        {
            "kind": "next",
            "reason": "more like Ada, who is another face of the photo",
            "values": {"name": "Ada", "similarity": 0.52, "face": 1},
        }
    ]
    assert "remarks" not in second.to_dict()
    mirror = face(("Ada", 0.69), ("Bo", 0.5))  # Bo is above the threshold, and much less like her
    kept = once_per_photo([sure, mirror])
    assert told(kept) == [("Ada", []), ("Ada", ["twice"])]
    assert kept[1].candidates == mirror.candidates


def test_faces_that_are_alike_themselves_are_one_person_in_a_mirror() -> None:
    faces = [face(("Ada", 0.7)), face(("Ada", 0.52), ("Bo", 0.515))]
    assert told(once_per_photo(faces)) == [("Ada", []), ("Bo", ["next"])]
    assert told(once_per_photo(faces, alike=True)) == [("Ada", []), ("Ada", ["twice"])]


def test_the_largest_sum_takes_nobody_from_the_face_that_is_more_like_them() -> None:
    # 0.50 + 0.495 is more than 0.51 + 0.48: the assignment with the largest sum would change both
    better, other = face(("Ada", 0.51), ("Bo", 0.50)), face(("Ada", 0.495), ("Bo", 0.48))
    assert told(once_per_photo([better, other])) == [("Ada", []), ("Bo", ["next"])]


def test_faces_that_cannot_be_judged_take_no_place_and_get_no_name_that_they_may_not_have() -> None:
    poor = face(("Ada", 0.9), quality=0.05)
    assert told(once_per_photo([poor, face(("Ada", 0.5))], GATE)) == [(None, []), ("Ada", [])]
    doubtful = face(("Ada", 0.53), ("Bo", 0.515), quality=0.5)  # 0.52 is asked of such a face
    assert told(once_per_photo([face(("Ada", 0.7)), doubtful], GATE)) == [("Ada", []), ("Ada", ["twice"])]


NAMES = st.sampled_from("ABCDEF")
SCORES = st.floats(0.3, 0.7).map(lambda score: round(score, 2))


@st.composite
def faces(draw: st.DrawFn) -> Identification:
    found = draw(st.dictionaries(NAMES, SCORES, max_size=4))
    return face(*sorted(found.items(), key=lambda one: (-one[1], one[0])))


@settings(max_examples=200, deadline=None)
@given(st.lists(faces(), max_size=6), st.booleans())
def test_nobody_is_made_up_and_nobody_is_taken_from_a_better_face(before: list[Identification], alike: bool) -> None:
    after = once_per_photo(before, alike=alike)
    sole = [one.name for one in after if one.name is not None and not any(r.kind == "twice" for r in one.remarks)]
    assert len(sole) == len(set(sole)), "nobody is twice without a remark"
    for old, new in zip(before, after, strict=True):
        assert (new.name is None) == (old.name is None), "as many are named"
        assert set(new.candidates) <= set(old.candidates), "nobody is made up"
        if new.name is not None and new.name != old.name:
            assert new.similarity is not None and old.similarity is not None
            assert new.similarity >= max(POINT.threshold, old.similarity - NEXT)
        if not new.remarks:
            assert new == old
        for remark in new.remarks:
            other = after[remark.face]
            assert other.name == remark.name == old.candidates[0].name
            assert other.similarity is not None and other.similarity >= remark.similarity, "the better face has it"
    for name in {one.name for one in before if one.name is not None}:
        best = max((o.similarity, -n) for n, o in enumerate(before) if o.name == name and o.similarity is not None)
        others = [
            candidate.similarity
            for n, one in enumerate(before)
            if n != -best[1] and one.name is not None
            for candidate in one.candidates[1:]
            if candidate.name == name
        ]
        if best[0] > max(others, default=0.0):
            assert after[-best[1]].name == name and not after[-best[1]].remarks
