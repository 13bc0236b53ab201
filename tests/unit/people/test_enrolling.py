"""Enrolling says what happened, and nothing else: reasons, counts, people who were erased, faces with two names."""

from __future__ import annotations

import subprocess
import sys
import textwrap
import threading
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import pytest
from toy_people import SPACE, look, photo, photo_file

from rostro.core.errors import BadInput, NameTaken, UnknownPerson
from rostro.gallery.base import open_gallery
from rostro.people.enrollment import Enrollment
from rostro.people.people import People
from rostro.people.whose import people_photos, photos_each, says_nothing
from rostro.photos.folders import read_people
from rostro.photos.reading import Source, hash_source
from rostro.recognition.pipeline import Failure, PhotoFaces

BLACK = 0
SAME = 0.95


def told(done: Enrollment) -> list[tuple[str, str]]:
    return [(failure.photo, failure.kind) for failure in done.failed]


def look_in_another_thread(sources: Iterable[Source]) -> Iterator[PhotoFaces | Failure]:
    """As the pipeline may: photos are asked for ahead of the answers, and not where these are taken."""
    with ThreadPoolExecutor(1) as pool:
        read = pool.submit(lambda: list(sources)).result()
    yield from look(read)


# Reasons and counts are true.


@pytest.mark.parametrize("looking", [look, look_in_another_thread])
def test_photos_with_the_same_bytes_share_what_becomes_of_the_first(
    people: People, tmp_path: Path, looking: object
) -> None:
    files = [
        ("Ana", photo_file(tmp_path / "Ana" / "sky1.png", BLACK)),
        ("Ana", photo_file(tmp_path / "Ana" / "sky2.png", BLACK)),
        ("Ben", photo_file(tmp_path / "Ben" / "sky.png", BLACK)),
        ("Ben", photo_file(tmp_path / "Ben" / "b.png", 7)),
        ("Ben", photo_file(tmp_path / "Ben" / "b2.png", 7)),
        ("Ana", photo_file(tmp_path / "Ana" / "b3.png", 7)),
    ]
    seen: list[int] = []
    done = people.enroller(looking).run(files, lambda: seen.append(1))  # type: ignore[arg-type]
    assert (done.people, done.templates, done.skipped) == (1, 1, 1)
    assert told(done) == [
        *((str(tmp_path / name), "no-face") for name in ("Ana/sky1.png", "Ana/sky2.png", "Ben/sky.png")),
        (str(tmp_path / "Ana/b3.png"), "already-enrolled"),
    ]
    assert len(seen) == done.done == len(files)
    assert [person.name for person in people] == ["Ben"]


def test_what_failed_before_is_failed_again_and_never_called_enrolled(people: People) -> None:
    photos = [("Ana", photo(BLACK))] * 3 + [("Ben", photo(BLACK))] * 400  # more than are looked up at once
    done = people.enroller(look).run(photos)
    assert (done.people, done.templates, done.skipped, len(done.failed)) == (0, 0, 0, 403)
    assert {kind for _, kind in told(done)} == {"no-face"}


def test_a_person_is_counted_once_however_the_name_is_written(people: People) -> None:
    names = ["Jose\u0301", "Jos\u00e9", " José ", "José\u2003"]
    done = people.enroller(look).run([(name, photo(number + 1)) for number, name in enumerate(names)])
    assert (done.people, done.templates) == (1, 4)
    again = people.enroller(look).run([(name, photo(number + 1)) for number, name in enumerate(reversed(names))])
    assert (again.people, again.templates, again.skipped, again.failed) == (1, 0, 4, ())
    assert [person.name for person in people] == ["Jos\u00e9"]


def test_counts_add_up_where_several_enrol_the_same_at_once(tmp_path: Path) -> None:
    items = [(f"Person {number % 7}", photo(number)) for number in range(1, 90)]
    url = str(tmp_path / "people.db")
    together = threading.Barrier(3)

    def enrol() -> Enrollment:
        with open_gallery(url, space=SPACE) as gallery:
            together.wait()
            return People(gallery).enroller(look).run(items)

    with ThreadPoolExecutor(3) as pool:
        done = [future.result() for future in [pool.submit(enrol) for _ in range(3)]]
    assert sum(one.templates for one in done) == len(items)
    assert all((one.people, one.done, one.failed) == (7, len(items), ()) for one in done)
    assert sum(one.skipped for one in done) == 2 * len(items)


