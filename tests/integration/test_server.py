"""The server as its clients meet it: answers, keys, bad uploads, hostile names, erasure. Over real sockets."""

from __future__ import annotations

import json
import socket
import sqlite3
import time
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, Any

import httpx
import pytest
from running_server import OPEN_LIMITS, Running, running_server
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import connect

from rostro.server.admission.keys import Role
from rostro.server.admission.limits import Limits

if TYPE_CHECKING:
    from collections.abc import Iterator

    from rostro.recognizer import Recognizer

EVIL = "<script>alert(1)</script>"


@pytest.fixture(scope="module")
def server(recognizer: Recognizer, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """Open, as on one's own machine; Obama and Biden are enrolled."""
    with running_server(recognizer, tmp_path_factory.mktemp("server")) as running:
        yield running


@pytest.fixture(scope="module")
def client(server: Running, samples: dict[str, Path]) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=server.url, timeout=60) as opened:
        for name, photo in {"Barack Obama": "obama.jpg", "Joe Biden": "biden.jpg"}.items():
            form = {"name": name, "keep_picture": "true"}
            assert opened.post("/v1/people", data=form, files=photos(samples[photo])).status_code == 201
        yield opened


def photos(*paths: Path, field: str = "photos") -> list[tuple[str, tuple[str, bytes]]]:
    return [(field, (path.name, path.read_bytes())) for path in paths]


def problem(answer: httpx.Response, status: int, kind: str) -> dict[str, Any]:
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    document = answer.json()
    assert document["type"] == f"urn:rostro:{kind}" and document["status"] == status
    assert document["title"] and document["detail"]
    return document


def id_of(client: httpx.Client, name: str) -> int:
    (person,) = client.get("/v1/people", params={"name": name}).json()["people"]
    return person["id"]


# Answers


def test_the_same_answers_as_the_command_line(
    client: httpx.Client, recognizer: Recognizer, samples: dict[str, Path]
) -> None:
    from rostro.recognition import answers

    names = ["obama2.jpg", "obama3.jpg", "astronaut.png"]
    paths = [samples[name] for name in names]
    plain, found = list(recognizer.photos(paths, embed=False)), list(recognizer.photos(paths))
    for answer, name in zip([*plain, *found], [*names, *names], strict=True):
        object.__setattr__(answer, "photo", name)
    files = photos(*(samples[name] for name in names))
    assert client.post("/v1/detect", files=files).json() == answers.detection(plain, [])
    embedded = client.post("/v1/embed", files=files).json()
    expected = answers.embedding(recognizer.space, found, [])
    for mine, other in zip(embedded["photos"], expected["photos"], strict=True):
        for face, same in zip(mine["faces"], other["faces"], strict=True):
            assert face.pop("embedding") == pytest.approx(same.pop("embedding"), abs=2e-3)
    assert embedded == expected


def test_verify(client: httpx.Client, samples: dict[str, Path]) -> None:
    def ask(a: str, b: str) -> dict[str, Any]:
        return client.post("/v1/verify", files=[*photos(samples[a], field="a"), *photos(samples[b], field="b")]).json()

    assert ask("obama.jpg", "obama2.jpg")["same"] is True
    different = ask("obama.jpg", "biden.jpg")
    assert different["same"] is False and 0 < different["false_match_rate"] <= 0.001
    assert [face["photo"] for face in different["faces"]] == ["obama.jpg", "biden.jpg"]


def test_identify(client: httpx.Client, samples: dict[str, Path]) -> None:
    files = [*photos(samples["obama2.jpg"], samples["astronaut.png"]), ("photos", ("letter.jpg", b"dear"))]
    answer = client.post("/v1/identify", files=files).json()
    assert [[face["name"] for face in photo["faces"]] for photo in answer["photos"]] == [["Barack Obama"], [None]]
    assert [c["name"] for c in answer["photos"][0]["faces"][0]["candidates"]] == ["Barack Obama", "Joe Biden"]
    assert answer["failed"] == [
        {
            "photo": "letter.jpg",
            "reason": "not a picture: text",
            "kind": "unreadable-photo",
            "values": {"why": "not-a-picture"},
        }
    ]


