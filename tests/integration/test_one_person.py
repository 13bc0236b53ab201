"""One enrolled person, and vectors, through every door: real photos."""

from __future__ import annotations

import base64
from pathlib import Path
from typing import TYPE_CHECKING, Any

import cv2
import httpx
import numpy as np
import pytest
from command_line import answer, rostro
from running_server import running_server

from rostro.recognizer import Recognizer

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture(scope="module")
def gallery(samples: dict[str, Path], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Barack Obama with two photos, Joe Biden with one."""
    place = tmp_path_factory.mktemp("one") / "people.db"
    two = [samples["obama.jpg"], samples["obama3.jpg"]]
    assert rostro("enroll", *two, "--name", "Barack Obama", "--gallery", place).returncode == 0
    assert rostro("enroll", samples["biden.jpg"], "--name", "Joe Biden", "--gallery", place).returncode == 0
    return place


def test_on_the_command_line(gallery: Path, samples: dict[str, Path], tmp_path: Path) -> None:
    him, sheet = ["--person", "Barack Obama", "--gallery", gallery], tmp_path / "sheet.png"
    told = answer("verify", samples["obama2.jpg"], *him, "--picture", sheet, code=0)
    assert (told["same"], told["person"], told["templates"]) == (True, "Barack Obama", 2)
    assert 0.419 < told["threshold"] < 0.47 and told["false_match_rate"] <= 1.01e-4
    assert {Path(told["nearest"]["photo"]).name} <= {"obama.jpg", "obama3.jpg"}
    assert (drawn := cv2.imread(str(sheet))) is not None and drawn.shape[1] == 1200
    assert answer("verify", samples["astronaut.png"], *him, code=1)["same"] is False
    said = rostro("verify", samples["astronaut.png"], *him, "--language", "es").stdout
    assert said.startswith("no es Barack Obama: similitud") and said.rstrip().endswith(", la mejor de 2 fotos")
    own = answer("verify", samples["obama2.jpg"], *him, "--threshold", "0.99", code=1)
    assert (own["threshold"], own["false_match_rate"]) == (0.99, None)
    blurred = tmp_path / "blurred.png"
    cv2.imwrite(str(blurred), cv2.GaussianBlur(cv2.imread(str(samples["obama2.jpg"])), (0, 0), 12))
    assert answer("verify", blurred, *him, code=2)["same"] is None


def test_what_is_not_said_is_asked_for(gallery: Path, samples: dict[str, Path]) -> None:
    photo = samples["obama2.jpg"]
    for wrong, told in (
        ([photo], "two photos, or one photo with --person"),
        ([photo, photo, "--person", "Ada"], "two photos, or one photo with --person"),
        ([photo, photo, "--gallery", gallery], "--gallery is for --person"),
        ([photo, "--person", "Ada", "--gallery", gallery], "nobody named 'Ada'"),
        (["no.jpg", "--person", "Ada", "--gallery", gallery], "nobody named 'Ada'"),
        ([photo, "--person", "Ada", "--gallery", gallery.with_name("none.db")], "none.db"),
    ):
        done = rostro("verify", *wrong)
        assert done.returncode == 2 and told in done.stderr, done.stderr
    assert not gallery.with_name("none.db").exists()


@pytest.fixture(scope="module")
def client(
    recognizer: Recognizer, samples: dict[str, Path], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[httpx.Client]:
    with (
        running_server(recognizer, tmp_path_factory.mktemp("server")) as running,
        httpx.Client(base_url=running.url, timeout=60) as opened,
    ):
        files = [("photos", (name, samples[name].read_bytes())) for name in ("obama.jpg", "obama3.jpg")]
        assert opened.post("/v1/people", data={"name": "Barack Obama"}, files=files).status_code == 201
        yield opened


def test_over_http(client: httpx.Client, samples: dict[str, Path]) -> None:
    def ask(name: str, **form: str) -> httpx.Response:
        return client.post("/v1/verify", data=form, files={"a": (name, samples[name].read_bytes())})

    told = ask("obama2.jpg", person="Barack Obama").json()
    assert (told["same"], told["templates"], told["faces"][0]["photo"]) == (True, 2, "obama2.jpg")
    assert ask("astronaut.png", person="Barack Obama").json()["same"] is False
    unknown = ask("obama2.jpg", person="Eve")
    assert (unknown.status_code, unknown.json()["type"]) == (404, "urn:rostro:unknown-person")
    neither = ask("obama2.jpg")
    assert (neither.status_code, neither.json()["type"]) == (422, "urn:rostro:bad-input")


def test_vectors_over_http(client: httpx.Client, samples: dict[str, Path]) -> None:
    files = [("photos", (name, samples[name].read_bytes())) for name in ("obama2.jpg", "astronaut.png")]
    embedded = client.post("/v1/embed", files=files).json()
    rows = [photo["faces"][0]["embedding"] for photo in embedded["photos"]]
    packed = base64.b64encode(np.asarray(rows[1], "<f4").tobytes()).decode()

    def search(**body: Any) -> httpx.Response:
        return client.post("/v1/search", json={"vectors": [rows[0], packed], "space": embedded["space"], **body})

    told = search().json()
    assert told["space"] == embedded["space"]
    assert [match["name"] for match in told["matches"]] == ["Barack Obama", None]
    named = client.post("/v1/identify", files=files).json()
    for match, photo in zip(told["matches"], named["photos"], strict=True):
        assert match["threshold"] == photo["faces"][0]["threshold"]
        assert match["similarity"] == pytest.approx(photo["faces"][0]["similarity"], abs=2e-3)
        assert match["people_searched"] == 1
    assert search(fpir=1e-6).json()["matches"][0]["threshold"] > told["matches"][0]["threshold"]
    assert search(collections=["nowhere"]).json()["matches"][0]["candidates"] == []
    for body, status, kind in (
        ({"space": "other-00000000/none"}, 409, "space-mismatch"),
        ({"vectors": [rows[0], rows[1][:5]]}, 422, "bad-input"),
        ({"vectors": [[0.0] * 128]}, 422, "bad-input"),
        ({"vectors": ["not base64!"]}, 422, "invalid-request"),
        ({"vectors": ["AAAA"]}, 422, "invalid-request"),
        ({"vectors": [[10**400] * 128] * 64}, 422, "invalid-request"),
        ({"vectors": []}, 422, "invalid-request"),
        ({"candidates": 0}, 422, "invalid-request"),
    ):
        refused = search(**body)
        assert (refused.status_code, refused.json()["type"]) == (status, f"urn:rostro:{kind}"), refused.text[:200]
        assert len(refused.content) < 5000


def test_one_face_among_photos_over_http(client: httpx.Client, samples: dict[str, Path]) -> None:
    def field(name: str, *photos: str) -> list[tuple[str, tuple[str, bytes]]]:
        return [(name, (photo, samples[photo].read_bytes())) for photo in photos]

    others = field("photos", "obama2.jpg", "biden.jpg", "astronaut.png")
    told = client.post("/v1/find", files=[*field("like", "obama.jpg"), *others]).json()
    assert [face["photo"] for face in told["found"]] == ["obama2.jpg"]
    assert (told["like"], told["photos"], told["unsure"], told["failed"]) == (["obama.jpg"], 3, [], [])
    letter = ("like", ("letter.jpg", b"dear"))
    refused = client.post("/v1/find", files=[letter, *others])
    assert (refused.status_code, refused.json()["type"]) == (422, "urn:rostro:unreadable-photo")
