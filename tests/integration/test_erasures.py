"""``benchmarks/erasures.py`` in small: people erased beside jobs, watchers and kills; no byte of them is left."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

SCRIPT = Path(__file__).resolve().parents[2] / "benchmarks" / "erasures.py"


def test_nothing_is_left_of_the_erased() -> None:
    command = [sys.executable, str(SCRIPT), "--erasures", "40", "--seed", "3"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=300, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    erased, killed = re.findall(r"^(\d+) people erased .* (\d+) processes killed", done.stdout)[0]
    assert int(erased) >= 40 and int(killed) >= 1
    assert "bytes of the erased in any file: 0" in done.stdout
