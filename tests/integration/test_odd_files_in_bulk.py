"""Bulk commands over hundreds of broken and odd files: they go on, name each bad one and why, and stay small."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest
from odd_files import odd_files

from rostro.photos.reading import printable

GIB = 1 << 30
#: The command line, which tells its own peak of memory at the end: rusage would count that of the process it was
#: forked from.
PEAK_TOLD = """
import atexit, pathlib, sys
from rostro.cli.main import run
atexit.register(lambda: sys.stderr.write(pathlib.Path("/proc/self/status").read_text(encoding="utf-8")))
run()
"""


@pytest.mark.slow
def test_detect_survives_every_odd_file(tmp_path: Path) -> None:
    folder = tmp_path / "odd"
    folder.mkdir()
    written = [(file.write(folder), file) for file in odd_files()]
    files = {printable(str(path)): file for path, file in written if not path.is_dir()}  # a folder is gone through
    assert len(files) >= 200
    command = [sys.executable, "-c", PEAK_TOLD, "detect", *(str(path) for path, _ in written), "--json"]
    done = subprocess.run(command, capture_output=True, text=True, encoding="utf-8", errors="replace")
    stdout, stderr = done.stdout, done.stderr
    peak = int(re.findall(r"VmHWM:\s+(\d+) kB", stderr)[-1]) * 1024
    assert done.returncode == 2, stderr[-2000:]
    assert "Traceback" not in stderr
    found = json.loads(stdout)

    read = {photo["photo"]: (photo["height"], photo["width"]) for photo in found["photos"]}
    failed = {failure["photo"]: failure["reason"] for failure in found["failed"]}
    assert files.keys() <= read.keys() | failed.keys()
    assert not read.keys() & failed.keys()
    for path, file in files.items():
        if file.either:
            continue
        if file.shape is not None:
            assert read.get(path) == tuple(file.shape[:2]), path
        else:
            assert path in failed, path
    assert all(reason and "Error" not in reason for reason in failed.values())
    assert peak < 2 * GIB, f"{peak / GIB:.2f} GiB"