def test_three_programs_count_truly(tmp_path: Path) -> None:
    script = textwrap.dedent("""
        import sys
        from toy_people import SPACE, look, photo
        from rostro.gallery.base import open_gallery
        from rostro.people.people import People

        with open_gallery(sys.argv[1], space=SPACE) as gallery:
            done = People(gallery).enroller(look).run([("Ana", photo(1)), ("Ana", photo(2))])
        print(done.people, done.templates, done.skipped, len(done.failed))
    """)
    environment = {"PYTHONPATH": ":".join(filter(None, sys.path))}
    command = [sys.executable, "-c", script, str(tmp_path / "people.db")]
    programs = [subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True) for _ in range(3)]
    said = [tuple(map(int, program.communicate()[0].split())) for program in programs]
    assert {(people, failed) for people, _, _, failed in said} == {(1, 0)}
    assert sum(templates for _, templates, _, _ in said) == 2
    assert sum(skipped for _, _, skipped, _ in said) == 4


def test_a_name_that_nobody_can_have_costs_its_own_photos_only(people: People) -> None:
    done = people.enroller(look).run([("Ana", photo(1)), ("\u200b", photo(2)), ("a\tb", photo(3)), ("Bo", photo(4))])
    assert (done.people, done.templates) == (2, 2)
    assert [(failure.kind, "name" in failure.reason) for failure in done.failed] == [("bad-name", True)] * 2


# Who was erased stays away.


def test_the_erased_do_not_come_back_unasked(people: People) -> None:
    items = [("Ana", photo(1)), ("Ana", photo(2)), ("Bo", photo(3))]
    people.enroller(look).run(items)
    people.erase("Ana")
    done = people.enroller(look).run([*items, ("Ana María", photo(2)), ("Ana", photo(4))])
    assert [failure.kind for failure in done.failed] == ["erased-before"] * 3
    assert (done.people, done.templates, done.skipped) == (2, 1, 1)
    again = people.enroller(look, again=True).run(items)
    assert (again.templates, again.skipped, again.failed) == (2, 1, ())
    assert people.gallery.erased([hash_source(photo(1))[1]]) == set(), "it was asked for"
    people.forget(hash_source(photo(1))[1])
    assert people.enroller(look).run(items).templates == 1, "forgetting is no erasure"


# A face with two names.


def test_a_face_that_is_enrolled_under_another_name_is_said(people: People) -> None:
    people.enroller(look).run([("Ana", photo(1)), ("Bo", photo(2))])
    done = people.enroller(look, threshold=SAME).run([("Anne", photo(101)), ("Bo", photo(102)), ("Cy", photo(3))])
    assert (done.templates, done.failed) == (3, ())
    (remark,) = done.remarks
    assert (remark.name, remark.other) == ("Anne", "Ana") and remark.similarity >= SAME
    document = done.to_dict()["remarks"][0]
    assert document["kind"] == "known-face" and document["values"]["name"] == "Ana"
    assert "Ana" in document["reason"]


def test_strict_refuses_it_also_among_photos_of_one_transaction(people: People) -> None:
    items = [("Ana", photo(1)), ("Anne", photo(101)), ("Anne", photo(201)), ("Bo", photo(2)), ("Ana", photo(201))]
    done = people.enroller(look, threshold=SAME, strict=True).run(items)
    assert [(failure.kind, failure.values["name"]) for failure in done.failed] == [("known-face", "Ana")] * 2
    assert {person.name: person.templates for person in people} == {"Ana": 2, "Bo": 1}
    assert (done.people, done.templates, done.done) == (2, 3, len(items))


