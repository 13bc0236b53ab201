"""Folders as they are on people's disks: their photos are taken, the rest is named, and who has none is said."""

from __future__ import annotations

import codecs
import io
import json
import os
import shutil
from pathlib import Path

import httpx
import numpy as np
import pytest
from command_line import answer, rostro
from running_server import running_server, with_models_of

import rostro as package
from rostro.core.errors import BadInput
from rostro.gallery.base import open_gallery
from rostro.people.whose import people_photos

JXL = b"\xff\x0a jxl"


def put(source: Path, *targets: Path) -> None:
    for target in targets:
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(source, target)


@pytest.fixture
def disk(tmp_path: Path, samples: dict[str, Path]) -> Path:
    """Ana by years, Ben by odd names, a gallery with its pictures, what programs left, and people without a photo."""
    root = tmp_path / "people"
    obama, obama2, biden = (samples[name] for name in ("obama.jpg", "obama2.jpg", "biden.jpg"))
    put(obama, root / "Ana" / "2019" / "10.jpg")
    put(obama2, root / "Ana" / "2020" / "May" / "IMG_0001")
    put(biden, root / "Ben" / "portrait.jpg_large")
    put(biden, root / "people.db.crops" / "7" / "0123.jpg", root / "#recycle" / "old.jpg")
    put(obama, root / "Ben" / "@eaDir" / "portrait.jpg" / "SYNOPHOTO_THUMB_XL.jpg", root / "__MACOSX" / "Ana" / "1.jpg")
    (root / "Ben" / "notes.txt").write_text("no picture", encoding="utf-8")
    (root / "Ben" / "Thumbs.db").write_bytes(b"thumbs")
    (root / "Dan").mkdir()
    (root / "Dan" / "dan.jxl").write_bytes(JXL)
    (root / "Eve").mkdir()
    (root / "Eve" / "eve.pdf").write_bytes(b"%PDF-1.4")
    put(obama, root / "tab\tname" / "1.jpg")
    put(obama, Path(os.fsdecode(os.fsencode(root) + b"/not-\xff-utf8")) / "1.jpg")
    (root / "Ana" / "friend").symlink_to(root / "Ben")
    return root


FAILED = {
    "Dan/dan.jxl": ("unreadable-photo", "not a picture: JPEG XL, which is not supported"),
    "Eve": ("unreadable-photo", "no photo in Eve; 1 file that is not a picture: eve.pdf"),
    "tab\\tname": ("unreadable-photo", "a folder with a control character in its name: nobody is called so; rename it"),
    "not-\\udcff-utf8": ("unreadable-photo", "a folder whose name is not UTF-8: nobody is called so; rename it"),
    "Ana/friend": ("unreadable-photo", "a link that leads out of Ana; it is not followed"),
}


def failures(document: dict, root: Path) -> dict[str, tuple[str, str]]:
    return {each["photo"].removeprefix(f"{root}/"): (each["kind"], each["reason"]) for each in document["failed"]}


def test_enroll(disk: Path, tmp_path: Path) -> None:
    done = answer("enroll", disk, "--gallery", tmp_path / "g.db", code=2)
    assert (done["people"], done["templates"], done["skipped"]) == (2, 3, 0)
    assert failures(done, disk) == FAILED
    assert done["not_pictures"] == [f"{disk}/Ben/notes.txt"]
    with open_gallery(str(tmp_path / "g.db"), create=False) as gallery:
        assert {person.name: person.templates for person in gallery.people()} == {"Ana": 2, "Ben": 1}
    again = rostro("enroll", disk, "--gallery", tmp_path / "g.db")
    assert again.returncode == 2
    for text in (
        "no photo in Eve; 1 file that is not a picture: eve.pdf",
        "notes.txt",
        "tab\\tname",
        "leads out of Ana",
    ):
        assert text in again.stderr
    assert "Thumbs.db" not in again.stderr and "@eaDir" not in again.stderr


