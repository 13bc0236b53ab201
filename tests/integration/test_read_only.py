"""What can be read is read, where nothing can be written: galleries, the folder of models, caches."""

from __future__ import annotations

import shutil
import sqlite3
from dataclasses import replace
from pathlib import Path

import httpx
import numpy as np
import pytest
from command_line import answer
from command_line import rostro as command
from read_only import read_only
from running_server import running_server

import rostro
from rostro.core.errors import GalleryError, RostroError
from rostro.core.settings import Settings
from rostro.core.types import Template
from rostro.evaluation.embeddings import EmbeddingCache
from rostro.evaluation.system import System
from rostro.gallery.base import open_gallery
from rostro.models.converted import converted
from rostro.models.entry import ModelFile
from rostro.models.store import ModelStore
from rostro.photos.people import People as PhotosOfPeople
from rostro.recognition.catalogue import find
from rostro.testing.made_up import unit_vectors


@pytest.fixture
def folder(tmp_path: Path, samples: dict[str, Path], recognizer: rostro.Recognizer) -> Path:
    """A folder with a gallery of one person, that nobody has open."""
    folder = tmp_path / "disk"
    folder.mkdir()
    with rostro.Recognizer(gallery=folder / "g.db", store=recognizer.store) as mine:
        assert mine.enroll(samples["obama.jpg"], name="Barack Obama").templates == 1
    return folder