def test_people(client: httpx.Client, samples: dict[str, Path]) -> None:
    everybody = client.get("/v1/people").json()
    assert [person["name"] for person in everybody["people"]] == ["Barack Obama", "Joe Biden"]
    assert client.get("/v1/people", params={"search": "BIDEN"}).json()["total"] == 1
    assert client.get("/v1/people", params={"limit": 1, "offset": 1}).json()["people"][0]["name"] == "Joe Biden"
    obama = id_of(client, "Barack Obama")
    shown = client.get(f"/v1/people/{obama}").json()
    assert [template["photo"] for template in shown["templates"]] == ["obama.jpg"]
    again = client.post(f"/v1/people/{obama}/photos", files=photos(samples["obama.jpg"])).json()
    assert again == {"people": 1, "templates": 0, "skipped": 1, "failed": []}
    other = client.post(f"/v1/people/{id_of(client, 'Joe Biden')}/photos", files=photos(samples["obama.jpg"]))
    assert "already enrolled as Barack Obama" in problem(other, 422, "already-enrolled")["detail"]
    assert client.get(f"/v1/people/{obama}/picture").headers["content-type"] == "image/jpeg"


def test_rename_merge_conflicts(client: httpx.Client, samples: dict[str, Path]) -> None:
    made = client.post("/v1/people", data={"name": "B. Obama"}, files=photos(samples["obama2.jpg"]))
    other = made.json()["person"]["id"]
    assert made.headers["location"] == f"/v1/people/{other}"
    problem(client.patch(f"/v1/people/{other}", json={"name": "Joe Biden"}), 409, "name-taken")
    problem(
        client.post("/v1/people", data={"name": " Joe Biden "}, files=photos(samples["obama3.jpg"])), 409, "name-taken"
    )
    assert client.patch(f"/v1/people/{other}", json={"name": "44"}).json() == {"renamed": "B. Obama", "to": "44"}
    obama = id_of(client, "Barack Obama")
    problem(client.post(f"/v1/people/{other}/merge", json={"into": other}), 422, "bad-input")
    assert client.post(f"/v1/people/{other}/merge", json={"into": obama}).json() == {
        "merged": "44",
        "into": "Barack Obama",
    }
    problem(client.get(f"/v1/people/{other}"), 404, "unknown-person")
    assert len(client.get(f"/v1/people/{obama}").json()["templates"]) == 2


def test_bulk_enrolment(server: Running, client: httpx.Client, samples: dict[str, Path]) -> None:
    files = [*photos(samples["astronaut.png"], samples["obama_partial_face.jpg"]), ("photos", ("x.jpg", b"nothing"))]
    job = client.post("/v1/enrolments", data={"names": ["Eileen", "Partial", "Nobody"]}, files=files)
    assert job.status_code == 202
    states = []
    with client.stream("GET", f"{job.headers['location']}/events") as stream:
        assert stream.headers["content-type"].startswith("text/event-stream")
        for line in stream.iter_lines():
            if line:
                states.append(json.loads(line.removeprefix("data: ")))
    assert states[-1]["state"] == "done" and states[-1]["done"] == 3
    assert [failure["photo"] for failure in states[-1]["failed"]][-1] == "x.jpg"
    assert client.get(job.headers["location"]).json() == states[-1]
    problem(client.post("/v1/enrolments", data={"names": ["one"]}, files=files), 422, "names-and-photos")
    client.delete(f"/v1/people/{id_of(client, 'Eileen')}")


