"""Galleries that somebody made to do harm: ``benchmarks/hostile_galleries.py`` in small, and each kind once."""

from __future__ import annotations

import importlib.util
import sqlite3
import sys
import time
from pathlib import Path
from types import ModuleType

import pytest

from rostro.core.errors import GalleryCorrupt, GalleryError
from rostro.gallery.base import open_gallery
from rostro.gallery.sqlite import guard

SCRIPT = Path(__file__).resolve().parents[3] / "benchmarks" / "hostile_galleries.py"


@pytest.fixture(scope="module")
def hostile() -> ModuleType:
    spec = importlib.util.spec_from_file_location("hostile_galleries", SCRIPT)
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


@pytest.fixture
def path(hostile: ModuleType, tmp_path: Path) -> Path:
    path = tmp_path / "people.db"
    hostile.make(path)
    return path


def test_some_of_hundreds_is_refused_or_read(hostile: ModuleType, capsys: pytest.CaptureFixture[str]) -> None:
    everything = hostile.every()
    assert len(everything) > 500
    some = {name: everything[name] for name in list(everything)[::15] if "circle" not in name}
    tried, kinds, faults, _ = hostile.run(some, seconds=60.0)
    assert faults == {}
    assert tried > 30
    assert kinds["gallery-corrupt"] > 30 and kinds["gallery-error"] > 30


@pytest.mark.parametrize(
    ("statement", "thing"),
    [
        ("CREATE TRIGGER t AFTER INSERT ON people BEGIN DELETE FROM templates; END", "trigger 't'"),
        ("CREATE VIEW v AS SELECT * FROM people", "view 'v'"),
        ("CREATE INDEX i ON templates (abs(quality))", "index 'i'"),
        ("CREATE TABLE t (x)", "table 't'"),
        ("CREATE VIRTUAL TABLE f USING fts5(x)", "table 'f"),
        ("ANALYZE", "table 'sqlite_stat"),
        ("ALTER TABLE people ADD COLUMN more AS (hex(name))", "table 'people'"),
        ("DROP INDEX templates_of_person", "no index templates_of_person"),
    ],
)
def test_what_is_not_ours_is_named_and_left_alone(path: Path, statement: str, thing: str) -> None:
    with sqlite3.connect(path) as sql:
        sql.execute(statement)
    sql.close()
    before = path.read_bytes()
    with pytest.raises(GalleryError, match=thing):
        open_gallery(str(path))
    assert path.read_bytes() == before


def test_another_spelling_of_the_same_schema_is_ours(path: Path) -> None:
    """Versions of SQLite write names with and without quotation marks when a table is renamed."""
    with sqlite3.connect(path) as sql:
        sql.execute("PRAGMA writable_schema = ON")
        statement = sql.execute("SELECT sql FROM sqlite_master WHERE name = 'templates'").fetchone()[0]
        other = (
            statement.replace('"templates"', "[templates]", 1).replace("  ", "\n\t").replace("-- four", "/* x */ -- 4")
        )
        assert other != statement
        sql.execute("UPDATE sqlite_master SET sql = ? WHERE name = 'templates'", (other,))
    sql.close()
    with open_gallery(str(path)) as gallery:
        assert len(gallery.people()) == 59


def test_a_small_file_without_an_end_is_given_up(hostile: ModuleType, path: Path) -> None:
    hostile.circle(path, 8)
    with open_gallery(str(path)) as gallery:
        for ask in (gallery.people, lambda: list(gallery.all_names()), gallery.reindex):
            before = time.monotonic()
            with pytest.raises(GalleryCorrupt, match=r"people\.db|order"):
                ask()
            assert time.monotonic() - before < 30


def test_a_large_transaction_is_not_taken_for_one_without_an_end(
    hostile: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its file grows as it goes on."""
    monkeypatch.setattr(guard, "LOOKS", 1)
    monkeypatch.setattr(guard, "_STEPS", 20_000)
    monkeypatch.setattr(guard, "_BYTES", 6_000)
    with open_gallery(str(tmp_path / "people.db"), space=hostile.SPACE) as gallery:
        gallery._database._connection.execute("PRAGMA cache_size = -100")  # type: ignore[attr-defined]
        faces = [hostile.Template(hostile.unit(n % 50), f"{n:064x}", "a.jpg") for n in range(20_000)]
        assert gallery.add({f"person {n}": faces[n : n + 10] for n in range(0, 20_000, 10)}) == 20_000
        assert gallery.damage() == []
        assert gallery.remove("person 0") == 10


def test_a_journal_that_names_another_file_does_not_delete_it(hostile: ModuleType, path: Path) -> None:
    victim = path.with_name("victim.txt")
    victim.write_text("mine")
    hostile.hot_journal(path)
    with pytest.raises(GalleryError, match="names another file; delete it"):
        open_gallery(str(path))
    assert victim.read_text() == "mine"


def test_a_file_of_holes_does_not_fill_the_disk(hostile: ModuleType, path: Path) -> None:
    from rostro.gallery.upkeep.backup import back_up

    hostile.holes(path)
    with pytest.raises(GalleryCorrupt, match="holes"):
        back_up(path, path.with_name("backup.db"))
    assert not path.with_name("backup.db").exists()


def test_functions_of_a_schema_are_not_trusted_and_values_are_limited(path: Path) -> None:
    with open_gallery(str(path)) as gallery, gallery._database.reading() as sql:  # type: ignore[attr-defined]
        assert sql.execute("PRAGMA trusted_schema").fetchone() == (0,)
        assert sql.execute("PRAGMA cell_size_check").fetchone() == (1,)
        with pytest.raises(sqlite3.DataError, match="too big"):
            sql.execute("SELECT length(zeroblob(1000000000))")
        assert sql.getlimit(sqlite3.SQLITE_LIMIT_ATTACHED) == 1


def test_a_fault_of_ours_is_not_called_damage(path: Path) -> None:
    with (
        open_gallery(str(path)) as gallery,
        pytest.raises(TypeError, match="ours"),
        gallery._database.reading(),  # type: ignore[attr-defined]
    ):
        raise TypeError("ours")
