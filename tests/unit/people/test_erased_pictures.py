"""Pictures of erased people: none stays, whoever kept it, whenever, and whatever died in between."""

from __future__ import annotations

import os
import threading
import time
from typing import TYPE_CHECKING

import numpy as np
import pytest
from toy_people import look, photo

from rostro.core.errors import GalleryError, UnknownPerson
from rostro.people import soundness
from rostro.people.people import People
from rostro.photos.reading import hash_source

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    from rostro.gallery.base import Gallery
    from rostro.people.pictures import Pictures
    from rostro.photos.reading import Source
    from rostro.recognition.pipeline import Failure, PhotoFaces

CROP = np.full((8, 8, 3), 99, np.uint8)


@pytest.fixture
def pictures(people: People) -> Pictures:
    assert people.pictures is not None
    return people.pictures


def everything(pictures: Pictures) -> list[str]:
    """All files and folders, hidden ones too."""
    return sorted(str(path.relative_to(pictures.folder)) for path in pictures.folder.rglob("*"))


def test_pictures_that_are_written_all_the_while_do_not_keep_a_folder_from_being_removed(pictures: Pictures) -> None:
    stop, trouble = threading.Event(), []

    def write(number: int) -> None:
        while not stop.is_set():
            try:
                pictures.keep(1, f"{number}-{time.monotonic_ns()}", CROP)
            except GalleryError as error:
                trouble.append(error)
                return

    writers = [threading.Thread(target=write, args=(number,)) for number in range(3)]
    for writer in writers:
        writer.start()
    end = time.monotonic() + 1.5
    while time.monotonic() < end:
        pictures.erase(1)
        pictures.sweep()
        pictures.has(1)
        time.sleep(0.002)
    stop.set()
    for writer in writers:
        writer.join()
    pictures.erase(1)
    assert trouble == []
    assert everything(pictures) == []


def test_who_is_erased_while_a_job_enrols_them_does_not_come_back_by_it(people: People, pictures: Pictures) -> None:
    """With other photos of theirs, which were never enrolled, and no mark is kept of."""
    items = [("Ada" if n % 2 else "Bo", photo(n)) for n in range(1, 101)]
    erased: list[int] = []

    def looking(sources: Iterable[Source]) -> Iterator[PhotoFaces | Failure]:
        for number, found in enumerate(look(sources)):
            if number == 70:  # two commits of 32 are done
                erased.append(people.erase("Ada"))
            yield found

    done = people.enroller(looking, keep_pictures=True).run(items)
    assert erased == [32]
    assert [person.name for person in people] == ["Bo"]
    assert [failure.kind for failure in done.failed] == ["erased-before"] * 18
    assert (done.templates, done.done) == (82, 100)
    assert pictures.owners() == {people.gallery.person("Bo").id}


def test_a_photo_that_is_erased_while_another_job_looks_at_it_is_refused(people: People) -> None:
    items = [("Ada", photo(1)), ("Ada", photo(2))]

    def looking(sources: Iterable[Source]) -> Iterator[PhotoFaces | Failure]:
        found = list(look(sources))
        people.enroller(look).run(items)
        people.erase("Ada")
        yield from found

    done = people.enroller(looking).run(items)
    assert [failure.kind for failure in done.failed] == ["erased-before"] * 2
    assert len(people) == 0
    assert people.enroller(look, again=True).run(items).templates == 2, "it was asked for"


def test_the_picture_of_a_photo_that_is_forgotten_before_it_is_there_goes_too(
    people: People, pictures: Pictures, monkeypatch: pytest.MonkeyPatch
) -> None:
    people.enroller(look).run([("Ada", photo(1))])
    digest = hash_source(photo(2))[1]
    keep = type(pictures).keep

    def late(self: Pictures, person: int, source_hash: str, crop: np.ndarray) -> None:
        people.forget(digest)
        keep(self, person, source_hash, crop)

    monkeypatch.setattr(type(pictures), "keep", late)
    people.enroller(look, keep_pictures=True).run([("Ada", photo(2))])
    assert "Ada" in people
    assert [name for name in everything(pictures) if name.endswith(".jpg")] == []


def left_by_a_kill(gallery: Gallery, pictures: Pictures) -> list[Path]:
    """Somebody's folder, one that was being removed, and pictures that were not finished: of old, and just now."""
    living = gallery.person("Ada").id
    pictures.keep(living, "a" * 64, CROP)
    pictures.keep(999, "a" * 64, CROP)
    going = pictures.folder / ".rostro-0123456789abcdef.gone"
    going.mkdir()
    (going / "picture.jpg").write_bytes(b"picture")
    old, new = (pictures.folder / str(living) / f".rostro-{age}.tmp" for age in ("old", "new"))
    for file in (old, new):
        file.write_bytes(b"picture")
    os.utime(old, (time.time() - 3600,) * 2)
    return [pictures.folder / "999", going, old]


@pytest.mark.parametrize("change", ["rename", "erase", "forget", "move", "merge", "enrol"])
def test_what_was_left_is_swept_by_whoever_changes_people_first(
    gallery: Gallery, pictures: Pictures, change: str
) -> None:
    People(gallery).enroller(look).run([("Ada", photo(1)), ("Ada", photo(2)), ("Bo", photo(3))])
    left_by_a_kill(gallery, pictures)
    living, digest = str(gallery.person("Ada").id), hash_source(photo(1))[1]
    people = People(gallery)
    what = {
        "rename": lambda: people.rename("Bo", "Cy"),
        "erase": lambda: people.erase("Bo"),
        "forget": lambda: people.forget(digest),
        "move": lambda: people.move(digest, "Bo"),
        "merge": lambda: people.merge("Bo", "Ada"),
        "enrol": lambda: people.enroller(look),
    }[change]
    what()
    assert {name.split("/")[0] for name in everything(pictures)} == {living}
    assert f"{living}/.rostro-new.tmp" in everything(pictures), "somebody may be writing it"
    assert f"{living}/.rostro-old.tmp" not in everything(pictures)


def test_check_names_pictures_of_nobody(gallery: Gallery, people: People, pictures: Pictures) -> None:
    people.enroller(look).run([("Ada", photo(1))])
    assert soundness.check(gallery) == []
    left = left_by_a_kill(gallery, pictures)
    assert [said.partition(":")[0] for said in soundness.check(gallery)] == [str(path) for path in left]
    people.sweep()
    assert soundness.check(gallery) == []


def test_people_who_change_nothing_remove_nothing(gallery: Gallery, pictures: Pictures) -> None:
    People(gallery).enroller(look).run([("Ada", photo(1))])
    left = left_by_a_kill(gallery, pictures)
    with pytest.raises(UnknownPerson):
        People(gallery).templates("Bo")
    assert len(list(People(gallery))) == 1
    assert all(path.exists() for path in left)


def test_pictures_are_their_owners_alone_whatever_the_umask(people: People, pictures: Pictures) -> None:
    before = os.umask(0)
    try:
        people.enroller(look, keep_pictures=True).run([("Ada", photo(1)), ("Bo", photo(2))])
        pictures.keep_seen(people.gallery.person("Ada").id, "x", CROP)
        people.merge("Bo", "Ada")
    finally:
        os.umask(before)
    modes = {path.stat().st_mode & 0o777 for path in (pictures.folder, *pictures.folder.rglob("*"))}
    assert modes == {0o600, 0o700}
