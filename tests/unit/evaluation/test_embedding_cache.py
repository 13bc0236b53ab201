"""Nothing is computed twice, and what was computed survives an interruption."""

from __future__ import annotations

import stat
from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pytest
from embedded_people import SYSTEM

from rostro.core.errors import BadInput, NoFace
from rostro.core.types import Face
from rostro.evaluation import embeddings
from rostro.evaluation.embeddings import EmbeddingCache
from rostro.photos.people import People
from rostro.photos.reading import photo_hash
from rostro.recognition.pipeline import Failure, PhotoFaces


class FakeRecognizer:
    """Embeds a photo by its first byte; counts what it is asked. Photos that begin with "x" have no face."""

    settings = SimpleNamespace(max_bytes=1000)

    def __init__(self, break_after=None):
        self.asked = []
        self._break_after = break_after

    def photos(self, photos, *, face):
        assert face == "largest"
        for photo in photos:
            if self._break_after is not None and len(self.asked) == self._break_after:
                raise KeyboardInterrupt
            self.asked.append(photo.name)
            content = photo.read_bytes()
            if content[:1] == b"x":
                yield Failure(NoFace(str(photo)))
                continue
            vector = np.zeros((1, 4), np.float32)
            vector[0, content[0] % 4] = 1
            yield PhotoFaces(str(photo), photo_hash(photo), 9, 9, (Face((0, 0, 5, 5), 0.9),), vector)


@pytest.fixture
def people(tmp_path):
    folder = tmp_path / "photos"
    folder.mkdir()
    contents = {"a1": b"\x00one", "a2": b"\x01two", "b1": b"\x02three", "b2": b"xfour", "c1": b"\x00one"}
    for name, content in contents.items():
        (folder / name).write_bytes(content)
    return People.of((name[0], folder / name) for name in contents)


def test_photos_are_embedded_once(tmp_path, people):
    cache, recognizer, told = EmbeddingCache(tmp_path / "cache.db"), FakeRecognizer(), []
    first = cache.embed(recognizer, SYSTEM, people, told.append)
    assert sorted(recognizer.asked) == ["a2", "b1", "b2", "c1"], "c1 is a1, byte for byte"
    assert sum(told) == 5
    assert list(first.found) == [True, True, True, False, True]
    assert first.reasons == (None, None, None, "no face found", None)
    assert first.vectors.tolist() == [[1, 0, 0, 0], [0, 1, 0, 0], [0, 0, 1, 0], [0, 0, 0, 0], [1, 0, 0, 0]]
    again = EmbeddingCache(tmp_path / "cache.db").embed(recognizer, SYSTEM, people)
    assert len(recognizer.asked) == 4
    assert np.array_equal(again.vectors, first.vectors)
    assert (again.reasons, again.sha256, again.data_hash) == (first.reasons, first.sha256, first.data_hash)


@pytest.mark.parametrize("change", [{"space": "other"}, {"min_score": 0.7}, {"runs_on": "CPU int8"}])
def test_another_system_is_another_embedding(tmp_path, people, change):
    cache, recognizer = EmbeddingCache(tmp_path / "cache.db"), FakeRecognizer()
    cache.embed(recognizer, SYSTEM, people)
    cache.embed(recognizer, replace(SYSTEM, **change), people)
    assert len(recognizer.asked) == 8


def test_an_interrupted_run_goes_on_where_it_stopped(tmp_path, people, monkeypatch):
    monkeypatch.setattr(embeddings, "COMMIT_EVERY", 2)
    cache, broken = EmbeddingCache(tmp_path / "cache.db"), FakeRecognizer(break_after=3)
    with pytest.raises(KeyboardInterrupt):
        cache.embed(broken, SYSTEM, people)
    resumed = FakeRecognizer()
    result = cache.embed(resumed, SYSTEM, people)
    assert set(broken.asked[:2]).isdisjoint(resumed.asked)
    assert len(resumed.asked) == 2
    assert result.found.sum() == 4
    assert result.seconds_per_photo > 0


def test_a_photo_that_cannot_be_read_is_a_failure_with_its_reason(tmp_path, people):
    people.photos[1].unlink()
    people.photos[2].write_bytes(b"\x02" * 2000)
    result = EmbeddingCache(tmp_path / "cache.db").embed(FakeRecognizer(), SYSTEM, people)
    assert list(result.found) == [True, False, False, False, True]
    assert result.reasons[1] == "no such file or directory"
    assert "2000 bytes, the limit is 1000" in result.reasons[2]


def test_no_face_at_all_is_refused(tmp_path, people):
    with pytest.raises(BadInput, match=r"none of the 1 photos gave a face.*b2: no face found"):
        EmbeddingCache(tmp_path / "cache.db").embed(FakeRecognizer(), SYSTEM, people.only(np.array([3])))


def test_the_data_hash_knows_photos_and_people_not_paths(tmp_path, people):
    cache = EmbeddingCache(tmp_path / "cache.db")
    here = cache.embed(FakeRecognizer(), SYSTEM, people).data_hash
    moved = people.photos[0].rename(people.photos[0].with_name("elsewhere"))
    elsewhere = People((moved, *people.photos[1:]), people.owners, people.names)
    assert cache.embed(FakeRecognizer(), SYSTEM, elsewhere).data_hash == here
    other = People(people.photos, people.owners[::-1].copy(), people.names)
    assert cache.embed(FakeRecognizer(), SYSTEM, other).data_hash != here


def test_the_cache_is_for_its_owner_only(tmp_path):
    path = tmp_path / "folder" / "cache.db"
    EmbeddingCache(path)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_a_file_that_is_no_cache_is_named(tmp_path):
    (tmp_path / "cache.db").write_bytes(b"something else" * 100)
    with pytest.raises(BadInput, match=r"cache\.db: the cache of embeddings cannot be opened"):
        EmbeddingCache(tmp_path / "cache.db")
