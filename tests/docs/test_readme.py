"""The code blocks of both READMEs are run: Python as one session, commands with the output that they show."""

from __future__ import annotations

import os
import re
import shlex
import shutil
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest
from pages import ROOT, blocks

if TYPE_CHECKING:
    from pathlib import Path

PAGES = ["README.md", "README.es.md"]
NUMBER = re.compile(r"\d+[.,]\d+|\d+")
EXPORT = re.compile(r"export (\w+)=(\S+)")


def commands(page: str) -> list[tuple[str, str, list[str]]]:
    """(where, command line, lines that it is said to print) of all console blocks, in order."""
    found: list[tuple[str, str, list[str]]] = []
    for block in blocks(page, "console"):
        for number, line in enumerate(block.text.splitlines()):
            if line.startswith("$ "):
                found.append((f"{page}:{block.line + number}", line[2:].partition("  #")[0].strip(), []))
            elif line.strip():
                found[-1][2].append(line)
    return found


@pytest.fixture
def folder(tmp_path: Path, samples: dict[str, Path], monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where the READMEs' commands are typed: the sample photos, and a folder of people."""
    for name, path in samples.items():
        shutil.copy(path, tmp_path / name)
    for person, photo in {"Barack Obama": "obama.jpg", "Joe Biden": "biden.jpg"}.items():
        (tmp_path / "people" / person).mkdir(parents=True)
        shutil.copy(samples[photo], tmp_path / "people" / person / photo)
    (tmp_path / "broken.jpg").write_bytes(b"\xff\xd8\xff\xe0 and nothing after it")
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.mark.parametrize("page", PAGES)
def test_python_blocks_run(page: str, folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    session: dict[str, object] = {}
    found = blocks(page, "python")
    assert found
    for block in found:
        # with the page's own line numbers, so that errors name them
        exec(compile("\n" * (block.line - 1) + block.text, page, "exec"), session)
    printed = capsys.readouterr().out
    assert printed.startswith("True 0.")
    assert "Barack Obama" in printed
    assert "broken.jpg unreadable-photo" in printed


@pytest.fixture(scope="module")
def checked(tmp_path_factory: pytest.TempPathFactory) -> dict[str, list[str]]:
    """What a type checker says of each page's Python, and of a name that there is not; it reads the package once."""
    folder = tmp_path_factory.mktemp("checked")
    code = {page: "\n".join(block.text for block in blocks(page, "python")) for page in PAGES}
    for name, text in {**code, "wrong": "import rostro\n\nrostro.Recogniser()\n"}.items():
        (folder / f"{name.replace('.', '_')}.py").write_text(text, encoding="utf-8")
    options = ["--strict", "--cache-dir", str(folder / "cache")]
    done = subprocess.run(
        [sys.executable, "-m", "mypy", *options, *map(str, folder.glob("*.py"))],
        capture_output=True, text=True, cwd=ROOT, check=False,
    )  # fmt: skip
    assert done.stdout.splitlines()[-1].endswith("(checked 3 source files)"), done.stdout + done.stderr
    found = [line for line in done.stdout.splitlines() if ": error: " in line]
    said = {name: [line for line in found if f"{name.replace('.', '_')}.py:" in line] for name in (*PAGES, "wrong")}
    assert sum(map(len, said.values())) == len(found), done.stdout
    return said


@pytest.mark.parametrize("page", PAGES)
def test_type_checkers_accept_the_python_blocks(page: str, checked: dict[str, list[str]]) -> None:
    """And they know every name: `rostro` hides its ``__getattr__`` from them."""
    assert checked[page] == []
    assert ['has no attribute "Recogniser"' in line for line in checked["wrong"]] == [True]


@pytest.mark.parametrize("page", PAGES)
def test_commands_print_what_is_shown(page: str, folder: Path) -> None:
    found = commands(page)
    assert len(found) >= 4
    environment = dict(os.environ)
    for where, command, shown in found:
        if setting := EXPORT.fullmatch(command):
            environment[setting[1]] = setting[2]
            continue
        program, *arguments = shlex.split(command)
        assert program == "rostro", where
        done = subprocess.run(
            [sys.executable, "-m", "rostro", *arguments],
            capture_output=True, text=True, encoding="utf-8", env=environment,
        )  # fmt: skip
        assert done.returncode in {0, 1}, f"{where}: {command}: {done.stderr}"
        printed = [line for line in done.stdout.splitlines() if line.strip()]
        assert [NUMBER.sub("#", line) for line in printed] == [NUMBER.sub("#", line) for line in shown], where
        for ours, theirs in zip(numbers(printed), numbers(shown), strict=True):
            assert ours == pytest.approx(theirs, abs=0.03), where


def numbers(lines: list[str]) -> list[float]:
    return [float(number.replace(",", ".")) for line in lines for number in NUMBER.findall(line)]
