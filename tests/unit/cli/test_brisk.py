"""What a command sets aside at its start comes back when it is at work, and what it opened is closed when it ends."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from command_line import rostro as command

from rostro.cli.running import close_at_the_end, closed_at_the_end
from rostro.core.closing import Closing


def told(code: str, **environment: str) -> list[str]:
    """The lines that code prints in a fresh Python; commands that ran in this process leave it nothing."""
    inherited = {name: value for name, value in os.environ.items() if name != "OPENBLAS_THREAD_TIMEOUT"}
    done = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True, text=True, check=True, timeout=60, env={**inherited, **environment},
    )  # fmt: skip
    return done.stdout.splitlines()


def test_garbage_is_looked_for_once_a_command_is_at_work() -> None:
    code = """
import gc
usual = gc.get_threshold(), len(gc.callbacks)
from rostro.cli.brisk import start_briskly
start_briskly()
print(gc.get_threshold()[0] > 100_000, gc.isenabled())
start_briskly()
many = [[] for _ in range(200_000)]
print((gc.get_threshold(), len(gc.callbacks)) == usual)
"""
    assert told(code) == ["True True", "True"]


@pytest.mark.parametrize(("given", "taken"), [(None, "20"), ("26", "26")])
def test_threads_of_openblas_sleep_unless_somebody_says_otherwise(given: str | None, taken: str) -> None:
    code = "import os; from rostro.cli.brisk import start_briskly; start_briskly(); print(os.environ[NAME])"
    name = "OPENBLAS_THREAD_TIMEOUT"
    assert told(code.replace("NAME", repr(name)), **({} if given is None else {name: given})) == [taken]


class Thing(Closing):
    def __init__(self, name: str, closed: list[str]) -> None:
        self.name, self.closed = name, closed

    def close(self) -> None:
        self.closed.append(self.name)


def test_what_a_command_made_is_closed_when_it_ends_the_last_first() -> None:
    closed: list[str] = []
    made = []
    with pytest.raises(ValueError, match="broken"), closed_at_the_end():
        for name in "ab":
            made.append(close_at_the_end(Thing(name, closed)))
            assert made[-1].name == name
        close_at_the_end(Thing("nobody has it any more", closed))
        raise ValueError("broken")
    assert closed == ["b", "a"]
    close_at_the_end(Thing("c", closed))  # without a command: whoever made it closes it
    assert closed == ["b", "a"]


def test_a_gallery_is_closed_by_verbs_that_never_open_it_themselves(samples: dict[str, Path], tmp_path: Path) -> None:
    gallery = tmp_path / "people" / "g.db"
    gallery.parent.mkdir()
    for verb in (
        ("enroll", samples["obama.jpg"], "--name", "Ada"),
        ("verify", samples["obama2.jpg"], "--person", "Ada"),
        ("identify", samples["obama2.jpg"]),
    ):
        done = command(*verb, "--gallery", gallery)
        assert done.returncode == 0, done.stderr
        assert [file.name for file in gallery.parent.iterdir()] == ["g.db"], "no log of SQLite's is left"
