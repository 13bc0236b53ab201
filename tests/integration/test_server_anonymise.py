"""A photo goes to the server and comes back without faces."""

from __future__ import annotations

import io
from pathlib import Path
from typing import TYPE_CHECKING

import httpx
import pytest
from PIL import Image as Pillow
from running_server import running_server

from rostro.recognizer import Recognizer

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture(scope="module")
def client(
    recognizer: Recognizer, samples: dict[str, Path], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[httpx.Client]:
    with (
        running_server(recognizer, tmp_path_factory.mktemp("anonymise")) as running,
        httpx.Client(base_url=running.url, timeout=60) as opened,
    ):
        for name, photo in (("Ada", "obama.jpg"), ("Bob", "biden.jpg")):
            files = {"photos": (photo, samples[photo].read_bytes())}
            assert opened.post("/v1/people", data={"name": name}, files=files).status_code == 201
        yield opened


def small(photo: Path, form: str) -> bytes:
    exif, out = Pillow.Exif(), io.BytesIO()
    exif[0x010F] = "SecretCam"
    with Pillow.open(photo) as opened:
        picture = opened.convert("RGB")
    picture.thumbnail((500, 500))
    picture.save(out, form, exif=exif)
    return out.getvalue()


@pytest.mark.parametrize(("form", "kind"), [("JPEG", "image/jpeg"), ("PNG", "image/png"), ("WEBP", "image/webp")])
def test_a_photo_comes_back_in_its_own_format_and_without_faces(
    client: httpx.Client, recognizer: Recognizer, samples: dict[str, Path], form: str, kind: str
) -> None:
    sent = small(samples["obama.jpg"], form)
    assert b"SecretCam" in sent and recognizer.detect(sent)
    answer = client.post("/v1/anonymise", files={"photo": ("a.jpg", sent)})
    assert answer.status_code == 200 and answer.headers["content-type"] == kind
    assert int(answer.headers["x-rostro-faces"]) >= 1 and answer.headers["x-rostro-open"] == "0"
    assert not recognizer.detect(answer.content)
    assert b"SecretCam" not in answer.content


def test_people_of_the_gallery_stay_open(
    client: httpx.Client, recognizer: Recognizer, samples: dict[str, Path]
) -> None:
    photo = {"photo": ("a.jpg", small(samples["biden.jpg"], "JPEG"))}
    for form in ({"except": ["Ada", "Bob"]}, {"except": "Bob"}):
        answer = client.post("/v1/anonymise", data=form, files=photo)
        assert answer.status_code == 200, answer.text
        assert answer.headers["x-rostro-open"] == "1"
        assert recognizer.detect(answer.content)
    only = client.post("/v1/anonymise", data={"only": "Bob", "style": "blurred"}, files=photo)
    assert only.headers["x-rostro-open"] == "0"


def test_what_cannot_be_done_is_a_problem(client: httpx.Client, samples: dict[str, Path]) -> None:
    photo = {"photo": ("a.jpg", small(samples["biden.jpg"], "JPEG"))}
    assert client.post("/v1/anonymise", data={"except": "Nobody"}, files=photo).status_code == 404
    assert client.post("/v1/anonymise", data={"except": "Ada", "only": "Bob"}, files=photo).status_code == 422
    assert client.post("/v1/anonymise", data={"style": "thick"}, files=photo).status_code == 422
    broken = client.post("/v1/anonymise", files={"photo": ("../a.jpg", b"\xff\xd8\xff")})
    assert broken.status_code == 422
    assert broken.json()["failed"][0]["photo"] == "a.jpg"
