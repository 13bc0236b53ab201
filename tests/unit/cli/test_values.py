"""Plain values are read as typer reads them, whatever the verb; what is not plain typer reads itself."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import typer
import typer.main
from typer.exceptions import TyperException

from rostro.cli import values
from rostro.cli.main import VERBS, build

KNOWN = pytest.mark.skipif(not typer.__version__.startswith(values.KNOWN), reason="another typer reads its own way")
#: What may stand after an option, good and bad.
GIVEN = [
    "",
    "7",
    "0.25",
    "1e-3",
    "nan",
    "x",
    "-",
    "ñ 小",
    __file__,
    "/no/such/file",
    "/",
    "true",
    "\0",
    "\udcff",
    "~",
    " ",
]


def parameters(command: Any) -> Iterator[Any]:
    """Those of a command and of the commands in it."""
    yield from command.params
    for inner in getattr(command, "commands", {}).values():
        yield from parameters(inner)


def read(parameter: Any, value: Any) -> object:
    """What it makes of a value, or what is wrong with it."""
    try:
        made = parameter.get_runtime_param().coerce(value, param=parameter, ctx=None)
    except TyperException as error:
        return type(error), error.message
    except ValueError as error:  # typer's own, of what is no name of a file
        return type(error), str(error)
    return (type(made), repr(made)) if not isinstance(made, list | tuple) else (*map(type, made), repr(list(made)))


@KNOWN
@pytest.mark.parametrize("verb", VERBS)
def test_values_are_read_as_typer_reads_them(verb: str) -> None:
    for parameter in parameters(typer.main.get_command(build(verb))):
        several = parameter.multiple or parameter.nargs == -1
        given: list[Any] = [None, *([value] if several else value for value in GIVEN)]
        if several:
            given += [[], ("a", "b"), [__file__, "/no/such/file"]]
        if not callable(parameter.default) and parameter.default is not None:
            given.append(parameter.default)
        for value in given:
            parameter._runtime_param = None
            by_typer = read(parameter, value)
            parameter._runtime_param = None
            values.plainly([parameter])
            assert type(parameter._runtime_param) is values._Plain
            assert read(parameter, value) == by_typer, (parameter.name, value)


def test_a_typer_that_nobody_looked_at_is_left_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(typer, "__version__", "1.0.0")
    parameter = SimpleNamespace(_runtime_param=None)
    values.plainly([parameter])
    assert parameter._runtime_param is None
    monkeypatch.setattr(typer, "__version__", "0.29.9")
    values.plainly([SimpleNamespace()])  # without the place
    values.plainly([parameter])
    assert parameter._runtime_param is not None


@KNOWN
@pytest.mark.parametrize("verb", [["verify", "--help"], ["detect", "a.jpg", "b.jpg"], ["gallery", "info"], ["--help"]])
def test_pydantic_is_not_loaded(verb: list[str], tmp_path: Path) -> None:
    code = f"""
import sys
from rostro.cli import main
sys.argv = ["rostro", *{verb!r}]
try: main.run()
except SystemExit: pass
print("pydantic" in sys.modules, file=sys.__stderr__)
"""
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=120, cwd=tmp_path
    )
    assert done.stderr.splitlines()[-1] == "False"
