"""A model file is opened once; what has no end is not opened at all."""

from __future__ import annotations

import os
import threading
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from command_line import rostro
from local_index import NETWORK

from rostro.core.errors import ModelCorrupt, ModelUnavailable
from rostro.models.holding import contents, held

if TYPE_CHECKING:
    from collections.abc import Callable

    from rostro.models.entry import ModelFile
    from rostro.models.store import ModelStore


def test_what_was_hashed_is_what_is_held(
    store: ModelStore, make_entry: Callable[..., ModelFile], tmp_path: Path
) -> None:
    entry = make_entry()
    (tmp_path / "mine").write_bytes(NETWORK)
    store.import_file(tmp_path / "mine", entry)
    assert contents(store, entry) == NETWORK
    path = store.path(entry)
    assert store.checked(path) == entry.sha256
    assert store.checked(tmp_path / "mine") is None
    with held(store, entry) as file:
        path.write_bytes(b"another")  # after the check
        assert file.read_bytes() == NETWORK
        assert file.name == entry.name
        if hasattr(os, "getuid"):
            assert file.parent.stat().st_mode & 0o777 == 0o700
    assert not file.exists()
    with pytest.raises(ModelCorrupt, match=r"net.onnx: another file took its place"), held(store, entry):
        pass


@pytest.mark.parametrize("pinned", [True, False])
@pytest.mark.parametrize("kind", ["device", "pipe", "folder", "missing", "link to a device"])
def test_what_has_no_end_is_not_imported(
    kind: str, pinned: bool, store: ModelStore, make_entry: Callable[..., ModelFile], tmp_path: Path
) -> None:
    path = tmp_path / "given"
    if kind == "device":
        path = Path("/dev/zero")
    elif kind == "pipe":
        os.mkfifo(path)
    elif kind == "folder":
        path.mkdir()
    elif kind == "link to a device":
        path.symlink_to("/dev/zero")
    told: list[BaseException] = []

    def give() -> None:
        try:
            store.import_file(path, make_entry(pinned=pinned))
        except (ModelUnavailable, ModelCorrupt) as error:
            told.append(error)

    thread = threading.Thread(target=give, daemon=True)
    thread.start()
    thread.join(20)
    assert not thread.is_alive(), "it waits for an end that never comes"
    assert isinstance(told[0], ModelUnavailable)
    why = "No such file or directory" if kind == "missing" else "it is not a regular file"
    assert str(told[0]) == f"{path}: {why}"
    assert not store.is_installed(make_entry())


def test_a_file_that_is_too_large_is_left_half_way(
    store: ModelStore, make_entry: Callable[..., ModelFile], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with (tmp_path / "large").open("wb") as made:
        made.truncate(1 << 40)
    with pytest.raises(ModelCorrupt, match=f"larger than the expected {len(NETWORK)} bytes"):
        store.import_file(tmp_path / "large", make_entry())
    monkeypatch.setattr("rostro.models.store.MOST_BYTES", 1 << 20)
    with pytest.raises(ModelCorrupt, match="larger than the expected 1048576 bytes"):
        store.import_file(tmp_path / "large", make_entry(pinned=False))
    left = [file for file in store.folder.rglob("*") if file.is_file() and file.stat().st_size]
    assert left == []


def test_the_command_line_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ROSTRO_HOME", str(tmp_path))
    for given in ("/dev/zero", "/dev/stdin", str(tmp_path)):
        done = rostro("models", "import", given, "--as", "face_detection_yunet_2023mar.onnx")
        assert done.returncode == 2, done.stderr
        assert "it is not a regular file" in done.stderr
