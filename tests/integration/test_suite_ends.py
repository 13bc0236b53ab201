"""The suite ends by itself: a worker that dies and a test that hangs are failures with a name."""

from __future__ import annotations

import subprocess
import sys
import time
from types import SimpleNamespace
from typing import TYPE_CHECKING

import order

if TYPE_CHECKING:
    from pathlib import Path

DIES = """
import os, signal
def test_before(): pass
def test_dies(): os.kill(os.getpid(), signal.SIGSEGV)
def test_after(): pass
"""
HANGS = """
import time
def test_hangs(): time.sleep(600)
def test_after(): pass
"""
FINE = "def test_fine(): pass"


def run(folder: Path, *options: str) -> subprocess.CompletedProcess[str]:
    """Our own settings of pytest, on other tests."""
    command = [sys.executable, "-m", "pytest", "--rootdir", str(folder), "-o", "addopts=-ra --max-worker-restart=0"]
    return subprocess.run(
        [*command, "-n", "2", "--dist", "loadfile", "-o", "timeout_method=signal", *options, str(folder)],
        capture_output=True, text=True, timeout=120, check=False, cwd=folder,
    )  # fmt: skip


def test_a_worker_that_dies_is_a_failure_with_the_name_of_its_test(tmp_path: Path) -> None:
    for name, content in {"dies": DIES, **{f"fine{number}": FINE for number in range(4)}}.items():
        (tmp_path / f"test_{name}.py").write_text(content)
    answer = run(tmp_path)
    assert answer.returncode == 1, answer.stdout
    assert "crashed while running 'test_dies.py::test_dies'" in answer.stdout


def test_a_test_that_hangs_fails_alone(tmp_path: Path) -> None:
    (tmp_path / "test_hangs.py").write_text(HANGS)
    (tmp_path / "test_fine.py").write_text(FINE)
    begun = time.monotonic()
    answer = run(tmp_path, "-o", "timeout=2")
    assert answer.returncode == 1
    assert "1 failed, 2 passed" in answer.stdout
    assert time.monotonic() - begun < 60


def test_long_files_are_begun_first_and_are_there() -> None:
    gone = [name for name in order.LONG if not (order.TESTS / name).is_file()]
    assert not gone, "tests/support/order.py names what is no file any more"
    assert len(set(order.LONG)) == len(order.LONG)
    short, many = order.TESTS / "a.py", order.TESTS / "b.py"
    first, second = (order.TESTS / name for name in order.LONG[:2])
    items = [SimpleNamespace(path=path) for path in (short, many, many, second, first, second)]
    order.longest_first(items)  # type: ignore[arg-type]
    assert [item.path for item in items] == [first, second, second, many, many, short]


def test_a_worker_more_than_processors_where_memory_has_room() -> None:
    gigabytes = [0, 7, 8, 11, 12, 16, 64]
    assert [order.workers(2, number * 2**30) for number in gigabytes] == [2, 2, 2, 2, 3, 3, 3]
    assert order.workers(1, 2**40) == 2
    assert order.workers_here() >= 1
