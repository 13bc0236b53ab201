"""What only a PostgreSQL gallery can meet: lost connections, other schemas, damage made by hand."""

from __future__ import annotations

import secrets
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from rostro.core.errors import BadInput, GalleryError
from rostro.core.types import Template
from rostro.gallery.base import open_gallery
from rostro.gallery.postgresql import nearest
from rostro.gallery.postgresql.gallery import PostgresqlGallery
from rostro.gallery.postgresql.nearest import EXACT_UP_TO
from rostro.gallery.single import FaceMove
from rostro.gallery.upkeep.check import find_damage

if TYPE_CHECKING:
    from collections.abc import Iterator

psycopg = pytest.importorskip("psycopg", reason="rostro[postgres] is not installed")

SPACE = "toy-00000000/none"
DIMS = 8


def templates(count: int, seed: int = 0) -> list[Template]:
    vectors = np.random.default_rng(seed).normal(size=(count, DIMS)).astype(np.float32)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    return [Template(vector=v, source_hash=f"{seed}-{n}", photo="a.jpg") for n, v in enumerate(vectors)]


@pytest.fixture
def url(postgresql_server: str) -> str:
    return f"{postgresql_server}&gallery=g{secrets.token_hex(6)}"


@pytest.fixture
def gallery(url: str) -> Iterator[PostgresqlGallery]:
    with open_gallery(url, space=SPACE) as opened:
        assert isinstance(opened, PostgresqlGallery)
        yield opened


@pytest.fixture
def admin(postgresql_server: str, gallery: PostgresqlGallery) -> Iterator[Any]:
    """Another connection, which sees the gallery's tables."""
    with psycopg.connect(postgresql_server, autocommit=True) as sql:
        sql.execute(f"SET search_path = {gallery._database.schema}, public")
        yield sql


def cut(admin: Any, gallery: PostgresqlGallery) -> None:
    """Ends the gallery's connection from the server's side."""
    admin.execute("SELECT pg_terminate_backend(%s, 5000)", (gallery._database._connection.info.backend_pid,))


def test_a_connection_lost_between_calls_is_made_anew(gallery: PostgresqlGallery, admin: Any) -> None:
    gallery.add({"Ana": templates(2)})
    cut(admin, gallery)
    assert gallery.person("Ana").templates == 2
    cut(admin, gallery)
    assert gallery.add({"Ana": templates(2, seed=1)}) == 2
    cut(admin, gallery)
    assert len(gallery.search(templates(1)[0].vector[None], 9)[0]) == 4
    cut(admin, gallery)
    assert gallery.remove("Ana") == 4


def test_a_connection_lost_in_the_middle_leaves_nothing_and_the_work_is_done_again(
    gallery: PostgresqlGallery, admin: Any
) -> None:
    tries = []

    def work(sql: Any) -> int:
        tries.append(sql)
        sql.execute("INSERT INTO people (key, name) VALUES ('x', 'half')")
        if len(tries) == 1:
            cut(admin, gallery)
        return sql.execute("SELECT count(*) FROM people").fetchone()[0]

    assert gallery._database.run(work) == 1
    assert len(tries) == 2
    assert [p.name for p in gallery.people()] == ["half"]


def test_a_connection_lost_while_committing_is_told(gallery: PostgresqlGallery, admin: Any) -> None:
    def work(sql: Any) -> None:
        sql.execute("INSERT INTO people (key, name) VALUES ('x', 'half')")
        cut(admin, gallery)

    with pytest.raises(GalleryError, match="unknown"):
        gallery._database.run(work)
    assert gallery.people() == []


def test_a_server_that_is_not_there_is_named_without_the_password() -> None:
    with pytest.raises(GalleryError, match="refused") as error:
        open_gallery("postgresql://me:geheim@127.0.0.1:1/db")
    assert "geheim" not in str(error.value)
    assert "127.0.0.1" in str(error.value)


