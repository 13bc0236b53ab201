"""Libraries in C are muted while they decode, and nobody else is."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from rostro.core.muting import MUTED, Mute

LOUD = "import os; os.write(2, b'from C\\n')"


def run(code: str) -> str:
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60)
    return done.stderr


def test_a_program_that_set_its_stderr_aside_hears_only_itself() -> None:
    code = f"""
import sys
from rostro.core.muting import MUTED, set_stderr_aside
set_stderr_aside()
set_stderr_aside()  # a second time changes nothing
{LOUD}
with MUTED(), MUTED():
    {LOUD}
    print("from Python", file=sys.stderr)
{LOUD}
"""
    assert sorted(run(code).split("\n")) == ["", "from C", "from C", "from Python"]


def test_where_python_writes_there_too_nothing_is_muted() -> None:
    code = f"from rostro.core.muting import MUTED\nwith MUTED():\n    {LOUD}\n"
    assert run(code) == "from C\n"


def test_a_closed_stderr_is_no_reason_to_fail() -> None:
    code = f"import os\nos.close(2)\nfrom rostro.core.muting import MUTED\nwith MUTED():\n    pass\n{LOUD[:9]}"
    subprocess.run([sys.executable, "-c", code], check=True, timeout=60)


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")
def test_a_child_that_was_forked_meanwhile_is_heard() -> None:
    code = f"""
import os
from rostro.core.muting import MUTED, set_stderr_aside
set_stderr_aside()
with MUTED():
    if (child := os.fork()) == 0:
        {LOUD}
        os._exit(0)
    os.waitpid(child, 0)
"""
    assert run(code) == "from C\n"


def test_errors_pass_through() -> None:
    with pytest.raises(ValueError, match="x"), Mute()():
        raise ValueError("x")
    with MUTED():
        pass