def test_many_photos_of_one_person_hide_nobody(people: People) -> None:
    """The nearest are all the person's own; the one with another name comes after them."""
    own = [("Ana", photo(1 + 100 * (number % 2))) for number in range(2)]
    people.enroller(look).run(own)
    vectors = people.gallery.templates("Ana")
    many = [replace(vectors[0], source_hash=f"{number:064x}") for number in range(200)]
    people.gallery.add({"Ana": many, "Anne": [replace(vectors[1], source_hash="f" * 64)]})
    done = people.enroller(look, threshold=SAME).run([("Ana", photo(201))])
    assert [remark.other for remark in done.remarks] == ["Anne"]


def test_without_a_threshold_nothing_is_said(people: People) -> None:
    done = people.enroller(look).run([("Ana", photo(1)), ("Anne", photo(101))])
    assert (done.templates, done.remarks) == (2, ())
    assert "remarks" not in done.to_dict()


# Looked up and changed in one.


def test_of_two_galleries_that_make_one_person_one_is_refused(tmp_path: Path) -> None:
    """As two servers would, or a server and a command: neither knows of the other's reservation."""
    url, together = str(tmp_path / "people.db"), threading.Barrier(2)

    def create(colour: int) -> str:
        with open_gallery(url, space=SPACE) as gallery:
            people = People(gallery)
            people.reserve("Ana")
            together.wait()
            try:
                people.enroller(look, who="new").run([("Ana", photo(colour))])
            except NameTaken as error:
                return error.kind
            return "made"

    with ThreadPoolExecutor(2) as pool:
        assert sorted(pool.map(create, (1, 2))) == ["made", "name-taken"]
    with open_gallery(url) as gallery:
        assert gallery.person("Ana").templates == 1


def test_of_two_who_take_one_name_one_is_refused(tmp_path: Path) -> None:
    url, together = str(tmp_path / "people.db"), threading.Barrier(2)
    with open_gallery(url, space=SPACE) as gallery:
        People(gallery).enroller(look).run([("A", photo(1)), ("B", photo(2))])

    def rename(name: str) -> str:
        with open_gallery(url) as gallery:
            people = People(gallery)
            together.wait()
            try:
                people.rename(name, "Ana\u0301")
            except NameTaken as error:
                return error.kind
            return "renamed"

    with ThreadPoolExecutor(2) as pool:
        assert sorted(pool.map(rename, "AB")) == ["name-taken", "renamed"]


@pytest.mark.parametrize("what", ["merge", "move", "forget", "erase"])
def test_of_two_who_do_the_same_one_is_told_that_it_is_done(tmp_path: Path, what: str) -> None:
    url, together = str(tmp_path / "people.db"), threading.Barrier(2)
    with open_gallery(url, space=SPACE) as gallery:
        People(gallery).enroller(look).run([("Ana", photo(1)), ("Bo", photo(2))])
    digest = hash_source(photo(1))[1]
    arguments = {"merge": ("Ana", "Bo"), "move": (digest, "Cy"), "forget": (digest,), "erase": ("Ana",)}[what]
    extra = {"of": "Ana"} if what in {"move", "forget"} else {}

    def do(_: int) -> str:
        with open_gallery(url) as gallery:
            people = People(gallery)
            together.wait()
            try:
                getattr(people, what)(*arguments, **extra)
            except UnknownPerson as error:
                return error.kind
            return "done"

    with ThreadPoolExecutor(2) as pool:
        assert sorted(pool.map(do, range(2))) == ["done", "unknown-person"]
    with open_gallery(url) as gallery:
        assert gallery.damage() == []


def test_photos_are_not_added_to_somebody_who_is_gone(people: People) -> None:
    people.enroller(look).run([("Ana", photo(1))])

    def looking(sources: Iterable[Source]) -> Iterator[PhotoFaces | Failure]:
        found = list(look(sources))
        people.erase("Ana")  # somebody else, while the photos were looked at
        yield from found

    with pytest.raises(UnknownPerson, match="Ana"):
        people.enroller(looking, who="known").run([("Ana", photo(2))])
    assert list(people) == []