class TestGallery:
    def test_the_command_line_answers(self, folder: Path, samples: dict[str, Path]) -> None:
        with read_only(folder):
            gallery = ("--gallery", folder / "g.db")
            assert answer("people", "list", *gallery, code=0)["people"][0]["name"] == "Barack Obama"
            assert answer("gallery", "info", *gallery, code=0)["templates"] == 1
            assert command("gallery", "check", *gallery).returncode == 0
            assert command("people", "show", "Barack Obama", *gallery).returncode == 0
            found = command("identify", samples["obama2.jpg"], *gallery)
            assert found.returncode == 0 and "Barack Obama" in found.stdout
            assert "written" not in found.stderr, "who only reads does not care"
            assert command("identify", samples["biden.jpg"], *gallery).returncode == 1
            assert command("verify", samples["obama.jpg"], samples["obama2.jpg"]).returncode == 0
        assert [path.name for path in folder.iterdir()] == ["g.db"]

    @pytest.mark.parametrize(
        "verb",
        [("people", "rename", "Barack Obama", "B"), ("people", "remove", "Barack Obama"), ("enroll", "--name", "B")],
    )
    def test_who_writes_is_told(self, verb: tuple[str, ...], folder: Path, samples: dict[str, Path]) -> None:
        photos = [samples["obama2.jpg"]] if verb[0] == "enroll" else []
        with read_only(folder):
            done = command(*verb, *photos, "--gallery", folder / "g.db")
            assert done.returncode == 2 and "it cannot be written" in done.stderr
            assert "Traceback" not in done.stderr
        with open_gallery(str(folder / "g.db")) as gallery:
            assert [(person.name, person.templates) for person in gallery.people()] == [("Barack Obama", 1)]

    def test_python_answers(self, folder: Path, samples: dict[str, Path], recognizer: rostro.Recognizer) -> None:
        with read_only(folder):
            for create in (True, False):
                mine = rostro.Recognizer(gallery=folder / "g.db", create_gallery=create, store=recognizer.store)
                with mine.open():
                    assert [who.name for who in mine.identify(samples["obama2.jpg"])] == ["Barack Obama"]
                    assert [person.name for person in mine.people] == ["Barack Obama"]
                    with pytest.raises(GalleryError, match="cannot be written"):
                        mine.enroll(samples["obama3.jpg"], name="Barack Obama")
            assert rostro.back_up(str(folder / "g.db"), folder.parent / "copy.db").people == 1

    def test_the_server_answers(self, folder: Path, samples: dict[str, Path], recognizer: rostro.Recognizer) -> None:
        (folder / "g.db").rename(folder / "people.db")
        photo = {"photos": ("a.jpg", samples["obama2.jpg"].read_bytes())}
        with (
            read_only(folder),
            running_server(recognizer, folder, keep_pictures=False) as server,
            httpx.Client(base_url=server.url, timeout=120) as client,
        ):
            assert [person["name"] for person in client.get("/v1/people").json()["people"]] == ["Barack Obama"]
            found = client.post("/v1/identify", files=photo).json()
            assert "Barack Obama" in str(found)
            for refused in (
                client.post("/v1/people", data={"name": "B"}, files=photo),
                client.patch("/v1/people/1", json={"name": "B"}),
                client.delete("/v1/people/1"),
            ):
                assert refused.status_code == 503 and "its log says why" in refused.json()["detail"]
                assert str(folder) not in refused.text, "where things lie is nobody's business outside"

    def test_a_large_one_is_searched_by_its_index_or_without(
        self, tmp_path: Path, caplog: pytest.LogCaptureFixture
    ) -> None:
        (tmp_path / "disk").mkdir()
        path = tmp_path / "disk" / "g.db"
        vectors = unit_vectors(25_000, seed=1, dims=512)
        with open_gallery(str(path), space="a/b") as gallery:
            gallery.add({"p": [Template(vector, f"{n:064x}", "p.jpg", 1.0) for n, vector in enumerate(vectors)]})
            before = gallery.search(vectors[:3], 5)
            assert "compressed" in gallery.info().index
        for indexed in (True, False):
            if not indexed:
                path.with_name("g.db.index").unlink()
            with read_only(tmp_path / "disk"), open_gallery(str(path), space="a/b", create=False) as gallery:
                assert gallery.search(vectors[:3], 5) == before
        assert not caplog.records, "nobody asked for a file"

    def test_somebody_else_may_write_meanwhile(self, tmp_path: Path) -> None:
        disk = tmp_path / "disk"
        disk.mkdir()
        vectors = unit_vectors(3)
        with open_gallery(str(disk / "g.db"), space="a/b") as gallery:
            gallery.add({"Ada": [Template(vectors[0], "0" * 64, "p.jpg", 1.0)]})
        with read_only(disk), open_gallery(str(disk / "g.db"), create=False) as reading:
            assert [person.name for person in reading.people()] == ["Ada"]
            content = tmp_path / "changed.db"
            shutil.copy(disk / "g.db", content)
            with open_gallery(str(content)) as gallery:
                gallery.add({"Bo": [Template(vectors[1], "1" * 64, "p.jpg", 1.0)]})
            database = reading._database  # type: ignore[attr-defined]
            database.file = content  # as if the file had got another content
            assert [person.name for person in reading.people()] == ["Ada", "Bo"]

    def test_what_was_written_last_is_not_passed_over(self, tmp_path: Path) -> None:
        (tmp_path / "disk").mkdir()
        path = tmp_path / "disk" / "g.db"
        vector = unit_vectors(1)[0]
        gallery = open_gallery(str(path), space="a/b")
        gallery.add({"Ada": [Template(vector, "0" * 64, "p.jpg", 1.0)]})
        cut = tmp_path / "cut"
        cut.mkdir()
        for name in ("g.db", "g.db-wal"):  # copied while a program had it open: a power failure leaves the same
            shutil.copy(path.with_name(name), cut / name)
        gallery.close()
        with read_only(cut), pytest.raises(GalleryError, match=r"g\.db-wal"):
            open_gallery(str(cut / "g.db"), create=False)
        with open_gallery(str(cut / "g.db"), create=False) as recovered:
            assert [person.name for person in recovered.people()] == ["Ada"]

    def test_what_is_no_gallery_is_none_there_either(self, tmp_path: Path) -> None:
        (tmp_path / "disk").mkdir()
        (tmp_path / "disk" / "text.db").write_text("hello" * 1000)
        sqlite3.connect(tmp_path / "disk" / "other.db").execute("CREATE TABLE t (x)").connection.close()
        with read_only(tmp_path / "disk"):
            for name, said in {
                "text.db": "not a SQLite file",
                "other.db": "not a rostro gallery",
                "no.db": "no such|cannot",
            }.items():
                with pytest.raises(GalleryError, match=said):
                    open_gallery(str(tmp_path / "disk" / name))


