"""What confirmed faces teach: rules on drawn vectors, and templates, pictures, consent and log through the people."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace

import numpy as np
import pytest
from toy_people import DIMS

from rostro.core.errors import BadInput, UnknownPerson
from rostro.core.types import Template
from rostro.gallery.base import Gallery, open_gallery
from rostro.gallery.upkeep.records import copy_records
from rostro.people.consent import Consent, Policy
from rostro.people.people import People
from rostro.people.taught import taught_photos
from rostro.people.teacher import Teacher
from rostro.people.teaching import Rules, choose
from rostro.quality.gate import Gate

RULES = Rules(far=0.4, near=0.8, least_quality=0.2, most=3)


def at(degrees: float, number: int, *, quality: float = 0.9, away: float = 0.0) -> Template:
    """A face that lies so far from the first axis, in a plane that may itself be turned away."""
    angle, out = np.radians(degrees), np.radians(away)
    vector = np.zeros(DIMS, np.float32)
    vector[:3] = np.cos(angle), np.sin(angle) * np.cos(out), np.sin(angle) * np.sin(out)
    return Template(vector, f"{number:064x}", f"{number}.jpg", quality)


def chosen(
    faces: Sequence[Template], templates: Sequence[Template], others: Sequence[float] = (), taught: Collection[str] = ()
) -> tuple[tuple[str, ...], tuple[int, ...]]:
    """(what becomes of each face, which templates make room)."""
    choice = choose(faces, templates, RULES, others=others, taught=taught)
    return choice.fates, choice.drop


def test_the_rules_follow_from_the_threshold_of_one_comparison() -> None:
    rules = Rules.at(0.4, replace(Gate.floor("any"), sure_from=0.7))
    assert (rules.far, round(rules.near, 6), rules.least_quality, rules.most) == (0.4, 0.8, 0.7, 10)
    assert Rules.at(0.4).least_quality == 0, "where faces are not judged"
    for wrong in ({"far": 0.9, "near": 0.8}, {"far": 0.1, "near": 1.5}, {"far": 0.1, "near": 0.2, "most": 0}):
        with pytest.raises(BadInput):
            Rules(**wrong)  # type: ignore[arg-type]


def test_a_face_becomes_a_template_only_where_it_is_new_good_near_enough_and_nobody_elses() -> None:
    templates = [at(0, 0)]
    for face, other, fate in (
        (at(50, 1), 0.1, "taught"),
        (at(30, 1), 0.1, "known"),  # a cosine of 0.87: nothing new
        (at(70, 1), 0.1, "far"),  # 0.34: perhaps a stranger's
        (at(50, 1), 0.7, "other"),  # 0.64 with them, and somebody else is nearer
        (at(50, 1, quality=0.1), 0.1, "poor"),
        (at(50, 0), 0.1, "known"),  # the photo is a template of theirs
    ):
        assert chosen([face], templates, others=[other]) == ((fate,), ()), fate


def test_faces_that_were_too_far_are_taught_when_others_lie_between() -> None:
    far, between = at(90, 1), at(45, 2)
    assert chosen([far], [at(0, 0)])[0] == ("far",)
    assert chosen([far, between], [at(0, 0)])[0] == ("taught", "taught")
    assert chosen([far, between], [at(0, 0)], others=[0.9, -1.0])[0] == ("other", "taught")


def test_what_makes_room_is_the_oldest_poor_one_of_those_that_were_taught() -> None:
    enrolled, old, poor = at(0, 0, quality=0.3), at(50, 1, quality=0.9), at(50, 2, quality=0.3, away=90)
    new = at(50, 3, away=180)
    taught = {old.source_hash, poor.source_hash}
    assert chosen([new], [enrolled, old, poor], taught=taught) == (("taught",), (2,))
    assert chosen([new], [enrolled, old, poor], taught={old.source_hash}) == (("taught",), (1,))
    alike = [enrolled, old, replace(poor, quality=0.9)]
    assert chosen([new], alike, taught=taught)[1] == (1,), "of equals the oldest"
    assert chosen([new], [enrolled, old, poor]) == (("full",), ()), "what was enrolled stays"
    more = [at(50, 3, away=180), at(50, 4, away=270), at(50, 5, away=45)]
    assert chosen(more, [enrolled, old, poor], taught=taught)[0].count("taught") == 2, "not what came with it"


def test_nobody_learns_from_nothing_or_without_a_template() -> None:
    assert chosen([], [at(0, 0)]) == ((), ())
    assert chosen([at(0, 1)], []) == (("far",), ())


@pytest.fixture
def taught(people: People) -> Teacher:
    """Ada has a template, and Bo has one that is nearer to some."""
    people.gallery.add({"Ada": [at(0, 0)], "Bo": [at(120, 100)]})
    return Teacher(people, RULES)


def photos_of(people: People, name: str) -> list[str]:
    return [template.photo for template in people.templates(name)]


def test_confirmed_faces_become_templates_with_their_pictures_and_go_with_them(
    gallery: Gallery, people: People, taught: Teacher
) -> None:
    faces = [at(50, 1), at(50, 2, away=90), at(100, 3), at(10, 4)]
    pictures = {face.source_hash: np.full((8, 8, 3), 99, np.uint8) for face in faces[:2]}
    done = taught.teach("Ada", faces, pictures)
    assert done.to_dict() == {
        "name": "Ada",
        "templates": 2,
        "photos": [
            {"photo": "1.jpg", "fate": "taught"}, {"photo": "2.jpg", "fate": "taught"},
            {"photo": "3.jpg", "fate": "other"}, {"photo": "4.jpg", "fate": "known"},
        ],
        "dropped": [],
    }  # fmt: skip
    assert photos_of(people, "Ada") == ["0.jpg", "1.jpg", "2.jpg"] and photos_of(people, "Bo") == ["100.jpg"]
    ada = gallery.person("Ada").id
    assert people.pictures is not None and len(people.pictures.everything(ada)) == 2
    assert list(people.log("Ada"))[-1].about["templates"] == 2

    again = taught.teach(ada, [at(50, 5, away=180)])
    assert (again.templates, again.dropped) == (1, ("1.jpg",)), "the oldest poor one made room, with its picture"
    assert photos_of(people, "Ada") == ["0.jpg", "2.jpg", "5.jpg"] and len(people.pictures.everything(ada)) == 1
    assert taught_photos(gallery, ada) == {at(0, 2).source_hash, at(0, 5).source_hash}
    people.forget("2.jpg")
    assert taught_photos(gallery, ada) == {at(0, 5).source_hash}
    assert people.export("Ada").to_dict()["taught_by"] == [at(0, 5).source_hash]


def test_what_was_taught_stays_known_when_people_are_merged_moved_and_copied(
    gallery: Gallery, people: People, taught: Teacher
) -> None:
    taught.teach("Ada", [at(50, 1), at(50, 2, away=90)])
    taught.teach("Bo", [at(170, 3)])
    people.move("2.jpg", "Bo")
    people.merge("Ada", "Bo")
    bo = gallery.person("Bo").id
    assert taught_photos(gallery, bo) == {at(0, 1).source_hash, at(0, 3).source_hash}
    assert len(gallery.records("taught", [bo])) == 1
    people.erase("Bo")
    assert not gallery.records("taught", [bo])


def test_who_is_not_there_or_did_not_agree_is_taught_nothing(people: People, taught: Teacher) -> None:
    with pytest.raises(UnknownPerson):
        taught.teach("Cy", [at(50, 1)])
    people.set_policy(Policy(require_consent=True))
    assert taught.teach("Ada", [at(50, 1)]).photos == (("1.jpg", "no-consent"),)
    assert photos_of(people, "Ada") == ["0.jpg"]
    people.give_consent("Ada", Consent("the door"))
    assert taught.teach("Ada", [at(50, 1)]).templates == 1


def test_photos_of_people_who_were_erased_do_not_come_back(people: People, taught: Teacher) -> None:
    people.gallery.add({"Cy": [at(50, 7)]})
    people.erase("Cy")
    done = taught.teach("Ada", [at(50, 7), at(50, 8)])
    assert done.photos == (("7.jpg", "erased"), ("8.jpg", "taught")) and photos_of(people, "Ada") == ["0.jpg", "8.jpg"]


def test_which_were_taught_is_copied_with_a_gallery(people: People, taught: Teacher) -> None:
    taught.teach("Ada", [at(50, 1)])
    with open_gallery(":memory:", space=people.gallery.space) as other:
        other.add({"Ada": people.templates("Ada")})
        copy_records(people.gallery, other)
        assert taught_photos(other, other.person("Ada").id) == {at(0, 1).source_hash}
