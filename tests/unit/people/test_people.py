"""The only door to a gallery's people: templates and pictures go together, whoever kept them."""

from __future__ import annotations

import io
from pathlib import Path

import numpy as np
import pytest
from toy_people import SPACE, look, photo, vector

from rostro.core.errors import AlreadyEnrolled, BadInput, NameTaken, UnknownPerson
from rostro.core.types import Template
from rostro.gallery.base import Gallery, open_gallery
from rostro.people.enroll import COMMIT_EVERY
from rostro.people.people import People
from rostro.people.whose import people_photos
from rostro.photos.reading import Source


def template(number: int) -> Template:
    return Template(vector(number), f"{number:064x}", f"{number}.jpg")


def crop() -> np.ndarray:
    return np.full((8, 8, 3), 99, np.uint8)


def files_of(people: People) -> list[str]:
    assert people.pictures is not None
    folder = people.pictures.folder
    return sorted(str(file.relative_to(folder)) for file in folder.rglob("*.jpg")) if folder.exists() else []


def test_erasing_erases_the_pictures_that_anybody_kept(gallery: Gallery, people: People) -> None:
    gallery.add({"Ada": [template(1)], "Bo": [template(2)]})
    ids = {person.name: person.id for person in people}
    assert people.pictures is not None
    for person in ids.values():  # as a watcher or an earlier server did
        people.pictures.keep(person, "a" * 64, crop())
        people.pictures.keep_seen(person, "20260101T000000-000001", crop())
    assert People(gallery).erase("Ada") == 1
    assert [name.split("/")[0] for name in files_of(people)] == [str(ids["Bo"])] * 2


def test_a_picture_that_is_kept_while_a_person_is_erased_goes_too(
    gallery: Gallery, people: People, monkeypatch: pytest.MonkeyPatch
) -> None:
    gallery.add({"Ada": [template(1)]})
    person = gallery.person("Ada").id
    remove = type(gallery).remove
    assert people.pictures is not None
    pictures = people.pictures

    def removed(self: Gallery, *names: str) -> int:
        erased = remove(self, *names)
        pictures.keep(person, "b" * 64, crop())  # another program, which has not looked yet whether Ada is there
        return erased

    monkeypatch.setattr(type(gallery), "remove", removed)
    people.erase("Ada")
    assert files_of(people) == []


def test_nobody_is_erased_where_one_name_is_nobodys(gallery: Gallery, people: People) -> None:
    gallery.add({"Ada": [template(1)]})
    with pytest.raises(UnknownPerson, match="Nobody"):
        people.erase("Ada", "Nobody")
    assert "Ada" in people and len(people) == 1


def test_merging_gives_the_pictures_too(gallery: Gallery, people: People) -> None:
    gallery.add({"Ada": [template(1)], "A. L.": [template(2)]})
    ada, other = gallery.person("Ada").id, gallery.person("A. L.").id
    assert people.pictures is not None
    people.pictures.keep(other, "a" * 64, crop())
    people.merge("A. L.", "Ada")
    assert people.pictures.owners() == {ada}
    assert [(person.name, person.templates) for person in people] == [("Ada", 2)]


def test_pictures_of_nobody_are_swept(gallery: Gallery, people: People) -> None:
    gallery.add({"Ada": [template(1)]})
    assert people.pictures is not None
    people.pictures.keep(gallery.person("Ada").id, "a" * 64, crop())
    people.pictures.keep(999, "a" * 64, crop())
    assert people.sweep() == 1
    assert people.pictures.owners() == {gallery.person("Ada").id}


def test_a_taken_name_is_refused(gallery: Gallery, people: People) -> None:
    gallery.add({"Ada": [template(1)], "Bo": [template(2)]})
    with pytest.raises(NameTaken, match="somebody named 'Bo'; merge"):
        people.rename("Ada", "Bo")
    people.rename("Ada", "Ada Lovelace")
    assert people.find("Ada") is None and people.find("Ada Lovelace") is not None


