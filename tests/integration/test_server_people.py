"""People over HTTP: one door, whole erasures, full batches, pages, and a server that starts only if it can work."""

from __future__ import annotations

import json
import sqlite3
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx
import numpy as np
import pytest
from running_server import running_server, with_models_of

from rostro.core.errors import GalleryError, RostroError, SpaceMismatch
from rostro.core.types import Template
from rostro.gallery.base import Gallery, open_gallery
from rostro.people.pictures import Pictures
from rostro.recognizer import Recognizer
from rostro.server.admission.keys import KeyStore
from rostro.server.serving import make_server


def photo(path: Path) -> list[tuple[str, tuple[str, bytes]]]:
    return [("photos", (path.name, path.read_bytes()))]


def crop() -> np.ndarray:
    return np.full((8, 8, 3), 99, np.uint8)


def test_a_server_that_keeps_no_pictures_erases_those_that_others_kept(
    recognizer: Recognizer, samples: dict[str, Path], tmp_path: Path
) -> None:
    with (
        running_server(recognizer, tmp_path, keep_pictures=False) as server,
        httpx.Client(base_url=server.url, timeout=60) as client,
    ):
        for name, file in {"Ada": "obama.jpg", "Bo": "biden.jpg", "A.": "obama2.jpg"}.items():
            assert client.post("/v1/people", data={"name": name}, files=photo(samples[file])).status_code == 201
        for person in (1, 2, 3):  # as ``watch --keep-crops`` does
            server.crops.keep_seen(person, "20260101T000000-000001", crop())
        assert client.delete("/v1/people/1").json() == {"removed": "Ada", "templates": 1}
        assert server.crops.owners() == {2, 3}
        assert client.post("/v1/people/3/merge", json={"into": 2}).json() == {"merged": "A.", "into": "Bo"}
        assert server.crops.owners() == {2}


def test_pictures_of_nobody_go_when_any_server_starts(recognizer: Recognizer, tmp_path: Path) -> None:
    pictures = Pictures(tmp_path / "people.db.crops")
    pictures.keep(7, "a" * 64, crop())
    with running_server(recognizer, tmp_path, keep_pictures=False):
        assert pictures.owners() == set()


def test_people_of_one_photo_each_share_batches(
    recognizer: Recognizer, samples: dict[str, Path], tmp_path: Path
) -> None:
    from io import BytesIO

    from PIL import Image

    count = 32
    with Image.open(samples["obama.jpg"]) as opened:
        small = opened.convert("RGB").resize((opened.width // 2, opened.height // 2))
    files = []
    for number in range(count):
        small.putpixel((0, 0), (number, 0, 0))
        small.save(buffer := BytesIO(), "PNG")
        files.append(("photos", (f"{number}.png", buffer.getvalue())))
    names = [f"Person {number:02}" for number in range(count)]
    with running_server(recognizer, tmp_path) as server, httpx.Client(base_url=server.url, timeout=120) as client:
        job = client.post("/v1/enrolments", data={"names": names}, files=files).json()
        last = {}
        with client.stream("GET", f"/v1/enrolments/{job['id']}/events") as events:
            for line in events.iter_lines():
                last = json.loads(line.removeprefix("data: ")) if line.startswith("data: ") else last
        assert (last["state"], last["people"], last["templates"], last["done"]) == ("done", count, count, count)
        told = dict(line.rsplit(" ", 1) for line in client.get("/metrics").text.splitlines() if line[0] != "#")
        assert float(told["rostro_batch_photos_sum"]) == count
        assert float(told["rostro_batch_photos_count"]) <= count / 4, "photos of several people share a batch"
        page = client.get("/v1/people", params={"limit": 10}).json()
        assert [person["name"] for person in page["people"]] == names[:10] and page["total"] == count
        rest = client.get("/v1/people", params={"limit": 100, "after": page["next"]}).json()
        assert [person["name"] for person in rest["people"]] == names[10:] and rest["next"] is None
        assert client.get("/v1/galleries").json()["galleries"][0]["people"] == count


def test_of_two_who_create_the_same_person_one_is_told(
    recognizer: Recognizer, samples: dict[str, Path], tmp_path: Path
) -> None:
    with running_server(recognizer, tmp_path) as server:
        together = threading.Barrier(2)

        def create(file: str) -> int:
            together.wait()
            form = {"name": "Ada"}
            return httpx.post(f"{server.url}/v1/people", data=form, files=photo(samples[file]), timeout=60).status_code

        with ThreadPoolExecutor(2) as pool:
            assert sorted(pool.map(create, ("obama.jpg", "biden.jpg"))) == [201, 409]
        with open_gallery(str(server.gallery)) as gallery:
            assert gallery.person("Ada").templates == 1


def started(recognizer: Recognizer, gallery: str, keys: Path) -> None:
    make_server(with_models_of(recognizer, gallery=gallery), keys=KeyStore(keys), host="127.0.0.1", port=0)


def test_a_server_that_cannot_work_does_not_start(recognizer: Recognizer, tmp_path: Path) -> None:
    with open_gallery(str(tmp_path / "foreign.db"), space="other-00000000/none") as gallery:
        vector = np.zeros(4, np.float32)
        vector[0] = 1
        gallery.add({"Ada": [Template(vector, "0" * 64, "a.jpg")]})
    with pytest.raises(SpaceMismatch):
        started(recognizer, str(tmp_path / "foreign.db"), tmp_path / "keys.db")
    with pytest.raises(GalleryError):
        started(recognizer, "postgresql://nobody@127.0.0.1:1/nowhere", tmp_path / "keys.db")
    (tmp_path / "broken-keys.db").write_bytes(b"no database at all, but long enough to be looked at" * 40)
    with pytest.raises(RostroError):
        started(recognizer, str(tmp_path / "people.db"), tmp_path / "broken-keys.db")


def test_healthz_tells_of_later_trouble(
    recognizer: Recognizer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def gone(self: Gallery, people: object) -> dict[int, str]:
        raise GalleryError("the database is gone")

    with running_server(recognizer, tmp_path) as server:
        assert httpx.get(f"{server.url}/healthz").json() == {"status": "ok", "watching": False}
        from rostro.gallery.sqlite.gallery import SqliteGallery

        monkeypatch.setattr(SqliteGallery, "names", gone)
        ill = httpx.get(f"{server.url}/healthz", timeout=30)
        assert (ill.status_code, ill.json()["status"]) == (503, "gallery-unreachable")
        monkeypatch.undo()
        assert httpx.get(f"{server.url}/healthz").status_code == 200
    assert sqlite3.connect(tmp_path / "people.db").execute("SELECT count(*) FROM people").fetchone() == (0,)