def test_enroll_from_python(disk: Path, recognizer: package.Recognizer) -> None:
    done = with_models_of(recognizer, gallery=":memory:").enroll(disk)
    assert (done.people, done.templates) == (2, 3)
    assert [failure.values.get("why") for failure in done.failed].count("no-photo") == 1
    assert done.not_pictures == (f"{disk}/Ben/notes.txt",)
    assert json.loads(done.to_json())["not_pictures"] == list(done.not_pictures)


def test_enroll_what_is_in_order_says_nothing_else(samples: dict[str, Path], tmp_path: Path) -> None:
    put(samples["obama.jpg"], tmp_path / "people" / "Ana" / "1.jpg")
    done = answer("enroll", tmp_path / "people", "--gallery", tmp_path / "people" / "g.db", code=0)
    assert set(done) == {"people", "templates", "skipped", "failed"}
    again = rostro("enroll", tmp_path / "people", "--gallery", tmp_path / "people" / "g.db")
    assert (again.returncode, again.stderr) == (0, "")  # its own gallery lies there by now


def test_photos_of_one_person_are_told_by_the_same_rules(disk: Path) -> None:
    others: list[Path] = []
    listed = people_photos([disk / "Ben", disk / "Eve"], "Ben", on_other=others.append)
    assert [Path(photo).name for _, photo in listed] == ["portrait.jpg_large", "Eve"]  # reading Eve says what is wrong
    assert [file.name for file in others] == ["notes.txt"]
    with pytest.raises(BadInput, match=r"no photo in Eve; 1 file that is not a picture: eve\.pdf"):
        people_photos([disk / "Eve"], "Eve")


