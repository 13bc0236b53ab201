"""Taking people in, and mistakes back, on every door: the command line, Python, HTTP. Real photos, real models."""

from __future__ import annotations

import shlex
import shutil
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from unittest import mock

import httpx
import numpy as np
import pytest
from command_line import Done, answer, rostro
from running_server import Running, running_server, with_models_of

from rostro.core.errors import BadInput, ErasedBefore, KnownFace, UnknownPhoto
from rostro.gallery.base import open_gallery
from rostro.people.enroll import Enroller
from rostro.people.pictures import Pictures
from rostro.photos.reading import photo_hash
from rostro.recognizer import Recognizer


@pytest.fixture
def folder(tmp_path: Path, samples: dict[str, Path]) -> Path:
    """Ana (with one photo of somebody else) and Ben."""
    for name, files in {"Ana": ("obama.jpg", "obama2.jpg", "biden.jpg")}.items():
        (tmp_path / "p" / name).mkdir(parents=True)
        for file in files:
            shutil.copy(samples[file], tmp_path / "p" / name / file)
    return tmp_path


@pytest.fixture
def own(recognizer: Recognizer, tmp_path: Path) -> Iterator[Recognizer]:
    with with_models_of(recognizer, gallery=str(tmp_path / "people.db")) as faces:
        yield faces


@pytest.fixture
def server(recognizer: Recognizer, tmp_path: Path) -> Iterator[Running]:
    with running_server(recognizer, tmp_path / "server") as running:
        yield running


@pytest.fixture
def client(server: Running) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=server.url, timeout=60) as opened:
        yield opened


def upload(path: Path) -> list[tuple[str, tuple[str, bytes]]]:
    return [("photos", (path.name, path.read_bytes()))]


def advised(done: Done, start: str) -> list[str]:
    """The arguments of a command that a message advises."""
    line = next(line for line in done.stderr.splitlines() if start in line)
    return shlex.split(line[line.index(start) : line.rindex(")")])[1:]


# A wrong photo is taken back.


def test_a_photo_in_another_folder_says_how_it_is_moved_and_that_works(folder: Path) -> None:
    gallery = folder / "people.db"
    answer("enroll", folder / "p", "--gallery", gallery, code=0)
    (folder / "p" / "Ben's").mkdir()
    moved = (folder / "p" / "Ana" / "biden.jpg").rename(folder / "p" / "Ben's" / "biden.jpg")
    done = rostro("enroll", folder / "p", "--gallery", gallery)
    assert done.returncode == 2
    assert rostro(*advised(done, "rostro people move")).stdout == f"{moved} of Ana is now a photo of Ben's\n"
    assert answer("enroll", folder / "p", "--gallery", gallery, code=0)["skipped"] == 3
    assert answer("people", "photos", "Ben's", "--gallery", gallery, code=0)["photos"][0]["sha256"] == photo_hash(moved)


def test_the_same_photo_is_meant_by_file_name_and_hash(folder: Path) -> None:
    gallery = ("--gallery", folder / "people.db")
    answer("enroll", folder / "p", *gallery, code=0)
    listed = answer("people", "photos", "Ana", *gallery, code=0)
    assert listed["name"] == "Ana" and [set(row) for row in listed["photos"]] == [{"photo", "sha256", "quality"}] * 3
    by_name = {Path(row["photo"]).name: row for row in listed["photos"]}
    lines = rostro("people", "photos", "Ana", *gallery).stdout.splitlines()
    assert len(lines) == 3 and all(row["sha256"][:12] in "".join(lines) for row in listed["photos"])

    wrong = by_name["biden.jpg"]
    assert answer("people", "move", wrong["sha256"][:8], "--to", "Ben", *gallery, code=0) == {
        "moved": wrong["photo"], "sha256": wrong["sha256"], "from": "Ana", "to": "Ben",
    }  # fmt: skip
    assert answer("people", "forget", wrong["photo"], *gallery, code=0) == {
        "forgotten": wrong["photo"], "sha256": wrong["sha256"], "of": "Ben",
    }  # fmt: skip
    assert [row["name"] for row in answer("people", "list", *gallery, code=0)["people"]] == ["Ana"]
    assert rostro("people", "forget", folder / "p" / "Ana" / "obama.jpg", *gallery).returncode == 0
    unknown = answer("people", "forget", "nothing.jpg", *gallery, code=2)
    assert unknown["kind"] == "unknown-photo" and "nothing.jpg" in unknown["error"]


