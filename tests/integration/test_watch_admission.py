"""``watch`` with its page is a server like any other: the same keys, the same limits.

Keys that cannot be read let nobody in, and no door opens without them.
"""

from __future__ import annotations

import os
import socket
import sqlite3
import subprocess
import sys
import time
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING

import httpx
import numpy as np
import pytest
from command_line import Done, rostro
from large_photos import large_photo
from PIL import Image
from running_server import fill

from rostro.core.errors import BadInput
from rostro.server.admission.keys import DEFAULT_FILE, KeyStore, KeysUnusable, Role, keys_for

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from rostro.recognizer import Recognizer


@pytest.fixture(scope="module")
def frames(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two minutes of nothing."""
    folder = tmp_path_factory.mktemp("frames")
    for number in range(120):
        Image.fromarray(np.zeros((48, 64, 3), np.uint8)).save(folder / f"{number}.png")
    return folder


@pytest.fixture
def doors(frames: Path, tmp_path: Path, recognizer: Recognizer) -> list[Callable[..., Done]]:
    """What opens a port, over a gallery that is there."""
    (tmp_path / "gallery").mkdir()
    fill(tmp_path / "gallery" / "people.db", recognizer, ["Ada"])

    def door(*verb: str) -> Callable[..., Done]:
        gallery = str(tmp_path / "gallery" / "people.db")
        return lambda *more: rostro(*verb, "--gallery", gallery, "--port", free_port(), *more)

    return [door("serve"), door("watch", str(frames), "--serve", "--rate", "1")]


def free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port: int = free.getsockname()[1]
        return port


def _missing(file: Path) -> None:
    pass


def _empty(file: Path) -> None:
    file.touch()


def _folder(file: Path) -> None:
    file.mkdir()


def _text(file: Path) -> None:
    file.write_text("rostro_12345678_secret\n" * 100)


def _dangling(file: Path) -> None:
    file.symlink_to(file.parent / "was-here.db")


def _no_folder(file: Path) -> None:
    file.parent.rmdir()
    file.parent.touch()


def _without_keys(file: Path) -> None:
    store = KeyStore(file)
    store.create("x", Role.READ)
    store.close()
    with closing(sqlite3.connect(file)) as sql, sql:
        sql.execute("DELETE FROM keys")


@pytest.mark.parametrize("spoil", [_missing, _empty, _folder, _text, _dangling, _no_folder, _without_keys])
def test_keys_that_were_named_and_cannot_be_used_open_no_door(
    spoil: Callable[[Path], None], doors: list[Callable[..., Done]], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "secrets" / "keys.db"
    file.parent.mkdir()
    spoil(file)
    for number, door in enumerate(doors):
        monkeypatch.setenv("ROSTRO_KEYS", str(file))
        told = door()
        assert told.returncode == 2 and "keys.db" in told.stderr and told.stderr.count("\n") == 1, told.stderr
        monkeypatch.delenv("ROSTRO_KEYS")
        if spoil is not _missing or number:  # whoever types that name to serve may make the file later; see below
            assert door("--keys", str(file)).stderr == told.stderr, "the option counts as much as the variable"


def test_a_file_of_keys_that_is_to_be_made_later_is_no_door_for_others(tmp_path: Path) -> None:
    """Named on the command line, in a folder that is there: until a key is made, only this machine is let in."""
    file = tmp_path / "keys.db"
    store = keys_for(file, None, to_be_made=True)
    assert store.all() == []
    store.create("x", Role.READ)
    assert len(store.all()) == 1
    file.unlink()
    with pytest.raises(KeysUnusable):
        store.all()
    with pytest.raises(KeysUnusable):
        keys_for(tmp_path / "no" / "keys.db", None, to_be_made=True).all()
    KeyStore(tmp_path / DEFAULT_FILE).create("admin", Role.ADMIN)
    with pytest.raises(BadInput, match=DEFAULT_FILE):
        keys_for(tmp_path / "other.db", tmp_path / "people.db", to_be_made=True)


def test_keys_beside_the_gallery_are_not_passed_over(
    doors: list[Callable[..., Done]], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Started from another folder than the one in which the keys were made."""
    KeyStore(tmp_path / "gallery" / DEFAULT_FILE).create("admin", Role.ADMIN)
    monkeypatch.chdir(tmp_path)
    for door in doors:
        told = door()
        assert told.returncode == 2 and str(tmp_path / "gallery" / DEFAULT_FILE) in told.stderr
        assert "--keys" in told.stderr


def test_limits_that_are_none_open_no_door(
    doors: list[Callable[..., Done]], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for variable, text in {"ROSTRO_LIMIT_LIVE": "many", "ROSTRO_LIMIT_PHOTOS": "0", "ROSTRO_LIMIT_PHOTO": "5"}.items():
        with monkeypatch.context() as only:
            only.chdir(tmp_path)
            only.setenv(variable, text)
            for door in doors:
                told = door()
                assert told.returncode == 2 and variable in told.stderr


@pytest.fixture(scope="module")
def watching(
    frames: Path, recognizer: Recognizer, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[str, str]]:
    """``rostro watch`` that serves its page, started in another folder than its keys': (address, key)."""
    folder = tmp_path_factory.mktemp("watching")
    fill(folder / "people.db", recognizer, ["Ada"])
    (folder / "secrets").mkdir()
    _, key = KeyStore(folder / "secrets" / "keys.db").create("admin", Role.ADMIN)
    port = free_port()
    environment = {
        **os.environ,
        "ROSTRO_KEYS": str(folder / "secrets" / "keys.db"),
        "ROSTRO_LIMIT_REQUEST_BYTES": "5000",
    }
    command = [sys.executable, "-m", "rostro", "watch", str(frames), "--serve", "--rate", "1", "--gallery", "people.db"]
    with subprocess.Popen(
        [*command, "--port", str(port)], cwd=folder, env=environment, stderr=subprocess.PIPE
    ) as process:
        try:
            address = f"http://127.0.0.1:{port}"
            deadline = time.monotonic() + 90
            while True:
                try:
                    httpx.get(f"{address}/healthz")
                    break
                except httpx.TransportError:
                    assert time.monotonic() < deadline and process.poll() is None
                    time.sleep(0.1)
            yield address, key
        finally:
            process.terminate()
            process.communicate(timeout=30)


def test_watch_asks_for_the_keys_that_the_environment_names(watching: tuple[str, str]) -> None:
    address, key = watching
    assert httpx.get(f"{address}/v1/people").status_code == 401
    assert httpx.delete(f"{address}/v1/people/1").status_code == 401
    assert httpx.get(f"{address}/v1/people", headers={"x-api-key": key}).json()["total"] == 1


def test_watch_has_the_limits_of_serve(watching: tuple[str, str]) -> None:
    address, key = watching
    answer = httpx.post(f"{address}/v1/detect", headers={"x-api-key": key}, files={"photos": b"x" * 6000})
    assert (answer.status_code, answer.json()["type"]) == (413, "urn:rostro:request-too-large")
    large = large_photo(51_000_000)[:4000]  # its head says enough
    answer = httpx.post(f"{address}/v1/detect", headers={"x-api-key": key}, files={"photos": large})
    assert (answer.status_code, answer.json()["type"]) == (413, "urn:rostro:photo-too-large")
