"""The server behind proxies and before health checks: HEAD, ``Allow``, a path prefix, and a port that is taken."""

from __future__ import annotations

import json
import socket
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urljoin

import httpx
import pytest
from proxies import PREFIX, proxy
from running_server import Running, running_server, with_models_of
from websockets.sync.client import connect

from rostro.core.errors import BadInput, RostroError
from rostro.recognizer import Recognizer
from rostro.server.addresses import clean_root_path
from rostro.server.admission.keys import KeyStore, Role
from rostro.server.listening import listen
from rostro.server.serving import make_server

if TYPE_CHECKING:
    from collections.abc import Iterator

ROSTRO = [sys.executable, "-m", "rostro"]


@pytest.fixture(scope="module")
def server(
    recognizer: Recognizer, samples: dict[str, Path], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Running]:
    with running_server(recognizer, tmp_path_factory.mktemp("addresses"), root_path=PREFIX) as running:
        form, photo = {"name": "Ada", "keep_picture": "true"}, samples["obama.jpg"].read_bytes()
        made = httpx.post(f"{running.url}/v1/people", data=form, files={"photos": ("a.jpg", photo)}, timeout=60)
        assert made.status_code == 201
        yield running


def readable(server: Running) -> list[str]:
    """Every address that GET has: those of the document, the page and its files."""
    document = httpx.get(f"{server.url}/openapi.json").json()
    described = [path.replace("{id}", "1") for path, about in document["paths"].items() if "get" in about]
    from rostro.server.routes.page import FOLDER

    return [*described, "/", "/openapi.json", *(f"/page/{file.name}" for file in FOLDER.iterdir())]


def test_head_is_get_without_a_body_wherever_there_is_a_get(server: Running) -> None:
    paths = readable(server)
    assert {"/healthz", "/metrics", "/v1/people", "/v1/people/{id}/picture".replace("{id}", "1")} < set(paths)
    with httpx.Client(base_url=server.url, timeout=30) as client:
        for path in paths:
            head, got = client.head(path), client.get(path)
            assert (head.status_code, head.content) == (got.status_code, b""), path
            nothing = path.startswith(("/v1/enrolments/", "/v1/album/", "/v1/review"))  # no job, and no album
            assert got.status_code in ({404, 422} if nothing else {200}), path
            for field in ("content-type", "cache-control", "content-security-policy", "etag"):
                assert head.headers.get(field) == got.headers.get(field), path
            if path != "/metrics" and not path.endswith(("/export", "/log")):  # which tell of themselves
                assert head.headers["content-length"] == got.headers["content-length"], path


def test_head_of_a_stream_ends(server: Running, samples: dict[str, Path]) -> None:
    photo = samples["obama2.jpg"].read_bytes()
    with httpx.Client(base_url=server.url, timeout=30) as client:
        job = client.post("/v1/enrolments", data={"names": "Bo"}, files={"photos": ("b.jpg", photo)}).json()
        head = client.head(f"/v1/enrolments/{job['id']}/events")
        assert head.status_code == 200 and head.headers["content-type"].startswith("text/event-stream")
        assert client.head("/healthz").status_code == 200, "the connection is still in step"
        assert 'method="HEAD",route="/healthz"' in client.get("/metrics").text


def test_head_is_as_guarded_as_get(recognizer: Recognizer, tmp_path: Path) -> None:
    with running_server(recognizer, tmp_path) as keyed:
        _, key = keyed.keys.create("monitor", Role.READ)
        assert httpx.head(f"{keyed.url}/v1/people").status_code == 401
        assert httpx.head(f"{keyed.url}/v1/people", headers={"x-api-key": key}).status_code == 200
        assert httpx.head(f"{keyed.url}/healthz").status_code == httpx.head(f"{keyed.url}/").status_code == 200


