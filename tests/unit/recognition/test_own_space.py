"""A gallery says its embedder, in every door, and before any model is fetched: here none can be."""

from __future__ import annotations

import sys
from dataclasses import replace
from pathlib import Path

import pytest
from command_line import rostro as run_rostro

import rostro
from rostro.gallery.base import open_gallery
from rostro.recognition.own_space import embedder_of

SPACES = {
    "sface-0ba9fbfa/five_point-112": ("sface", "five_point-112"),
    "edgeface-a69c59c0/five_point-112,landmarks=retail0009": ("edgeface", "five_point-112,landmarks=retail0009"),
    "sface-0ba9fbfa+0.8*retail0095-241229ca/five_point-112+five_point-128": ("sface+retail0095", None),
    "sface-0ba9fbfa+retail0095-241229ca/five_point-112+five_point-128": ("1*sface+1*retail0095", None),
    "trained-mobilefacenet-1f2e3d4c/five_point-112": (None, None),
    "other/none": (None, None),
}
FRONT = {"identify": ["nobody.jpg"], "enroll": ["nobody.jpg", "--name", "Ada"], "watch": ["."], "serve": []}


def gallery_of(folder: Path, space: str | None) -> Path:
    with open_gallery(str(folder / "people.db"), space=space):
        return folder / "people.db"


