"""What is loaded before anything is asked for: little, so that the help is there at once."""

from __future__ import annotations

import subprocess
import sys

import pytest
import typer.main

from rostro.cli.main import VERBS, build, listing

HEAVY = {"numpy", "cv2", "PIL", "pydantic", "openvino", "onnxruntime", "torch", "faiss", "requests", "rich", "fastapi"}


def loaded(code: str) -> set[str]:
    """Top names of the modules that a new Python has after this code."""
    done = subprocess.run(
        [sys.executable, "-c", f"{code}\nimport sys\nprint(*sys.modules, file=sys.__stderr__)"],
        capture_output=True,
        text=True,
        check=True,
        timeout=120,
    )
    return set(done.stderr.split())


def test_importing_rostro_loads_nothing_heavy() -> None:
    found = loaded("import rostro\ndir(rostro)")
    assert "rostro" in found
    assert not HEAVY & found


@pytest.mark.parametrize("asked", [["--help"], ["-h"], [], ["--version"], ["nonsense"]])
def test_the_help_loads_no_verb(asked: list[str]) -> None:
    run = f"import sys\nfrom rostro.cli import main\nsys.argv = ['rostro', *{asked!r}]\n"
    found = loaded(f"{run}try:\n    main.run()\nexcept SystemExit:\n    pass")
    assert "typer" in found
    assert not HEAVY & found
    assert not {f"rostro.cli.{verb}" for verb in VERBS} & found


def test_the_help_lists_the_verbs_as_they_are() -> None:
    short, whole = (typer.main.get_command(app).commands for app in (listing(), build(*VERBS)))
    assert list(short) == list(VERBS)
    assert {name: command.short_help for name, command in short.items()} == {
        name: command.short_help for name, command in whole.items()
    }
    assert all(len(about) <= 66 and about.endswith((".", "?")) for about in VERBS.values()), "it fits a line"


def test_a_verb_after_an_option_is_still_that_verb() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "rostro", "--wrong", "detect"], capture_output=True, text=True, check=False, timeout=120
    )
    assert done.returncode == 2
    assert "--wrong" in done.stderr