def test_of_two_who_make_the_same_person_one_is_refused(people: People) -> None:
    assert people.reserve("  Ada ") == "Ada"
    with pytest.raises(NameTaken):
        people.reserve("Ada")
    people.release("Ada")
    assert people.reserve("Ada") == "Ada"


def test_pages(gallery: Gallery, people: People) -> None:
    names = [f"Person {number:02}" for number in range(25)]
    gallery.add({name: [template(number)] for number, name in enumerate(names)})
    seen: list[str] = []
    after: str | None = ""
    while after is not None:
        page = people.page(after=after, limit=10)
        assert len(page) <= 10
        seen += [person.name for person in page]
        after = page.next
    assert seen == names
    assert [person.name for person in people] == names
    assert [person.name for person in people.page(search="PERSON 1", limit=3, skip=2)] == names[12:15]
    assert people.count("person 1") == 10
    assert people.page(limit=25).next is None


def test_photos_of_every_type_are_enrolled_once(people: People, tmp_path: Path) -> None:
    from PIL import Image

    Image.fromarray(photo(10)).save(tmp_path / "10.png")
    encoded = (tmp_path / "10.png").read_bytes()
    Image.fromarray(photo(20)).save(buffer := io.BytesIO(), "PNG")
    buffer.seek(0)
    Image.fromarray(photo(30)).save(tmp_path / "30.png")
    with (tmp_path / "30.png").open("rb") as file:
        photos: list[Source] = [tmp_path / "10.png", encoded, buffer, file, photo(40)]
        done = people.enroller(look).run(people_photos(photos, "Ada"))
    assert (done.people, done.templates, done.skipped, done.failed) == (1, 4, 1, ())  # the bytes are the file's
    again = people.enroller(look).run([("Ada", photo(40)), ("Ada", encoded)])
    assert (again.templates, again.skipped) == (0, 2)


def test_another_persons_photo_is_refused_and_says_whose(people: People) -> None:
    people.enroller(look).run([("Ada", photo(1))])
    done = people.enroller(look).run([("Bo", photo(1)), ("Bo", photo(0)), ("Bo", photo(2))])
    assert [(failure.kind, dict(failure.values)) for failure in done.failed] == [
        ("already-enrolled", {"name": "Ada"}),
        ("no-face", {}),
    ]
    assert isinstance(done.failed[0].error, AlreadyEnrolled)
    assert (done.people, done.templates) == (1, 1)


def test_it_stops_when_asked_and_keeps_what_is_done(people: People) -> None:
    asked: list[int] = []

    def stopped() -> bool:
        asked.append(1)
        return len(asked) > 5

    done = people.enroller(look, stopped=stopped).run([("Ada", photo(number)) for number in range(1, 20)])
    assert done.templates == 5
    rest = people.enroller(look).run([("Ada", photo(number)) for number in range(1, 20)])
    assert (rest.templates, rest.skipped) == (14, 5)


def test_people_share_transactions(people: People, monkeypatch: pytest.MonkeyPatch) -> None:
    added: list[int] = []
    add = type(people.gallery).add
    monkeypatch.setattr(type(people.gallery), "add", lambda self, given: added.append(len(given)) or add(self, given))
    count = 2 * COMMIT_EVERY
    done = people.enroller(look).run([(f"Person {number}", photo(number)) for number in range(1, count + 1)])
    assert done.people == count
    assert added == [COMMIT_EVERY, COMMIT_EVERY]


def test_pictures_are_kept_where_asked_for(people: People, tmp_path: Path) -> None:
    people.enroller(look, keep_pictures=True).run([("Ada", photo(1))])
    people.enroller(look).run([("Bo", photo(2))])
    assert people.pictures is not None
    assert people.pictures.owners() == {people.gallery.person("Ada").id}
    with open_gallery(":memory:", space=SPACE) as nowhere, pytest.raises(BadInput, match="this is none"):
        People(nowhere).enroller(look, keep_pictures=True)


def test_whose_photo_is_asked(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="whose photo is this") as error:
        people_photos([photo(1)], None)
    assert error.value.values["why"] == "whose-photo"
