"""What was uncertain, through every door: faces wait, somebody says who they are, and the gallery learns."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import httpx
from command_line import rostro
from running_server import running_server, with_models_of

from rostro.people.albums.album import Album
from rostro.people.uncertain import Waiting
from rostro.photos.reading import read_photo
from rostro.server.admission.keys import Role
from rostro.video.events import Clock, FaceEvent
from rostro.video.unsure import Unsure
from rostro.video.watcher import Scene

if TYPE_CHECKING:
    from rostro.recognizer import Recognizer


def kinds(answer: httpx.Response) -> tuple[int, str]:
    return answer.status_code, answer.json()["type"]


def test_what_the_server_is_not_sure_of_waits_is_reviewed_and_teaches(
    recognizer: Recognizer, samples: dict[str, Path], tmp_path: Path
) -> None:
    def file(name: str) -> Any:
        return {"photos": (name, samples[name].read_bytes())}

    album = Album.open(tmp_path / "unknown.db", create=True, space=recognizer.space)
    with_models_of(recognizer, gallery=":memory:").group(
        [samples["obama2.jpg"], samples["obama3.jpg"]], album=album, keep_crops=True
    )
    with (
        running_server(recognizer, tmp_path, album=album, keep_uncertain=True) as server,
        httpx.Client(base_url=server.url, timeout=60) as client,
    ):
        for name, photo in {"Obama": "obama.jpg", "Biden": "biden.jpg"}.items():
            form = {"name": name, "keep_picture": "true"}
            assert client.post("/v1/people", data=form, files=file(photo)).is_success
        for name in ("astronaut.png", "obama.jpg"):  # a stranger, and one who is known for sure
            assert client.post("/v1/identify", files=file(name)).is_success

        first = client.get("/v1/review", params={"limit": 1}).json()
        (near,) = first["items"]
        assert (first["total"], near["reason"], near["faces"], near["suggested"]["name"]) == (2, "near", 2, "Obama")
        picture = client.get(near["picture"])
        assert picture.headers["content-type"] == "image/jpeg" and picture.content[:2] == b"\xff\xd8"
        (new,) = client.get("/v1/review", params={"after": first["next"]}).json()["items"]
        assert (new["reason"], new["photo"], new["suggested"]) == ("new", "astronaut.png", None)

        said = {"action": "confirm", "name": "Obama"}
        assert kinds(client.post(f"/v1/review/{new['id']}", json=said)) == (422, "urn:rostro:bad-input")
        assert client.post(f"/v1/review/{near['id']}", json={"action": "correct"}).status_code == 422
        done = client.post(f"/v1/review/{near['id']}", json=said).json()
        assert (done["name"], done["taught"]["templates"]) == ("Obama", 2)
        assert client.get("/v1/people/1").json()["templates"][1]["photo"] in {"obama2.jpg", str(samples["obama2.jpg"])}
        assert len(server.crops.everything(1)) == 3, "who agreed to pictures has those that were kept, too"
        assert kinds(client.post(f"/v1/review/{near['id']}", json=said)) == (404, "urn:rostro:unknown-person")

        reader = {"Authorization": f"Bearer {server.keys.create('reader', Role.READ)[1]}"}
        admin = {"Authorization": f"Bearer {server.keys.create('admin', Role.ADMIN)[1]}"}
        assert client.get("/v1/review", headers=reader).status_code == 403
        ignored = client.post(f"/v1/review/{new['id']}", json={"action": "ignore"}, headers=admin).json()
        assert (ignored["name"], ignored["taught"]) == (None, None)
        assert client.get("/v1/review", headers=admin).json() == {"items": [], "total": 0, "next": None}


def test_what_the_command_line_and_a_camera_are_not_sure_of_waits_too(
    recognizer: Recognizer, samples: dict[str, Path], tmp_path: Path
) -> None:
    gallery, unknown = tmp_path / "people.db", tmp_path / "unknown.db"
    with with_models_of(recognizer, gallery=str(gallery)) as faces:
        faces.enroll(samples["biden.jpg"], name="Biden")
        with Album.open(unknown, create=True, space=faces.space) as album:
            image = read_photo(samples["astronaut.png"]).image
            left = FaceEvent("left", 3.0, 1, (178, 63, 268, 177), None, image[:260, 100:340].copy(), 0.9)
            Unsure(faces, Waiting(album), "the door", Clock(live=False)).hear(Scene(None, (), (left,)))
    where = ["--gallery", str(gallery), "--album", str(unknown)]
    assert rostro("identify", str(samples["obama.jpg"]), *where, "--keep-crops").returncode == 1
    listed = rostro("people", "review", *where, "--json")
    items = {item["photo"]: item for item in json.loads(listed.stdout)["items"]}
    assert set(items) == {"the door 3.0 s", str(samples["obama.jpg"])}
    assert items[str(samples["obama.jpg"])]["picture"] and not items["the door 3.0 s"]["picture"]

    named = rostro("people", "review", *where, "--confirm", items["the door 3.0 s"]["id"], "--name", "Eileen Collins")
    assert named.stdout.splitlines() == [
        f"{items['the door 3.0 s']['id']}: Eileen Collins",
        "  nobody of that name is enrolled: nothing is taught",
    ]
    obama = items[str(samples["obama.jpg"])]["id"]
    assert rostro("people", "review", *where, "--confirm", obama).returncode == 2, "nobody is suggested"
    assert rostro("people", "review", *where, "--ignore", obama).returncode == 0
    assert rostro("people", "review", *where).returncode == 1, "nothing waits"
