"""People by name and templates by photo, in rows that never move: found, erased in place, made of a file of before."""

from __future__ import annotations

import sqlite3
import struct
from contextlib import closing
from hashlib import sha256
from typing import TYPE_CHECKING

import numpy as np
import pytest

from rostro.core.errors import GalleryCorrupt
from rostro.core.types import Template
from rostro.gallery.base import open_gallery
from rostro.gallery.sqlite.migrations import MIGRATIONS, PLACES
from rostro.gallery.sqlite.places import ROW_BYTES, Places, of_name, of_photo

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

SPACE = "toy-00000000/none"


@pytest.fixture
def sql() -> Iterator[sqlite3.Connection]:
    """The tables of a gallery, empty."""
    with closing(sqlite3.connect(":memory:", isolation_level=None)) as made:
        make_tables(made, len(MIGRATIONS))
        yield made


def make_tables(sql: sqlite3.Connection, version: int) -> None:
    for statements in MIGRATIONS[:version]:
        for statement in statements:
            sql.execute(statement)


def rows(sql: sqlite3.Connection) -> bytes:
    found = sql.execute("SELECT entries FROM places UNION ALL SELECT entries FROM more_places").fetchall()
    return b"".join(entries for (entries,) in found)


def test_everything_is_found_and_what_is_dropped_leaves_no_byte(sql: sqlite3.Connection) -> None:
    random = np.random.default_rng(0)
    digests = random.integers(-(2**63), 2**63, 4_000).tolist()
    for place, digest in enumerate(digests, 1):
        Places(sql).add(digest, place)
    places = Places(sql)
    buckets, more = (sql.execute(f"SELECT count(*) FROM {table}").fetchone()[0] for table in ("places", "more_places"))
    assert 130 < buckets < 260 and more < buckets, "about 15 to 30 in each"
    assert all(places.find([digest]) == [place] for place, digest in enumerate(digests, 1))
    assert sorted(places.find(digests)) == list(range(1, 4_001))
    assert places.find([1, 2, 3]) == []
    places.drop([(digest, place) for place, digest in enumerate(digests, 1) if place % 2])
    places.drop([(digests[1], 99), (7, 2)])  # of which there is none
    assert sorted(places.find(digests)) == list(range(2, 4_001, 2))
    content = rows(sql)
    assert [digest for digest in digests[0::2] if struct.pack("<q", digest) in content] == []
    for place, digest in enumerate(digests[0::2], 5_000):  # their room is taken again
        places.add(digest, place)
    assert len(places.find(digests)) == 4_000
    assert sql.execute("SELECT count(*) FROM places").fetchone()[0] < 2 * buckets


def test_thousands_of_faces_on_one_photo(sql: sqlite3.Connection) -> None:
    places = Places(sql)
    for place in range(1, 3_001):
        places.add(5, place)
        places.add(of_photo(str(place)), place)
    assert sorted(places.find([5])) == list(range(1, 3_001))
    assert sql.execute("SELECT count(*) FROM places").fetchone()[0] < 1_000
    places.drop([(5, place) for place in range(1, 3_000)])
    assert places.find([5]) == [3_000]
    assert places.find([of_photo("2999")]) == [2_999]


def test_made_of_the_tables_at_once_is_as_one_by_one(sql: sqlite3.Connection) -> None:
    sql.executemany(
        "INSERT INTO people (erased, name) VALUES (?, ?)", [(n % 7 == 0, f"person {n}") for n in range(3_000)]
    )
    for (name,) in sql.execute("SELECT name FROM people"):
        assert Places(sql).find([of_name(name)]) == []
    Places(sql).build()
    places = Places(sql)
    assert places.lacking() == 0
    for place, name, erased in sql.execute("SELECT id, name, erased FROM people"):
        assert places.find([of_name(name)]) == ([] if erased else [place])
        assert places.find([of_photo(name)]) == []
    for number in range(3_000, 4_000):
        place = sql.execute("INSERT INTO people (erased, name) VALUES (0, ?)", (f"person {number}",)).lastrowid
        places.add(of_name(f"person {number}"), place or 0)
    assert Places(sql).lacking() == 0
    places.drop([(of_name("person 3"), 4)])
    places.add(of_name("nobody"), 4)
    assert places.lacking() == 2