def test_live(server: Running, client: httpx.Client, samples: dict[str, Path]) -> None:
    with connect(f"{server.url.replace('http', 'ws')}/v1/live") as live:
        live.send(json.dumps({"key": None}))
        assert json.loads(live.recv()) == {"ready": True}
        live.send(samples["obama2.jpg"].read_bytes())
        answer = json.loads(live.recv(timeout=30))
        assert answer["frame"] == 1 and [face["name"] for face in answer["faces"]] == ["Barack Obama"]
        live.send(b"not a frame")
        assert "not a picture" in json.loads(live.recv(timeout=30))["error"]
        for _ in range(30):  # faster than anything can answer: frames are skipped, and the last is answered
            live.send(samples["obama2.jpg"].read_bytes())
        last = 0
        while last < 32:
            last = json.loads(live.recv(timeout=30))["frame"]
    deadline = time.monotonic() + 5  # the server hears of the end at the same time
    while "rostro_live_views 0.0" not in client.get("/metrics").text:
        assert time.monotonic() < deadline, "the view kept its place"


def test_about(client: httpx.Client, server: Running) -> None:
    assert client.get("/healthz").json() == {"status": "ok", "watching": False}
    (gallery,) = client.get("/v1/galleries").json()["galleries"]
    assert gallery["name"] == "people.db" and gallery["people"] >= 2 and gallery["keeps_pictures"]
    used = {(m["task"], m["name"]) for m in client.get("/v1/models").json()["models"] if m["used"]}
    assert used == {("detector", "yunet"), ("embedder", "sface")}
    metrics = client.get("/metrics").text
    assert 'rostro_requests_total{method="GET",route="/healthz",status="200"}' in metrics
    assert "Obama" not in metrics and str(server.gallery.parent) not in metrics


# Bad uploads


