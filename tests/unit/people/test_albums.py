"""Albums that stay: groups come and go, what somebody said of them stays. On drawn vectors, without a model."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from toy_people import SPACE

from rostro.core.errors import BadInput, GalleryError, NoConsent, UnknownPerson, UnknownPhoto
from rostro.core.types import Template
from rostro.gallery.base import open_gallery
from rostro.gallery.keys import make_key_file
from rostro.gallery.records import ALBUM
from rostro.gallery.sqlite.gallery import SqliteGallery
from rostro.people.album import group_id
from rostro.people.albums.album import Album
from rostro.people.albums.enrolling import enrol_group
from rostro.people.albums.regrouping import regroup
from rostro.people.albums.shown import kept_face
from rostro.people.consent import Policy
from rostro.people.grouping import group_faces
from rostro.people.people import People

DIMS = 32
LIMITS = (0.75, 0.6)


def faces_of(person: int, *photos: int) -> list[Template]:
    """Faces that resemble each other at about 0.9, and others hardly."""
    centre = np.random.default_rng(person).normal(size=DIMS)
    found = []
    for photo in photos:
        vector = centre + 0.3 * np.random.default_rng(1_000 * person + photo).normal(size=DIMS)
        vector = (vector / np.linalg.norm(vector)).astype(np.float32)
        box = (10.0 * person, 0.0, 10.0 * person + 8, 9.5)
        found.append(Template(vector, f"{photo:064x}", f"{photo}.jpg", 0.9, box))
    return found


def take_in(album: Album, faces: list[Template], *, whole: bool | None = None) -> None:
    """As `Intake` does, of photos that were looked at."""
    known = album.gallery.known_sources([face.source_hash for face in faces])
    new = {group_id([kept_face(face)]): [face] for face in faces if not any(
        kept_face(there).id == kept_face(face).id for name in known.get(face.source_hash, ())
        for there in album.gallery.templates(name)
    )}  # fmt: skip
    album.people.take_in(new)
    names = list(new)
    regroup(album.people, names, lambda faces: LIMITS, None, whole=whole)


@pytest.fixture
def url(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    if getattr(request, "param", "") == "encrypted":
        make_key_file(tmp_path / "key")
        monkeypatch.setenv("ROSTRO_KEY_FILE", str(tmp_path / "key"))
    return str(tmp_path / "album.db")


both = pytest.mark.parametrize("url", ["in clear", "encrypted"], indirect=True)


@pytest.fixture
def album(url: str) -> Iterator[Album]:
    with Album.open(url, create=True, space=SPACE) as opened:
        yield opened


def people_of(album: Album) -> dict[str | None, set[str]]:
    return {group.name or group.id: {face.id for face in album.group(group.id).faces} for group in album.groups()}


def ids(faces: list[Template]) -> set[str]:
    return {kept_face(face).id for face in faces}


@both
def test_what_somebody_said_stays_while_photos_come(album: Album, url: str) -> None:
    ada, bo = faces_of(1, *range(8)), faces_of(2, *range(4, 12))
    take_in(album, [*ada[:3], *bo[:3]])
    first, second = album.groups()
    assert {first.faces, second.faces} == {3}
    assert people_of(album)[first.id] in (ids(ada[:3]), ids(bo[:3]))
    group = next(one.id for one in (first, second) if people_of(album)[one.id] == ids(ada[:3]))
    assert album.name(group, " Ada ") == group
    take_in(album, [*ada[3:], *bo[3:]])
    assert people_of(album)["Ada"] == ids(ada)
    assert {frozenset(faces) for faces in people_of(album).values()} == {frozenset(ids(ada)), frozenset(ids(bo))}
    assert {one.id for one in album.groups()} == {first.id, second.id}, "ids survive"
    assert [one.name for one in album.groups(named=True)] == ["Ada"]
    assert [one.name for one in album.groups(named=False)] == [None]
    assert album.group("Ada").id == group == album.group(group).id
    assert album.gallery.info().templates == len(album) == 16
    with Album.open(url) as again:
        assert people_of(again) == people_of(album)


@both
def test_names_that_meet_are_one_person(album: Album) -> None:
    take_in(album, [*faces_of(1, 0, 1), *faces_of(2, 2, 3), *faces_of(3, 4, 5)])
    one, two, three = (group.id for group in album.groups())
    album.name(one, "Ada")
    assert album.name(two, "Ada") == one
    assert len(album.group("Ada")) == 4
    assert album.merge("Ada", three) == three, "the id that stays"
    assert album.group(three).name == "Ada", "and no name is lost"
    assert len(album.group(three)) == 6
    assert [record.body for record in album.gallery.records(ALBUM)][1:] == [
        json.dumps({"id": three, "ignored": False, "fixed": True, "apart": []})
    ]
    take_in(album, faces_of(2, 6))
    assert len(album.group("Ada")) == 7, "and new photos come to them"
    for wrong in ("Ada", three):
        with pytest.raises(BadInput, match="itself"):
            album.merge("Ada", wrong)
    with pytest.raises(BadInput, match="id of a group"):
        album.name("Ada", "0123456789ab")
    with pytest.raises(UnknownPerson):
        album.name("0123456789ab", "Bo")


def test_who_was_split_stays_apart_and_together(album: Album) -> None:
    ada = faces_of(1, *range(6))
    take_in(album, ada[:5])
    (group,) = album.groups()
    part = [face.id for face in album.group(group.id).faces if face.photo in {"0.jpg", "1.jpg"}]
    made = album.split(group.id, part)
    assert people_of(album) == {group.id: ids(ada[2:5]), made: ids(ada[:2])}
    take_in(album, ada[5:])
    assert people_of(album)[made] in (ids(ada[:2]), ids([*ada[:2], ada[5]]))
    assert len(album.groups()) == 2
    for wrong in ([], [kept_face(face).id for face in ada[2:5]], ["nobody.jpg"]):
        with pytest.raises((BadInput, UnknownPhoto)):
            album.split(group.id, wrong)
    album.merge(made, group.id)
    assert people_of(album) == {group.id: ids(ada)}, "what is said last holds"


@both
def test_a_rejected_face_never_comes_back(album: Album) -> None:
    ada = faces_of(1, *range(5))
    take_in(album, ada)
    (group,) = album.groups()
    album.name(group.id, "Ada")
    wrong = kept_face(ada[3])
    (alone,) = album.reject("Ada", ["3.jpg"])
    assert [one.cover.id for one in album.singles()] == [wrong.id]
    assert album.singles()[0].id == alone
    take_in(album, [*faces_of(1, 6), *faces_of(2, 3)], whole=True)
    assert people_of(album)["Ada"] == ids([*ada[:3], ada[4], *faces_of(1, 6)])
    album.merge(alone, "Ada")
    take_in(album, faces_of(1, 7), whole=True)
    assert wrong.id in people_of(album)["Ada"], "unless somebody says otherwise"


@both
@pytest.mark.parametrize("how", ["reject", "split"])
def test_no_two_groups_have_one_id(album: Album, how: str) -> None:
    """A group has the id of the face that it began with, and keeps it when it has a name and that face is gone."""
    take_in(album, faces_of(1, *range(5)))
    (group,) = album.groups()
    album.name(group.id, "Ada")
    first = next(face for face in album.group("Ada").faces if group_id([face]) == group.id)
    getattr(album, how)("Ada", [first])
    known = {one.id for one in (*album.groups(), *album.singles())}
    assert len(known) == 2 and group.id in known
    assert album.group(group.id).name == "Ada"
    take_in(album, faces_of(2, *range(3)), whole=True)
    assert album.group(group.id).name == "Ada"


def test_what_is_ignored_is_not_shown_and_still_takes_its_photos(album: Album) -> None:
    take_in(album, faces_of(1, 0, 1, 2))
    (group,) = album.groups()
    album.ignore(group.id)
    take_in(album, [*faces_of(1, 3), *faces_of(2, 4, 5)])
    assert [one.faces for one in album.groups()] == [2]
    assert [(one.id, one.faces, one.ignored) for one in album.groups(ignored=True)] == [(group.id, 4, True)]
    album.ignore(group.id, False)
    assert [one.faces for one in album.groups()] == [4, 2]
    assert [one.id for one in album.groups(after=group.id)] == [album.groups()[1].id]
    assert [one.id for one in album.groups(limit=1)] == [group.id]


def test_ten_parts_and_any_order_are_one_run(tmp_path: Path) -> None:
    faces = [face for person in range(12) for face in faces_of(person, *range(person, person + 1 + person % 5))]
    found = []
    for number, parts in enumerate((1, 10, 10)):
        order = np.random.default_rng(number).permutation(len(faces)) if number else np.arange(len(faces))
        with Album.open(tmp_path / f"{number}.db", create=True, space=SPACE) as album:
            for part in np.array_split(order, parts):
                take_in(album, [faces[place] for place in part])
            take_in(album, [])
            found.append({frozenset(one) for one in people_of(album).values()})
    assert found[0] == found[1] == found[2]
    assert len(found[0]) == sum(person % 5 > 0 for person in range(12))


def test_a_few_new_faces_are_compared_with_those_near_them(album: Album, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("rostro.people.albums.regrouping.ALWAYS_UP_TO", 10)
    faces = [face for person in range(10) for face in faces_of(person, 0, 1, 2, 3)]
    take_in(album, faces)
    before = people_of(album)
    album.name(album.groups()[0].id, "Ada")
    read = []
    monkeypatch.setattr("rostro.people.albums.regrouping.group_faces", lambda *_, **__: read.append(1))
    take_in(album, [*faces_of(3, 9), *faces_of(77, 9)])
    assert not read, "nothing was grouped anew"
    assert len(album.groups()) == len(before)
    assert sorted(one.faces for one in album.groups()) == [4] * 9 + [5]
    assert ids(faces_of(3, 9)) < next(faces for faces in people_of(album).values() if len(faces) == 5)
    assert [one.cover.id for one in album.singles()] == list(ids(faces_of(77, 9)))


def test_erasing_a_group_erases_what_was_said_of_it(album: Album) -> None:
    take_in(album, [*faces_of(1, 0, 1, 2), *faces_of(2, 3, 4)])
    group, other = (one.id for one in album.groups())
    album.name(group, "Ada")
    album.reject("Ada", ["2.jpg"])
    assert album.erase("Ada") == 2
    assert {one.id for one in album.groups()} == {other}
    assert [record.person for record in album.gallery.records(ALBUM)] == [0]
    assert album.gallery.erased([f"{photo:064x}" for photo in range(5)]) == {f"{photo:064x}" for photo in (0, 1)}
    with pytest.raises(UnknownPerson):
        album.group("Ada")
    entries = [entry.action for entry in album.people.log()]
    assert entries[-4:] == ["group", "rename", "reject", "erase"]
    assert album.people.verify_log()


def test_a_gallery_of_enrolled_people_is_no_album(tmp_path: Path, url: str) -> None:
    with open_gallery(str(tmp_path / "people.db"), space=SPACE) as gallery:
        gallery.add({"Ada": faces_of(1, 0)})
    for create in (True, False):
        with pytest.raises(BadInput, match="no album") as refused:
            Album.open(tmp_path / "people.db", create=create)
        assert refused.value.values["why"] == "no-album"
    with pytest.raises(GalleryError, match="no such"):
        Album.open(url)


def test_people_who_are_changed_by_other_doors_stay(album: Album) -> None:
    take_in(album, [*faces_of(1, 0, 1), *faces_of(2, 2, 3)])
    group, other = (one.id for one in album.groups())
    people = People(album.gallery)
    people.rename(group, "Ada")
    (named,) = album.groups(named=True)
    assert album.group(named.id).name == "Ada"
    album.name(other, "Bo")
    people.merge("Bo", "Ada")
    assert album.group("Ada").touched
    take_in(album, faces_of(2, 5))
    assert len(album.group("Ada")) == 5


def test_pictures_go_with_their_faces(album: Album) -> None:
    take_in(album, faces_of(1, 0, 1, 2))
    (group,) = album.groups()
    assert album.pictures is not None
    for photo in range(3):
        album.pictures.keep(group.person, f"{photo:064x}", np.full((8, 8, 3), 60 * photo, np.uint8))
    (alone,) = album.reject(group.id, ["1.jpg"])
    assert album.picture(alone) is not None
    assert album.picture(group.id, "0.jpg") != album.picture(group.id, "2.jpg")
    album.erase(alone)
    assert len(list(album.pictures.folder.rglob("*.jpg"))) == 2


class Killed(BaseException):
    """As kill -9 is to a program: nothing tidies up after it."""


_WRITES = ("add", "move_faces", "rename", "merge", "keep_records")


def _work(album: Album, done: dict[str, str]) -> None:
    """Takes photos in and names them; may be run again after it was cut off. Notes what was answered."""
    ada, bo, cy = faces_of(1, 0, 1, 2, 3), faces_of(2, 2, 4, 5), faces_of(3, 6, 7)
    for part in ([*ada[:2], *bo[:2]], [*ada[2:], *bo[2:], *cy]):
        take_in(album, part)
        for face in part:
            done.setdefault(kept_face(face).id, "")
        for name, mine in (("Ada", ada), ("Bo", bo)):
            album.name(_owner(album, mine[0]), name)
            done |= {name: name}
    if _owner(album, cy[0]) != "Cy":
        if _owner(album, cy[0]) != "Bo":
            album.merge("Bo", _owner(album, cy[0]))
        album.name(_owner(album, cy[0]), "Cy")
        done.pop("Bo", None)
        done["Cy"] = "Cy"


def _owner(album: Album, face: Template) -> str:
    """Whose the face is; other faces of its photo are others'."""
    named = album.gallery.known_sources([face.source_hash])[face.source_hash]
    return next(one for one in named if any(f.id == kept_face(face).id for f in album.group(one).faces))