@pytest.fixture
def bare(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> rostro.Settings:
    """No model, and no way to one."""
    monkeypatch.setenv("ROSTRO_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("ROSTRO_OFFLINE", "1")
    monkeypatch.delenv("ROSTRO_MODEL_MIRROR", raising=False)
    monkeypatch.delenv("ROSTRO_GALLERY", raising=False)
    return rostro.Settings.from_environment()


@pytest.mark.parametrize("space", SPACES)
def test_a_space_is_read(space: str, tmp_path: Path) -> None:
    found = embedder_of(str(gallery_of(tmp_path, space)))
    assert found is not None
    assert (found.space, found.embedder, found.alignment) == (space, *SPACES[space])


def test_what_is_not_there_says_nothing_and_is_not_made(tmp_path: Path) -> None:
    assert embedder_of(str(tmp_path / "none.db")) is None
    assert embedder_of(str(gallery_of(tmp_path, None))) is None
    with pytest.raises(rostro.GalleryError, match="no such gallery"):
        embedder_of(str(tmp_path / "none.db"), missing_ok=False)
    assert not (tmp_path / "none.db").exists()


def test_a_recogniser_takes_the_gallery_s_embedder_detector_and_alignment(
    bare: rostro.Settings, tmp_path: Path
) -> None:
    path = gallery_of(tmp_path, "edgeface-a69c59c0/five_point-112,landmarks=retail0009")
    recognizer = rostro.Recognizer(gallery=path, settings=bare)
    assert recognizer.embedder_name == "edgeface"
    assert recognizer.alignment_spec.key == "five_point-112,landmarks=retail0009"
    with open_gallery(str(path)) as opened:
        assert rostro.Recognizer(gallery=opened, settings=bare).embedder_name == "edgeface"
    assert rostro.Recognizer(gallery=tmp_path / "new.db", settings=bare).embedder_name == "sface"


def test_it_is_asked_when_it_is_needed_and_not_before(bare: rostro.Settings, tmp_path: Path) -> None:
    recognizer = rostro.Recognizer(gallery=tmp_path / "people.db", settings=bare)
    gallery_of(tmp_path, "edgeface-a69c59c0/five_point-112")
    assert recognizer.embedder_name == "edgeface"


def test_the_working_directory_does_not_choose(
    bare: rostro.Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    gallery_of(tmp_path, "edgeface-a69c59c0/five_point-112").rename(tmp_path / "rostro.db")
    monkeypatch.chdir(tmp_path)
    recognizer = rostro.Recognizer(settings=bare)
    assert recognizer.embedder_name == "sface"
    with pytest.raises(rostro.SpaceMismatch, match="made with edgeface, not with sface"):
        _ = recognizer.gallery


@pytest.mark.parametrize("named", ["sface", "sface+retail0095", "best"])
def test_another_one_is_refused_before_a_model_is_fetched(bare: rostro.Settings, named: str, tmp_path: Path) -> None:
    path = gallery_of(tmp_path, "edgeface-a69c59c0/five_point-112")
    recognizer = rostro.Recognizer(embedder=named, gallery=path, settings=bare)
    with pytest.raises(
        rostro.SpaceMismatch, match=f"made with edgeface, not with {named}".replace("+", r"\+")
    ) as error:
        recognizer.open()
    assert error.value.values["embedder"] == "edgeface"


@pytest.mark.parametrize("named", ["sface+retail0095", "best", "sface+0.8*retail0095"])
def test_the_same_one_by_another_name_is_the_same(bare: rostro.Settings, named: str, tmp_path: Path) -> None:
    path = gallery_of(tmp_path, "sface-0ba9fbfa+0.8*retail0095-241229ca/five_point-112+five_point-128")
    with pytest.raises(rostro.ModelError):  # it comes as far as the model, which is not there
        rostro.Recognizer(embedder=named, gallery=path, settings=bare).open()


def test_one_that_the_space_does_not_tell_has_to_be_given(bare: rostro.Settings, tmp_path: Path) -> None:
    path = gallery_of(tmp_path, "trained-mobilefacenet-1f2e3d4c/five_point-112")
    with pytest.raises(rostro.SpaceMismatch, match="give the embedder that makes them"):
        rostro.Recognizer(gallery=path, settings=bare).open()


@pytest.mark.usefixtures("bare")
@pytest.mark.parametrize("verb", FRONT)
def test_in_every_verb_the_message_names_the_option(verb: str, tmp_path: Path) -> None:
    path = gallery_of(tmp_path, "edgeface-a69c59c0/five_point-112")
    done = run_rostro(verb, *FRONT[verb], "--gallery", path, "--embedder", "sface")
    assert done.returncode == 2
    assert "--embedder edgeface" in done.stderr


@pytest.mark.usefixtures("bare")
@pytest.mark.parametrize("verb", FRONT)
def test_in_every_verb_the_gallery_s_is_taken(verb: str, tmp_path: Path) -> None:
    path = gallery_of(tmp_path, "dlib-12345678/dlib_chip-150")
    done = run_rostro(verb, *FRONT[verb], "--gallery", path)
    assert done.returncode == 2, "its model is not there"
    assert "made with" not in done.stderr


@pytest.mark.parametrize("verb", ["identify", "watch"])
@pytest.mark.usefixtures("bare")
def test_a_gallery_that_is_not_there_is_said_before_a_model_is_fetched(verb: str, tmp_path: Path) -> None:
    done = run_rostro(verb, *FRONT[verb], "--gallery", tmp_path / "none.db")
    assert done.returncode == 2
    assert "no such gallery" in done.stderr
    assert not (tmp_path / "none.db").exists()


def test_a_gallery_object_of_another_space_is_refused(settings: rostro.Settings, tmp_path: Path) -> None:
    """It was searched: vectors of the same length give similarities, and none of them means anything."""
    with open_gallery(str(gallery_of(tmp_path, "sface-00000000/five_point-112"))) as opened:
        recognizer = rostro.Recognizer(gallery=opened, settings=settings, embedder="sface")
        with pytest.raises(rostro.SpaceMismatch, match="sface-00000000"):
            _ = recognizer.gallery


@pytest.mark.parametrize(
    ("options", "missing"),
    [
        ({"engine": "onnxruntime"}, "onnxruntime"),
        ({"gallery": "postgresql://nowhere/people"}, "psycopg"),
        ({"gallery": "postgresql://nowhere/people", "embedder": "sface"}, "psycopg"),
        ({"gallery": "milvus://nowhere/people", "embedder": "sface"}, "pymilvus"),
        ({"embedder": "vggface2_resnet50"}, "h5py"),
        ({"embedder": "edgeface", "engine": "onnxruntime"}, "onnx"),
        ({"embedder": "dlib"}, "dlib"),
    ],
)
def test_a_missing_extra_is_said_before_a_model_is_fetched(
    bare: rostro.Settings, options: dict[str, str], missing: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, missing, None)
    with pytest.raises(rostro.MissingExtra, match=missing):
        recognizer = rostro.Recognizer(**options, settings=replace(bare, threads=1))  # type: ignore[arg-type]
        _ = recognizer.gallery if "gallery" in options else recognizer.embedder
