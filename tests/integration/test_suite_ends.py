"""The suite ends by itself: a worker that dies and a test that hangs are failures with a name."""

from __future__ import annotations

import subprocess
import sys
import time
from typing import TYPE_CHECKING

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