@pytest.mark.parametrize(
    ("damage", "words"),
    [
        ("UPDATE places SET entries = x'00'", "missing or cut"),
        ("DELETE FROM places WHERE bucket = 0", "missing or cut"),
        ("UPDATE more_places SET entries = (SELECT entries FROM places WHERE bucket = 0)", "circle"),
    ],
)
def test_damage_is_named(sql: sqlite3.Connection, damage: str, words: str) -> None:
    places = Places(sql)
    for place in range(1, 100):
        places.add(0, place)
    sql.execute(damage)
    with pytest.raises(GalleryCorrupt, match=words):
        Places(sql).find([0])


@pytest.mark.parametrize(
    "damage",
    [
        f"UPDATE places SET entries = zeroblob({ROW_BYTES}) WHERE bucket = 1",
        "UPDATE places SET entries = x'00' WHERE bucket = 2",
        "DELETE FROM places WHERE bucket > 2",
    ],
)
def test_reindex_mends_what_check_names(tmp_path: Path, damage: str) -> None:
    path = tmp_path / "people.db"
    vectors = np.eye(100, dtype=np.float32)
    people = {f"person {n}": [Template(vector, str(n), "a.jpg", 0.5)] for n, vector in enumerate(vectors)}
    with open_gallery(str(path), space=SPACE) as gallery:
        gallery.add(people)
        with closing(sqlite3.connect(path)) as sql:
            sql.execute(damage)
            sql.commit()
        assert gallery.damage() != []
        gallery.reindex()
        assert gallery.damage() == []
        assert gallery.add(people) == 0
        assert gallery.known_sources(["7"]) == {"7": {"person 7"}}


@pytest.mark.parametrize("version", [2, 3, PLACES - 1])
def test_a_file_of_before_loses_nothing_but_its_telling_indexes(tmp_path: Path, version: int) -> None:
    path = tmp_path / "people.db"
    vectors = np.eye(8, dtype="<f2")
    hashes = [sha256(b"%d" % number).hexdigest() for number in range(400)]
    with closing(sqlite3.connect(path, isolation_level=None)) as sql:
        make_tables(sql, version)
        sql.execute("PRAGMA synchronous = OFF")
        sql.execute("PRAGMA secure_delete = OFF")  # more stays in gaps than gaps usually hold
        sql.execute(f"PRAGMA user_version = {version}")
        sql.execute("PRAGMA application_id = 1919906676")
        sql.execute("INSERT INTO meta VALUES ('space', ?), ('dims', 8)", (SPACE,))
        sql.executemany("INSERT INTO people (erased, name) VALUES (0, ?)", [(f"person {n}",) for n in range(100)])
        sql.executemany(
            """INSERT INTO templates (person, erased, source_hash, box, photo, quality, collection, vector)
            VALUES (?, 0, ?, x'', 'a.jpg', 0.5, '', ?)""",
            [(1 + n // 4, source, vectors[n % 8].tobytes()) for n, source in enumerate(hashes)],
        )
        before = sql.execute("SELECT * FROM templates").fetchall()
        sql.execute("UPDATE people SET erased = 1, name = '' WHERE id > 50")
        sql.execute("UPDATE templates SET erased = 1, source_hash = printf('%064d', 0) WHERE person > 50")
    assert any(source.encode() in path.read_bytes() for source in hashes[200:]), "in gaps of an index"
    with open_gallery(str(path), space=SPACE) as gallery:
        assert gallery.damage() == []
        assert gallery.known_sources(hashes[:8]) == {
            source: {f"person {n // 4}"} for n, source in enumerate(hashes[:8])
        }
        assert gallery.known_sources(hashes[200:]) == {}
        again = [Template(vectors[0].astype(np.float32), source, "a.jpg", 0.5) for source in hashes[:5]]
        assert gallery.add({"person 0": again}) == 1, "four are there"
        assert gallery.person("person 49").templates == 4
    with closing(sqlite3.connect(path)) as sql:
        kept = [row for row in before if row[1] <= 50]
        assert sql.execute("SELECT * FROM templates WHERE erased = 0 AND id <= 400").fetchall() == kept
    assert not any(source.encode() in path.read_bytes() for source in hashes[200:])