def test_a_role_without_rights_is_told_and_one_that_may_read_reads(
    postgresql_server: str, gallery: PostgresqlGallery, admin: Any
) -> None:
    gallery.add({"Ana": templates(1)})
    schema = gallery._database.schema
    role = f"guest_{schema}"
    guest = f"{postgresql_server}&gallery={schema}&user={role}"
    admin.execute(f"CREATE ROLE {role} LOGIN")
    with pytest.raises(GalleryError, match="permission denied"):
        open_gallery(guest)
    admin.execute(f"GRANT USAGE ON SCHEMA {schema} TO {role}")
    admin.execute(f"GRANT SELECT ON ALL TABLES IN SCHEMA {schema} TO {role}")
    with open_gallery(guest, space=SPACE) as reader:
        assert [p.name for p in reader.people()] == ["Ana"]
        assert len(reader.search(templates(1)[0].vector[None], 3)[0]) == 1
        with pytest.raises(GalleryError, match="permission denied"):
            reader.add({"Bo": templates(1, seed=1)})


def test_galleries_of_one_database_are_apart(postgresql_server: str, gallery: PostgresqlGallery) -> None:
    gallery.add({"Ana": templates(1)})
    with open_gallery(f"{postgresql_server}&gallery=h%C3%A9 {secrets.token_hex(4)}", space="other/none") as other:
        assert other.people() == []
        other.add({"Bo": templates(2)})
    assert [p.name for p in gallery.people()] == ["Ana"]


@pytest.mark.parametrize("name", ["", "pg_mine", "x" * 64])
def test_names_that_postgresql_does_not_take(postgresql_server: str, name: str) -> None:
    with pytest.raises(BadInput, match="gallery's name"):
        open_gallery(f"{postgresql_server}&gallery={name}")


def test_tables_of_somebody_else_are_left_alone(postgresql_server: str) -> None:
    schema = f"theirs_{secrets.token_hex(4)}"
    with psycopg.connect(postgresql_server, autocommit=True) as sql:
        sql.execute(f"CREATE SCHEMA {schema} CREATE TABLE people (id int)")
        with pytest.raises(GalleryError, match=r'"people" already exists'):
            open_gallery(f"{postgresql_server}&gallery={schema}", space=SPACE)
        tables = sql.execute("SELECT tablename FROM pg_tables WHERE schemaname = %s", (schema,)).fetchall()
    assert tables == [("people",)]


def test_a_gallery_of_a_newer_rostro_is_refused(url: str, gallery: PostgresqlGallery, admin: Any) -> None:
    admin.execute("UPDATE rostro_gallery SET version = 99")
    with pytest.raises(GalleryError, match="newer rostro"):
        open_gallery(url)


def test_first_writers_at_once_agree_on_the_length_of_vectors(url: str) -> None:
    def write(number: int) -> int:
        with open_gallery(url, space=SPACE) as gallery:
            return gallery.add(
                {f"p{n}": templates(1, seed=n) for n in (range(20) if number % 2 else range(19, -1, -1))}
            )

    with ThreadPoolExecutor(4) as pool:
        assert sum(pool.map(write, range(4))) == 20
    with open_gallery(url, create=False) as gallery:
        assert gallery.info().templates == 20
        assert list(find_damage(gallery)) == []


def test_a_person_removed_while_templates_are_added_is_made_anew(url: str, gallery: PostgresqlGallery) -> None:
    def add(turn: int) -> None:
        gallery.add({"Ana": templates(1, seed=turn)})

    with ThreadPoolExecutor(1) as pool, open_gallery(url) as other:
        gallery.add({"Ana": templates(1, seed=99)})
        adding = [pool.submit(add, turn) for turn in range(30)]
        erased = 0
        while not all(task.done() for task in adding):
            erased += other.remove("Ana") if any(p.name == "Ana" for p in other.people()) else 0
        for task in adding:
            task.result()
        left = sum(p.templates for p in other.people())
    assert erased + left == 31


