"""What only the SQLite gallery promises: its file, its schema, and that erased bytes leave it."""

from __future__ import annotations

import sqlite3
import struct
import subprocess
import sys
from typing import TYPE_CHECKING

import numpy as np
import pytest

from rostro.core.errors import BadInput, GalleryCorrupt, GalleryError, UnknownPerson
from rostro.core.types import Template
from rostro.gallery.base import backend_of, open_gallery
from rostro.gallery.sqlite import database, erasure
from rostro.gallery.sqlite.gallery import SqliteGallery
from rostro.gallery.sqlite.places import of_name, of_photo

if TYPE_CHECKING:
    from pathlib import Path

DIMS = 64
SPACE = "toy-00000000/none"

#: The schema of version 1, as the first release wrote it. Never edit it: it stands for files that people have.
VERSION_1 = """
PRAGMA application_id = 1919906676;
PRAGMA user_version = 1;
CREATE TABLE meta (key TEXT PRIMARY KEY, value) WITHOUT ROWID;
CREATE TABLE people (id INTEGER PRIMARY KEY AUTOINCREMENT, name TEXT NOT NULL UNIQUE);
CREATE TABLE templates (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    person INTEGER NOT NULL REFERENCES people (id) ON DELETE CASCADE,
    source_hash TEXT NOT NULL,
    box BLOB NOT NULL,
    photo TEXT NOT NULL,
    quality REAL NOT NULL,
    added TEXT NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%fZ')),
    vector BLOB NOT NULL,
    UNIQUE (source_hash, person, box)
);
CREATE INDEX templates_of_person ON templates (person);
INSERT INTO meta VALUES ('space', 'toy-00000000/none'), ('dims', 4);
INSERT INTO people (name) VALUES ('Ana');
INSERT INTO templates (person, source_hash, box, photo, quality, vector)
    VALUES (1, 'abc', x'', 'ana.jpg', 0.75, x'0038003800380038');
"""


def unit_vectors(count: int, seed: int = 0) -> np.ndarray:
    vectors = np.random.default_rng(seed).normal(size=(count, DIMS)).astype(np.float32)
    return vectors / np.linalg.norm(vectors, axis=1, keepdims=True)


def templates(count: int, seed: int = 0) -> list[Template]:
    return [
        Template(vector=vector, source_hash=f"{seed:032x}{number:032x}", photo=f"photo {seed} {number}.jpg")
        for number, vector in enumerate(unit_vectors(count, seed))
    ]


def open_files(path: Path) -> bytes:
    return b"".join(file.read_bytes() for file in path.parent.iterdir())