@pytest.mark.parametrize(
    ("content", "status", "kind"),
    [
        (b"", 422, "unreadable-photo"),
        (b"GIF89a", 422, "unreadable-photo"),
        (b"\xff\xd8\xff\xe0" + b"\x00" * 500, 422, "unreadable-photo"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", 422, "unreadable-photo"),
        (b"P6 50000 50000 255\n" + b"\x00" * 100, 413, "photo-too-large"),
    ],
)
def test_broken_photos(client: httpx.Client, content: bytes, status: int, kind: str) -> None:
    answer = client.post("/v1/detect", files=[("photos", ("evil.jpg", content))])
    assert problem(answer, status, kind)["failed"][0]["photo"] == "evil.jpg"


def test_no_face_and_several(client: httpx.Client, samples: dict[str, Path]) -> None:
    tree = ("tree.ppm", b"P6 64 64 255\n" + b"\x40" * 64 * 64 * 3)
    answer = client.post("/v1/verify", files=[("a", tree), *photos(samples["obama.jpg"], field="b")])
    assert problem(answer, 422, "no-face")["failed"] == [
        {"photo": "tree.ppm", "reason": "no face found", "kind": "no-face", "values": {}}
    ]


@pytest.mark.parametrize(
    ("headers", "body", "status"),
    [
        ({"content-type": "application/json"}, b"{}", 422),
        ({"content-type": "multipart/form-data"}, b"no boundary", 400),
        ({"content-type": "multipart/form-data; boundary=x"}, b"--y\r\n\r\n", 400),
        ({"content-type": "text/plain"}, b"hello", 422),
        ({}, b"", 422),
    ],
)
def test_bodies_that_are_no_forms(client: httpx.Client, headers: dict[str, str], body: bytes, status: int) -> None:
    answer = client.post("/v1/detect", headers=headers, content=body)
    assert answer.status_code == status and answer.headers["content-type"] == "application/problem+json"


def resident_megabytes() -> float:
    pages = int(Path("/proc/self/statm").read_text(encoding="utf-8").split()[1])
    return pages * 4096 / 1e6


def test_huge_bodies(recognizer: Recognizer, tmp_path: Path) -> None:
    """Refused by what they announce, and otherwise as soon as they pass the limit, without being held in memory."""
    limits = Limits(request_bytes=4_000_000, rate=0)

    def endless(megabytes: int) -> Iterator[bytes]:
        yield b'--x\r\nContent-Disposition: form-data; name="photos"; filename="a.jpg"\r\n\r\n'
        for _ in range(megabytes):
            yield b"\x00" * 1_000_000

    headers = {"content-type": "multipart/form-data; boundary=x"}
    with running_server(recognizer, tmp_path, limits) as small, httpx.Client(base_url=small.url, timeout=30) as client:
        before = resident_megabytes()
        announced = client.post("/v1/detect", files=[("photos", ("a.jpg", b"\x00" * 5_000_000))])
        problem(announced, 413, "request-too-large")
        try:
            streamed = client.post("/v1/detect", headers=headers, content=endless(300))
            problem(streamed, 413, "request-too-large")
        except httpx.TransportError:
            pass  # the server closed while the client was still sending
        problem(client.post("/v1/people", data={"name": "x" * 2_000_000}), 400, "bad-request")
        assert resident_megabytes() - before < 100
        assert client.get("/healthz").status_code == 200


def test_slow_clients_hold_nothing(recognizer: Recognizer, samples: dict[str, Path], tmp_path: Path) -> None:
    limits = Limits(silence=0.5, upload_seconds=1.0, rate=0, per_client=1000)
    head = b"POST /v1/detect HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: multipart/form-data; boundary=x\r\n"
    with (
        running_server(recognizer, tmp_path, limits) as server,
        httpx.Client(base_url=server.url, timeout=30) as client,
    ):
        port = int(server.url.rsplit(":", 1)[1])
        slow = [socket.create_connection(("127.0.0.1", port)) for _ in range(40)]
        for connection in slow:
            connection.sendall(head + b"Content-Length: 100000\r\n\r\n--x\r\n")
        started = time.perf_counter()
        assert client.post("/v1/detect", files=photos(samples["obama.jpg"])).status_code == 200
        assert time.perf_counter() - started < 10
        slow[0].settimeout(10)
        reply = b""
        while b"too-slow" not in reply:
            part = slow[0].recv(4096)
            assert part, f"closed after {reply!r}"
            reply += part
        assert reply.startswith(b"HTTP/1.1 408") and b"application/problem+json" in reply
        for connection in slow:
            connection.close()


def test_limits_on_photos_faces_and_rate(recognizer: Recognizer, samples: dict[str, Path], tmp_path: Path) -> None:
    limits = Limits(photos=2, rate=0.001, burst=3)
    with (
        running_server(recognizer, tmp_path, limits) as server,
        httpx.Client(base_url=server.url, timeout=30) as client,
    ):
        tiny = [("photos", (f"{n}.jpg", b"x")) for n in range(3)]
        problem(client.post("/v1/detect", files=tiny), 413, "too-many-photos")
        problem(
            client.post("/v1/detect", files=[("photos", ("wide.ppm", b"P6 9999 9999 255\n"))]), 413, "photo-too-large"
        )
        client.get("/v1/people")
        refused = client.get("/v1/people")
        problem(refused, 429, "too-many-requests")
        assert int(refused.headers["retry-after"]) >= 1
        assert client.get("/healthz").status_code == 200


# Keys


@pytest.fixture(scope="module")
def keyed(recognizer: Recognizer, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    with running_server(recognizer, tmp_path_factory.mktemp("keyed")) as running:
        running.keys.create("somebody", Role.READ)
        yield running


HASH = "0" * 64
ROUTES = [
    ("GET", "/v1/people", Role.READ),
    ("GET", "/v1/galleries", Role.READ),
    ("GET", "/v1/models", Role.READ),
    ("GET", "/metrics", Role.READ),
    ("GET", "/v1/people/1", Role.READ),
    ("GET", "/v1/people/audit", Role.ADMIN),
    ("GET", "/v1/people/1/picture", Role.READ),
    ("GET", "/v1/people/1/photos", Role.READ),
    ("POST", "/v1/detect", Role.READ),
    ("POST", "/v1/embed", Role.READ),
    ("POST", "/v1/verify", Role.READ),
    ("POST", "/v1/identify", Role.READ),
    ("POST", "/v1/search", Role.READ),
    ("POST", "/v1/find", Role.READ),
    ("POST", "/v1/liveness", Role.READ),
    ("POST", "/v1/anonymise", Role.READ),
    ("POST", "/v1/analyze", Role.READ),
    ("POST", "/v1/group", Role.READ),
    ("GET", "/v1/album/groups", Role.READ),
    ("GET", "/v1/album/groups/1", Role.READ),
    ("GET", "/v1/album/groups/1/faces/1/picture", Role.READ),
    ("POST", "/v1/album/photos", Role.ENROL),
    ("GET", "/v1/album/photos/1", Role.ENROL),
    ("PATCH", "/v1/album/groups/1", Role.ADMIN),
    ("POST", "/v1/album/groups/1/merge", Role.ADMIN),
    ("POST", "/v1/album/groups/1/split", Role.ADMIN),
    ("POST", "/v1/album/groups/1/reject", Role.ADMIN),
    ("DELETE", "/v1/album/groups/1", Role.ADMIN),
    ("GET", "/v1/review", Role.ENROL),
    ("GET", "/v1/review/1/picture", Role.ENROL),
    ("POST", "/v1/review/1", Role.ENROL),
    ("GET", "/v1/people/1/consent", Role.READ),
    ("PUT", "/v1/people/1/consent", Role.ENROL),
    ("DELETE", "/v1/people/1/consent", Role.ENROL),
    ("GET", "/v1/people/1/export", Role.ADMIN),
    ("POST", "/v1/expire", Role.ADMIN),
    ("GET", "/v1/policy", Role.READ),
    ("PATCH", "/v1/policy", Role.ADMIN),
    ("GET", "/v1/log", Role.ADMIN),
    ("GET", "/v1/log/verification", Role.ADMIN),
    ("POST", "/v1/people", Role.ENROL),
    ("POST", "/v1/people/1/photos", Role.ENROL),
    ("POST", "/v1/enrolments", Role.ENROL),
    ("GET", "/v1/enrolments", Role.ADMIN),
    ("GET", "/v1/enrolments/x", Role.ENROL),
    ("GET", "/v1/enrolments/x/events", Role.ENROL),
    ("PATCH", "/v1/people/1", Role.ADMIN),
    ("POST", "/v1/people/1/merge", Role.ADMIN),
    ("POST", f"/v1/people/1/photos/{HASH}/move", Role.ADMIN),
    ("DELETE", f"/v1/people/1/photos/{HASH}", Role.ADMIN),
    ("GET", "/v1/people/1/rejections", Role.READ),
    ("POST", "/v1/people/1/rejections", Role.ADMIN),
    ("DELETE", f"/v1/people/1/rejections/{HASH}", Role.ADMIN),
    ("DELETE", "/v1/people/1", Role.ADMIN),
]


def test_the_list_of_routes_is_whole(keyed: Running) -> None:
    document = httpx.get(f"{keyed.url}/openapi.json").json()
    described = {
        (
            method.upper(),
            path.replace("{id}", "x" if "enrolments" in path else "1").replace("{sha256}", HASH).replace("{face}", "1"),
            operation.get("x-rostro-role"),
        )
        for path, methods in document["paths"].items()
        for method, operation in methods.items()
        if path != "/healthz"
    }
    assert described == {(method, path, role.label) for method, path, role in ROUTES}


@pytest.mark.parametrize(("method", "path", "needed"), ROUTES)
def test_every_route_is_guarded(keyed: Running, method: str, path: str, needed: Role) -> None:
    ask = httpx.Client(base_url=keyed.url)
    refused = ask.request(method, path)
    problem(refused, 401, "key-needed")
    assert refused.headers["www-authenticate"] == "Bearer"
    problem(ask.request(method, path, headers={"x-api-key": "rostro_00000000_" + "A" * 43}), 401, "key-refused")
    for role in Role:
        key, text = keyed.keys.create(role.label, role)
        answer = ask.request(method, path, headers={"authorization": f"Bearer {text}"})
        if role < needed:
            problem(answer, 403, "not-allowed")
        else:
            assert answer.status_code in {200, 404, 422}
        keyed.keys.revoke(key.id)
        problem(ask.request(method, path, headers={"x-api-key": text}), 401, "key-refused")


def test_live_is_guarded(keyed: Running) -> None:
    address = f"{keyed.url.replace('http', 'ws')}/v1/live"
    for first in (json.dumps({"key": None}), json.dumps({"key": "wrong"}), "[]", "no json", b"\xff\xd8"):
        with connect(address) as live:
            live.send(first)
            assert json.loads(live.recv(timeout=10))["status"] == 401
            with pytest.raises(ConnectionClosed):
                live.recv(timeout=10)
    _, text = keyed.keys.create("camera", Role.READ)
    with connect(address, additional_headers={"x-api-key": text}) as live:
        assert json.loads(live.recv(timeout=10)) == {"ready": True}


def test_no_key_no_body(keyed: Running) -> None:
    """Who may not is told so before their upload is taken."""
    with socket.create_connection(("127.0.0.1", int(keyed.url.rsplit(":", 1)[1])), timeout=10) as raw:
        raw.sendall(
            b"POST /v1/detect HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 90000000\r\n"
            b"Content-Type: multipart/form-data; boundary=x\r\n\r\n--x\r\n"
        )
        assert raw.recv(4096).startswith(b"HTTP/1.1 401")


# Hostile requests


def test_pages_of_other_sites_are_refused(client: httpx.Client, server: Running) -> None:
    foreign = {"origin": "https://evil.example"}
    problem(client.post("/v1/people", headers=foreign, data={"name": "x"}), 403, "foreign-page")
    assert client.get("/v1/people", headers={"origin": server.url}).status_code == 200
    rebound = {"host": "evil.example", "origin": "http://evil.example"}
    problem(client.get("/v1/people", headers=rebound), 401, "key-needed")
    with connect(f"{server.url.replace('http', 'ws')}/v1/live", origin="https://evil.example") as live:
        live.send(json.dumps({"key": None}))
        assert json.loads(live.recv(timeout=10))["status"] == 403


@pytest.mark.parametrize(
    "path",
    [
        "/page/../app.py", "/page/%2e%2e/app.py", "/page/..%2fapp.py", "/page//etc/passwd", "/page/%00",
        "/v1/people/..%2f..%2fetc", "/v1/enrolments/..%2f..", "/page/words.js%00.png",
    ],
)  # fmt: skip
def test_path_traversal(server: Running, path: str) -> None:
    host, port = server.url.removeprefix("http://").split(":")
    with socket.create_connection((host, int(port)), timeout=10) as raw:
        raw.sendall(f"GET {path} HTTP/1.1\r\nHost: {host}:{port}\r\nConnection: close\r\n\r\n".encode())
        reply = b""
        while part := raw.recv(65536):
            reply += part
    assert reply.split(b" ", 2)[1] in {b"404", b"422"}, reply[:200]
    assert b"create_app" not in reply and b"root:" not in reply


def test_html_in_names_is_text(client: httpx.Client, samples: dict[str, Path]) -> None:
    file = ("photos", (f'../{EVIL}"; x=".jpg', samples["obama3.jpg"].read_bytes()))
    made = client.post("/v1/people", data={"name": f"../../{EVIL}"}, files=[file])
    assert made.status_code == 201 and made.headers["content-type"] == "application/json"
    person = made.json()["person"]
    assert person["name"] == f"../../{EVIL}"
    (template,) = client.get(f"/v1/people/{person['id']}").json()["templates"]
    assert "/" not in template["photo"]
    assert client.delete(f"/v1/people/{person['id']}").status_code == 200
    for name in ("", "   ", "\x00", "a\nb", "x" * 300):
        answer = client.post("/v1/people", data={"name": name}, files=[file])
        assert answer.status_code == 422, name


def test_the_page_lets_nothing_else_in(client: httpx.Client) -> None:
    page = client.get("/")
    policy = page.headers["content-security-policy"]
    assert "default-src 'none'" in policy and "unsafe" not in policy
    assert page.headers["x-content-type-options"] == "nosniff"
    assert "http://" not in page.text and "https://" not in page.text and "<style" not in page.text
    scripts = list((Path(__file__).parents[2] / "src/rostro/server/page").glob("*.js"))
    assert len(scripts) > 8
    for script in scripts:
        answer = client.get(f"/page/{script.name}")
        assert answer.status_code == 200 and "javascript" in answer.headers["content-type"]
        code = script.read_text(encoding="utf-8")
        assert "innerHTML" not in code and "insertAdjacentHTML" not in code and "eval(" not in code
    assert client.get("/v1/people").headers["cache-control"] == "no-store"


# Erasure


def test_erased_people_are_in_no_file(recognizer: Recognizer, samples: dict[str, Path], tmp_path: Path) -> None:
    with running_server(recognizer, tmp_path) as server, httpx.Client(base_url=server.url, timeout=60) as client:
        for name, photo in {"Erased Person": "obama.jpg", "Stays Here": "biden.jpg"}.items():
            form = {"name": name, "keep_picture": "true"}
            assert client.post("/v1/people", data=form, files=photos(samples[photo])).status_code == 201
        with closing(sqlite3.connect(f"file:{server.gallery}?mode=ro", uri=True)) as sql:
            vectors = dict(sql.execute("SELECT name, vector FROM people JOIN templates ON person = people.id"))
        picture = next(server.crops.folder.joinpath("1").iterdir()).read_bytes()
        assert client.delete("/v1/people/1").json() == {"removed": "Erased Person", "templates": 1}
        everything = {file: file.read_bytes() for file in tmp_path.rglob("*") if file.is_file()}
        assert any(vectors["Stays Here"] in content for content in everything.values()), "the scan finds nothing at all"
        for file, content in everything.items():
            assert b"Erased Person" not in content and vectors["Erased Person"] not in content, file
            assert picture != content, file
        assert not (server.crops.folder / "1").exists() and server.crops.has(2)
        assert (
            client.post("/v1/identify", files=photos(samples["obama2.jpg"])).json()["photos"][0]["faces"][0]["name"]
            is None
        )


def test_pictures_of_people_erased_elsewhere_go_at_the_next_start(
    recognizer: Recognizer, samples: dict[str, Path], tmp_path: Path
) -> None:
    from rostro.gallery.base import open_gallery

    with running_server(recognizer, tmp_path) as server:
        form = {"name": "Ada", "keep_picture": "true"}
        httpx.post(f"{server.url}/v1/people", data=form, files=photos(samples["obama.jpg"]), timeout=60)
        assert server.crops.has(1)
    with open_gallery(str(server.gallery)) as gallery:
        gallery.remove("Ada")
    with running_server(recognizer, tmp_path):
        assert not server.crops.has(1)


def test_pictures_are_kept_only_with_consent(recognizer: Recognizer, samples: dict[str, Path], tmp_path: Path) -> None:
    with running_server(recognizer, tmp_path, OPEN_LIMITS) as server:
        httpx.post(f"{server.url}/v1/people", data={"name": "Ada"}, files=photos(samples["obama.jpg"]), timeout=60)
        assert not server.crops.folder.exists()
        problem(httpx.get(f"{server.url}/v1/people/1/picture"), 404, "no-picture")
