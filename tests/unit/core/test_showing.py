"""Nothing that came from elsewhere commands a terminal, hides in a line, or begins one."""

from __future__ import annotations

import json
import logging
import subprocess
import sys
from pathlib import Path

import pytest
from command_line import rostro

from rostro.core.showing import PlainFormatter, in_json, on_terminal

HOSTILE = {
    "colour": "\x1b[31mred\x1b[0m",
    "title": "\x1b]0;owned\x07",
    "one byte": "\x9b31m",
    "back": "evil\b\b\b\bgood",
    "return": "evil\rgood",
    "line": "a.jpg\nb.jpg: fine",
    "direction": "Ada\u202egpj.exe",
    "isolate": "Ada\u2066x\u2069",
    "mark": "a\u200fb",
    "no width": "A\u200bda",
    "separator": "a\u2028b",
    "filler": "\u3164",
    "tag": "a\U000e0041",
    "byte order": "\ufeffa",
}


@pytest.mark.parametrize("name", HOSTILE)
def test_what_is_hidden_is_written_out(name: str) -> None:
    text = HOSTILE[name]
    shown = on_terminal(text)
    assert shown.isprintable()
    assert "\\" in shown
    assert shown == text.encode("unicode_escape").decode("ascii") or name in {"direction", "isolate"} or shown.isascii()
    written = in_json(json.dumps({"name": text}, ensure_ascii=False))
    assert json.loads(written) == {"name": text}
    assert written.isprintable()


@pytest.mark.parametrize(
    "text",
    [
        "Ada",
        "Łukasz 小明",
        "می‌خواهم",
        "क्‍ष",
        "👨‍👩‍👧",
        "❤️",
        "12\u00a0000",
        "no source\n  one\n  two",
        "ñandú",
        "",
    ],
)
def test_what_is_to_be_seen_stays(text: str) -> None:
    assert on_terminal(text) == text


def test_a_log_line_too() -> None:
    record = logging.LogRecord("x", logging.WARNING, "", 0, "%s is damaged", ("\x1b[2J\u202e.db\nfine",), None)
    assert PlainFormatter().format(record) == "\\x1b[2J\\u202e.db\nfine is damaged"


@pytest.fixture
def files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[Path]:
    monkeypatch.chdir(tmp_path)
    made = []
    for text in HOSTILE.values():
        if "/" not in text:
            made.append(tmp_path / f"{text}.jpg")
            made[-1].write_bytes(b"no picture")
    return made


def test_names_of_files_reach_no_terminal_raw(files: list[Path], tmp_path: Path) -> None:
    """In errors, in answers, as arguments, as options, in what is left out, in documents."""
    (tmp_path / "\x1b[31mnotes\u202e.txt").write_text("x")
    for arguments in (
        ("detect", *files),
        ("detect", tmp_path),
        ("detect", *files, "--json"),
        ("verify", files[0], files[1]),
        ("people", "list", "--gallery", files[0]),
        ("people", "show", HOSTILE["colour"], "--gallery", "g.db"),
        (HOSTILE["colour"],),
        ("detect", f"--{HOSTILE['colour']}"),
        ("models", "info", HOSTILE["title"]),
        ("train", "head", tmp_path, "--output", "o", f"--{HOSTILE['title']}"),
        ("evaluate", tmp_path, "--output", HOSTILE["title"]),
    ):
        for more in ((), ("--language", "es")):
            done = rostro(*arguments, *more)
            said = done.stdout + done.stderr
            bad = [character for character in said if not (character.isprintable() or character in "\n\u00a0")]
            assert not bad, (arguments, said)
            assert done.returncode == 2
            assert "fine" not in [line.partition(":")[2].strip() for line in said.splitlines() if line[:5] == "b.jpg"]


def test_a_program_of_its_own(files: list[Path], tmp_path: Path) -> None:
    """The library's own log, too: an index that is damaged beside a gallery with such a name."""
    script = (
        "import logging, sys\nfrom rostro.cli import leaving\n"
        "leaving.leave(lambda: logging.getLogger('rostro').warning('%s is damaged', sys.argv[1]))"
    )
    done = subprocess.run(
        [sys.executable, "-c", script, HOSTILE["title"]], capture_output=True, text=True, check=True, timeout=60
    )
    assert done.stderr == "\\x1b]0;owned\\x07 is damaged\n"
