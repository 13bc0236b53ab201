"""The embeddings that evaluations keep of photos: those of the erased go with them."""

from __future__ import annotations

import os
import sqlite3
from typing import TYPE_CHECKING

import numpy as np
import pytest
from toy_people import look, photo

from rostro.core.errors import GalleryError
from rostro.evaluation.embeddings import EmbeddingCache
from rostro.people.cached_vectors import cache_file, forget_cached
from rostro.people.people import People
from rostro.photos.reading import hash_source
from rostro.recognition.tables import write_npz
from rostro.video.events import EventLog

if TYPE_CHECKING:
    from pathlib import Path

    from rostro.gallery.base import Gallery

HASHES = {number: hash_source(photo(number))[1] for number in range(1, 41)}


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """A cache with forty photos by two systems, in random order, so that pages were split."""
    home = tmp_path / "home"
    EmbeddingCache(cache_file(home))
    with sqlite3.connect(cache_file(home)) as sql:
        for number in np.random.default_rng(1).permutation(list(HASHES)).tolist():
            for system in (1, 2):
                vector = np.random.default_rng(100 * system + number).normal(size=512).astype("<f4").tobytes()
                sql.execute("INSERT INTO embeddings VALUES (?, ?, ?, NULL)", (system, HASHES[number], vector))
    sql.close()
    return home


def traces(home: Path, number: int) -> int:
    content = b"".join(file.read_bytes() for file in home.rglob("*") if file.is_file())
    vectors = [np.random.default_rng(100 * s + number).normal(size=512).astype("<f4").tobytes() for s in (1, 2)]
    return content.count(HASHES[number].encode()) + sum(content.count(vector[:64]) for vector in vectors)


@pytest.mark.parametrize("what", ["erase", "forget"])
def test_erasing_and_forgetting_have_evaluations_forget_the_photos(gallery: Gallery, home: Path, what: str) -> None:
    people = People(gallery, home)
    people.enroller(look).run([("Ada", photo(number)) for number in (1, 2)] + [("Bo", photo(3))])
    assert all(traces(home, number) for number in (1, 2, 3))
    people.erase("Ada") if what == "erase" else people.forget(HASHES[1])
    assert [bool(traces(home, number)) for number in (1, 2, 3)] == [False, what == "forget", True]
    assert sqlite3.connect(cache_file(home)).execute("PRAGMA integrity_check").fetchone() == ("ok",)


def test_without_a_cache_nothing_is_made(gallery: Gallery, tmp_path: Path) -> None:
    people = People(gallery, tmp_path / "nowhere")
    people.enroller(look).run([("Ada", photo(1))])
    assert people.erase("Ada") == 1
    assert not (tmp_path / "nowhere").exists()


def test_a_cache_that_cannot_be_changed_is_said_before_anybody_is_erased(gallery: Gallery, tmp_path: Path) -> None:
    file = cache_file(tmp_path)
    file.parent.mkdir()
    file.write_bytes(b"something else" * 100)
    people = People(gallery, tmp_path)
    people.enroller(look).run([("Ada", photo(1))])
    with pytest.raises(GalleryError, match=r"embeddings\.db: embeddings of erased photos cannot be removed"):
        people.erase("Ada")
    assert "Ada" in people
    assert forget_cached(tmp_path, []) == 0


def test_caches_tables_and_events_are_their_owners_alone_whatever_the_umask(tmp_path: Path) -> None:
    before = os.umask(0)
    try:
        EmbeddingCache(cache_file(tmp_path / "home"))
        write_npz(tmp_path / "faces.npz", [], "toy")
        with EventLog(tmp_path / "events.jsonl") as log:
            log.write({"event": "appeared"})
        shared = tmp_path / "shared.npz"
        shared.touch(0o640)
        write_npz(shared, [], "toy")
    finally:
        os.umask(before)
    modes = {str(path.relative_to(tmp_path)): path.stat().st_mode & 0o777 for path in tmp_path.rglob("*")}
    assert modes.pop("shared.npz") == 0o640, "somebody chose that"
    assert {mode for name, mode in modes.items() if "." in name} == {0o600}
    assert {mode for name, mode in modes.items() if "." not in name} == {0o700}
