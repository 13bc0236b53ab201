"""Single photos in a file: forgotten to the last byte, known again after an erasure, also in copies and old files."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import numpy as np
import pytest

from rostro.core.types import Template
from rostro.gallery.base import Gallery, open_gallery
from rostro.gallery.sqlite import database, erasure
from rostro.gallery.upkeep.backup import back_up
from rostro.gallery.upkeep.check import check
from rostro.gallery.upkeep.migrate import migrate
from rostro.people.people import People
from rostro.testing.made_up import SPACE, templates, unit_vectors

A, B = "a" * 64, "b" * 64


def content(folder: Path) -> bytes:
    return b"".join(file.read_bytes() for file in sorted(folder.rglob("*")) if file.is_file())


def made(random: np.random.Generator, count: int, seed: int) -> list[Template]:
    return [
        Template(vector=v, source_hash=random.bytes(32).hex(), photo=f"{random.bytes(8).hex()}.jpg")
        for v in unit_vectors(count, seed=seed)
    ]


def traces(template: Template) -> list[bytes]:
    stored = template.vector.astype("<f2").tobytes()
    return [template.source_hash.encode(), template.photo.encode(), stored]


@pytest.mark.parametrize("in_place", [False, True])
def test_bytes_of_forgotten_photos_leave_the_files(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, in_place: bool
) -> None:
    if in_place:  # as in a file of gigabytes
        monkeypatch.setattr(erasure, "WHOLE_UP_TO", 0)
        monkeypatch.setattr(erasure, "_BLANK", 10.0)
        monkeypatch.setattr(database.Database, "write_anew", None)
    random = np.random.default_rng(1)
    with open_gallery(str(tmp_path / "people.db"), space=SPACE) as gallery:
        held = {random.bytes(20).hex(): made(random, 4, turn) for turn in range(40)}
        gallery.add(held)
        gallery.search(unit_vectors(1), 1)
        for turn, (name, mine) in enumerate(held.items()):
            for template in mine if turn % 5 == 0 else mine[1:3]:
                assert all(trace in content(tmp_path) for trace in traces(template))
                assert gallery.forget(name, template.source_hash) == 1
                assert [trace for trace in traces(template) if trace in content(tmp_path)] == []
            assert (name.encode() in content(tmp_path)) is (turn % 5 != 0), "who has no photo left is gone, by name too"
        assert gallery.damage() == []
        assert len(gallery.people()) == 32


def test_what_was_moved_is_forgotten_whole(tmp_path: Path) -> None:
    random = np.random.default_rng(2)
    mine = made(random, 6, 0)
    with open_gallery(str(tmp_path / "people.db"), space=SPACE) as gallery:
        gallery.add({"Ana": mine, "Bo": templates(3, seed=9)})
        for template in mine[:5]:
            gallery.move("Ana", template.source_hash, "Somebody with a much longer name than Ana")
        gallery.forget("Somebody with a much longer name than Ana", mine[0].source_hash)
        gallery.remove("Ana")
        kept = content(tmp_path)
        assert [trace for template in (mine[0], mine[5]) for trace in traces(template) if trace in kept] == []
        assert all(trace in kept for template in mine[1:5] for trace in traces(template))
        assert gallery.damage() == []


def test_erasing_keeps_neither_a_photo_nor_its_hash(tmp_path: Path) -> None:
    path = tmp_path / "people.db"
    hashes = [np.random.default_rng(number).bytes(32).hex() for number in range(20)]
    with open_gallery(str(path), space=SPACE) as gallery:
        vectors = unit_vectors(20)
        gallery.add({"Ana": [Template(v, h, "a.jpg") for v, h in zip(vectors, hashes, strict=True)]})
        gallery.remove("Ana")
        assert gallery.erased(hashes) == set(hashes)
        kept = content(tmp_path)
    for one in hashes:
        assert one.encode() not in kept and bytes.fromhex(one) not in kept


def test_two_galleries_keep_marks_that_cannot_be_compared(tmp_path: Path) -> None:
    marks = []
    for name in "ab":
        with open_gallery(str(tmp_path / f"{name}.db"), space=SPACE) as gallery:
            gallery.add({"Ana": templates(3)})
            gallery.remove("Ana")
            marks.append({mark.digest for mark in gallery.marks()})
    assert len(marks[0]) == len(marks[1]) == 3 and not marks[0] & marks[1]


@pytest.mark.parametrize("copy", [migrate, back_up], ids=["migrate", "backup"])
def test_whoever_was_erased_does_not_come_back_in_a_copy(tmp_path: Path, copy: object) -> None:
    with open_gallery(str(tmp_path / "old.db"), space=SPACE) as gallery:
        gallery.add({"Ana": templates(3), "Bo": templates(1, seed=1)})
        hashes = [template.source_hash for template in gallery.templates("Ana")]
        gallery.remove("Ana")
    copy(str(tmp_path / "old.db"), str(tmp_path / "new.db"))  # type: ignore[operator]
    with open_gallery(str(tmp_path / "new.db")) as gallery:
        assert gallery.erased(hashes) == set(hashes)
        assert [person.name for person in gallery.people()] == ["Bo"]


def schema_2(path: Path) -> None:
    """A file as it was before there were marks, and before names were strict."""
    with open_gallery(str(path), space=SPACE) as gallery:
        gallery.add({"A\u200bna": templates(2), "Bo": templates(1, seed=1)})
    with sqlite3.connect(path) as sql:
        sql.execute("DROP TABLE marks")
        sql.execute("DROP TABLE records")
        sql.execute("DROP TABLE places")
        sql.execute("DROP TABLE more_places")
        sql.execute("DROP INDEX templates_erased")
        sql.execute("CREATE UNIQUE INDEX people_name ON people (name) WHERE erased = 0")
        sql.execute("CREATE UNIQUE INDEX templates_source ON templates (source_hash, person, box) WHERE erased = 0")
        sql.execute("PRAGMA user_version = 2")
    sql.close()


def test_a_file_of_before_opens_and_learns_to_keep_marks(tmp_path: Path) -> None:
    schema_2(tmp_path / "people.db")
    with open_gallery(str(tmp_path / "people.db"), create=False) as gallery:
        assert gallery.marks() == []
        hashes = [template.source_hash for template in gallery.templates("Bo")]
        gallery.remove("Bo")
        assert gallery.erased(hashes) == set(hashes)


def test_marks_of_a_file_that_cannot_have_any_are_none(tmp_path: Path) -> None:
    with open_gallery(str(tmp_path / "people.db"), space=SPACE) as gallery:
        with sqlite3.connect(tmp_path / "people.db") as sql:  # as where it may only be read
            sql.execute("DROP TABLE marks")
        sql.close()
        assert gallery.marks() == [] and gallery.erased([A]) == set()


@pytest.mark.parametrize("change", ["rename", "erase", "merge", "migrate", "check"])
def test_names_of_before_can_be_put_right(tmp_path: Path, change: str) -> None:
    """No new person is called so, but who is must not be out of reach."""
    schema_2(tmp_path / "people.db")
    with open_gallery(str(tmp_path / "people.db")) as gallery:
        people, name = People(gallery), "A\u200bna"
        if change == "rename":
            people.rename(name, "Ana")
            assert names(gallery) == ["Ana", "Bo"]
        elif change == "erase":
            assert people.erase(name) == 2
            assert names(gallery) == ["Bo"]
        elif change == "merge":
            people.merge(name, "Bo")
            assert names(gallery) == ["Bo"]
    if change == "migrate":
        assert migrate(str(tmp_path / "people.db"), str(tmp_path / "new.db"))
    elif change == "check":
        assert check(str(tmp_path / "people.db")) == []


def names(gallery: Gallery) -> list[str]:
    return [person.name for person in gallery.people()]
