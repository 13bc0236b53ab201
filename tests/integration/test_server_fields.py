"""Fields that a request should not have are told, not ignored: in queries, forms, JSON and sockets, on every route."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import httpx
import pytest
from running_server import running_server
from websockets.sync.client import connect

from rostro.recognizer import Recognizer
from rostro.server.admission.keys import KeyStore
from rostro.server.admission.limits import Limits
from rostro.server.app import create_app
from rostro.server.service import Service

if TYPE_CHECKING:
    from collections.abc import Iterator

#: Only described here: nothing is loaded and nothing is opened.
DOCUMENT = create_app(Service.make(Recognizer(), keys=KeyStore("none"))).openapi()
ROUTES = [(method, path) for path, about in DOCUMENT["paths"].items() for method in about]


@pytest.fixture(scope="module")
def client(
    recognizer: Recognizer, samples: dict[str, Path], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[httpx.Client]:
    with (
        running_server(recognizer, tmp_path_factory.mktemp("fields")) as running,
        httpx.Client(base_url=running.url, timeout=60) as opened,
    ):
        photo = {"photos": ("a.jpg", samples["obama.jpg"].read_bytes())}
        assert opened.post("/v1/people", data={"name": "Ada"}, files=photo).status_code == 201
        yield opened


def refused(answer: httpx.Response, kind: str = "unknown-field") -> dict[str, Any]:
    document = answer.json()
    assert (answer.status_code, document["type"]) == (422, f"urn:rostro:{kind}"), document
    return document


def body_kind(method: str, path: str) -> str | None:
    content = DOCUMENT["paths"][path][method].get("requestBody", {}).get("content", {})
    return next(iter(content), None)


@pytest.mark.parametrize(("method", "path"), ROUTES, ids=[f"{method} {path}" for method, path in ROUTES])
def test_every_route_refuses_a_query_that_it_does_not_have(client: httpx.Client, method: str, path: str) -> None:
    told = refused(client.request(method, path.replace("{id}", "1"), params={"treshold": "0.9"}))
    assert told["invalid"][0]["where"] == ["query", "treshold"] and "query.treshold" in told["detail"]


WITH_BODY = [route for route in ROUTES if body_kind(*route)]


@pytest.mark.parametrize(("method", "path"), WITH_BODY, ids=[f"{method} {path}" for method, path in WITH_BODY])
def test_every_body_refuses_a_field_that_it_does_not_have(
    client: httpx.Client, samples: dict[str, Path], method: str, path: str
) -> None:
    content = DOCUMENT["paths"][path][method]["requestBody"]["content"][body_kind(method, path)]
    shape = DOCUMENT["components"]["schemas"][content["schema"]["$ref"].rsplit("/", 1)[1]]
    assert shape["additionalProperties"] is False
    wrong = {f"{name}z": "1" for name in shape["properties"]}
    where = path.replace("{id}", "1")
    if body_kind(method, path) == "application/json":
        told = refused(client.request(method, where, json=wrong))
    else:
        told = refused(client.request(method, where, data=wrong, files={"x": ("x", b"x")}))
        assert refused(client.request(method, where, files={"photoes": ("x", b"x")}))["values"]["known"]
    for name in shape["properties"]:
        assert f"body.{name}z: there is no such field; did you mean '{name}'?" in told["detail"]


def test_what_is_missing_because_it_is_called_otherwise_is_told_by_its_right_name(
    client: httpx.Client, samples: dict[str, Path]
) -> None:
    photo = ("a.jpg", samples["obama.jpg"].read_bytes())
    for path, field, meant in (("/v1/detect", "photo", "photos"), ("/v1/people", "Name", "name")):
        told = refused(client.post(path, files={field: photo}))
        assert told["detail"] == f"body.{field}: there is no such field; did you mean '{meant}'?"
    assert refused(client.get("/v1/people?q=x"))["detail"] == "query.q: there is no such field"
    assert refused(client.get("/v1/people?serch=x&ofset=1"))["invalid"] == [
        {"where": ["query", "serch"], "what": "there is no such field; did you mean 'search'?"},
        {"where": ["query", "ofset"], "what": "there is no such field; did you mean 'offset'?"},
    ]


def test_json_where_no_body_is_wanted_is_not_ignored(client: httpx.Client) -> None:
    told = refused(client.request("DELETE", "/v1/people/1", json={"keep_templates": True}))
    assert "body.keep_templates" in told["detail"]
    assert client.get("/v1/people/1").status_code == 200
    assert client.request("DELETE", "/v1/people/77", json={}).status_code == 404


def test_one_value_where_one_is_wanted(client: httpx.Client, samples: dict[str, Path]) -> None:
    photo = ("a.jpg", samples["obama.jpg"].read_bytes())
    told = refused(client.get("/v1/people?limit=1&limit=2"), "repeated-field")
    assert told["detail"] == "query.limit: given 2 times, wanted once"
    refused(client.post("/v1/verify", files=[("a", photo), ("b", photo), ("b", photo)]), "repeated-field")
    assert client.post("/v1/detect", files=[("photos", photo), ("photos", photo)]).status_code == 200


def test_a_refused_field_changes_nothing(client: httpx.Client, samples: dict[str, Path]) -> None:
    photo = {"photos": ("b.jpg", samples["biden.jpg"].read_bytes())}
    refused(client.post("/v1/people", data={"name": "Bo", "colection": "x"}, files=photo))
    refused(client.patch("/v1/people/1", json={"name": "Bo", "names": "x"}))
    assert [person["name"] for person in client.get("/v1/people").json()["people"]] == ["Ada"]
    assert client.get("/v1/galleries").json()["galleries"][0]["templates"] == 1


def test_hostile_names_of_fields_come_back_short_and_few(client: httpx.Client) -> None:
    told = refused(client.get("/v1/people", params={f"{number}<script>{'x' * 500}": "" for number in range(60)}))
    assert len(told["invalid"]) == 16 and len(told["detail"]) < 2000


def test_sockets_refuse_them_too(client: httpx.Client) -> None:
    url = str(client.base_url).rstrip("/").replace("http", "ws")
    for path in ("live", "watch"):
        with connect(f"{url}/v1/{path}?candidates=3") as socket:
            assert json.loads(socket.recv(timeout=30))["detail"] == "query.candidates: there is no such field"
        with connect(f"{url}/v1/{path}") as socket:
            socket.send('{"key": null, "Keys": 1}')
            told = json.loads(socket.recv(timeout=30))
            assert told["type"] == "urn:rostro:unknown-field" and "did you mean 'key'?" in told["detail"]


def test_a_frame_that_is_text_is_not_ignored(client: httpx.Client) -> None:
    """Programs send pictures as base64, and would wait for an answer for ever."""
    url = str(client.base_url).rstrip("/").replace("http", "ws")
    for first, then in (('{"key": null}', "data:image/jpeg;base64,AAAA"), ('{"key": null}', '{"frame": "AAAA"}')):
        with connect(f"{url}/v1/live") as live:
            live.send(first)
            assert json.loads(live.recv(timeout=30)) == {"ready": True}
            live.send(first)  # twice does no harm
            live.send(then)
            told = json.loads(live.recv(timeout=30))
            assert (told["status"], told["type"]) == (422, "urn:rostro:not-a-frame")


def test_a_frame_that_is_too_large_is_told(client: httpx.Client) -> None:
    with connect(f"{str(client.base_url).rstrip('/').replace('http', 'ws')}/v1/live") as live:
        live.send('{"key": null}')
        live.recv(timeout=30)
        live.send(bytes(Limits().frame_bytes + 1))
        assert json.loads(live.recv(timeout=30))["type"] == "urn:rostro:frame-too-large"


def test_who_sends_nothing_for_too_long_is_told(client: httpx.Client, monkeypatch: pytest.MonkeyPatch) -> None:
    from rostro.server.sockets import live as live_views

    monkeypatch.setattr(live_views, "PATIENCE", 0.3)
    with connect(f"{str(client.base_url).rstrip('/').replace('http', 'ws')}/v1/live") as live:
        live.send('{"key": null}')
        live.recv(timeout=30)
        assert json.loads(live.recv(timeout=30))["type"] == "urn:rostro:too-slow"


def test_nobody_without_a_key_is_told_of_fields(recognizer: Recognizer, tmp_path: Path) -> None:
    from rostro.server.admission.keys import Role

    with running_server(recognizer, tmp_path) as keyed:
        keyed.keys.create("x", Role.READ)
        assert httpx.get(f"{keyed.url}/v1/people?serch=x").status_code == 401


def test_the_page_is_no_form(client: httpx.Client) -> None:
    """Links to it may say where they come from."""
    assert client.get("/?utm_source=mail").status_code == client.get("/page/main.js?v=3").status_code == 200
