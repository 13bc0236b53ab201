"""A folder that nobody can write to, root neither, for as long as a test lasts."""

from __future__ import annotations

import gc
import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest


@contextmanager
def read_only(folder: Path) -> Iterator[Path]:
    """Mounts it onto itself, read-only, where root may; takes the right to write from everybody else's."""
    if os.geteuid() == 0:
        mounted = subprocess.run(["mount", "--bind", folder, folder], capture_output=True, check=False)
        if mounted.returncode:
            pytest.skip(f"root may write everywhere, and may not mount here: {mounted.stderr.decode().strip()}")
        try:
            subprocess.run(["mount", "-o", "remount,ro,bind", folder], capture_output=True, check=True)
            yield folder
        finally:
            gc.collect()
            # lazily: a verb that was run in this process and failed may have left a file open
            subprocess.run(["umount", "--lazy", folder], check=True)
        return
    inside = [folder, *folder.rglob("*")]
    before = {path: path.stat().st_mode for path in inside}
    try:
        for path in inside:
            path.chmod(before[path] & ~0o222)
        yield folder
    finally:
        for path in inside:
            path.chmod(before[path])
