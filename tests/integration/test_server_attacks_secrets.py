"""Nothing that a server says names its folders, hosts, users or passwords; its log, which is its owner's, may."""

from __future__ import annotations

import asyncio
import logging
import signal
import socket
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import httpx
import pytest
from running_server import with_models_of

from rostro.core.errors import EngineError, GalleryCorrupt, GalleryError, ModelUnavailable, RostroError, SpaceMismatch
from rostro.server.admission.keys import KeyStore
from rostro.server.app import create_app
from rostro.server.discretion import told
from rostro.server.service import Service

if TYPE_CHECKING:
    from collections.abc import Iterator

    from rostro.recognizer import Recognizer


@pytest.fixture(scope="module")
def service(recognizer: Recognizer, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    folder = tmp_path_factory.mktemp("secrets")
    faces = with_models_of(recognizer, gallery=str(folder / "people.db"))
    made = Service.make(faces, keys=KeyStore(folder / "keys.db"), open_without_keys=True)
    made.warm_up()
    yield made
    faces.close()


def answer(service: Service, error: RostroError, monkeypatch: pytest.MonkeyPatch) -> httpx.Response:
    """What a client is told where the gallery raises that."""

    def fail(*_: Any, **__: Any) -> None:
        raise error

    monkeypatch.setattr(type(service.recognizer.gallery), "info", fail)

    async def ask() -> httpx.Response:
        transport = httpx.ASGITransport(create_app(service))
        async with httpx.AsyncClient(transport=transport, base_url="http://localhost") as client:
            return await client.get("/v1/galleries")

    return asyncio.run(ask())


FAULTS = [
    (GalleryError, "{place}: disk I/O error"),
    (GalleryCorrupt, "{place}: database disk image is malformed"),
    (GalleryError, 'postgresql://ada:s3cret@db.internal/faces: connection to "10.0.0.7" failed'),
    (ModelUnavailable, "{home}/face.onnx: no source has it (https://models.internal/face.onnx)"),
    (EngineError, "/opt/rostro/lib/libengine.so: cannot be opened"),
]


@pytest.mark.parametrize(("kind", "words"), FAULTS)
def test_faults_of_the_server_are_told_by_their_kind(
    kind: type[RostroError], words: str, service: Service, monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:  # fmt: skip
    words = words.format(place=service.recognizer.gallery_url, home=service.recognizer.store.folder)
    log = logging.getLogger("uvicorn.error")
    log.addHandler(caplog.handler)
    try:
        said = answer(service, kind(words, where=words), monkeypatch)
    finally:
        log.removeHandler(caplog.handler)
    assert said.status_code == 503 and said.json()["type"] == f"urn:rostro:{kind('').kind}"
    assert said.json()["detail"] == "the server cannot do this now; its log says why" and "values" not in said.json()
    assert "/" not in said.text.replace("application/", "") and "internal" not in said.text
    assert words.split(": ")[-1] in caplog.text and "s3cret" not in caplog.text


def test_what_is_the_clients_is_told_without_folders(service: Service, monkeypatch: pytest.MonkeyPatch) -> None:
    place = service.recognizer.gallery_url
    said = answer(service, SpaceMismatch(f"{place}: vectors of another space", where=[place]), monkeypatch)
    assert said.status_code == 409 and said.json()["detail"] == "people.db: vectors of another space"
    assert said.json()["values"] == {"where": ["people.db"]} and str(Path(place).parent) not in said.text


def test_every_form_of_a_place_is_told_by_its_name(service: Service, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(Path(service.recognizer.gallery_url).parent)
    file = Path(service.recognizer.gallery_url)
    models = service.recognizer.store.folder
    assert told(service, f"{file}, {file.parent}/keys.db, {models}/a.onnx") == "people.db, keys.db, models/a.onnx"


def test_what_is_said_at_the_start_names_no_folder(tmp_path: Path) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = str(free.getsockname()[1])
    home = tmp_path / "ada"
    home.mkdir()
    with subprocess.Popen(
        [sys.executable, "-m", "rostro", "serve", "--port", port, "--gallery", str(home / "people.db")],
        cwd=tmp_path, stderr=subprocess.PIPE, text=True,
    ) as serving:  # fmt: skip
        assert serving.stderr is not None
        try:
            assert serving.stderr.readline() == f"rostro: http://127.0.0.1:{port} serves people.db (Ctrl-C stops it)\n"
        finally:
            serving.send_signal(signal.SIGTERM)
            rest = serving.communicate(timeout=30)[1]
    assert str(home) not in rest