def test_people_are_told_by_their_ids_too(people: People) -> None:
    people.enroller(look).run([("Ana", photo(1)), ("Bo", photo(2)), ("Cy", photo(3))])
    ids = {person.name: person.id for person in people}
    assert people.rename(ids["Ana"], "Ana María") == "Ana"
    assert people.merge(ids["Bo"], ids["Ana"]) == ("Bo", "Ana María")
    assert people.erase(ids["Cy"]) == 1
    with pytest.raises(UnknownPerson, match=f"id {ids['Cy']}"):
        people.erase(ids["Cy"])


# Names are not guessed.


def flat(folder: Path, *names: str) -> Path:
    for number, name in enumerate(names, 1):
        photo_file(folder / name, number)
    return folder


def test_a_flat_folder_is_nobodys_until_somebody_says_whose(tmp_path: Path) -> None:
    folder = flat(tmp_path / "staff", "emp-1001.jpg", "emp-1002.jpg")
    with pytest.raises(BadInput, match=r"staff: whose photos are these\?.*one folder per person") as error:
        people_photos([folder], None)
    assert error.value.values["why"] == "whose-photos"
    assert {name for name, _ in people_photos([folder], "Ana")} == {"Ana"}
    with pytest.raises(BadInput, match="one of the two"):
        people_photos([folder], "Ana", "files")


def test_names_of_files_are_whole_names(tmp_path: Path) -> None:
    folder = flat(
        tmp_path / "staff", "emp-1001.jpg", "emp-1002.jpg", "Ada Lovelace.png", "Jose\u0301 2.jpg", "R2D2.jpg"
    )
    listed = people_photos([folder], None, "files")
    assert photos_each(listed) == {"Ada Lovelace": 1, "Jos\u00e9 2": 1, "R2D2": 1, "emp-1001": 1, "emp-1002": 1}
    (folder / "more").mkdir()
    flat(folder / "more", "R2D2.png")
    assert photos_each(people_photos([folder], None, "files"))["R2D2"] == 2
    assert photos_each(people_photos([folder / "R2D2.jpg"], None, "files")) == {"R2D2": 1}


@pytest.mark.parametrize("name", [
    "IMG_0001", "img 12", "DSC00012", "DSCN0001", "_DSC0042", "PXL_20230101_120000123.PORTRAIT", "P1010001", "SAM_0001",
    "WhatsApp Image 2021-01-01 at 10.00.00 AM", "IMG-20210101-WA0001", "0001", "20240131_101500", "2024-01-31 10.15.00",
    "photo", "Foto 3", "image (2)", "Captura de pantalla 2024-01-31", "Screenshot_20240131-101500", "IMG_0001 (Edited)",
])  # fmt: skip
def test_names_that_machines_give_say_nothing(tmp_path: Path, name: str) -> None:
    assert says_nothing(name)
    folder = flat(tmp_path / "camera", "Ada.jpg", f"{name}.jpg")
    with pytest.raises(BadInput, match="says nothing") as error:
        people_photos([folder], None, "files")
    assert error.value.values["why"] == "says-nothing"


@pytest.mark.parametrize("name", [
    "emp-1001", "Ada", "Sam", "sam 1", "Ada_Lovelace_0001", "Pablo", "Imogen", "Vidal", "Fotini", "Am", "De 2",
    "Picabia", "IMG_Ada", "Photoula 1", "A1", "José", "张伟", "محمد 2", "P. Night",
])  # fmt: skip
def test_names_that_people_give_say_something(name: str) -> None:
    assert not says_nothing(name)


def test_a_name_is_refused_before_any_photo_is_read(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="visible"):
        people_photos([photo_file(tmp_path / "a.png", 1)], "\u200b")


def test_folders_that_write_a_name_in_two_ways_are_one_person(tmp_path: Path) -> None:
    photo_file(tmp_path / "p" / "Jose\u0301" / "1.png", 1)
    photo_file(tmp_path / "p" / "Jos\u00e9" / "2.png", 2)
    if len(list((tmp_path / "p").iterdir())) == 1:
        pytest.skip("this file system has one form itself")
    assert photos_each(people_photos([tmp_path / "p"], None)) == {"Jos\u00e9": 2}
    assert read_people(tmp_path / "p").names == ("Jos\u00e9",)
