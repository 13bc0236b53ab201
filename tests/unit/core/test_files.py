"""A file is the old one or the new one, whatever happens on the way."""

from __future__ import annotations

import os
import stat
import subprocess
import sys
from typing import IO, TYPE_CHECKING

import pytest

from rostro.core.errors import BadInput
from rostro.core.files import PRIVATE, replacing, write_file

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path


@pytest.fixture
def umask() -> Iterator[Callable[[int], int]]:
    before = os.umask(0o022)
    yield os.umask
    os.umask(before)


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def rights(file: Path) -> int:
    return stat.S_IMODE(file.lstat().st_mode)


def run(code: str, *arguments: object) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", code, *map(str, arguments)], capture_output=True, text=True, check=False, timeout=60
    )


def test_a_new_file_and_one_that_takes_the_old_ones_place(tmp_path: Path) -> None:
    target = tmp_path / "answer.json"
    write_file(target, b"first")
    assert target.read_bytes() == b"first"
    write_file(target, lambda file: file.write(b"second"))
    assert target.read_bytes() == b"second"
    assert names(tmp_path) == ["answer.json"]


def test_large_files_are_written_and_read_back_while_they_are_open(tmp_path: Path) -> None:
    def fill(file: IO[bytes]) -> None:
        file.write(b"x" * 1_000_000)
        file.seek(0)
        file.write(len(file.read()).to_bytes(4, "big"))

    write_file(tmp_path / "large", fill)
    assert (tmp_path / "large").read_bytes()[-4:] == (1_000_000).to_bytes(4, "big")


@pytest.mark.parametrize("error", [RuntimeError, KeyboardInterrupt, SystemExit])
def test_whoever_is_stopped_leaves_the_old_file_and_nothing_beside_it(
    tmp_path: Path, error: type[BaseException]
) -> None:
    target = tmp_path / "kept"
    target.write_bytes(b"old")

    def fill(file: IO[bytes]) -> None:
        file.write(b"half of the ne")
        raise error

    with pytest.raises(error):
        write_file(target, fill)
    assert target.read_bytes() == b"old"
    assert names(tmp_path) == ["kept"]


def test_a_killed_process_leaves_the_old_file_and_a_name_that_listings_skip(tmp_path: Path) -> None:
    target = tmp_path / "people.txt"
    target.write_bytes(b"old")
    code = """
import os, signal, sys
from pathlib import Path
from rostro.core.files import replacing
with replacing(Path(sys.argv[1]), alone=sys.argv[2] == "True") as beside:
    beside.write_bytes(b"new, all of it")
    os.kill(os.getpid(), signal.SIGKILL)
"""
    assert run(code, target, False).returncode == -9
    assert target.read_bytes() == b"old"
    (left,) = set(names(tmp_path)) - {"people.txt"}
    assert left.startswith(".rostro-")
    assert left.endswith(".tmp")
    assert list(tmp_path.glob("[!.]*")) == [target]
    write_file(target, b"new")
    assert target.read_bytes() == b"new"


def test_what_a_killed_process_left_does_not_pile_up_where_a_lock_is_held(tmp_path: Path) -> None:
    code = """
import os, signal, sys
from pathlib import Path
from rostro.core.files import replacing
with replacing(Path(sys.argv[1]), alone=True) as beside:
    beside.write_bytes(b"x" * 100)
    os.kill(os.getpid(), signal.SIGKILL)
"""
    for _ in range(2):
        assert run(code, tmp_path / "weights").returncode == -9
    assert len(names(tmp_path)) == 1
    with replacing(tmp_path / "weights", alone=True) as beside:
        assert beside.read_bytes() == b"", "what a dead process left is not taken for ours"
        beside.write_bytes(b"whole")
    assert names(tmp_path) == ["weights"]


def test_a_full_disk_is_said_with_path_and_reason_and_harms_nothing(tmp_path: Path) -> None:
    """A limit on a file's size stands for the disk that is full: a write stops in the middle, as it would there."""
    pytest.importorskip("resource")
    target = tmp_path / "kept"
    target.write_bytes(b"old")
    code = """
import resource, signal, sys
from pathlib import Path
from rostro.core.errors import BadInput
from rostro.core.files import write_file
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (50_000, 50_000))
try:
    write_file(Path(sys.argv[1]), b"x" * 60_000)
except BadInput as error:
    print(error)
"""
    done = run(code, target)
    assert done.stdout.strip() == f"cannot write {target}: File too large", done.stderr
    assert target.read_bytes() == b"old"
    assert names(tmp_path) == ["kept"]