@pytest.mark.parametrize(
    ("path", "allowed"),
    [
        ("/v1/people", "GET, HEAD, POST"),
        ("/v1/people/1", "DELETE, GET, HEAD, PATCH"),
        ("/v1/detect", "POST"),
        ("/healthz", "GET, HEAD"),
        ("/", "GET, HEAD"),
        ("/page/main.js", "GET, HEAD"),
        (f"{PREFIX}/v1/people/1", "DELETE, GET, HEAD, PATCH"),
    ],
)
def test_a_refused_method_is_told_all_that_there_are(server: Running, path: str, allowed: str) -> None:
    for method in ("PUT", "TRACE", "OPTIONS"):
        answer = httpx.request(method, f"{server.url}{path}")
        assert (answer.status_code, answer.headers["allow"]) == (405, allowed), method
        assert answer.json()["type"] == "urn:rostro:method-not-allowed"
    for method in allowed.split(", "):
        assert httpx.request(method, f"{server.url}{path}9").status_code != 405 or path in {"/", "/healthz"}


@pytest.mark.parametrize("strips", [True, False], ids=["strips the prefix", "passes the prefix on"])
@pytest.mark.parametrize("given", [True, False], ids=["told", "not told"])
def test_behind_a_proxy_under_a_path(
    server: Running, recognizer: Recognizer, samples: dict[str, Path], tmp_path: Path, strips: bool, given: bool
) -> None:
    """REST, sockets, the document and addresses in answers. Who is not told cannot guess what was not stripped."""
    if not strips and not given:
        pytest.skip("then the server is asked for something that it does not have")
    photo = samples["obama3.jpg"].read_bytes()
    with (
        running_server(recognizer, tmp_path, root_path=PREFIX if given else "") as behind,
        proxy(behind.url, strips=strips) as url,
        httpx.Client(timeout=60) as client,
    ):
        made = client.post(f"{url}/v1/people", data={"name": "Cy"}, files={"photos": ("c.jpg", photo)})
        assert made.status_code == 201, made.text
        if given:
            assert client.get(urljoin(str(made.url), made.headers["location"])).json()["name"] == "Cy"
        assert client.get(f"{url}/v1/people/").json() == client.get(f"{url}/v1/people").json()
        assert client.head(f"{url}/healthz").status_code == 200
        (where,) = client.get(f"{url}/openapi.json").json()["servers"]
        assert urljoin(f"{url}/openapi.json", where["url"]).rstrip("/") == url
        with connect(f"{url.replace('http', 'ws')}/v1/live", origin=url.removesuffix(PREFIX)) as live:
            live.send('{"key": null}')
            assert json.loads(live.recv(timeout=30)) == {"ready": True}
            live.send(photo)
            assert json.loads(live.recv(timeout=30))["faces"][0]["name"] == "Cy"


def test_the_address_of_the_page_ends_with_a_slash(server: Running) -> None:
    answer = httpx.get(f"{server.url}{PREFIX}?lang=es")
    assert answer.status_code == 308
    assert urljoin(f"{server.url}{PREFIX}", answer.headers["location"]) == f"{server.url}{PREFIX}/"
    assert httpx.get(f"{server.url}{PREFIX}/").text == httpx.get(f"{server.url}/").text
    assert httpx.get(f"{server.url}{PREFIX}s/healthz").status_code == 404, "the prefix is a whole part of a path"


def test_nothing_of_the_page_names_an_address_from_the_root() -> None:
    from rostro.server.routes.page import FOLDER

    found = [
        f"{file.name}: {line.strip()}"
        for file in FOLDER.iterdir()
        for line in file.read_text(encoding="utf-8").splitlines()
        if any(sign in line for sign in ('href="/', 'src="/', "location.host", 'url("/', "url(/"))
    ]
    assert not found


