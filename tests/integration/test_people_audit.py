"""``people audit``, over HTTP and on the command line: a photo under the wrong name, and one person under two."""

from __future__ import annotations

import json
from pathlib import Path

import httpx
import pytest
from command_line import rostro
from PIL import Image
from running_server import running_server

from rostro.recognizer import Recognizer
from rostro.server import auditing, schemas


def test_a_wrong_photo_is_found_and_the_command_mends_it(
    recognizer: Recognizer, samples: dict[str, Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    people = {"Biden": "biden.jpg", "Barack": "obama2.jpg", "Obama": "obama.jpg"}
    with (
        running_server(recognizer, tmp_path, keep_pictures=True) as server,
        httpx.Client(base_url=server.url, timeout=60) as client,
    ):
        for name, file in people.items():
            files = [("photos", (str(samples[file]), samples[file].read_bytes()))]
            created = client.post("/v1/people", data={"name": name, "keep_picture": "true"}, files=files)
            assert created.status_code == 201
        answer = client.get("/v1/people/audit")
        assert answer.status_code == 200
        document = schemas.GalleryAudit.model_validate(answer.json()).model_dump()
        assert [(one["kind"], one["people"]) for one in document["findings"]] == [("one-person", ["Barack", "Obama"])]
        assert document["templates"] == 3
        assert {photo["person_id"] for photo in document["findings"][0]["photos"]} == {2, 3}
        monkeypatch.setattr(auditing, "PATIENCE", 0.0)
        waiting = client.get("/v1/people/audit")
        assert waiting.status_code == 202
        assert schemas.AuditUnderWay.model_validate(waiting.json()).state == "running"
        assert int(waiting.headers["retry-after"]) >= 1
        monkeypatch.setattr(auditing, "PATIENCE", 30.0)
        assert client.get("/v1/people/audit").json() == answer.json()
    gallery, wall = tmp_path / "people.db", tmp_path / "wall.png"
    moved = rostro("people", "move", "obama2.jpg", "--to", "Biden", "--of", "Barack", "--gallery", str(gallery))
    assert moved.returncode == 0, moved.stderr
    told = rostro("people", "audit", "--gallery", str(gallery), "--picture", str(wall), "--json")
    assert told.returncode == 1, told.stderr
    (finding,) = json.loads(told.stdout)["findings"]
    assert (finding["kind"], finding["people"]) == ("other-person", ["Biden", "Obama"])
    assert Image.open(wall).size[0] > 1000
    command = finding["mends"][0]["command"]
    assert command.startswith("rostro people move ") and command.endswith(f"--to Obama --of Biden --gallery {gallery}")
    assert rostro(*command.split()[1:]).returncode == 0
    mended = rostro("people", "audit", "--gallery", str(gallery))
    assert mended.returncode == 0, mended.stdout
    assert "2 people, 3 templates, 0 findings; 2 of 2 photos are found" in mended.stderr
