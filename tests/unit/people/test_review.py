"""What was uncertain waits, is confirmed, corrected, ignored, and teaches: on drawn vectors."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from toy_people import DIMS, SPACE

from rostro.core.decisions import Candidate, Identification, OperatingPoint
from rostro.core.errors import BadInput, UnknownPerson
from rostro.core.quality import Doubt, Quality
from rostro.core.types import Face, Template
from rostro.gallery.base import Gallery
from rostro.people.albums.album import Album
from rostro.people.consent import Policy
from rostro.people.people import People
from rostro.people.review import Review
from rostro.people.teaching import Rules
from rostro.people.uncertain import WAITING, Waiting, uncertain
from rostro.recognition.pipeline import PhotoFaces

POINT = OperatingPoint(SPACE, 0.6, None, None, None, "drawn", 0, 0)
RULES = Rules(far=0.5, near=0.9)


def at(degrees: float, up: float = 0.0) -> np.ndarray:
    angle, height = np.radians(degrees), np.radians(up)
    vector = np.zeros(DIMS, np.float32)
    vector[:3] = np.cos(angle) * np.cos(height), np.sin(angle) * np.cos(height), np.sin(height)
    return vector


def template(degrees: float, number: int, *, up: float = 0.0) -> Template:
    return Template(at(degrees, up), f"{number:064x}", f"{number}.jpg", 0.9, (0.0, 0.0, 9.0, 9.0))


@pytest.fixture
def album(tmp_path: Path) -> Iterator[Album]:
    with Album.open(tmp_path / "unknown.db", create=True, space=SPACE) as opened:
        yield opened


@pytest.fixture
def review(album: Album, people: People) -> Review:
    """Ada and Bo are enrolled. A face near Ada waits, a group of two that nobody is near, and one seen once."""
    people.gallery.add({"Ada": [template(0, 1)], "Bo": [template(90, 2)]})
    album.people.take_in(
        {
            "aaaaaaaaaaaa": [template(40, 3)],
            "bbbbbbbbbbbb": [template(200, 4), template(205, 5)],
            "cccccccccccc": [template(270, 6)],
        }
    )
    return Review(album, people, RULES, likely=0.5)


def test_what_waits_says_why_and_who_it_may_be(review: Review) -> None:
    queue = review.queue()
    assert [(item.id[:1], item.reason, item.faces) for item in queue.items] == [
        ("a", "near", 1), ("b", "group", 2), ("c", "new", 1),
    ]  # fmt: skip
    near = queue.items[0].to_dict()
    assert (near["photo"], near["box"], near["picture"]) == ("3.jpg", [0.0, 0.0, 9.0, 9.0], False)
    assert near["suggested"] == {"id": 1, "name": "Ada", "similarity": 0.7662}
    assert [one["name"] for one in near["candidates"]] == ["Ada", "Bo"]
    assert queue.items[1].suggested is None and queue.items[1].candidates
    first = review.queue(limit=2)
    assert (first.total, first.next) == (3, "bbbbbbbbbbbb")
    last = review.queue(limit=2, after=first.next)
    assert [item.id for item in last.items] == ["cccccccccccc"] and last.next is None


def test_what_is_confirmed_names_the_group_and_teaches(review: Review, album: Album, people: People) -> None:
    done = review.confirm("aaaaaaaaaaaa", "Ada")
    assert done.to_dict() == {
        "id": "aaaaaaaaaaaa",
        "name": "Ada",
        "group": "aaaaaaaaaaaa",
        "taught": {
            "name": "Ada", "templates": 1, "photos": [{"photo": "3.jpg", "fate": "taught"}], "dropped": []
        },
    }  # fmt: skip
    assert [face.photo for face in people.templates("Ada")] == ["1.jpg", "3.jpg"]
    assert album.group("aaaaaaaaaaaa").name == "Ada" and review.queue().total == 2
    with pytest.raises(UnknownPerson, match="nothing of that id waits"):
        review.confirm("aaaaaaaaaaaa")
    with pytest.raises(BadInput, match="nobody is suggested"):
        review.confirm("bbbbbbbbbbbb")


def test_a_suggestion_that_changed_meanwhile_is_not_confirmed(review: Review, people: People) -> None:
    people.gallery.add({"Cy": [template(41, 9)]})
    with pytest.raises(BadInput, match="Cy is suggested now, not Ada"):
        review.confirm("aaaaaaaaaaaa", "Ada")


def test_who_is_corrected_may_be_nobody_who_is_enrolled(review: Review, album: Album, people: People) -> None:
    done = review.correct("bbbbbbbbbbbb", "Dee")
    assert (done.name, done.taught) == ("Dee", None) and people.find("Dee") is None
    assert album.group("Dee").id == "bbbbbbbbbbbb"
    assert review.queue().total == 2


def test_faces_that_were_too_far_teach_when_one_comes_that_lies_between(review: Review, album: Album) -> None:
    album.people.take_in({"dddddddddddd": [template(90, 7, up=70)], "eeeeeeeeeeee": [template(90, 8, up=40)]})
    first = review.correct("dddddddddddd", "Bo").taught
    assert first is not None and first.photos == (("7.jpg", "far"),)
    last = review.correct("eeeeeeeeeeee", "Bo").taught
    assert last is not None and dict(last.photos) == {"7.jpg": "taught", "8.jpg": "taught"}


def test_who_is_ignored_or_rejected_is_not_asked_about_so_again(review: Review, album: Album) -> None:
    assert review.ignore("cccccccccccc").name is None
    assert review.queue().total == 2
    album.people.take_in({"Ada": [template(350, 9)]})
    review.confirm("aaaaaaaaaaaa")
    album.reject("Ada", ["3.jpg"])
    (item,) = [item for item in review.queue().items if item.face.photo == "3.jpg"]
    assert [one.name for one in item.candidates] == ["Bo"], "whom it is not, nobody asks about again"


def test_pictures_of_those_who_agreed_to_them_are_kept_with_what_they_taught(
    review: Review, album: Album, people: People
) -> None:
    picture = np.full((8, 8, 3), 99, np.uint8)
    assert album.pictures is not None and people.pictures is not None
    group = album.group("aaaaaaaaaaaa")
    album.pictures.keep(group.person, f"{3:064x}", picture)
    assert review.queue().items[0].picture and review.picture("aaaaaaaaaaaa")
    ada = people.gallery.person("Ada").id
    people.pictures.keep(ada, f"{1:064x}", picture)
    review.confirm("aaaaaaaaaaaa")
    assert len(people.pictures.everything(ada)) == 2
    assert review.queue().items[0].picture is False and review.picture("bbbbbbbbbbbb") is None


def test_an_album_is_not_its_own_gallery(album: Album) -> None:
    with pytest.raises(BadInput, match="are two"):
        Review(album, People(album.gallery), RULES, likely=0.5)


def who(similarity: float, doubt: Doubt | None = None) -> Identification:
    return Identification(Face((0, 0, 9, 9), 0.9), (Candidate("Ada", similarity),), POINT, doubt=doubt)


def test_only_what_is_not_known_for_sure_is_uncertain() -> None:
    poor = Doubt(Quality(0.1, ()), "")
    row = [who(0.2), who(0.55), who(0.65), who(0.75), who(0.2, poor)]
    assert uncertain(row, 0.5) == [0, 1, 2], "a stranger, one who is nearly named, one who hardly is"
    assert uncertain([who(0.61)], 0.6) == []


def found(numbers: Sequence[int]) -> PhotoFaces:
    faces = tuple(Face((9.0 * number, 0, 9.0 * number + 8, 9), 0.9) for number in numbers)
    crops = np.zeros((len(numbers), 8, 8, 3), np.uint8)
    return PhotoFaces(
        f"{numbers[0]}.jpg", f"{numbers[0]:064x}", 100, 100, faces, np.stack([at(9 * number) for number in numbers]),
        crops=crops,
    )  # fmt: skip


def test_uncertain_faces_wait_in_the_album_and_the_oldest_go(album: Album, gallery: Gallery) -> None:
    waiting = Waiting(album, keep_crops=True, most=2)
    album.people.take_in({"aaaaaaaaaaaa": [template(0, 100)]})  # of somebody's photos
    new, _ = waiting.add(found([1, 2]), [who(0.2), who(0.9)], 0.5, actor="key:k1")
    assert len(new) == 1 and len(album) == 2 and album.pictures is not None
    assert [face.collection for face in album.gallery.templates(new[0])] == [WAITING]
    assert album.pictures.has(album.gallery.person(new[0]).id)
    assert waiting.add(found([1]), [who(0.2)], 0.5)[0] == [], "the photo is there"
    later = [waiting.add(found([number]), [who(0.2)], 0.5)[0][0] for number in (3, 4, 5)]
    album.name(later[0], "Ada")
    assert waiting.forget_oldest() == 1
    left = {name for _, name in album.gallery.all_names()}
    assert left == {"aaaaaaaaaaaa", "Ada", *later[1:]}
    assert [entry.actor for entry in album.people.log()][1] == "key:k1"


def test_who_asks_for_consent_has_no_strangers_wait(album: Album) -> None:
    album.people.set_policy(replace(Policy(), require_consent=True))
    with pytest.raises(BadInput, match="asks for consent"):
        Waiting(album)