class TestHome:
    @pytest.fixture
    def home(self, tmp_path: Path, store: ModelStore) -> Path:
        """A home that holds the models of the default recogniser and nothing else."""
        home = tmp_path / "home"
        (home / "models").mkdir(parents=True)
        for name in ("yunet", "sface"):
            for model in find(name):
                for entry in model.files:
                    shutil.copy(store.path(entry), home / "models")
        return home

    @pytest.mark.parametrize("compiled", [False, True])
    def test_models_that_are_there_run(
        self, compiled: bool, home: Path, samples: dict[str, Path], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("ROSTRO_HOME", str(home))
        monkeypatch.setenv("ROSTRO_OFFLINE", "1")
        photos = (samples["obama.jpg"], samples["obama2.jpg"])
        if compiled:
            assert command("detect", photos[0]).returncode == 0
        with read_only(home):
            done = command("verify", *photos)
            assert (done.returncode, done.stderr) == (0, ""), done.stderr
            assert command("models", "verify", "sface").returncode == 0
            assert command("doctor").returncode == 0

    def test_one_that_is_missing_is_named(self, home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("ROSTRO_HOME", str(home))
        with read_only(home):
            done = command("detect", "a.jpg", "--detector", "ssd_mobilenet")
        assert done.returncode == 2
        assert "cannot write to" in done.stderr and "Traceback" not in done.stderr

    def test_a_converted_form_is_made_for_now(self, tmp_path: Path) -> None:
        source, home = tmp_path / "source", tmp_path / "home"
        source.write_bytes(b"weights")
        (home / "models").mkdir(parents=True)
        entry = ModelFile(
            name="w.h5", sha256="9" * 64, size=7, licence="MIT",
            commercial=True, paper="none", sources=(),
        )  # fmt: skip

        class Given(ModelStore):
            def path(self, _: ModelFile) -> Path:
                return source

        store = Given(replace(Settings(), home=home))
        made: list[Path] = []

        def convert(old: Path, new: Path) -> None:
            made.append(new)
            new.write_bytes(old.read_bytes() * 2)

        with read_only(home):
            assert converted(store, entry, "twice", convert).read_bytes() == b"weightsweights"
        kept = converted(store, entry, "twice", convert)
        with read_only(home):
            assert converted(store, entry, "twice", convert) == kept, "one that was kept is used where it is"
        assert len(made) == 2

    def test_embeddings_are_remembered_for_now(
        self, tmp_path: Path, recognizer: rostro.Recognizer, portraits: list[Path]
    ) -> None:
        (tmp_path / "evaluation").mkdir()
        with read_only(tmp_path / "evaluation"):
            cache = EmbeddingCache(tmp_path / "evaluation" / "embeddings.db")
            people = PhotosOfPeople.of((path.stem, path) for path in portraits[:2])
            embedded = cache.embed(recognizer, System.of(recognizer, "largest"), people)
        assert embedded.found.all() and embedded.vectors.shape == (2, 128)
        np.testing.assert_allclose(np.linalg.norm(embedded.vectors, axis=1), 1, atol=1e-5)


def test_every_reason_is_rostros_own(tmp_path: Path) -> None:
    (tmp_path / "disk").mkdir()
    with read_only(tmp_path / "disk"), pytest.raises(RostroError):
        open_gallery(str(tmp_path / "disk" / "new.db"), space="a/b")