def test_whoever_is_killed_loses_no_name_and_no_face(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    number, left, ended = 0, 0, False
    for write in _WRITES:
        original = getattr(SqliteGallery, write)

        def killing(self: SqliteGallery, *args: Any, original: Any = original, **kwargs: Any) -> Any:
            nonlocal left
            left -= 1
            answer = original(self, *args, **kwargs)
            if left == 0:
                raise Killed
            return answer

        monkeypatch.setattr(SqliteGallery, write, killing)
    found = set()
    while not ended:
        number += 1
        path, done = tmp_path / f"{number}.db", dict[str, str]()
        left = number
        try:
            with Album.open(path, create=True, space=SPACE) as album:
                _work(album, done)
            ended = True
        except Killed:
            pass
        left = 0
        if not done and not ended:
            continue
        with Album.open(path) as album:
            groups = [album.group(one.id) for one in (*album.groups(), *album.singles())]
            assert {face.id for group in groups for face in group.faces} >= {one for one in done if not done[one]}
            assert {group.name for group in groups} >= {one for one in done if done[one]} - {"Bo"}
            _work(album, done)
            assert {one.name for one in album.groups()} == {"Ada", "Cy"}
            found.add(frozenset(frozenset(faces) for faces in people_of(album).values()))
    assert number > 20
    assert len(found) == 1, "whoever goes on ends where nobody was killed"


def test_who_is_named_may_be_enrolled_and_is_erased_with_the_person(album: Album, tmp_path: Path) -> None:
    take_in(album, [*faces_of(1, *range(8)), *faces_of(2, 10, 11)])
    group, other = (one.id for one in album.groups())
    with open_gallery(str(tmp_path / "people.db"), space=SPACE) as gallery:
        people = People(gallery)
        with pytest.raises(BadInput, match="name"):
            enrol_group(album, group, people)
        album.name(group, "Ada")
        assert enrol_group(album, "Ada", people, most=3) == 3
        assert enrol_group(album, "Ada", people, most=3) == 0, "there is no room"
        taken = {face.source_hash for face in gallery.templates("Ada")}
        assert len(taken) == 3 and taken < {face.source_hash for face in faces_of(1, *range(8))}
        people.set_policy(Policy(require_consent=True))
        album.name(other, "Bo")
        with pytest.raises(NoConsent):
            enrol_group(album, "Bo", people)
        assert people.export("Ada").to_dict()["albums"] == [{"album": str(tmp_path / "album.db"), "group": group}]
        assert album.people.export("Ada").to_dict()["group"]["id"] == group
        people.rename("Ada", "Ada Lovelace")
        album.name("Ada", "A. Lovelace")
        assert people.erase("Ada Lovelace") == 3
        assert not people.pending()
        assert [one.name for one in album.groups()] == ["Bo"]
        people.set_policy(Policy())
        assert enrol_group(album, "Bo", people) == 1, "the other shows nothing new"
        album.close()
        (tmp_path / "album.db").rename(tmp_path / "away.db")
        assert people.by("key:1").erase("Bo") == 1
        assert str(tmp_path / "album.db") in people.pending()["pending"]


def test_who_names_a_group_while_faces_are_grouped_does_not_wait_and_is_not_undone(
    album: Album, monkeypatch: pytest.MonkeyPatch
) -> None:
    take_in(album, [*faces_of(1, 0, 1, 2, 3), *faces_of(2, 4, 5)])
    group, other = (one.id for one in album.groups())
    part = [face.id for face in album.group(group).faces[:2]]
    made = []

    def meanwhile(*args: Any, **kwargs: Any) -> Any:
        labels = group_faces(*args, **kwargs)
        made.append(album.split(group, part))  # of another thread, which does not wait for what is found here
        album.name(other, "Bo")
        return np.zeros_like(labels)  # everybody is one person

    monkeypatch.setattr("rostro.people.albums.regrouping.group_faces", meanwhile)
    take_in(album, faces_of(3, 9), whole=True)
    assert {len(faces) for faces in people_of(album).values()} == {2}
    assert set(people_of(album)) == {group, made[0], "Bo"}
    assert [one.cover.photo for one in album.singles()] == ["9.jpg"]
