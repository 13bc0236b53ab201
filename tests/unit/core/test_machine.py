"""How much of the machine a process may use: what it is bound to, and what its control groups leave it."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from rostro.core import machine
from rostro.core.machine import memory, processors, usual_threads
from rostro.core.settings import Settings


@pytest.fixture(autouse=True)
def large(monkeypatch: pytest.MonkeyPatch) -> None:
    """A machine of 64 processors and 512 GiB."""
    monkeypatch.setattr(os, "cpu_count", lambda: 64)
    monkeypatch.setattr(os, "process_cpu_count", lambda: 64, raising=False)
    monkeypatch.setattr(os, "sched_getaffinity", lambda _: set(range(64)), raising=False)
    monkeypatch.setattr(os, "sysconf", lambda name: {"SC_PHYS_PAGES": 1 << 27, "SC_PAGE_SIZE": 4096}[name])


def system(root: Path, groups: str, **files: str) -> Path:
    """A file system with ``/proc/self/cgroup`` and some files, their slashes written as ``__``."""
    (root / "proc/self").mkdir(parents=True)
    (root / "proc/self/cgroup").write_text(groups)
    for name, text in files.items():
        file = root / "sys/fs/cgroup" / name.replace("__", "/").replace("_dot_", ".").replace("_and_", ",")
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)
    return root


@pytest.mark.parametrize(
    ("groups", "files", "expected"),
    [
        ("0::/\n", {"cpu_dot_max": "200000 100000\n"}, 2),
        ("0::/\n", {"cpu_dot_max": "150000 100000\n"}, 2),
        ("0::/\n", {"cpu_dot_max": "5000 100000\n"}, 1),
        ("0::/\n", {"cpu_dot_max": "max 100000\n"}, 64),
        ("0::/\n", {"cpu_dot_max": "9900000 100000\n"}, 64),
        ("0::/a/b\n", {"a__cpu_dot_max": "300000 100000\n", "a__b__cpu_dot_max": "max 100000\n"}, 3),
        ("0::/docker/outside\n", {"cpu_dot_max": "400000 100000\n"}, 4),
        ("0::/../../pod\n", {"cpu_dot_max": "400000 100000\n"}, 4),
        (
            "4:cpu,cpuacct:/x\n",
            {"cpu__x__cpu_dot_cfs_quota_us": "250000", "cpu__x__cpu_dot_cfs_period_us": "100000"},
            3,
        ),
        (
            "4:cpu,cpuacct:/\n0::/\n",
            {"cpu_and_cpuacct__cpu_dot_cfs_quota_us": "100000", "cpu_and_cpuacct__cpu_dot_cfs_period_us": "50000"},
            2,
        ),
        ("4:cpu:/\n", {"cpu__cpu_dot_cfs_quota_us": "-1", "cpu__cpu_dot_cfs_period_us": "100000"}, 64),
        ("4:cpu:/\n", {"cpu__cpu_dot_cfs_quota_us": "100000"}, 64),
        ("nonsense\n\n7", {"cpu_dot_max": "\0"}, 64),
    ],
)
def test_processors_of_a_container(tmp_path: Path, groups: str, files: dict[str, str], expected: int) -> None:
    assert processors(system(tmp_path, groups, **files)) == expected


@pytest.mark.parametrize("bound", [1, 3, 64])
def test_processors_that_the_process_is_bound_to(tmp_path: Path, bound: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "sched_getaffinity", lambda _: set(range(bound)), raising=False)
    assert processors(tmp_path) == bound
    assert processors(system(tmp_path, "0::/\n", cpu_dot_max="200000 100000\n")) == min(2, bound)


def test_systems_that_tell_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("sched_getaffinity", "sysconf", "process_cpu_count"):
        monkeypatch.delattr(os, name, raising=False)
    assert (processors(tmp_path), memory(tmp_path)) == (64, None)
    monkeypatch.setattr(os, "cpu_count", lambda: None)
    assert processors(tmp_path) == 1


@pytest.mark.parametrize(
    ("groups", "files", "expected"),
    [
        ("0::/\n", {"memory_dot_max": "1073741824\n"}, 1 << 30),
        ("0::/\n", {"memory_dot_max": "max\n"}, 1 << 39),
        ("4:memory:/x\n", {"memory__x__memory_dot_limit_in_bytes": "2147483648"}, 1 << 31),
        ("4:memory:/\n", {"memory__memory_dot_limit_in_bytes": "9223372036854771712"}, 1 << 39),
        ("0::/a/b\n", {"a__memory_dot_max": "1073741824", "a__b__memory_dot_max": "max"}, 1 << 30),
    ],
)
def test_memory_of_a_container(tmp_path: Path, groups: str, files: dict[str, str], expected: int) -> None:
    assert memory(system(tmp_path, groups, **files)) == expected


@pytest.mark.parametrize(
    ("cores", "room", "threads"), [(64, 1 << 39, 64), (64, 1 << 30, 4), (2, 1 << 30, 2), (8, 1 << 20, 1), (8, None, 8)]
)
def test_threads_fit_into_memory(cores: int, room: int | None, threads: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(machine, "processors", lambda: cores)
    monkeypatch.setattr(machine, "memory", lambda: room)
    assert usual_threads() == Settings.from_environment({}).threads == threads
    assert Settings.from_environment({"ROSTRO_THREADS": "7"}).threads == 7, "who says how many, is obeyed"


@pytest.mark.skipif(not hasattr(os, "sched_setaffinity"), reason="no process is bound to processors here")
def test_every_place_that_counts_counts_so() -> None:
    script = """
import os
os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})
from rostro.core.machine import processors
from rostro.core.settings import Settings
from rostro.gallery.sqlite.search import scan
from rostro.recognizer import Recognizer
print(processors(), Settings.from_environment().threads, scan._THREADS, Recognizer().engine_options.threads)
"""
    environment = {name: value for name, value in os.environ.items() if name != "ROSTRO_THREADS"}
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True, env=environment)
    assert done.stdout.split() == ["1"] * 4


def test_nobody_counts_for_themselves() -> None:
    source = Path(machine.__file__).parents[1]
    counting = {
        str(file.relative_to(source)) for file in source.rglob("*.py") if "cpu_count" in file.read_text("utf-8")
    }
    assert counting == {"core/machine.py", "cli/doctor.py"}, "the doctor says how many the machine has besides"
