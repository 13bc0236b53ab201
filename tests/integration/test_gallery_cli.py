"""``rostro gallery``: exit codes, one JSON document, and what is said about damage."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from typer.testing import CliRunner

from rostro.cli.gallery import app
from rostro.core.errors import BadInput, GalleryError
from rostro.core.types import Template
from rostro.gallery.base import open_gallery

if TYPE_CHECKING:
    from pathlib import Path

    from typer.testing import Result

SPACE = "toy-00000000/none"
DIMS = 8


@pytest.fixture
def gallery(tmp_path: Path) -> Path:
    vectors = np.random.default_rng(0).normal(size=(20, DIMS)).astype(np.float32)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    with open_gallery(str(tmp_path / "people.db"), space=SPACE) as opened:
        for n in range(10):
            opened.add(
                {f"person {n}": [Template(v, f"{n}-{k}", f"{k}.jpg") for k, v in enumerate(vectors[2 * n : 2 * n + 2])]}
            )
    return tmp_path / "people.db"


def rostro(*arguments: object) -> Result:
    return CliRunner().invoke(app, [str(argument) for argument in arguments])


def answer(*arguments: object, code: int = 0) -> Any:
    result = rostro(*arguments, "--json")
    assert result.exit_code == code, result.output
    return json.loads(result.stdout)


def break_it(gallery: Path, statement: str) -> None:
    with closing(sqlite3.connect(gallery)) as sql:
        sql.execute(statement)
        sql.commit()


def test_info(gallery: Path) -> None:
    said = answer("info", "--gallery", gallery)
    assert {key: said[key] for key in ("gallery", "space", "people", "templates", "dims")} == {
        "gallery": str(gallery), "space": SPACE, "people": 10, "templates": 20, "dims": DIMS,
    }  # fmt: skip
    assert said["size"] > 0
    said_plainly = rostro("info", "--gallery", gallery).stdout
    assert "people:         10" in said_plainly
    assert "poor templates: 0" in said_plainly


@pytest.mark.parametrize("verb", ["info", "check", "reindex"])
def test_the_file_may_be_the_argument_as_of_encrypt(verb: str, gallery: Path) -> None:
    assert answer(verb, gallery) == answer(verb, "--gallery", gallery)
    both = rostro(verb, gallery, "--gallery", gallery)
    assert isinstance(both.exception, BadInput), "one thing, named twice"


def test_migrate_copies_verifies_and_goes_on(gallery: Path, tmp_path: Path) -> None:
    first = answer("migrate", "--gallery", gallery, "--to", tmp_path / "copy.db")
    assert (first["people"], first["templates"], first["copied"], first["differences"]) == (10, 20, 20, [])
    again = answer("migrate", "--gallery", gallery, "--to", tmp_path / "copy.db")
    assert again == {**first, "copied": 0}
    assert (
        "20 templates, 0 of them copied now"
        in rostro("migrate", "--gallery", gallery, "--to", tmp_path / "copy.db").stdout
    )


def test_migrate_through_postgresql_and_back(gallery: Path, tmp_path: Path, postgresql_server: str) -> None:
    pytest.importorskip("psycopg")
    between = f"{postgresql_server}&gallery=cli_{tmp_path.name}"
    there = answer("migrate", "--gallery", gallery, "--to", between)
    back = answer("migrate", "--gallery", between, "--to", tmp_path / "back.db")
    assert there == back
    assert back["copied"] == 20
    assert answer("check", "--gallery", between) == {"damage": []}
    assert answer("info", "--gallery", between)["people"] == 10
    assert answer("reindex", "--gallery", between)["index"].startswith("none")
    assert answer("backup", "--gallery", between, "--output", tmp_path / "backup.db")["templates"] == 20


def test_a_copy_that_differs_ends_with_exit_code_1(gallery: Path, tmp_path: Path) -> None:
    answer("migrate", "--gallery", gallery, "--to", tmp_path / "copy.db")
    break_it(tmp_path / "copy.db", "UPDATE templates SET photo = 'other.jpg' WHERE id = 5")
    result = rostro("migrate", "--gallery", gallery, "--to", tmp_path / "copy.db")
    assert result.exit_code == 1
    assert "person 2: 1 of 2 templates differ" in result.stderr


def test_a_gallery_is_not_copied_onto_itself_nor_where_there_is_nothing(gallery: Path, tmp_path: Path) -> None:
    assert isinstance(rostro("migrate", "--gallery", gallery, "--to", gallery).exception, BadInput)
    missing = rostro("migrate", "--gallery", tmp_path / "missing.db", "--to", tmp_path / "copy.db").exception
    assert isinstance(missing, GalleryError)
    assert "no such gallery" in str(missing)
    assert not (tmp_path / "copy.db").exists()


def test_a_sound_gallery(gallery: Path) -> None:
    assert answer("check", "--gallery", gallery) == {"damage": []}
    assert rostro("check", "--gallery", gallery).stdout == "sound\n"


@pytest.mark.parametrize(
    ("statement", "named"),
    [
        ("UPDATE templates SET vector = substr(vector, 3) WHERE id = 3", "template 3"),
        ("UPDATE templates SET vector = substr(vector, 2) WHERE id = 3", "template 3"),
        ("UPDATE templates SET vector = zeroblob(16) WHERE id = 3", "person 1, 0.jpg: the vector's norm is 0"),
        ("DELETE FROM people WHERE id = 2", "belongs to nobody"),
        ("INSERT INTO people (erased, name) VALUES (0, 'Nadie')", "Nadie: has no templates"),
    ],
)
def test_damage_is_named_and_ends_with_exit_code_1(gallery: Path, statement: str, named: str) -> None:
    break_it(gallery, statement)
    (found, *_) = answer("check", "--gallery", gallery, code=1)["damage"]
    assert named in found
    assert named in rostro("check", "--gallery", gallery).stderr


def test_damaged_pages_are_named(gallery: Path) -> None:
    whole = bytearray(gallery.read_bytes())
    page = len(whole) // 2 // 4096 * 4096
    whole[page : page + 64] = b"\xff" * 64
    gallery.write_bytes(whole)
    assert answer("check", "--gallery", gallery, code=1)["damage"]


def test_backup(gallery: Path, tmp_path: Path) -> None:
    said = answer("backup", "--gallery", gallery, "--output", tmp_path / "monday.db")
    assert said == {"backup": str(tmp_path / "monday.db"), "people": 10, "templates": 20}
    assert answer("check", "--gallery", tmp_path / "monday.db") == {"damage": []}
    assert isinstance(rostro("backup", "--gallery", gallery, "--output", tmp_path / "monday.db").exception, BadInput)
    nowhere = rostro("backup", "--gallery", gallery, "--output", tmp_path / "no" / "monday.db").exception
    assert isinstance(nowhere, BadInput)


def test_backup_while_the_gallery_is_written(gallery: Path, tmp_path: Path) -> None:
    with closing(sqlite3.connect(gallery, isolation_level=None)) as writer:
        writer.execute("BEGIN IMMEDIATE")
        writer.execute("DELETE FROM templates")
        assert answer("backup", "--gallery", gallery, "--output", tmp_path / "now.db")["templates"] == 20
        writer.execute("ROLLBACK")


def test_reindex(gallery: Path) -> None:
    assert answer("reindex", "--gallery", gallery)["index"]