def test_pages_of_the_same_site_may_send_forms_through_a_proxy_that_asks_by_another_name(
    server: Running, samples: dict[str, Path]
) -> None:
    photo = {"photos": ("a.jpg", samples["obama.jpg"].read_bytes())}

    def ask(url: str, **headers: str) -> httpx.Response:
        files = None if "evil" in headers["origin"] else photo
        return httpx.post(f"{url}/v1/detect", files=files, headers=headers, timeout=60)

    with (
        proxy(server.url, strips=True, keeps_host=False) as silent,
        proxy(server.url, strips=True, keeps_host=False, tells_host=True) as telling,
    ):
        assert ask(telling, origin=telling.removesuffix(PREFIX)).status_code == 200
        assert ask(telling, origin="https://evil.example").json()["type"] == "urn:rostro:foreign-page"
        same = {"sec-fetch-site": "same-origin"}
        assert ask(silent, origin=silent.removesuffix(PREFIX), **same).status_code == 200
        assert ask(silent, origin="https://evil.example", **{"sec-fetch-site": "cross-site"}).status_code == 403


def test_without_keys_nobody_comes_in_by_a_proxy_for_others(server: Running) -> None:
    for host in ("faces.example.org", "faces.example.org, localhost", "[", "10.0.0.7:80"):
        assert httpx.get(f"{server.url}/v1/people", headers={"x-forwarded-host": host}).status_code == 401, host
    assert httpx.get(f"{server.url}/v1/people", headers={"x-forwarded-host": "localhost:9000"}).status_code == 200
    for name, value in {"origin": "http://[", "host": "["}.items():
        assert httpx.get(f"{server.url}/v1/people", headers={name: value}).status_code in {400, 401, 403}


@pytest.mark.parametrize(
    ("given", "kept"),
    [("", ""), ("/", ""), ("/faces", "/faces"), ("faces/", "/faces"), ("/a/b-c_d.e~1/", "/a/b-c_d.e~1")],
)
def test_a_root_path_is_kept_in_one_form(given: str, kept: str) -> None:
    assert clean_root_path(given) == kept


@pytest.mark.parametrize("given", ["https://x.org/faces", "/a b", "/a?b", "/a//b", "/..", "/a/../b", "/é", "/a%2F"])
def test_what_is_no_root_path_is_refused(given: str) -> None:
    with pytest.raises(BadInput, match="path prefix"):
        clean_root_path(given)


# Listening


@pytest.fixture
def taken() -> Iterator[int]:
    with socket.create_server(("127.0.0.1", 0)) as held:
        yield held.getsockname()[1]


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as held:
        return held.getsockname()[1]


def serve(*args: str, folder: Path, verb: str = "serve") -> subprocess.CompletedProcess[str]:
    return subprocess.run([*ROSTRO, verb, *args], cwd=folder, capture_output=True, text=True, timeout=120)


def test_a_port_that_is_taken_is_told_before_the_models_are_loaded(taken: int, tmp_path: Path) -> None:
    told = serve("--port", str(taken), "--gallery", "g.db", folder=tmp_path)
    assert told.returncode == 2 and told.stdout == ""
    assert told.stderr == (
        f"rostro: 127.0.0.1:{taken} cannot be listened on: another program listens on this port "
        "(--port chooses another)\n"
    )
    assert not list(tmp_path.iterdir()), "no gallery was made"


@pytest.mark.parametrize(
    ("host", "says"),
    [
        ("nobody.invalid", "no such host is known here (--host names"),
        ("127.0.0.1.5", "no such host is known here"),
        ("192.0.2.7", "this machine has no such address"),
        ("a" * 70, "no such host is known here"),
    ],
)
def test_a_host_that_is_none_is_told(host: str, says: str, tmp_path: Path) -> None:
    if "address" in says:  # without a key it listens to nobody else anyway
        KeyStore(tmp_path / "rostro-keys.db").create("somebody", Role.READ)
    told = serve("--host", host, "--gallery", "g.db", folder=tmp_path)
    assert (told.returncode, told.stdout) == (2, "") and "Traceback" not in told.stderr
    assert told.stderr.startswith(f"rostro: {host}") and says in told.stderr and "serves" not in told.stderr


