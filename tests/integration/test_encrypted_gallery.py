"""An encrypted gallery at every door: verbs, Python, the server; with its key, and without."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import httpx
import numpy as np
import pytest
from command_line import answer, rostro
from running_server import running_server, with_models_of
from verbs import verbs

from rostro.core.errors import BadInput, GalleryError
from rostro.gallery.base import open_gallery
from rostro.people.pictures import Pictures

if TYPE_CHECKING:
    from pathlib import Path

    from rostro.recognizer import Recognizer

#: Begins every picture.
JPEG = b"\xff\xd8\xff\xe0\x00\x10JFIF"


@pytest.fixture
def key(tmp_path: Path) -> Path:
    made = rostro("gallery", "new-key", tmp_path / "people.key")
    assert made.returncode == 0, made.stderr
    return tmp_path / "people.key"


@pytest.fixture
def gallery(samples: dict[str, Path], tmp_path: Path, key: Path) -> Path:
    """Of two people, encrypted after they were enrolled."""
    (tmp_path / "data").mkdir()
    path = tmp_path / "data" / "people.db"
    for name in ("obama", "biden"):
        done = rostro("enroll", samples[f"{name}.jpg"], "--name", name.title(), "--gallery", path)
        assert done.returncode == 0, done.stderr
    done = rostro("gallery", "encrypt", path, "--key-file", key)
    assert (done.returncode, done.stdout) == (0, f"{path} is encrypted; whoever loses its key has lost it\n")
    return path


def content(folder: Path) -> bytes:
    return b"".join(file.read_bytes() for file in folder.rglob("*") if file.is_file())


def test_every_verb_that_opens_a_gallery_takes_its_key() -> None:
    opening = {name for name, verb in verbs().items() if "--gallery" in verb.options}
    assert len(opening) > 15
    assert {name for name in opening if "--key-file" not in verbs()[name].options} == set()


def test_with_the_key_it_answers_as_before(
    samples: dict[str, Path], gallery: Path, key: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    given = ("--gallery", gallery, "--key-file", key)
    (photo,) = answer("identify", samples["obama2.jpg"], *given, code=0)["photos"]
    assert photo["faces"][0]["name"] == "Obama"
    people = answer("people", "list", *given, code=0)["people"]
    assert people == [{"name": "Biden", "templates": 1}, {"name": "Obama", "templates": 1}]
    assert answer("gallery", "check", *given, code=0) == {"damage": []}
    about = answer("gallery", "info", *given, code=0)
    assert re.fullmatch(r"AES-256-GCM, by the key [0-9a-f]{8}", about["encryption"])
    assert rostro("people", "rename", "Biden", "Joseph", *given).returncode == 0
    monkeypatch.setenv("ROSTRO_KEY_FILE", str(key))
    assert "Joseph" in rostro("people", "list", "--gallery", gallery).stdout
    monkeypatch.setenv("ROSTRO_KEY_FILE", f"command:cat {key}")
    assert rostro("people", "remove", "Joseph", "--gallery", gallery).returncode == 0
    for trace in (b"Obama", b"Biden", b"Joseph", b"obama.jpg", b"biden.jpg"):
        assert trace not in content(gallery.parent)


def test_without_the_key_every_verb_says_what_to_give(
    samples: dict[str, Path], gallery: Path, tmp_path: Path, key: Path
) -> None:
    photo = samples["obama2.jpg"]
    for verb in (
        ("identify", photo),
        ("enroll", photo, "--name", "Obama"),
        ("watch", photo.parent, "--no-serve"),
        ("people", "list"),
        ("people", "remove", "Obama"),
        ("people", "photos", "Obama"),
        ("gallery", "info"),
        ("gallery", "check"),
        ("gallery", "reindex"),
        ("gallery", "backup", "--output", tmp_path / "backup.db"),
        ("gallery", "migrate", "--to", tmp_path / "copy.db"),
    ):
        done = rostro(*verb, "--gallery", gallery)
        assert done.returncode == 2, (verb, done)
        assert "is encrypted, and nothing opens it but its key (--key-file FILE gives it" in done.stderr, verb
        assert done.stdout == ""
    rostro("gallery", "new-key", tmp_path / "other.key")
    wrong = rostro("people", "list", "--gallery", gallery, "--key-file", tmp_path / "other.key")
    assert wrong.returncode == 2
    assert re.search(r"opens by the key [0-9a-f]{8}, and was given [0-9a-f]{8}, from .*other\.key", wrong.stderr)
    lost = rostro("people", "list", "--gallery", gallery, "--key-file", tmp_path / "none.key")
    assert lost.returncode == 2
    assert "none.key: the key cannot be read (No such file or directory)" in lost.stderr
    assert not (tmp_path / "copy.db").exists()
    assert not (tmp_path / "backup.db").exists()


def test_a_key_for_a_plain_gallery_is_an_error(gallery: Path, key: Path) -> None:
    """Whoever gives one relies on it."""
    assert rostro("gallery", "decrypt", gallery, "--key-file", key).returncode == 0
    done = rostro("people", "list", "--gallery", gallery, "--key-file", key)
    assert done.returncode == 2
    assert "is not encrypted, and a key was given" in done.stderr
    assert "'rostro gallery encrypt' encrypts it" in done.stderr
    assert "Obama" in rostro("people", "list", "--gallery", gallery).stdout
    none = rostro("gallery", "encrypt", gallery)
    assert none.returncode == 2
    assert "a key is needed (--key-file FILE gives it; 'rostro gallery new-key FILE' makes one)" in none.stderr
    twice = rostro("gallery", "encrypt", gallery, "--gallery", gallery, "--key-file", key)
    assert twice.returncode == 2


def test_rekey(gallery: Path, tmp_path: Path, key: Path) -> None:
    new = tmp_path / "new.key"
    rostro("gallery", "new-key", new)
    for everything in ([], ["--everything"]):
        said = answer(
            "gallery", "rekey", gallery, "--key-file", key, "--new-key-file", new, *everything, code=0
        )  # fmt: skip
        assert said == {"gallery": str(gallery), "pictures": 0}
        assert rostro("people", "list", "--gallery", gallery, "--key-file", key).returncode == 2
        assert rostro("people", "list", "--gallery", gallery, "--key-file", new).returncode == 0
        key, new = new, key


def test_from_python(
    recognizer: Recognizer, samples: dict[str, Path], gallery: Path, tmp_path: Path, key: Path
) -> None:
    with with_models_of(recognizer, gallery=str(gallery), key=key) as mine:
        assert [who.name for who in mine.identify(samples["obama2.jpg"])] == ["Obama"]
    with with_models_of(recognizer, gallery=str(gallery)) as without, pytest.raises(GalleryError, match="encrypted"):
        without.identify(samples["obama2.jpg"])
    new = tmp_path / "data" / "new.db"
    with with_models_of(recognizer, gallery=str(new), key=bytes(range(7, 39))) as mine:
        mine.enroll(samples["obama.jpg"], name="Barack")
        assert mine.identify(samples["obama2.jpg"])[0].name == "Barack"
    assert b"Barack" not in content(new.parent)
    with open_gallery(str(gallery), key=key) as opened, pytest.raises(BadInput, match="this one is open"):
        with_models_of(recognizer, gallery=opened, key=key)  # type: ignore[arg-type]


def test_the_server_keeps_everything_under_the_key(
    recognizer: Recognizer,
    samples: dict[str, Path],
    tmp_path: Path,
    key: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Enrolled by HTTP with a picture, shown, found; nothing is in clear in its folder."""
    monkeypatch.setenv("ROSTRO_KEY_FILE", str(key))
    folder = tmp_path / "served"
    with (
        running_server(recognizer, folder) as server,
        httpx.Client(base_url=f"{server.url}/v1", timeout=60) as client,
        samples["obama.jpg"].open("rb") as photo,
    ):
        form = {"name": "Barack Hussein", "keep_picture": "true"}
        made = client.post("/people", data=form, files={"photos": ("obama.jpg", photo)})
        assert made.status_code == 201, made.text
        (person,) = [who["id"] for who in client.get("/people").json()["people"] if who["name"] == "Barack Hussein"]
        picture = client.get(f"/people/{person}/picture").content
        assert picture.startswith(JPEG)
        stored = content(folder)
        assert b"Barack" not in stored
        assert JPEG not in stored
        assert len(list(server.crops.folder.rglob("*.jpg"))) == 1
    with open_gallery(str(folder / "people.db"), create=False) as opened:
        found = Pictures.beside(opened)
        assert found is not None
        assert found.picture(person) == picture
        vector = opened.templates("Barack Hussein")[0].vector
        for kind in ("<f2", "<f4"):
            assert np.asarray(vector, kind)[:8].tobytes() not in stored
