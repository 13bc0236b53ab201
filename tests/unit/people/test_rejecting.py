"""“Not this person”: kept with the person, known to searches, and never more than was said."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from toy_people import DIMS, SPACE, vector

from rostro.core.errors import AlreadyEnrolled, ErasedBefore, GalleryCorrupt, SpaceMismatch, UnknownPerson, UnknownPhoto
from rostro.core.types import Floats, Template
from rostro.gallery.base import Gallery, open_gallery
from rostro.gallery.records import NEGATIVE, Records
from rostro.gallery.upkeep.migrate import migrate
from rostro.people import negatives
from rostro.people.negatives import MOST, Negatives, Rejection
from rostro.people.people import People
from rostro.scoring.rejections import MARGIN, without_rejected


def template(number: int) -> Template:
    return Template(vector(number), f"{number:064x}", f"{number}.jpg")


def rejection(number: int, direction: Floats | None = None) -> Rejection:
    return Rejection(
        f"{number}.jpg", f"{number:064x}", (0, 0, 4, 4), vector(number) if direction is None else direction
    )


def photos(people: People, who: str) -> list[str]:
    return [one.photo for one in people.rejections(who)]


def test_a_rejected_face_is_kept_listed_and_taken_back(gallery: Gallery, people: People) -> None:
    gallery.add({"Ada": [template(1)], "Bo": [template(2)]})
    assert people.rejected == {}
    people.reject("Ada", rejection(3))
    person = gallery.person("Ada").id
    assert set(people.rejected) == {person}, "known here at once"
    assert people.rejected[person] == pytest.approx(vector(3)[None], abs=1e-3)
    assert photos(people, "Ada") == ["3.jpg"] and photos(people, "Bo") == []
    assert set(people.rejections("Ada")[0].to_dict()) == {"photo", "sha256", "box", "given"}
    people.reject("Ada", rejection(3))
    assert photos(people, "Ada") == ["3.jpg"], "the same face once"
    people.reject(person, rejection(4))
    assert [one.photo for one in people.take_back("Ada", f"{3:064x}"[:62] + "03")] == ["3.jpg"]
    assert photos(people, "Ada") == ["4.jpg"]
    with pytest.raises(UnknownPhoto, match="no face of it was said not to be Ada"):
        people.take_back("Ada", "3.jpg")
    assert people.take_back("Ada", "4.jpg") and people.rejected == {}
    assert [entry.action for entry in people.log("Ada")] == ["reject"] * 5
    with pytest.raises(UnknownPerson):
        people.reject("Cy", rejection(3))


def test_a_backend_that_has_no_transactions_keeps_them_too(
    gallery: Gallery, people: People, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(type(gallery), "revise_records", Records.revise_records)
    gallery.add({"Ada": [template(1)]})
    people.reject("Ada", rejection(3))
    people.reject("Ada", rejection(4))
    assert photos(people, "Ada") == ["3.jpg", "4.jpg"]
    people.take_back("Ada", "3.jpg")
    people.take_back("Ada", "4.jpg")
    assert people.rejected == {} and not gallery.records(NEGATIVE, [gallery.person("Ada").id])


def test_what_is_theirs_what_does_not_fit_and_whom_nobody_may_keep_is_refused(gallery: Gallery, people: People) -> None:
    gallery.add({"Ada": [template(1)], "Bo": [template(2)]})
    with pytest.raises(AlreadyEnrolled, match="enrolled as Ada; move or forget"):
        people.reject("Ada", rejection(1))
    with pytest.raises(SpaceMismatch):
        people.reject("Ada", rejection(3, np.eye(1, DIMS + 1, dtype=np.float32)[0]))
    people.erase("Bo")
    with pytest.raises(ErasedBefore):
        people.reject("Ada", rejection(2))
    assert photos(people, "Ada") == []


def test_others_know_it_within_seconds_and_searches_read_one_mark(
    gallery: Gallery, people: People, monkeypatch: pytest.MonkeyPatch
) -> None:
    gallery.add({"Ada": [template(1)]})
    with open_gallery(gallery.url) as beside:
        other = Negatives(beside)
        assert other.known() == {}
        people.reject("Ada", rejection(3))
        assert other.known() == {}
        monkeypatch.setattr(negatives, "_HOLDS", 0.0)
        assert len(other.known()) == 1
        asked: list[object] = []
        records = type(beside).records

        def noted(self: Gallery, kind: str, whose: object = None) -> object:
            asked.append(whose)
            return records(self, kind, whose)  # type: ignore[arg-type]

        monkeypatch.setattr(type(beside), "records", noted)
        assert len(other.known()) == 1
        assert asked == [[0]], "the faces are not read again"
        monkeypatch.undo()
        monkeypatch.setattr(negatives, "_HOLDS", 0.0)
        people.erase("Ada")
        assert other.known() == {}


def test_they_go_with_the_person_and_with_whose_faces_they_are(
    gallery: Gallery, people: People, tmp_path: Path
) -> None:
    gallery.add({"Ada": [template(1)], "Bo": [template(2)], "Cy": [template(5)]})
    near = next(n for n in range(30, 99) if vector(n) @ vector(2) > vector(n) @ vector(5))
    people.reject("Ada", rejection(3))
    people.reject("Bo", rejection(3))
    people.reject("Bo", rejection(near))
    gallery.add({"Dee": [template(3)]})  # whose face it is
    with open_gallery(str(tmp_path / "copy.db"), space=SPACE) as copy:
        migrate(gallery, copy)
        assert photos(People(copy), "Bo") == ["3.jpg", f"{near}.jpg"]
        assert len(People(copy).rejected) == 2
    assert people.export("Bo").to_dict()["rejected"][0]["photo"] == "3.jpg"
    people.erase("Dee")
    assert photos(people, "Ada") == [] and photos(people, "Bo") == [f"{near}.jpg"], "nothing is kept of who was erased"
    people.merge("Bo", "Cy")
    assert photos(people, "Cy") == [f"{near}.jpg"]
    assert len(gallery.records(NEGATIVE, [gallery.person("Cy").id])) == 1
    person = gallery.person("Cy").id
    people.erase("Cy")
    assert gallery.records(NEGATIVE, [person]) == [] and people.rejected == {}


def test_two_who_are_one_are_no_longer_who_the_other_is_not(gallery: Gallery, people: People) -> None:
    gallery.add({"Ada": [template(1)], "A. L.": [template(103)]})
    near = next(n for n in range(30, 99) if vector(n) @ vector(1) > vector(n) @ vector(103))
    people.reject("Ada", rejection(3))  # of one person with 103
    people.reject("Ada", rejection(near))
    people.merge("A. L.", "Ada")
    assert photos(people, "Ada") == [f"{near}.jpg"]


def test_as_many_are_kept_as_there_is_room_for_and_of_the_most_alike_the_older_goes(
    gallery: Gallery, people: People, monkeypatch: pytest.MonkeyPatch
) -> None:
    gallery.add({"Ada": [template(1)]})
    first, *others = range(10, 10 + MOST)
    for number in (first, *others, 100 + first):
        people.reject("Ada", rejection(number))
    assert photos(people, "Ada") == [f"{number}.jpg" for number in (*others, 100 + first)]
    (record,) = gallery.records(NEGATIVE, [gallery.person("Ada").id])
    assert len(record.body) <= 48_000
    monkeypatch.setattr(negatives, "_CHARACTERS", 500)
    people.reject("Ada", rejection(500))
    assert 1 <= len(photos(people, "Ada")) < 4


@pytest.mark.parametrize(
    "damage", [{"vector": "AAAA"}, {"vector": "?"}, {"vector": 3}, {"box": [1, 2]}, {"photo": None}, {"sha256": 1}]
)
def test_a_damaged_one_is_said_to_be(gallery: Gallery, people: People, damage: dict[str, object]) -> None:
    gallery.add({"Ada": [template(1)]})
    body = json.dumps({**json.loads(rejection(3).line()), **damage})
    gallery.keep_records(NEGATIVE, {gallery.person("Ada").id: body, 0: "x"})
    with pytest.raises(GalleryCorrupt, match="not to be somebody's"):
        people.rejections("Ada")
    with pytest.raises(GalleryCorrupt, match="not to be somebody's"):
        _ = people.rejected


UNIT = st.integers(0, 2**31).map(lambda seed: vector(seed))


@settings(max_examples=100, deadline=None)
@given(
    st.dictionaries(st.integers(1, 9), st.floats(-1, 1), max_size=6),
    UNIT,
    st.dictionaries(st.integers(1, 9), st.lists(UNIT, min_size=1, max_size=3).map(np.stack), max_size=4),
)
def test_only_who_is_less_alike_than_a_rejected_face_is_left_out(
    scores: dict[int, float], face: Floats, rejected: dict[int, Floats]
) -> None:
    row = sorted(scores.items(), key=lambda one: -one[1])
    left = without_rejected(row, face, rejected)
    assert left == [one for one in row if one in left], "in the same order, with the same scores"
    for person, score in set(row) - set(left):
        assert person in rejected and (rejected[person] @ face).max() > score + MARGIN
    for person, score in left:
        assert person not in rejected or (rejected[person] @ face).max() <= score + MARGIN