def test_many_templates_are_found_by_their_codes(gallery: PostgresqlGallery, admin: Any) -> None:
    gallery.add({"all": templates(EXACT_UP_TO + 500)})
    assert gallery.info().index.startswith("a scan of codes")
    query = templates(3, seed=5)[0].vector
    assert len(gallery.search(query[None], 1_000)[0]) == 1_000
    admin.execute("DELETE FROM templates WHERE id % 2 = 0")
    hits = gallery.search(query[None], 1_000)[0]
    assert len(hits) == 1_000
    assert all(hit.template % 2 for hit in hits)


@pytest.mark.parametrize("sampled_from", [EXACT_UP_TO, 50_000])
def test_codes_find_what_comparing_finds(
    gallery: PostgresqlGallery, monkeypatch: pytest.MonkeyPatch, sampled_from: int
) -> None:
    monkeypatch.setattr(nearest, "_SAMPLED_FROM", sampled_from)
    given = templates(EXACT_UP_TO + 2_000)
    gallery.add({"all": given})
    stored = np.stack([template.vector for template in given]).astype("<f2").astype(np.float32)
    queries = np.stack([template.vector for template in templates(50, seed=9)])
    exact = (queries @ stored.T).max(axis=1)
    found = np.array([hits[0].similarity for hits in gallery.search(queries, 1)])
    np.testing.assert_allclose(found, exact, atol=1e-3)
    assert len(gallery.search(queries[:1], EXACT_UP_TO + 1_999)[0]) == EXACT_UP_TO + 1_999
    assert gallery.search(queries[:1], 9, collections=["none of that name"]) == [[]]


def test_a_gallery_from_before_there_were_codes_gets_them(url: str, gallery: PostgresqlGallery, admin: Any) -> None:
    ana = templates(EXACT_UP_TO + 1)
    gallery.add({"Ana": ana})
    admin.execute("DROP TABLE codes")
    admin.execute("DROP TABLE marks")
    admin.execute("DROP TABLE records")
    admin.execute("DROP TABLE changes")
    admin.execute("CREATE INDEX templates_vector ON templates USING hnsw (vector halfvec_ip_ops)")
    admin.execute("UPDATE rostro_gallery SET version = 2")
    with open_gallery(url, space=SPACE) as upgraded:
        assert list(find_damage(upgraded)) == []
        assert upgraded.search(ana[7].vector[None], 1)[0][0].similarity == pytest.approx(1, abs=1e-3)
    assert admin.execute("SELECT to_regclass('templates_vector')").fetchone() == (None,)


def test_damage_is_named_and_lost_codes_are_made_anew(gallery: PostgresqlGallery, admin: Any) -> None:
    gallery.add({"Ana": templates(3), "Bo": templates(2, seed=1)})
    assert list(find_damage(gallery)) == []
    admin.execute("DELETE FROM codes WHERE template IN (SELECT id FROM templates LIMIT 4)")
    assert list(find_damage(gallery)) == [
        "4 templates have no code to be found by; 'rostro gallery reindex' makes them"
    ]
    gallery.reindex()
    assert list(find_damage(gallery)) == []
    admin.execute(
        "UPDATE templates SET vector = vector * (SELECT '[2,2,2,2,2,2,2,2]'::halfvec) WHERE source_hash = '1-1'"
    )
    assert list(find_damage(gallery)) == ["Bo, a.jpg: the vector's norm is 2, not 1"]


def test_removing_leaves_no_dead_rows_behind(gallery: PostgresqlGallery, admin: Any) -> None:
    gallery.add({"Ana": templates(500), "Bo": templates(5, seed=1)})
    gallery.remove("Ana")
    for table in ("templates", "codes"):
        cleaned = "SELECT vacuum_count, n_dead_tup FROM pg_stat_user_tables WHERE relid = to_regclass(%s)"
        assert admin.execute(cleaned, (table,)).fetchone() == (1, 0)


