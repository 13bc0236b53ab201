"""POST /v1/analyze: the documents of the command line, and only what was asked."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import httpx
import pytest
from running_server import running_server

from rostro.server import schemas

if TYPE_CHECKING:
    from collections.abc import Iterator

    from rostro.recognizer import Recognizer


@pytest.fixture(scope="module")
def client(recognizer: Recognizer, tmp_path_factory: pytest.TempPathFactory) -> Iterator[httpx.Client]:
    with (
        running_server(recognizer, tmp_path_factory.mktemp("server")) as running,
        httpx.Client(base_url=running.url, timeout=120) as opened,
    ):
        yield opened


def ask(client: httpx.Client, *paths: Path, **form: Any) -> httpx.Response:
    files = [("photos", (path.name, path.read_bytes())) for path in paths]
    return client.post("/v1/analyze", files=files, data=form)


def test_everything_in_the_shape_that_is_described(
    client: httpx.Client, recognizer: Recognizer, samples: dict[str, Path]
) -> None:
    document = ask(client, samples["obama.jpg"], samples["biden.jpg"]).json()
    schemas.Analyses.model_validate(document, strict=True, extra="forbid")
    assert document["failed"] == []
    assert [photo["photo"] for photo in document["photos"]] == ["obama.jpg", "biden.jpg"]
    for name, photo in zip(("obama.jpg", "biden.jpg"), document["photos"], strict=True):
        (face,) = photo["faces"]
        (same,) = recognizer.analyze(samples[name])
        assert list(face) == list(same.to_dict())
        assert face["age"]["years"] == pytest.approx(same.to_dict()["age"]["years"], abs=1)
        assert face["gender"]["value"] == "male"
        assert face["mask"]["value"] == "none"


def test_only_what_is_asked(client: httpx.Client, samples: dict[str, Path]) -> None:
    document = ask(client, samples["obama.jpg"], what=["mask", "age", "age"]).json()
    assert list(document["photos"][0]["faces"][0]) == ["box", "score", "turned", "age", "mask"]
    wrong = ask(client, samples["obama.jpg"], what=["race"])
    assert wrong.status_code == 422
    assert wrong.json()["type"] == "urn:rostro:invalid-request"
    assert "race" not in set(client.get("/openapi.json").json()["components"]["schemas"])


def test_a_file_that_is_no_photo_is_named(client: httpx.Client, samples: dict[str, Path], tmp_path: Path) -> None:
    letter = tmp_path / "letter.jpg"
    letter.write_text("dear")
    document = ask(client, samples["obama.jpg"], letter, what="age").json()
    assert [failure["photo"] for failure in document["failed"]] == ["letter.jpg"]
    assert len(document["photos"]) == 1