def test_urls(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    odd = "it's 100% ñ 😀?#.db"
    for url, path in [
        ("plain.db", "plain.db"),
        ("sqlite:///relative.db", "relative.db"),
        (f"sqlite:///{tmp_path}/absolute.db", "absolute.db"),
        (odd, odd),
    ]:
        assert backend_of(url) == "sqlite"
        open_gallery(url).close()
        assert (tmp_path / path).is_file()


def test_in_memory() -> None:
    for url in (":memory:", "sqlite:///:memory:"):
        with open_gallery(url, space=SPACE) as gallery, open_gallery(url, space="other") as other:
            gallery.add({"Ana": templates(2)})
            assert len(gallery.search(unit_vectors(1), 5)[0]) == 2
            assert gallery.remove("Ana") == 2
            assert other.people() == []


def test_urls_that_are_none() -> None:
    for url in ("sqlite://people.db", "sqlite:///"):
        with pytest.raises(BadInput, match="four slashes"):
            open_gallery(url)
    with pytest.raises(BadInput, match="no gallery backend 'oracle'"):
        open_gallery("oracle://host/people")


def test_places_where_no_gallery_can_be(tmp_path: Path) -> None:
    with pytest.raises(GalleryError, match="folder, not a gallery"):
        open_gallery(str(tmp_path))
    with pytest.raises(GalleryError, match=r"there is no folder .*missing"):
        open_gallery(str(tmp_path / "missing" / "people.db"))


@pytest.mark.parametrize(
    ("content", "words"),
    [(b"these are no tables, " * 200, "not a SQLite file"), (b"\xff\xd8\xff\xe0" * 10, "not a SQLite file")],
)
def test_a_file_of_another_kind_is_refused_and_left_alone(tmp_path: Path, content: bytes, words: str) -> None:
    path = tmp_path / "people.db"
    path.write_bytes(content)
    with pytest.raises(GalleryError, match=rf"people\.db.*{words}"):
        open_gallery(str(path))
    assert path.read_bytes() == content


def test_a_foreign_database_is_refused_and_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "other.db"
    with sqlite3.connect(path) as sql:
        sql.execute("CREATE TABLE stock (item)")
    content = path.read_bytes()
    with pytest.raises(GalleryError, match=r"other\.db.*not a rostro gallery"):
        open_gallery(str(path), space=SPACE)
    assert path.read_bytes() == content


def test_an_empty_file_becomes_a_gallery_only_when_one_may_be_made(tmp_path: Path) -> None:
    path = tmp_path / "people.db"
    path.touch()
    with pytest.raises(GalleryError, match="empty file"):
        open_gallery(str(path), create=False)
    open_gallery(str(path)).close()
    open_gallery(str(path), create=False).close()


def test_a_newer_schema_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "people.db"
    open_gallery(str(path)).close()
    with sqlite3.connect(path) as sql:
        sql.execute(f"PRAGMA user_version = {len(database.MIGRATIONS) + 1}")
    with pytest.raises(GalleryError, match=r"people\.db.*newer rostro"):
        open_gallery(str(path))


def test_a_gallery_of_schema_1_is_brought_up_to_date(tmp_path: Path) -> None:
    old, new = tmp_path / "old.db", tmp_path / "new.db"
    with sqlite3.connect(old) as sql:
        sql.executescript(VERSION_1)
    open_gallery(str(new)).close()
    with open_gallery(str(old), space=SPACE) as gallery:
        (template,) = gallery.templates("Ana")
        assert (template.source_hash, template.photo, template.quality) == ("abc", "ana.jpg", 0.75)
        np.testing.assert_array_equal(template.vector, np.full(4, 0.5, np.float32))
        assert gallery.search(template.vector[None], 1)[0][0].similarity == 1.0

    def shape(path: Path) -> tuple[object, ...]:
        with sqlite3.connect(path) as sql:
            columns = [
                (table, sql.execute(f"PRAGMA table_info({table})").fetchall())
                for (table,) in sql.execute("SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name")
            ]
            indexes = sql.execute("SELECT name FROM sqlite_master WHERE type = 'index' ORDER BY name").fetchall()
            return sql.execute("PRAGMA user_version").fetchone(), columns, indexes

    assert shape(old) == shape(new)


def test_migrations_are_applied_once_in_order_and_keep_the_data(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "people.db"
    with open_gallery(str(path), space=SPACE) as gallery:
        gallery.add({"Ana": templates(2)})
    now = database.MIGRATIONS
    later = (*now, ("ALTER TABLE people ADD COLUMN note TEXT", "UPDATE people SET note = 'old'"), ("DROP TABLE notes",))
    monkeypatch.setattr(database, "MIGRATIONS", later)
    with pytest.raises(sqlite3.OperationalError, match="notes"):
        open_gallery(str(path))
    with sqlite3.connect(path) as sql:  # a migration that fails changes nothing
        assert sql.execute("PRAGMA user_version").fetchone() == (len(now),)
        assert "note" not in str(sql.execute("PRAGMA table_info(people)").fetchall())
    monkeypatch.setattr(database, "MIGRATIONS", later[:-1])
    for _ in range(2):
        with open_gallery(str(path), space=SPACE) as gallery:
            assert gallery.person("Ana").templates == 2
    with sqlite3.connect(path) as sql:
        assert sql.execute("SELECT note FROM people").fetchall() == [("old",)]


def test_a_damaged_file_is_named(tmp_path: Path) -> None:
    path = tmp_path / "people.db"
    with open_gallery(str(path), space=SPACE) as gallery:
        gallery.add({f"person {n}": templates(50, seed=n) for n in range(20)})
    content = bytearray(path.read_bytes())
    content[4096 * 3 :] = b"\x5a" * (len(content) - 4096 * 3)
    path.write_bytes(content)
    with open_gallery(str(path)) as gallery, pytest.raises(GalleryCorrupt, match=r"people\.db.*damaged"):
        gallery.search(unit_vectors(1), 1)


def test_waiting_for_another_writer_ends_with_an_error_in_plain_words(tmp_path: Path) -> None:
    path = tmp_path / "people.db"
    open_gallery(str(path), space=SPACE).close()
    blocker = sqlite3.connect(path, isolation_level=None)
    blocker.execute("BEGIN IMMEDIATE")
    gallery = SqliteGallery(str(path), database.Database(str(path), create=False, patience=0.1))
    with pytest.raises(GalleryError, match="busy for too long") as error:
        gallery.add({"Ana": templates(1)})
    assert "locked" not in str(error.value)
    blocker.rollback()
    assert gallery.add({"Ana": templates(1)}) == 1
    gallery.close()


def test_a_photo_name_that_is_not_valid_text_is_kept_readable() -> None:
    with open_gallery(":memory:", space=SPACE) as gallery:
        gallery.add({"Ana": [Template(vector=unit_vectors(1)[0], source_hash="a", photo="caf\udce9.jpg")]})
        assert gallery.templates("Ana")[0].photo == "caf\\udce9.jpg"


@pytest.mark.parametrize("in_place", [False, True])
def test_erased_bytes_leave_the_files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, in_place: bool) -> None:
    """Names, photo hashes and vectors in random order, so that SQLite splits and joins its pages many times."""
    path = tmp_path / "people.db"
    if in_place:  # as in a file of gigabytes
        erase_in_place(monkeypatch)
    random = np.random.default_rng(0)
    traces: dict[str, list[bytes]] = {}
    with open_gallery(str(path), space=SPACE) as gallery:
        for turn in range(120):
            name = random.bytes(20).hex()
            mine = [
                Template(vector=v, source_hash=random.bytes(32).hex(), photo=f"{random.bytes(8).hex()}.jpg")
                for v in unit_vectors(int(random.integers(1, 12)), turn)
            ]
            gallery.add({name: mine})
            traces[name] = [name.encode(), struct.pack("<q", of_name(name))]
            for template in mine:
                stored = template.vector.astype("<f2").tobytes()
                traces[name] += [template.source_hash.encode(), template.photo.encode(), stored]
                traces[name] += [struct.pack("<q", of_photo(template.source_hash))]
            if random.random() < 0.5:
                gone = random.choice(list(traces), int(random.integers(1, 3)), replace=False).tolist()
                mine = [trace for name in gone for trace in traces.pop(name)]
                content = open_files(path)
                assert all(trace in content for trace in mine)
                gallery.remove(*gone)
                content = open_files(path)
                assert [trace for trace in mine if trace in content] == []
        assert gallery.damage() == []
        assert {person.name for person in gallery.people()} == set(traces)


def erase_in_place(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(erasure, "WHOLE_UP_TO", 0)
    monkeypatch.setattr(erasure, "_BLANK", 10.0)
    monkeypatch.setattr(database.Database, "write_anew", None)


@pytest.mark.parametrize("change", ["rename", "merge", "mostly blank"])
def test_what_moves_rows_makes_the_next_removal_write_the_file_anew(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, change: str
) -> None:
    path = tmp_path / "people.db"
    with open_gallery(str(path), space=SPACE) as gallery:
        gallery.add({f"person {n}": templates(5, seed=n) for n in range(20)})
        with monkeypatch.context() as patch:
            erase_in_place(patch)
            assert gallery.remove("person 1", "person 2") == 10
            blank = path.stat().st_size
        if change == "rename":
            gallery.rename("person 3", "somebody with a longer name")
        elif change == "merge":
            gallery.merge("person 3", into="person 4")
        else:
            monkeypatch.setattr(erasure, "_BLANK", 0.1)
        monkeypatch.setattr(erasure, "WHOLE_UP_TO", 0)
        gallery.remove("person 5")
        assert path.stat().st_size < blank
        with sqlite3.connect(path) as sql:
            assert sql.execute("SELECT count(*) FROM templates WHERE erased = 1").fetchone() == (0,)
        erase_in_place(monkeypatch)
        gallery.remove("person 6")
        assert gallery.damage() == []


def test_nobody_is_removed_where_one_name_is_unknown() -> None:
    with open_gallery(":memory:", space=SPACE) as gallery:
        gallery.add({"Ana": templates(2)})
        with pytest.raises(UnknownPerson, match="Bo"):
            gallery.remove("Ana", "Bo")
        assert gallery.person("Ana").templates == 2


def test_a_removal_that_died_half_way_is_finished_when_the_gallery_is_opened(tmp_path: Path) -> None:
    path = tmp_path / "people.db"
    with open_gallery(str(path), space=SPACE) as gallery:
        gallery.add({"Ana": templates(5), "Bo": templates(5, seed=1)})
    script = (
        "import os, sys\n"
        "from rostro.gallery.sqlite import database\n"
        "from rostro.gallery.base import open_gallery\n"
        "database.Database.write_anew = lambda self: os._exit(9)\n"
        "open_gallery(sys.argv[1]).remove('Ana')\n"
    )
    assert subprocess.run([sys.executable, "-c", script, str(path)], check=False).returncode == 9
    with open_gallery(str(path)) as gallery:
        assert [person.name for person in gallery.people()] == ["Bo"]
        assert b"photo 0 3.jpg" not in open_files(path)
        assert b"photo 1 3.jpg" in open_files(path)
        assert gallery.search(unit_vectors(1), 100)[0][0].person == gallery.person("Bo").id


def test_boxes_are_kept_exactly(tmp_path: Path) -> None:
    path = tmp_path / "people.db"
    box = (0.1, -1e-300, 1 / 3, 2.0**60)
    with open_gallery(str(path), space=SPACE) as gallery:
        gallery.add({"Ana": [Template(vector=unit_vectors(1)[0], source_hash="a", photo="a.jpg", box=box)]})
        assert gallery.templates("Ana")[0].box == box
    with sqlite3.connect(path) as sql:
        assert sql.execute("SELECT box FROM templates").fetchone() == (struct.pack("<4d", *box),)


def test_a_full_disk_is_named_and_changes_nothing(tmp_path: Path) -> None:
    path = tmp_path / "people.db"
    with open_gallery(str(path), space=SPACE) as gallery:
        gallery.add({"Ana": templates(5)})
        assert isinstance(gallery, SqliteGallery)
        with gallery._database.reading() as sql:
            pages = sql.execute("PRAGMA page_count").fetchone()[0]
            sql.execute(f"PRAGMA max_page_count = {pages + 2}")
        with pytest.raises(GalleryError, match=r"people\.db: the disk is full"):
            gallery.add({f"person {n}": templates(20, seed=n) for n in range(20)})
        assert [person.name for person in gallery.people()] == ["Ana"]
        assert len(gallery.search(unit_vectors(1), 100)[0]) == 5