def test_what_is_noted_of_changes_is_what_counting_finds(url: str, gallery: PostgresqlGallery, admin: Any) -> None:
    def write(number: int) -> None:
        with open_gallery(url) as other:
            for turn in range(40):
                other.add({f"p{turn}": templates(2, seed=number), f"own {number}": templates(1, seed=turn)})

    with ThreadPoolExecutor(3) as pool:
        list(pool.map(write, range(3)))
    gallery.move("p1", "0-0", "somebody new")
    gallery.move("p2", "0-0", "p3")
    gallery.forget("p4", "1-1")
    moves = [FaceMove("p9", "0-0", None, "another new"), FaceMove("p9", "0-1", None, "p10")]  # who has that one already
    assert len(gallery.move_faces(moves, new=["another new"])) == 2
    gallery.merge("p5", "p6")
    gallery.remove("p7", "own 2")
    gallery.add({"p8": [*templates(2, seed=1), *templates(1, seed=77)], "nobody else": []})
    counted = admin.execute("SELECT (SELECT count(*) FROM people), (SELECT count(*) FROM templates)").fetchone()
    assert tuple(gallery.population()) == tuple(gallery.population([""])) == counted
    assert admin.execute("SELECT count(*) FROM changes").fetchone()[0] <= 70
    assert list(find_damage(gallery)) == []


def test_changes_made_by_hand_are_found_and_counted(gallery: PostgresqlGallery, admin: Any) -> None:
    gallery.add({"Ana": templates(3)})
    admin.execute("DELETE FROM templates WHERE source_hash = '0-1'")
    assert list(find_damage(gallery)) == [
        "1 people and 2 templates are there, and 1 and 3 were noted; 'rostro gallery reindex' counts them"
    ]
    gallery.reindex()
    assert tuple(gallery.population()) == (1, 2)
    assert list(find_damage(gallery)) == []


@pytest.mark.parametrize("partitioned_by", ["HASH (template)", "LIST (collection)"])
def test_codes_in_partitions_are_searched_cleaned_and_made_anew(
    gallery: PostgresqlGallery, admin: Any, monkeypatch: pytest.MonkeyPatch, partitioned_by: str
) -> None:
    monkeypatch.setattr(nearest, "_SAMPLED_FROM", EXACT_UP_TO)
    given = templates(EXACT_UP_TO + 500)
    gallery.add({"all": given})
    for statement in partitioning(partitioned_by):
        admin.execute(statement)
    gallery.add({"Ana": templates(4, seed=1)})
    wanted = templates(4, seed=1)[2].vector
    assert gallery.search(wanted[None], 1)[0][0].similarity == pytest.approx(1, abs=1e-3)
    assert gallery.remove("Ana") == 4
    assert admin.execute("SELECT count(*) FROM codes").fetchone() == (len(given),)
    gallery.reindex()
    assert gallery.damage() == []
    assert "(0.0 MB)" not in gallery.info().index


def partitioning(partitioned_by: str) -> list[str]:
    """The statements of ``docs/galleries.md``, for two partitions."""
    text = (Path(__file__).parents[2] / "docs" / "galleries.md").read_text(encoding="utf-8")
    statements = text.split("```sql\n")[1].split("```")[0].split(";")
    written = [" ".join(statement.split()) for statement in statements if statement.strip()]
    if partitioned_by == "HASH (template)":
        return written
    other = {
        "PRIMARY KEY (template)": "PRIMARY KEY (template, collection)",
        "HASH (template)": partitioned_by,
        "FOR VALUES WITH (MODULUS 2, REMAINDER 0)": "FOR VALUES IN ('staff')",
        "FOR VALUES WITH (MODULUS 2, REMAINDER 1)": "DEFAULT",
    }
    for before, after in other.items():
        assert any(before in statement for statement in written)
        written = [statement.replace(before, after) for statement in written]
    return written
