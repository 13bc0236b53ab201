"""Every number of every verb, and of requests: what cannot be is refused before the work, by name."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
import typer
from command_line import rostro
from running_server import running_server

from rostro.cli.main import VERBS, build
from rostro.recognizer import Recognizer

WRONG = ["nan", "inf", "-inf", "-1", "1e99", "99999999999999999999999"]
#: A cosine may be -1.
RIGHT = {("--threshold", "-1")}


def commands(command: Any, path: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], Any]]:
    inner = getattr(command, "commands", {})
    for name, each in inner.items():
        yield from commands(each, (*path, name))
    if not inner:
        yield path, command


def numbers() -> Iterator[Any]:
    """(verb and what it needs, option) of each option that takes a number."""
    for path, command in commands(typer.main.get_command(build(*VERBS))):
        needed = ["x" for parameter in command.params if parameter.param_type_name == "argument"]
        for parameter in command.params:
            if parameter.param_type_name == "option" and kind(parameter) & {"int", "float"}:
                option = max(parameter.opts, key=len)
                yield pytest.param([*path, *needed], option, id=" ".join([*path, option]))


def kind(parameter: Any) -> set[str]:
    """What an option takes, as its help says."""
    said = str(parameter.type_descriptor.annotation)
    return {word for word in ("int", "float", "str", "bool", "Path") if word in said}


def test_the_walk_finds_them() -> None:
    found = {parameter.id for parameter in numbers()}
    assert len(found) > 60
    assert {
        "detect --min-score", "verify --threshold", "identify --fpir", "watch --port", "serve --rate",
        "train embedder --margin", "evaluate --replicates", "calibrate --fmr", "enroll --min-quality",
    } <= found  # fmt: skip


@pytest.mark.parametrize(("verb", "option"), list(numbers()))
def test_numbers_that_cannot_be(verb: list[str], option: str) -> None:
    for value in WRONG:
        if (option, value) in RIGHT:
            continue
        done = rostro(*verb, f"{option}={value}")
        assert done.returncode == 2, f"{value}: {done}"
        assert option in done.stderr and not done.stdout, f"{value}: {done}"


@pytest.mark.parametrize(("value", "said"), [("5", "got 5"), ("nan", "got nan"), ("-1", "got -1")])
def test_the_range_is_said(value: str, said: str, samples: dict[str, Path]) -> None:
    """It used to be answered: no face, or 505 of them."""
    done = rostro("detect", samples["obama.jpg"], "--min-score", value)
    assert done.returncode == 2 and f"a score lies in [0, 1], {said}" in done.stderr


def test_requests(recognizer: Recognizer, samples: dict[str, Path], tmp_path: Path) -> None:
    """Numbers of forms, of queries and of paths."""
    with running_server(recognizer, tmp_path) as server, httpx.Client(base_url=server.url, timeout=30) as client:
        photo = samples["obama.jpg"].read_bytes()
        for value in [*WRONG, "0", "51", "1.5"]:
            answer = client.post(
                "/v1/identify", data={"candidates": value}, files={"photos": ("a.jpg", photo, "image/jpeg")}
            )
            assert answer.status_code == 422 and "candidates" in answer.text, value
        for value in [*WRONG, "1.5"]:
            for name in ("limit", "offset"):
                answer = client.get("/v1/people", params={name: value})
                assert answer.status_code == 422 and name in answer.text, (name, value)
            assert client.get(f"/v1/people/{value}").status_code == 422, value


@pytest.mark.parametrize("verb", ["evaluate", "compare"])
def test_rates_of_which_there_may_be_several(verb: str, tmp_path: Path) -> None:
    for value in [*WRONG, "1e-3,nan", "0", "2", "often"]:
        done = rostro(verb, tmp_path, f"--fmr={value}")
        assert done.returncode == 2 and "--fmr" in done.stderr and not done.stdout, f"{value}: {done}"