@pytest.mark.parametrize("verb", ["detect", "identify", "embed", "embed --output faces.npz"])
def test_verbs_name_what_they_leave_out(disk: Path, tmp_path: Path, verb: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    rostro("enroll", disk / "Ben", "--name", "Ben", "--gallery", tmp_path / "g.db")
    name, *options = verb.split()
    gallery = ["--gallery", tmp_path / "g.db"] if name == "identify" else []
    done = rostro(name, disk / "Ben", *options, *gallery)
    assert done.returncode == 0, done.stderr
    assert "left out: 1 file that is not a picture: notes.txt" in done.stderr
    if "--output" not in options:
        assert answer(name, disk / "Ben", *gallery, code=0)["not_pictures"] == [f"{disk}/Ben/notes.txt"]
    done = rostro(name, disk / "Ben", disk / "Dan", disk / "Eve", *options, *gallery)
    assert done.returncode == 2
    assert "dan.jxl: not a picture: JPEG XL" in done.stderr
    assert "no photo in Eve; 1 file that is not a picture: eve.pdf" in done.stderr


@pytest.mark.parametrize("verb", ["detect", "embed"])
def test_what_a_shell_makes_of_a_star(disk: Path, verb: str) -> None:
    done = answer(verb, *sorted((disk / "Ben").glob("[!n]*")), code=0)
    assert [Path(photo["photo"]).name for photo in done["photos"]] == ["portrait.jpg_large"]
    assert {Path(name).name for name in done["not_pictures"]} == {"@eaDir", "Thumbs.db"}


@pytest.mark.parametrize("verb", ["detect", "embed", "enroll --name Ana", "enroll"])
def test_a_folder_with_nothing_in_it_is_no_answer(tmp_path: Path, verb: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "empty" / "@eaDir").mkdir(parents=True)
    name, *options = verb.split()
    done = rostro(name, "empty", *options)
    assert done.returncode == 2
    assert "no photo" in done.stderr and "empty" in done.stderr
    assert not (tmp_path / "rostro.db").exists()


@pytest.mark.parametrize("mark", [codecs.BOM_UTF8.decode(), ""], ids=["marked", "plain"])
def test_lists_are_read_with_and_without_a_mark(disk: Path, mark: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(disk)
    Path("list.txt").write_text(f"{mark}Ben/portrait.jpg_large\nAna/2019/10.jpg\n", encoding="utf-8")
    done = answer("embed", "list.txt", code=0)
    assert [photo["photo"] for photo in done["photos"]] == ["Ben/portrait.jpg_large", "Ana/2019/10.jpg"]
    monkeypatch.setattr("sys.stdin", io.StringIO(f"{mark}Ana/2019/10.jpg\n"))
    assert [photo["photo"] for photo in answer("embed", "-", code=0)["photos"]] == ["Ana/2019/10.jpg"]


def test_evaluations_say_of_whom_they_have_no_photo(disk: Path, tmp_path: Path, samples: dict[str, Path]) -> None:
    put(samples["biden.jpg"], disk / "Ben" / "2.jpg")
    put(samples["obama3.jpg"], Path(os.fsdecode(os.fsencode(disk) + b"/Ana/odd-\xff.jpg")))
    (disk / "Dan" / "dan.jxl").unlink()
    told = {"Dan", "Eve", "tab\\tname", "not-\\udcff-utf8", "Ana/friend"}
    call = (disk, "--protocol", "all-pairs", "--replicates", 10, "--output", tmp_path / "report")
    document = answer("evaluate", *call, code=2)
    assert "error" not in document, document["error"]
    assert {each["photo"].removeprefix(f"{disk}/") for each in document["unread"]} == told
    assert document["not_pictures"] == [f"{disk}/Ben/notes.txt"]
    (result,) = document["results"]
    assert (result["people"], result["photos"]) == (2, 5)
    found = package.evaluate("all-pairs", disk, options=package.Options(replicates=10))
    assert {error.photo.removeprefix(f"{disk}/") for error in found.unread} == told
    again = rostro("compare", *call, "--overwrite", "--embedder", "sface")
    assert again.returncode == 2 and "no photo in Dan" in again.stderr and "notes.txt" in again.stderr


def test_training_wants_everybody(disk: Path, tmp_path: Path) -> None:
    pytest.importorskip("torch")
    shutil.copytree(disk, tmp_path / "data" / "train", symlinks=True)
    shutil.copytree(disk, tmp_path / "data" / "val", symlinks=True)
    done = rostro("train", "head", tmp_path / "data", "--output", tmp_path / "out")
    assert done.returncode == 2 and "no photos of Eve; remove the folder or fill it" in done.stderr
    shutil.rmtree(tmp_path / "data" / "train" / "Eve")
    done = rostro("train", "head", tmp_path / "data", "--output", tmp_path / "out")
    assert done.returncode == 2 and "leads out of Ana" in done.stderr and "tab\\tname" in done.stderr


def test_uploads_are_told_by_their_content(
    recognizer: package.Recognizer, samples: dict[str, Path], tmp_path: Path
) -> None:
    files = {
        "portrait.jpg_large": samples["obama.jpg"].read_bytes(),
        "IMG_0001": samples["biden.jpg"].read_bytes(),
        "2019/10.jpg~": samples["astronaut.png"].read_bytes(),
        "dan.jxl": JXL,
        "Thumbs.db": b"\xd0\xcf\x11\xe0",
        "notes.jpg": b"\xef\xbb\xbfno picture",
    }
    photos = [("photos", (name, data, "application/octet-stream")) for name, data in files.items()]
    with running_server(recognizer, tmp_path) as server, httpx.Client(base_url=server.url, timeout=60) as client:
        found = client.post("/v1/detect", files=photos).json()
        assert [photo["photo"] for photo in found["photos"]] == ["portrait.jpg_large", "IMG_0001", "10.jpg~"]
        assert {each["photo"]: each["kind"] for each in found["failed"]} == dict.fromkeys(
            ("dan.jxl", "Thumbs.db", "notes.jpg"), "unreadable-photo"
        )
        made = client.post("/v1/people", data={"name": "Ana"}, files=photos[:1])
        assert made.status_code == 201, made.text


def test_a_folder_of_frames_is_watched_in_their_order(tmp_path: Path) -> None:
    from PIL import Image

    from rostro.video.recorded import folder_frames

    for number in (1, 2, 10, 11, 100):
        Image.fromarray(np.full((8, 8, 3), number, np.uint8)).save(tmp_path / f"frame{number}.png")
    (tmp_path / "@eaDir").mkdir()
    (tmp_path / "Thumbs.db").write_bytes(b"thumbs")
    frames = list(folder_frames(tmp_path))
    assert [int(frame.image[0, 0, 0]) for frame in frames] == [1, 2, 10, 11, 100]
