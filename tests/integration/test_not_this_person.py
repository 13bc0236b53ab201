"""“Not this person”, and nobody twice in a photo, with real photos, through every door."""

from __future__ import annotations

from pathlib import Path

import cv2
import httpx
import numpy as np
import pytest
from command_line import answer, rostro
from running_server import running_server, with_models_of

from rostro.core.errors import AlreadyEnrolled, BadInput, SeveralFaces, UnknownPerson
from rostro.core.types import Image
from rostro.photos.reading import read_photo
from rostro.photos.writing import write_picture
from rostro.recognizer import Recognizer
from rostro.video.eyes import RecognizerEyes

NAME = "Barack Obama"


def scaled(image: Image, height: int = 400) -> Image:
    return cv2.resize(image, (round(image.shape[1] * height / image.shape[0]), height), interpolation=cv2.INTER_AREA)


@pytest.fixture(scope="module")
def mirror(samples: dict[str, Path], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Somebody beside a mirror, the photo cut smaller there, and somebody else, the other way round than enrolled."""
    him, other = (scaled(read_photo(samples[name]).image) for name in ("obama2.jpg", "biden.jpg"))
    path = tmp_path_factory.mktemp("photos") / "mirror.png"
    write_picture(np.ascontiguousarray(np.hstack([him, him[:, ::-1], other[:, ::-1]])), path)
    return path


@pytest.fixture
def known(recognizer: Recognizer, samples: dict[str, Path], tmp_path: Path) -> Recognizer:
    found = with_models_of(recognizer, gallery=str(tmp_path / "people.db"))
    found.enroll([samples["obama.jpg"]], name=NAME)
    found.enroll([samples["biden.jpg"]], name="Joe Biden")
    return found


def test_a_rejected_face_loses_the_name_and_nobody_else_does(
    known: Recognizer, samples: dict[str, Path], tmp_path: Path, mirror: Path
) -> None:
    wrong, gallery = samples["obama2.jpg"], tmp_path / "people.db"
    assert [who.name for who in known.identify(wrong)] == [NAME]
    kept = known.reject(wrong, NAME)
    (who,) = known.identify(wrong)
    assert who.name is None and NAME not in [one.name for one in who.candidates], "at once, in this process"
    assert [who.name for who in known.identify(samples["obama.jpg"])] == [NAME], "who is more like them stays"
    vectors = np.stack([np.asarray(known.embed(samples[photo])[0]) for photo in ("obama.jpg", "obama2.jpg")])
    seen = RecognizerEyes(known).look_up(vectors)
    assert [NAME in [one.name for one in row] for row in seen] == [True, False], "watch knows it, too"
    assert {who.name for who in known.identify(mirror)} == {None, "Joe Biden"}, "like ones lose it, too"
    listed = answer("people", "photos", NAME, "--gallery", gallery, code=0)
    assert [row["sha256"] for row in listed["rejected"]] == [kept.sha256]
    assert "is not Barack Obama" in rostro("people", "photos", NAME, "--gallery", gallery).stdout
    back = answer("people", "reject", wrong, "--of", NAME, "--undo", "--gallery", gallery, code=0)
    assert back == {"taken_back": str(wrong), "sha256": kept.sha256, "faces": 1, "of": NAME}
    again = rostro("people", "reject", wrong, "--of", NAME, "--gallery", gallery, "--language", "es")
    assert (again.returncode, again.stdout) == (0, f"{wrong}: no es {NAME}\n")
    assert rostro("identify", wrong, "--gallery", gallery).returncode == 1
    refused = rostro("people", "reject", samples["obama.jpg"], "--of", NAME, "--gallery", gallery)
    assert refused.returncode == 2
    assert "enrolled as Barack Obama; move or forget the photo instead (to give it to whom it is" in refused.stderr


def test_which_face_is_meant_is_said_or_clear(known: Recognizer, samples: dict[str, Path], mirror: Path) -> None:
    faces = known.identify(mirror)
    assert [one.name for one in faces].count(NAME) == 2
    with pytest.raises(SeveralFaces, match="3 faces found, 2 of them named Barack Obama"):
        known.reject(mirror, NAME)
    with pytest.raises(BadInput, match="no face was found at"):
        known.reject(mirror, NAME, box=(0, 0, 5, 5))
    with pytest.raises(UnknownPerson):
        known.reject(mirror, "Nobody")
    (joe,) = (one.face for one in faces if one.name == "Joe Biden")
    assert known.reject(mirror, "Joe Biden").box == joe.box, "the only one that is named so"
    one = next(one for one in faces if one.remarks).face
    assert known.reject(mirror, NAME, box=one.box).box == one.box
    with pytest.raises(AlreadyEnrolled):
        known.reject(samples["biden.jpg"], "Joe Biden", face="largest")


def test_whoever_is_twice_in_a_photo_is_remarked_on_through_every_door(
    known: Recognizer, mirror: Path, tmp_path: Path
) -> None:
    faces = known.identify(mirror)
    twice = [(place, one) for place, one in enumerate(faces) if one.remarks]
    ((place, one),) = twice
    assert one.name == NAME and one.remarks[0].kind == "twice"
    better = faces[one.remarks[0].face]
    assert better.name == NAME and (better.similarity or 0) >= (one.similarity or 0)
    said = rostro("identify", mirror, "--gallery", tmp_path / "people.db", "--picture", tmp_path / "who.png")
    assert said.stdout.count("Barack Obama is another face of the photo, too: a mirror, a twin") == 1
    spanish = rostro("identify", mirror, "--gallery", tmp_path / "people.db", "--language", "es")
    assert "Barack Obama es además otra cara de la foto: ¿un espejo" in spanish.stdout
    told = answer("identify", mirror, "--gallery", tmp_path / "people.db", code=0)["photos"][0]["faces"]
    assert [face.get("remarks", []) for face in told][place] == [one.remarks[0].to_dict()]


def test_rejecting_over_http(recognizer: Recognizer, samples: dict[str, Path], tmp_path: Path, mirror: Path) -> None:
    def photo(name: str, path: Path) -> list[tuple[str, tuple[str, bytes]]]:
        return [(name, (path.name, path.read_bytes()))]

    with (
        running_server(recognizer, tmp_path) as server,
        httpx.Client(base_url=f"{server.url}/v1", timeout=60) as client,
    ):
        client.post("/people", data={"name": NAME}, files=photo("photos", samples["obama.jpg"]))
        wrong = photo("photos", samples["obama2.jpg"])
        (face,) = client.post("/identify", files=wrong).json()["photos"][0]["faces"]
        assert face["name"] == NAME and "remarks" not in face
        made = client.post("/people/1/rejections", files=photo("photo", samples["obama2.jpg"]))
        assert made.status_code == 201
        document = made.json()
        assert (document["id"], document["name"], document["rejected"]["box"]) == (1, NAME, face["box"])
        assert client.post("/identify", files=wrong).json()["photos"][0]["faces"][0]["name"] is None
        listed = client.get("/people/1/rejections").json()
        assert listed == {"id": 1, "name": NAME, "rejections": [document["rejected"]]}
        assert client.get("/people/1/export").json()["rejected"] == [document["rejected"]]
        assert client.get("/people/9/rejections").status_code == 404
        sha256 = document["rejected"]["sha256"]
        assert client.delete(f"/people/1/rejections/{sha256}").json()["taken_back"] == [document["rejected"]]
        assert client.delete(f"/people/1/rejections/{sha256}").status_code == 404
        assert client.post("/identify", files=wrong).json()["photos"][0]["faces"][0]["name"] == NAME
        several = client.post("/people/1/rejections", files=photo("photo", mirror))
        assert (several.status_code, several.json()["type"]) == (422, "urn:rostro:several-faces")
        bad = client.post("/people/1/rejections", data={"box": "1,2,3"}, files=photo("photo", mirror))
        assert (bad.status_code, bad.json()["type"]) == (422, "urn:rostro:invalid-request")
        (first, *_) = client.post("/detect", files=photo("photos", mirror)).json()["photos"][0]["faces"]
        box = ",".join(map(str, first["box"]))
        boxed = client.post("/people/1/rejections", data={"box": box}, files=photo("photo", mirror))
        assert boxed.status_code == 201