def test_a_flush_that_fails_is_a_write_that_failed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Network file systems say only then that the disk is full."""

    def full(descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    target = tmp_path / "kept"
    target.write_bytes(b"old")
    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(BadInput, match=r"cannot write .*kept: No space left on device"):
        write_file(target, b"new")
    assert target.read_bytes() == b"old"
    assert names(tmp_path) == ["kept"]


def test_file_and_folder_are_flushed_the_file_first(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    flushed: list[tuple[str, bool]] = []
    sync = os.fsync

    def watch(descriptor: int) -> None:
        is_folder = stat.S_ISDIR(os.fstat(descriptor).st_mode)
        flushed.append(("folder" if is_folder else "file", (tmp_path / "new").exists()))
        sync(descriptor)

    monkeypatch.setattr(os, "fsync", watch)
    write_file(tmp_path / "new", b"bytes")
    assert flushed == [("file", False), ("folder", True)]


@pytest.mark.parametrize("target", ["missing/answer", "file/answer", "folder", "pipe", "a\0b"])
def test_where_nothing_can_be_written_path_and_reason_are_said(tmp_path: Path, target: str) -> None:
    (tmp_path / "file").write_bytes(b"")
    (tmp_path / "folder").mkdir()
    os.mkfifo(tmp_path / "pipe")
    before = names(tmp_path)
    with pytest.raises(BadInput, match="cannot write ") as caught:
        write_file(tmp_path / target, b"bytes")
    assert str(tmp_path) in str(caught.value)
    assert names(tmp_path) == before


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_a_folder_that_may_not_be_written(tmp_path: Path) -> None:
    tmp_path.chmod(0o500)
    try:
        with pytest.raises(BadInput, match="Permission denied"):
            write_file(tmp_path / "answer", b"bytes")
    finally:
        tmp_path.chmod(0o700)


def test_a_link_is_replaced_and_what_it_points_at_is_left(tmp_path: Path) -> None:
    (tmp_path / "theirs").write_bytes(b"theirs")
    (tmp_path / "link").symlink_to(tmp_path / "theirs")
    write_file(tmp_path / "link", b"ours")
    assert (tmp_path / "theirs").read_bytes() == b"theirs"
    assert not (tmp_path / "link").is_symlink()


def test_rights_follow_the_umask_the_file_before_or_the_caller(tmp_path: Path, umask: Callable[[int], int]) -> None:
    target = tmp_path / "new"
    write_file(target, b"1")
    assert rights(target) == 0o644
    umask(0o077)
    write_file(tmp_path / "other", b"1")
    assert rights(tmp_path / "other") == 0o600
    target.chmod(0o440)
    write_file(target, b"2")
    assert rights(target) == 0o440, "who closed a file finds it closed"
    umask(0)
    write_file(target, b"3", mode=PRIVATE)
    assert rights(target) == 0o600


def test_what_is_private_is_so_while_it_is_written(tmp_path: Path, umask: Callable[[int], int]) -> None:
    umask(0)
    with replacing(tmp_path / "key", mode=PRIVATE) as beside:
        assert rights(beside) == 0o600


def test_long_names_leave_room_for_the_name_beside(tmp_path: Path) -> None:
    for alone in (True, False):
        with replacing(tmp_path / ("n" * 255), alone=alone) as beside:
            beside.write_bytes(b"bytes")
        assert (tmp_path / ("n" * 255)).read_bytes() == b"bytes"


def test_no_other_place_writes_beside_and_moves() -> None:
    """One way to do it: what is moved into place by hand has no flush, no rights and no clean-up."""
    import re
    from pathlib import Path

    import rostro

    source = Path(rostro.__file__).parent
    by_hand = re.compile(
        r"os\.replace\(|mkstemp|NamedTemporaryFile|\.(part|tmp)\"|\b(beside|temporary|partial|part)\.(replace|rename)\("
    )
    found = [str(file.relative_to(source)) for file in source.rglob("*.py") if by_hand.search(file.read_text("utf-8"))]
    assert found == ["core/files.py"]
