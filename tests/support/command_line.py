"""``rostro …`` as the tests run it."""

from __future__ import annotations

import io
import json
import sys
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass
from typing import Any
from unittest import mock

import pytest
from compiled_once import compiled_once

from rostro.cli import main


@dataclass(frozen=True)
class Done:
    returncode: int
    stdout: str
    stderr: str


def rostro(*arguments: object) -> Done:
    """The command line in this process: the same code, without starting Python anew for every case."""
    out, err = (io.TextIOWrapper(io.BytesIO(), encoding="utf-8", write_through=True) for _ in range(2))
    command = ["rostro", *map(str, arguments)]
    with (
        mock.patch.object(sys, "argv", command),
        redirect_stdout(out),
        redirect_stderr(err),
        compiled_once(),
        pytest.raises(SystemExit) as exit_,
    ):
        main.run()
    texts = [stream.buffer.getvalue().decode() for stream in (out, err)]
    code = exit_.value.code or 0
    assert isinstance(code, int), code  # a text would be a message that Python prints
    return Done(code, *texts)


def answer(*arguments: object, code: int) -> dict[str, Any]:
    done = rostro(*arguments, "--json")
    assert done.returncode == code, done.stderr
    document: dict[str, Any] = json.loads(done.stdout)
    return document