def test_a_photo_of_several_people_asks_whose(folder: Path, own: Recognizer) -> None:
    own.enroll(folder / "p")
    photo = folder / "p" / "Ana" / "biden.jpg"
    own.gallery.add({"Ben": own.gallery.templates("Ana")[:1]})  # obama or biden, whichever came first
    shared = next(t for t in own.gallery.templates("Ben"))
    with pytest.raises(UnknownPhoto, match=r"may be 2 enrolled photos: .* of Ana, .* of Ben") as error:
        own.people.forget(shared.source_hash)
    assert error.value.values["why"] == "several-photos"
    asked = rostro("people", "forget", shared.source_hash, "--gallery", own.gallery_url)
    assert asked.returncode == 2 and "--of" in asked.stderr
    own.people.forget(shared.source_hash, of="Ben")
    assert own.people.find("Ben") is None and own.people.photo(photo).person == "Ana"


def test_pictures_go_with_the_photo(client: httpx.Client, server: Running, samples: dict[str, Path]) -> None:
    form = {"name": "Ana", "keep_picture": "true"}
    ana = client.post("/v1/people", data=form, files=upload(samples["obama.jpg"])).json()["person"]["id"]
    client.post(f"/v1/people/{ana}/photos", data={"keep_picture": "true"}, files=upload(samples["biden.jpg"]))
    kept = Pictures.beside(str(server.gallery))
    assert kept is not None and len(list(kept.folder.rglob("*.jpg"))) == 2
    listed = client.get(f"/v1/people/{ana}/photos").json()
    assert (listed["id"], listed["name"]) == (ana, "Ana")
    hashes = {row["photo"]: row["sha256"] for row in listed["photos"]}

    moved = client.post(f"/v1/people/{ana}/photos/{hashes['biden.jpg']}/move", json={"name": " Ben "})
    assert moved.json() == {"moved": "biden.jpg", "sha256": hashes["biden.jpg"], "from": "Ana", "to": "Ben"}
    people = {person["name"]: person for person in client.get("/v1/people").json()["people"]}
    assert {name: (row["templates"], row["picture"]) for name, row in people.items()} == {
        "Ana": (1, True), "Ben": (1, True),
    }  # fmt: skip
    ben = people["Ben"]["id"]
    gone = client.post(f"/v1/people/{ana}/photos/{hashes['biden.jpg']}/move", json={"name": "Ben"})
    assert (gone.status_code, gone.json()["type"]) == (404, "urn:rostro:unknown-photo")
    forgotten = client.delete(f"/v1/people/{ben}/photos/{hashes['biden.jpg']}").json()
    assert forgotten == {"forgotten": "biden.jpg", "sha256": hashes["biden.jpg"], "of": "Ben"}
    assert kept.owners() == {ana} and len(list(kept.folder.rglob("*.jpg"))) == 1
    assert client.get(f"/v1/people/{ben}").status_code == 404
    assert client.post(f"/v1/people/{ana}/photos/{'0' * 64}/move", json={"to": "Ben"}).status_code == 422
    assert (
        client.post(f"/v1/people/{ana}/photos/{hashes['obama.jpg']}/move", json={"name": "\u200b"}).status_code == 422
    )


def test_what_was_seen_of_somebody_goes_with_their_last_photo(own: Recognizer, samples: dict[str, Path]) -> None:
    own.enroll(samples["obama.jpg"], name="Ana")
    own.enroll(samples["biden.jpg"], name="Ben")
    pictures = own.people.pictures
    ids = {person.name: person.id for person in own.people}
    assert pictures is not None
    for person in ids.values():
        pictures.keep_seen(person, "20260101T000000-000001", np.zeros((8, 8, 3), np.uint8))
    own.people.move(samples["biden.jpg"], "Joe")
    assert pictures.owners() == {ids["Ana"], own.gallery.person("Joe").id}
    own.people.forget(samples["obama.jpg"])
    assert pictures.owners() == {own.gallery.person("Joe").id}


# Whoever was erased does not come back unasked.


def test_the_erased_stay_away_on_the_command_line(folder: Path, samples: dict[str, Path]) -> None:
    gallery = ("--gallery", folder / "people.db")
    shutil.rmtree(folder / "p" / "Ana")
    photo = folder / "p" / "Ana" / "obama.jpg"
    photo.parent.mkdir()
    shutil.copy(samples["obama.jpg"], photo)
    answer("enroll", folder / "p", *gallery, code=0)
    answer("people", "remove", "Ana", *gallery, code=0)
    refused = answer("enroll", folder / "p", *gallery, code=2)
    assert [(row["kind"], row["photo"]) for row in refused["failed"]] == [("erased-before", str(photo))]
    assert "--again" in rostro("enroll", folder / "p", *gallery).stderr
    assert rostro("people", "list", *gallery).stdout == ""
    assert answer("enroll", folder / "p", "--again", *gallery, code=0)["templates"] == 1


def test_the_erased_stay_away_in_python(own: Recognizer, samples: dict[str, Path]) -> None:
    own.enroll(samples["obama.jpg"], name="Ana")
    own.people.erase("Ana")
    assert isinstance(own.enroll(samples["obama.jpg"], name="Somebody").failed[0].error, ErasedBefore)
    assert own.enroll(samples["obama.jpg"].read_bytes(), name="Ana", again=True).templates == 1