@pytest.mark.parametrize(
    "args",
    [
        ["--root-path", "https://x.org/faces"],
        ["--certificate-key", "key.pem"],
        ["--certificate", "nowhere.pem"],
        ["--certificate", "text.pem"],
    ],
    ids=lambda args: args[-1],
)
def test_what_else_cannot_be_served_is_told(args: list[str], tmp_path: Path) -> None:
    (tmp_path / "text.pem").write_text("this is no certificate")
    told = serve(*args, "--gallery", "g.db", "--port", "1", folder=tmp_path)
    assert (told.returncode, told.stdout) == (2, "") and told.stderr.startswith("rostro: ")
    assert told.stderr.count("\n") == 1 and not (tmp_path / "g.db").exists()


def test_a_watcher_is_told_too(taken: int, samples: dict[str, Path], tmp_path: Path) -> None:
    pytest.importorskip("lap", reason="lap is not installed")
    folder = tmp_path / "frames"
    folder.mkdir()
    (folder / "1.jpg").write_bytes(samples["obama.jpg"].read_bytes())
    told = serve("frames", "--serve", "--port", str(taken), folder=tmp_path, verb="watch")
    assert told.returncode == 2 and "--port chooses another" in told.stderr, told.stderr


def test_what_it_says_it_serves_it_serves(tmp_path: Path) -> None:
    """Whoever reads the line may ask at once."""
    port = free_port()
    with subprocess.Popen(
        [*ROSTRO, "serve", "--port", str(port), "--gallery", "g.db", "--root-path", "faces"],
        cwd=tmp_path, stderr=subprocess.PIPE, text=True,
    ) as process:  # fmt: skip
        try:
            assert process.stderr is not None
            said = process.stderr.readline()
            assert said == f"rostro: http://127.0.0.1:{port}/faces serves g.db (Ctrl-C stops it)\n"
            assert httpx.get(f"http://127.0.0.1:{port}/faces/healthz", timeout=30).json()["status"] == "ok"
        finally:
            process.terminate()


def test_two_servers_on_one_port_are_one_too_many() -> None:
    """Even where neither has served anybody yet."""
    first = listen("localhost", 0)
    try:
        (port,) = {opened.getsockname()[1] for opened in first}
        with pytest.raises(BadInput) as told:
            listen("localhost", port)
        assert told.value.values["why"] == "port-taken"
    finally:
        for opened in first:
            opened.close()


def test_a_socket_of_unix_is_uvicorns_own(recognizer: Recognizer, tmp_path: Path) -> None:
    faces = with_models_of(recognizer, gallery=str(tmp_path / "g.db"))
    path = str(tmp_path / "s")
    server = make_server(faces, keys=KeyStore(tmp_path / "k.db"), host="127.0.0.1", port=1, uds=path)
    thread = threading.Thread(target=server.run)
    thread.start()
    try:
        while not server.started:
            assert thread.is_alive()
            time.sleep(0.05)
        with httpx.Client(transport=httpx.HTTPTransport(uds=path), base_url="http://localhost") as client:
            assert client.get("/healthz").json()["status"] == "ok"
    finally:
        server.should_exit = True
        thread.join(30)
        assert not thread.is_alive()


def test_a_server_that_cannot_start_lets_go_of_its_port(recognizer: Recognizer, tmp_path: Path) -> None:
    (tmp_path / "keys.db").write_bytes(b"no database at all, but long enough to be looked at" * 40)
    port = free_port()
    faces = Recognizer(settings=recognizer.settings, store=recognizer.store, gallery=str(tmp_path / "g.db"))
    with pytest.raises(RostroError):
        make_server(faces, keys=KeyStore(tmp_path / "keys.db"), host="127.0.0.1", port=port)
    for opened in listen("127.0.0.1", port):
        opened.close()
