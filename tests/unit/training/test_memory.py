"""Memory that was freed once is not mapped and cleared anew."""

from __future__ import annotations

import platform
import subprocess
import sys

import pytest

#: Pages that were mapped while 32 MB were taken and freed ten times, after a first time.
SCRIPT = """
import resource, sys
import numpy as np
from rostro.training.loop.memory import keep_freed_memory

if sys.argv[1] == "kept":
    keep_freed_memory()
np.ones(4_000_000)
before = resource.getrusage(resource.RUSAGE_SELF).ru_minflt
for _ in range(10):
    np.ones(4_000_000)
print(resource.getrusage(resource.RUSAGE_SELF).ru_minflt - before)
"""


def pages(how: str) -> int:
    done = subprocess.run([sys.executable, "-c", SCRIPT, how], capture_output=True, text=True, check=True)
    return int(done.stdout)


@pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="only glibc is asked")
def test_freed_memory_is_kept() -> None:
    assert pages("kept") < pages("given back") / 10