def test_the_erased_stay_away_over_http(client: httpx.Client, samples: dict[str, Path]) -> None:
    ana = client.post("/v1/people", data={"name": "Ana"}, files=upload(samples["obama.jpg"])).json()["person"]["id"]
    client.delete(f"/v1/people/{ana}")
    refused = client.post("/v1/people", data={"name": "Ana"}, files=upload(samples["obama.jpg"]))
    assert (refused.status_code, refused.json()["type"]) == (422, "urn:rostro:erased-before")
    again = client.post("/v1/people", data={"name": "Ana", "again": "true"}, files=upload(samples["obama.jpg"]))
    assert again.status_code == 201


# A face with two names is said.


def test_a_face_with_two_names_on_the_command_line(samples: dict[str, Path], tmp_path: Path) -> None:
    gallery = ("--gallery", tmp_path / "people.db")
    answer("enroll", samples["obama.jpg"], "--name", "Barack Obama", *gallery, code=0)
    refused = answer("enroll", samples["obama2.jpg"], "--name", "Somebody", "--strict", *gallery, code=2)
    assert [(row["kind"], row["values"]["name"]) for row in refused["failed"]] == [("known-face", "Barack Obama")]
    done = rostro("enroll", samples["obama2.jpg"], "--name", "Somebody", *gallery)
    assert done.returncode == 0 and "the face of Somebody is enrolled as Barack Obama, too" in done.stderr
    told = answer("enroll", samples["obama3.jpg"], "--name", "A third", *gallery, code=0)
    assert told["templates"] == 1 and told["remarks"][0]["kind"] == "known-face"
    assert "remarks" not in answer("enroll", samples["biden.jpg"], "--name", "Joe Biden", *gallery, code=0)


def test_a_face_with_two_names_in_python(own: Recognizer, samples: dict[str, Path]) -> None:
    own.enroll(samples["obama.jpg"], name="Barack Obama")
    assert isinstance(own.enroll(samples["obama2.jpg"], name="B.", strict=True).failed[0].error, KnownFace)
    (remark,) = own.enroll(samples["obama2.jpg"], name="B.").remarks
    assert (remark.name, remark.other) == ("B.", "Barack Obama")
    assert remark.similarity >= own.operating_point.threshold


def test_a_face_with_two_names_over_http(client: httpx.Client, samples: dict[str, Path]) -> None:
    client.post("/v1/people", data={"name": "Barack Obama"}, files=upload(samples["obama.jpg"]))
    refused = client.post("/v1/people", data={"name": "B.", "strict": "true"}, files=upload(samples["obama2.jpg"]))
    assert (refused.status_code, refused.json()["type"]) == (422, "urn:rostro:known-face")
    made = client.post("/v1/people", data={"name": "B."}, files=upload(samples["obama2.jpg"])).json()
    assert made["enrolment"]["remarks"][0]["values"]["name"] == "Barack Obama"


# Names are not guessed, and have one form.


@pytest.fixture
def badges(tmp_path: Path, samples: dict[str, Path]) -> Path:
    (tmp_path / "badges").mkdir()
    for name, file in {"emp-1001": "obama.jpg", "emp-1002": "biden.jpg"}.items():
        shutil.copy(samples[file], tmp_path / "badges" / f"{name}.jpg")
    return tmp_path / "badges"


def test_numbered_files_are_people_only_when_asked(badges: Path, tmp_path: Path) -> None:
    gallery = ("--gallery", tmp_path / "people.db")
    refused = rostro("enroll", badges, *gallery)
    assert refused.returncode == 2
    assert all(way in refused.stderr for way in ("one folder per person", "--name says", "--names-from files"))
    done = rostro("enroll", badges, "--names-from", "files", *gallery)
    assert done.returncode == 0
    assert done.stderr.splitlines()[:2] == ["emp-1001  1 photo", "emp-1002  1 photo"], "shown before it is done"
    assert rostro("people", "list", *gallery).stdout == "emp-1001  1\nemp-1002  1\n"


def test_who_sits_before_it_is_asked(badges: Path, tmp_path: Path) -> None:
    gallery = tmp_path / "people.db"
    with mock.patch("rostro.cli.enroll.sys.stdin.isatty", return_value=True), mock.patch("typer.confirm") as asked:
        asked.return_value = False
        assert rostro("enroll", badges, "--names-from", "files", "--gallery", gallery).returncode == 2
        assert rostro("people", "list", "--gallery", gallery).stdout == ""
        asked.return_value = True
        assert rostro("enroll", badges, "--names-from", "files", "--gallery", gallery).returncode == 0
    assert asked.call_count == 2


