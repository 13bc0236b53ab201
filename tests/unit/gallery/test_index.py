"""The search index by itself, and the file in which the gallery keeps it."""

from __future__ import annotations

import io
import shutil
import sqlite3
import subprocess
import sys
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pytest

from rostro.core.types import Template
from rostro.gallery.base import Gallery, open_gallery
from rostro.gallery.sqlite.search import index as index_module
from rostro.gallery.sqlite.search import scan as scan_module
from rostro.gallery.sqlite.search import searcher
from rostro.gallery.sqlite.search.scan import ScanIndex
from rostro.gallery.upkeep.backup import back_up
from rostro.gallery.upkeep.check import check

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

SPACE = "toy-00000000/none"


def people(count: int, dims: int, seed: int = 0, faces: int = 5) -> np.ndarray:
    """Unit vectors, `faces` in a row of the same person, cosine about 0.6; all share a mean, as real ones do."""
    random = np.random.default_rng(seed)
    centres = random.normal(size=(-(-count // faces), dims)) / np.sqrt(dims)
    noise = random.normal(size=(count, dims)) / np.sqrt(dims)
    mean = np.random.default_rng(99).normal(size=dims) / np.sqrt(dims)
    vectors = np.sqrt(0.6) * np.repeat(centres, faces, axis=0)[:count] + np.sqrt(0.4) * noise + 0.3 * mean
    return (vectors / np.linalg.norm(vectors, axis=1, keepdims=True)).astype(np.float32)


def scan_of(vectors: np.ndarray, first: int = 1) -> ScanIndex:
    scan = ScanIndex.fit(vectors)
    scan.add(np.arange(first, first + len(vectors)), vectors)
    return scan


@pytest.mark.parametrize(("dims", "quick"), [(97, 10), (128, 120), (128, 10), (300, 150), (301, 10)])
def test_the_scan_proposes_the_best(dims: int, quick: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(scan_module, "_QUICK", quick)
    monkeypatch.setattr(scan_module, "SEGMENT", 3000)
    vectors = people(10_000, dims)
    scan = scan_of(vectors)
    known, strangers = vectors[::100] + 0.02 * people(100, dims, 1, 1), people(100, dims, 2, 1)
    for queries, least in [(known, 1.0), (strangers, 0.97)]:
        best = 1 + np.argmax(queries @ vectors.T, axis=1)
        proposed, bounds = scan.search(queries, 100)
        assert proposed.shape == (100, 100)
        assert np.mean(np.any(proposed == best[:, None], axis=1)) >= least
        exact = np.take_along_axis(queries @ vectors.T, proposed - 1, axis=1)
        assert np.mean(exact <= bounds) > 0.999
    scan.close()


@pytest.fixture(params=[120, 10])
def _some_or_all(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """All numbers are scanned, and some."""
    monkeypatch.setattr(scan_module, "_QUICK", request.param)


@pytest.mark.usefixtures("_some_or_all")
def test_added_bit_by_bit_it_answers_as_if_added_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(scan_module, "SEGMENT", 300)
    vectors = people(1000, 32)
    whole, parts = scan_of(vectors), ScanIndex.fit(vectors)
    for start in range(0, 1000, 170):
        parts.add(np.arange(1, 1001)[start : start + 170], vectors[start : start + 170])
    assert len(parts) == len(whole) == 1000
    for one, other in zip(whole.search(vectors[:50], 10)[0], parts.search(vectors[:50], 10)[0], strict=True):
        assert len(set(one) & set(other)) >= 9  # equal rough scores may stand in another order


@pytest.mark.usefixtures("_some_or_all")
def test_what_is_not_kept_is_never_proposed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(scan_module, "SEGMENT", 100)
    vectors = people(1000, 64)
    scan = scan_of(vectors)
    alive = np.array([n for n in range(1, 1001) if n % 3 and not 300 < n <= 500])  # whole segments go, and parts
    assert scan.keep(alive)
    assert not scan.keep(alive)
    np.testing.assert_array_equal(scan.ids, alive)
    everything, _ = scan.search(vectors[:3], 5000)
    np.testing.assert_array_equal(np.sort(everything, axis=1), np.tile(alive, (3, 1)))
    best = alive[np.argmax(vectors @ vectors[alive - 1].T, axis=1)]
    assert np.any(scan.search(vectors, 50)[0] == best[:, None], axis=1).all()


def test_an_index_of_before_is_read_as_it_was() -> None:
    vectors = people(1000, 32)
    halves = scan_of(vectors)
    before = ScanIndex(halves.centre, halves._rotation, halves._spread, halves._error)  # all four bits are scanned
    before.add(np.arange(1, 1001), vectors)
    file = io.BytesIO()
    before.write(file)
    file.seek(0)
    read = ScanIndex.read(file, 32)
    for one, other in zip(before.search(vectors[:50], 10), read.search(vectors[:50], 10), strict=True):
        np.testing.assert_array_equal(one, other)
    for scan in (read, halves):
        assert (scan.search(vectors, 10)[0] == np.arange(1, 1001)[:, None]).any(axis=1).all()


def test_halves_of_vectors_that_have_none_are_refused() -> None:
    scan = scan_of(people(1000, 300))
    file = io.BytesIO()
    scan._in_halves = True  # as whoever has the gallery may write it
    scan.write(file)
    file.seek(0)
    with pytest.raises(ValueError, match="halves that are none"):
        ScanIndex.read(file, 300)


@pytest.mark.usefixtures("_some_or_all")
def test_written_and_read_it_gives_the_same_answers(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(scan_module, "SEGMENT", 400)
    vectors = people(1000, 301)
    scan, file = scan_of(vectors), io.BytesIO()
    scan.write(file)
    file.seek(0)
    again = ScanIndex.read(file, vectors.shape[1])
    for one, other in zip(scan.search(vectors[:20], 10)[0], again.search(vectors[:20], 10)[0], strict=True):
        np.testing.assert_array_equal(one, other)
    again.add(np.arange(2000, 2010), vectors[:10])
    assert 2000 in again.search(vectors[:1], 2)[0]


def test_what_is_looked_up_is_written_too_and_believed_only_as_ours(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(scan_module, "_QUICK", 10)
    vectors = people(1000, 301)
    scan, file = scan_of(vectors), io.BytesIO()
    scan.write(file)
    file.seek(0)
    arrays = [np.load(file, allow_pickle=False) for _ in range(4)]
    codes = file.read()
    first, columns = int(arrays[2][3]), arrays[1].shape[1]
    assert 0 < first < columns
    assert not first % 4
    for place, value in ((3, columns), (3, first - 2), (3, first + 4), (4, 0.0)):
        numbers = arrays[2].copy()
        numbers[place] = value
        changed = io.BytesIO()
        for array in (*arrays[:2], numbers, arrays[3]):
            np.save(changed, array)
        changed.write(codes)
        changed.seek(0)
        with pytest.raises(ValueError, match="it has a"):
            ScanIndex.read(changed, 301)


def test_equal_vectors_can_be_scanned() -> None:
    same = np.repeat(people(1, 16), 50, axis=0)
    assert sorted(scan_of(same).search(same[:1], 100)[0][0]) == list(range(1, 51))


@pytest.fixture(autouse=True)
def _small(monkeypatch: pytest.MonkeyPatch) -> None:
    """Galleries of a few hundred get a scan."""
    monkeypatch.setattr(index_module, "EXACT_NUMBERS", 200 * 32)
    monkeypatch.setattr(index_module, "TAIL", 50)
    monkeypatch.setattr(index_module, "CANDIDATES", 20)


def templates(vectors: np.ndarray, first: int = 0) -> list[Template]:
    return [Template(vector=v, source_hash=f"{n:064x}", photo=f"{n}.jpg") for n, v in enumerate(vectors, first)]


def add(gallery: Gallery, vectors: np.ndarray, first: int = 0) -> None:
    """Five faces a person, named by the first."""
    given = templates(vectors, first)
    gallery.add({f"person {first + start}": given[start : start + 5] for start in range(0, len(given), 5)})


def assert_right(gallery: Gallery, vectors: np.ndarray) -> None:
    """Each person's second face finds the most similar stored ones, and all of these vectors are there."""
    stored = np.concatenate([[t.vector for t in gallery.templates(p.name)] for p in gallery.people()])
    assert len(stored) == len(vectors)
    queries = vectors[1::25]
    for query, hits in zip(queries, gallery.search(queries, 5), strict=True):
        best = np.sort(np.minimum(stored @ query, 1.0))[::-1][:5]
        np.testing.assert_allclose([hit.similarity for hit in hits], best, atol=1e-4)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "people.db"


@pytest.fixture
def index(path: Path) -> Path:
    return path.with_name("people.db.index")


@pytest.fixture
def vectors(path: Path) -> Iterator[np.ndarray]:
    """Those of a gallery of 100 people at `path` that has an index."""
    vectors = people(500, 32)
    with open_gallery(str(path), space=SPACE) as gallery:
        add(gallery, vectors)
        assert_right(gallery, vectors)
    yield vectors
    with open_gallery(str(path), space=SPACE) as gallery:
        assert gallery.damage() == []


def read_ids(index: Path) -> np.ndarray:
    with index.open("rb") as file:
        file.readline()
        return ScanIndex.read(file, 32).ids


@pytest.mark.parametrize("few", [0, 1000])
def test_collections_with_an_index(path: Path, vectors: np.ndarray, monkeypatch: pytest.MonkeyPatch, few: int) -> None:
    """Compared one by one where they are small, else by asking the scan for more and more."""
    monkeypatch.setattr(searcher, "_EXACT_IN_COLLECTIONS", few)
    monkeypatch.setattr(searcher, "CANDIDATES", 10)
    other = people(150, 32, seed=9)
    with open_gallery(str(path)) as gallery:
        gallery.add({"other": [replace(t, collection="far") for t in templates(other, 500)]})
        stored = np.stack([t.vector for t in gallery.templates("other")])
        person = gallery.person("other").id
        for query, hits in zip(vectors[::50], gallery.search(vectors[::50], 3, collections=["far"]), strict=True):
            assert {hit.person for hit in hits} == {person}
            best = np.sort(stored @ query)[::-1][:3]
            np.testing.assert_allclose([hit.similarity for hit in hits], best, atol=1e-4)


def test_no_template_is_found_twice_even_for_a_query_of_zeros(path: Path, vectors: np.ndarray) -> None:
    with open_gallery(str(path)) as gallery:
        for query, count in ((np.zeros((1, 32), np.float32), None), (vectors[:1], 60)):
            (hits,) = gallery.search(query, 60)
            assert len({hit.template for hit in hits}) == len(hits)
            assert count in {None, len(hits)}


def test_a_small_gallery_needs_no_index(path: Path, index: Path) -> None:
    vectors = people(150, 32)
    with open_gallery(str(path), space=SPACE) as gallery:
        add(gallery, vectors)
        assert_right(gallery, vectors)
        assert not index.exists()
        assert gallery.info().index == "none: every vector is compared"


def test_the_index_is_kept_and_used_again(
    path: Path, index: Path, vectors: np.ndarray, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert index.is_file()
    monkeypatch.setattr(ScanIndex, "fit", None)  # it must not be made anew
    before = index.read_bytes()
    with open_gallery(str(path)) as gallery:
        assert_right(gallery, vectors)
        assert "scan" in gallery.info().index
    assert index.read_bytes() == before


def test_who_may_not_read_the_gallery_may_not_read_its_index(path: Path, index: Path, vectors: np.ndarray) -> None:
    index.unlink()
    index.with_name(f"{index.name}.lock").unlink(missing_ok=True)
    path.chmod(0o600)
    with open_gallery(str(path)) as gallery:
        assert_right(gallery, vectors)
        back_up(gallery, path.with_name("copy.db"))
    assert [file.stat().st_mode & 0o777 for file in (index, path.with_name("copy.db"))] == [0o600, 0o600]
    lock = index.with_name(f"{index.name}.lock")
    assert lock.stat().st_mode & 0o777 == 0o600, "whoever may open it can hold it, and an erasure waits for it"
    assert not list(path.parent.glob(".rostro-*"))


def test_newer_rows_are_found_and_join_the_index_later(path: Path, index: Path, vectors: np.ndarray) -> None:
    newer = people(100, 32, seed=5)
    with open_gallery(str(path)) as reader, open_gallery(str(path)) as writer:
        assert_right(reader, vectors)
        for start in range(0, 100, 10):
            add(writer, newer[start : start + 10], 500 + start)
            assert reader.search(newer[start : start + 1], 1)[0][0].similarity > 0.999
            assert len(read_ids(index)) == (500 if start < 40 else 550 if start < 90 else 600)
        assert_right(reader, np.concatenate([vectors, newer]))


def test_the_erased_leave_the_index_and_its_file(path: Path, index: Path, vectors: np.ndarray) -> None:
    with open_gallery(str(path)) as reader, open_gallery(str(path)) as writer:
        gone = {reader.search(vectors[n : n + 1], 1)[0][0].template for n in range(10)}
        writer.remove("person 0")
        writer.remove("person 5")
        assert not gone & set(read_ids(index))
        for gallery in (reader, writer):
            assert not gone & {hit.template for hits in gallery.search(vectors[:10], 490) for hit in hits}
            assert_right(gallery, vectors[10:])


def test_when_everybody_is_removed_the_file_goes(path: Path, index: Path, vectors: np.ndarray) -> None:
    with open_gallery(str(path)) as gallery:
        for start in range(100, 500, 5):
            gallery.merge(f"person {start}", into="person 0")
        for start in range(0, 100, 5):
            gallery.remove(f"person {start}")
        assert gallery.search(vectors[:1], 3) == [[]]
        assert not index.exists()
        add(gallery, vectors[:50])
        assert_right(gallery, vectors[:50])


@pytest.mark.parametrize("damage", ["flipped", "short", "long", "empty", "nonsense", "gone"])
def test_a_damaged_index_is_made_anew(path: Path, index: Path, vectors: np.ndarray, damage: str) -> None:
    good = index.read_bytes()
    for place in range(0, len(good), len(good) // 7) if damage in {"flipped", "short"} else (0,):
        bad = bytearray(good)
        bad[place] ^= 0x10
        contents = {"flipped": bad, "short": good[:place], "long": good + b"x", "empty": b"", "nonsense": b"x" * 999}
        if damage == "gone":
            index.unlink()
        else:
            index.write_bytes(contents[damage])
        with open_gallery(str(path)) as gallery:
            assert_right(gallery, vectors)
        assert len(read_ids(index)) == 500


def test_an_index_of_another_gallery_is_not_believed(path: Path, index: Path, vectors: np.ndarray) -> None:
    other = path.with_name("other.db")
    others = people(500, 32, seed=3)
    with open_gallery(str(other), space=SPACE) as gallery:
        add(gallery, others)
        assert_right(gallery, others)
    shutil.copy(f"{other}.index", index)
    with open_gallery(str(path)) as gallery:
        assert_right(gallery, vectors)


def test_an_older_copy_of_the_gallery_or_of_its_index(path: Path, index: Path, vectors: np.ndarray) -> None:
    """People restore backups of one file and not of the other."""
    old_gallery, old_index = path.read_bytes(), index.read_bytes()
    newer = people(200, 32, seed=4)
    with open_gallery(str(path)) as gallery:
        gallery.remove("person 0")
        add(gallery, newer, 500)
        assert_right(gallery, np.concatenate([vectors[5:], newer]))
    new_index = index.read_bytes()
    index.write_bytes(old_index)
    with open_gallery(str(path)) as gallery:
        assert_right(gallery, np.concatenate([vectors[5:], newer]))
    path.write_bytes(old_gallery)
    index.write_bytes(new_index)
    with open_gallery(str(path)) as gallery:
        assert_right(gallery, vectors)
    index.write_bytes(new_index)
    different = people(200, 32, seed=7)
    with open_gallery(str(path)) as gallery:  # the same ids as in the index, but other rows
        add(gallery, different, 500)
        assert_right(gallery, np.concatenate([vectors, different]))


def assert_found(gallery: Gallery, vectors: np.ndarray) -> None:
    """Each of these vectors finds itself, and no others are there."""
    assert gallery.info().templates == len(vectors)
    np.testing.assert_allclose([hits[0].similarity for hits in gallery.search(vectors, 1)], 1.0, atol=1e-3)


@pytest.mark.parametrize("way", ["before it is opened", "while it is open", "and added to before it is searched"])
@pytest.mark.parametrize("removed", [range(0, 60), range(40, 100), range(99, 100)])
def test_people_who_come_back_with_an_older_file_are_found(
    path: Path, index: Path, vectors: np.ndarray, way: str, removed: range
) -> None:
    """The index beside it was told to forget them, and knows everybody else."""
    backup = path.with_name("backup.db")
    back_up(path, backup)
    with open_gallery(str(path)) as gallery:
        gallery.remove(*(f"person {5 * n}" for n in removed))
        gallery.search(vectors[:1], 1)
        if way == "while it is open":
            with sqlite3.connect(backup) as old, sqlite3.connect(path) as now:
                old.backup(now)  # what `.restore` does
            assert_found(gallery, vectors)
    if way != "while it is open":
        shutil.copy(backup, path)
    newer = people(30, 32, seed=12) if "added" in way else np.empty((0, 32), np.float32)
    with open_gallery(str(path)) as gallery:
        add(gallery, newer, 500)
        assert_found(gallery, np.concatenate([vectors, newer]))
        assert check(gallery) == []


def test_rows_that_another_program_takes_out_or_puts_back_are_seen(
    path: Path, index: Path, vectors: np.ndarray
) -> None:
    with sqlite3.connect(path) as sql:
        (row,) = sql.execute("SELECT * FROM templates WHERE id = 40").fetchall()
        sql.execute("DELETE FROM templates WHERE id = 40")
    with open_gallery(str(path)) as gallery:
        assert_found(gallery, np.delete(vectors, 39, axis=0))
    with sqlite3.connect(path) as sql:
        sql.execute(f"INSERT INTO templates VALUES ({','.join('?' * len(row))})", row)
    with open_gallery(str(path)) as gallery:
        assert_found(gallery, vectors)


def test_erasing_the_newest_makes_no_index_anew(
    path: Path, index: Path, vectors: np.ndarray, monkeypatch: pytest.MonkeyPatch
) -> None:
    with open_gallery(str(path)) as gallery, open_gallery(str(path)) as other:
        gallery.search(vectors[:1], 1)
        other.search(vectors[:1], 1)
        monkeypatch.setattr(ScanIndex, "fit", lambda vectors: pytest.fail("the index was made anew"))
        other.remove("person 495")
        gallery.remove("person 490", "person 485")
        for each in (gallery, other):
            assert_found(each, vectors[:485])


@pytest.mark.parametrize("first", [495, 400])
def test_erasing_the_newest_by_who_just_opened_it_makes_no_index_anew(
    path: Path, index: Path, vectors: np.ndarray, monkeypatch: pytest.MonkeyPatch, first: int
) -> None:
    monkeypatch.setattr(index_module, "TAIL", 1)
    with open_gallery(str(path)) as gallery:
        gallery.search(vectors[:1], 1)  # everything is in the scan
    assert read_ids(index)[-1] == 500
    monkeypatch.setattr(ScanIndex, "fit", lambda vectors: pytest.fail("the index was made anew"))
    with open_gallery(str(path)) as gallery:
        gallery.remove(*(f"person {n}" for n in range(first, 500, 5)))
        assert read_ids(index)[-1] == first
        assert_found(gallery, vectors[:first])
    with open_gallery(str(path)) as gallery:
        gallery.forget(f"person {first - 5}", gallery.templates(f"person {first - 5}")[-1].source_hash)
        assert read_ids(index)[-1] == first - 1


def test_an_index_that_lacks_somebody_is_no_sound_gallery(
    path: Path, index: Path, vectors: np.ndarray, monkeypatch: pytest.MonkeyPatch
) -> None:
    with open_gallery(str(path)) as gallery:
        gallery.search(vectors[:1], 1)
        monkeypatch.setattr(searcher.Searcher, "count", lambda *_: 499)
        (said,) = check(gallery)
        assert said == "the search index holds 499 templates, the gallery 500; 'rostro gallery reindex' helps"
        monkeypatch.undo()
        monkeypatch.setattr(searcher, "reranked", lambda *rest: [[] for _ in rest[1]])
        assert check(gallery) == [
            "the search does not find 500 of 500 templates that are there; 'rostro gallery reindex' helps"
        ]


def test_reindex(path: Path, index: Path, vectors: np.ndarray) -> None:
    with open_gallery(str(path)) as gallery:
        with_index = gallery.info().size
        index.unlink()
        without = gallery.info().size
        gallery.reindex()
        assert gallery.info().size == with_index == without + index.stat().st_size
        assert len(read_ids(index)) == 500
        assert_right(gallery, vectors)


def test_a_place_where_no_index_can_be_written(
    path: Path, index: Path, vectors: np.ndarray, caplog: pytest.LogCaptureFixture
) -> None:
    index.unlink()
    index.mkdir()
    with open_gallery(str(path)) as gallery:
        assert_right(gallery, vectors)
        assert "cannot be written" in caplog.text
    with open_gallery(str(path)) as gallery:
        assert_right(gallery, vectors)


def test_a_process_that_dies_while_it_writes_the_index(path: Path, index: Path, vectors: np.ndarray) -> None:
    script = (
        "import os, sys\n"
        "from rostro.gallery.sqlite.search import index, scan\n"
        "from rostro.gallery.base import open_gallery\n"
        "index.EXACT_NUMBERS = 200 * 32\n"
        "write = scan.ScanIndex.write\n"
        "def die(self, file):\n"
        "    write(self, file)\n"
        "    os._exit(9)\n"
        "scan.ScanIndex.write = die\n"
        "open_gallery(sys.argv[1]).reindex()\n"
    )
    assert subprocess.run([sys.executable, "-c", script, str(path)], check=False).returncode == 9
    assert not index.exists()
    with open_gallery(str(path)) as gallery:
        assert_right(gallery, vectors)
    assert len(read_ids(index)) == 500
    assert sorted(file.suffix for file in path.parent.iterdir()) == [".db", ".index", ".lock"]


def test_an_update_that_was_interrupted_is_forgotten(
    path: Path, vectors: np.ndarray, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupted(self: ScanIndex, ids: np.ndarray, vectors: np.ndarray) -> None:
        raise KeyboardInterrupt

    with open_gallery(str(path)) as gallery:
        gallery.search(vectors[:1], 1)
        newer = people(100, 32, seed=8)
        add(gallery, newer, 500)
        with monkeypatch.context() as patch:
            patch.setattr(ScanIndex, "add", interrupted)
            with pytest.raises(KeyboardInterrupt):
                gallery.search(vectors[:1], 1)
        assert_right(gallery, np.concatenate([vectors, newer]))


def test_in_memory_there_is_an_index_without_a_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    vectors = people(500, 32)
    with open_gallery(":memory:", space=SPACE) as gallery:
        add(gallery, vectors)
        assert_right(gallery, vectors)
        gallery.remove("person 0")
        assert_right(gallery, vectors[5:])
    assert list(tmp_path.iterdir()) == []


def test_rows_have_their_time(path: Path, vectors: np.ndarray) -> None:
    """The index tells another history of the table by it."""
    with sqlite3.connect(path) as sql:
        times = sql.execute("SELECT DISTINCT added FROM templates").fetchall()
    assert all(len(time) == len("2026-01-01T00:00:00.000Z") for (time,) in times)