def test_names_from_files_in_python_are_told_before(own: Recognizer, badges: Path, tmp_path: Path) -> None:
    def refuse(photos: dict[str, int]) -> None:
        assert photos == {"emp-1001": 1, "emp-1002": 1}
        raise BadInput("no")

    with pytest.raises(BadInput, match="no"):
        own.enroll(badges, names_from="files", on_names=refuse)
    assert not (tmp_path / "people.db").exists()
    assert own.enroll(badges, names_from="files").people == 2


@pytest.mark.parametrize("name", ["\u200b", "A\u200bna", "\u202eanA", "A\tna", "A\u2028na"])
def test_a_name_that_nobody_can_see_is_refused_at_every_door(
    own: Recognizer, client: httpx.Client, samples: dict[str, Path], tmp_path: Path, name: str
) -> None:
    photo = samples["obama.jpg"]
    gallery = ("--gallery", tmp_path / "people.db")
    assert answer("enroll", photo, "--name", name, *gallery, code=2)["kind"] == "bad-input"
    with pytest.raises(BadInput, match="name"):
        own.enroll(photo, name=name)
    assert client.post("/v1/people", data={"name": name}, files=upload(photo)).status_code == 422
    assert client.post("/v1/enrolments", data={"names": [name]}, files=upload(photo)).status_code == 422
    own.enroll(photo, name="Ana")
    assert rostro("people", "rename", "Ana", name, *gallery).returncode == 2
    assert rostro("people", "move", photo, "--to", name, *gallery).returncode == 2
    ana = client.post("/v1/people", data={"name": "Ana"}, files=upload(photo)).json()["person"]["id"]
    assert client.patch(f"/v1/people/{ana}", json={"name": name}).status_code == 422
    assert [person.name for person in own.people] == ["Ana"]


def test_a_name_is_found_however_it_is_written(
    own: Recognizer, client: httpx.Client, samples: dict[str, Path], tmp_path: Path
) -> None:
    decomposed, composed = "  Jose\u0301 ", "Jos\u00e9"
    gallery = ("--gallery", tmp_path / "people.db")
    own.enroll(samples["obama.jpg"], name=decomposed)
    assert decomposed in own.people and own.people.photo(samples["obama.jpg"], of=decomposed).person == composed
    assert answer("people", "photos", decomposed, *gallery, code=0)["name"] == composed
    assert answer("people", "merge", decomposed, composed, *gallery, code=2)["kind"] == "bad-input"
    assert rostro("people", "rename", decomposed, "Ana\u0301", *gallery).returncode == 0
    assert rostro("people", "remove", "  An\u00e1", *gallery).returncode == 0
    client.post("/v1/people", data={"name": decomposed}, files=upload(samples["obama.jpg"]))
    taken = client.post("/v1/people", data={"name": composed}, files=upload(samples["obama2.jpg"]))
    assert (taken.status_code, taken.json()["type"]) == (409, "urn:rostro:name-taken")
    assert client.get("/v1/people", params={"name": decomposed}).json()["total"] == 1


# Looked up and changed in one.


def test_a_command_and_a_server_make_one_person_once(
    client: httpx.Client, server: Running, recognizer: Recognizer, samples: dict[str, Path]
) -> None:
    """The server has reserved the name, and another program is faster: 409, and no photo of a stranger is theirs."""
    recognizer.enroll(samples["biden.jpg"], name="Stranger")
    other = recognizer.gallery.templates("Stranger")
    commit = Enroller._commit

    def late(self: Enroller, *arguments: object) -> None:
        with open_gallery(str(server.gallery)) as gallery:
            gallery.add({"Ana": other}, who="new")
        commit(self, *arguments)  # type: ignore[arg-type]

    with mock.patch.object(Enroller, "_commit", late):
        made = client.post("/v1/people", data={"name": "Ana"}, files=upload(samples["obama.jpg"]))
    assert (made.status_code, made.json()["type"]) == (409, "urn:rostro:name-taken")
    with open_gallery(str(server.gallery)) as gallery:
        assert [template.photo for template in gallery.templates("Ana")] == [str(samples["biden.jpg"])]
    recognizer.people.erase("Stranger")
    recognizer.gallery.drop_marks([template.source_hash for template in other])


def test_two_renamings_to_one_name_over_http(client: httpx.Client, samples: dict[str, Path]) -> None:
    ids = [
        client.post("/v1/people", data={"name": name}, files=upload(samples[file])).json()["person"]["id"]
        for name, file in {"A": "obama.jpg", "B": "biden.jpg"}.items()
    ]
    with ThreadPoolExecutor(2) as pool:
        rename = lambda person: client.patch(f"/v1/people/{person}", json={"name": "C"}).status_code  # noqa: E731
        assert sorted(pool.map(rename, ids)) == [200, 409]
