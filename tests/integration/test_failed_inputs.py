"""Inputs that failed once, as they were handed over: each folder's ``run.sh`` is run, and what it prints is right.

They are not part of the project: ``cases/NN-name`` beside the measuring photos. A folder that is not known here fails,
so that nobody forgets to say what is right.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from rostro.core.settings import Settings

pytestmark = pytest.mark.data

CASES = Path(os.environ.get("ROSTRO_DATA", Path(__file__).parents[3] / "shared" / "data")).parent / "cases"
FOLDERS = sorted(path for path in CASES.glob("[0-9][0-9]-*") if path.is_dir()) if CASES.is_dir() else []
EARLIER = Path(__file__).parents[1] / "support" / "earlier_paths"
#: What bash reads before it runs a case: its sleeps end when the server answers that they wait for.
UNTIL_IT_SERVES = Path(__file__).parents[1] / "support" / "until_it_serves.sh"


def codes(text: str) -> list[int]:
    """Every exit code that was said."""
    return [int(code) for code in re.findall(r"exit code (\d+)", text)]


def parts(text: str) -> dict[str, str]:
    """What was printed below each ``== heading``."""
    split = re.split(r"^== (.*)$", text, flags=re.MULTILINE)
    return dict(zip(split[1::2], split[2::2], strict=True))


def right(name: str) -> Callable[[Callable[[str], None]], Callable[[str], None]]:
    """Notes what is right for a case."""

    def note(check: Callable[[str], None]) -> Callable[[str], None]:
        RIGHT[name] = check
        return check

    return note


RIGHT: dict[str, Callable[[str], None]] = {}


@right("01-upside-down")
def _(text: str) -> None:
    said = parts(text)
    assert codes(said["a and b are two people, both photos upside down"])[0] in {1, 2}
    assert codes(said["film negatives of two people"])[0] in {1, 2}
    assert codes(said["one person, one photo upside down"])[0] in {0, 2}
    assert codes(said["one person, turned by 90"])[0] in {0, 2}
    assert codes(said["enrol b upside down, look for a upside down"])[-1] in {1, 2}


@right("02-blurred")
def _(text: str) -> None:
    said = parts(text)
    assert codes(said["two people, both blurred"]) == [2]
    assert "blurred" in said["two people, both blurred"]
    assert codes(said["enrol b blurred, look for a blurred"])[0] == 2


@right("03-output-onto-source")
def _(text: str) -> None:
    for said in parts(text).values():
        before, after = re.findall(r"^([0-9a-f]{32}) ", said, re.MULTILINE)
        assert before == after
        assert codes(said) == [2]


@right("04-decomposed-name")
def _(text: str) -> None:
    assert text.count("1 photos were there already") + text.count("1 photo was there already") == 2
    assert codes(text) == [0, 0, 0, 0]


@right("06-numbered-names")
def _(text: str) -> None:
    assert codes(text)[0] == 2 or ("emp-1001" in text and "emp-1002" in text)
    assert not re.search(r"^emp +2", text, re.MULTILINE)


@right("07-fork")
def _(text: str) -> None:
    assert "child finds 1" in text or "fork" in text
    assert "no answer" not in text


@right("08-readonly-model-home")
def _(text: str) -> None:
    assert codes(text) == [0]


@right("09-readonly-gallery")
def _(text: str) -> None:
    said = parts(text)
    assert codes(said["people list"]) == codes(said["gallery info"]) == [0]
    assert codes(said["identify"]) == [0]
    assert re.search(r": A \(", said["identify"])


@right("10-crash-is-no")
def _(text: str) -> None:
    said = list(parts(text).values())
    assert "ukasz" in said[0] or re.search(r"exit code [02], [1-9]\d* bytes of answer", said[0])
    assert [codes(part)[0] for part in said[1:]] == [2, 0 if "exit code 0" in said[2] else 2, 1]
    assert "Traceback" not in text
    assert "Error:" not in text


@right("11-http-recording")
def _(text: str) -> None:
    over_http, _, itself = text.partition("== the file itself")
    assert codes(over_http)[0] == 0
    assert re.search(r"downloaded [1-3] times; 1 times recognised", over_http), over_http
    assert itself.count("recognised: A") == 1


@right("13-picture-keeps-all")
def _(text: str) -> None:
    used = {line.rsplit(" ", 2)[0]: int(line.rsplit(" ", 2)[1]) for line in text.splitlines() if line.endswith(" MB")}
    assert used["d40 --picture s.png"] < 1.25 * used["d40 (no picture)"] + 100


@right("14-merge-list")
def _(text: str) -> None:
    assert "1,200" in text or "1200" in text or "Person 1199" in text


@right("15-same-name-race")
def _(text: str) -> None:
    assert sorted(re.findall(r"\b(201|409)\b", text.splitlines()[0])) == ["201", "409"]


@right("16-left-out-silently")
def _(text: str) -> None:
    assert codes(text) == [2]
    for who in ("Ben", "Cyd"):
        assert who in text  # named as left out, or enrolled: its bytes are a photo whatever it is called
    assert "Dan" in text


@right("17-never-enrolled-yet-already")
def _(text: str) -> None:
    alone, _, together = text.partition("== three programs")
    assert '"people": 1, "templates": 1, "skipped": 0' in alone
    assert "already" not in alone
    assert alone.count('"no face found"') == 3
    assert together.count("1 new templates") == 1
    assert len(re.findall(r"1 photos? (?:were|was) there already", together)) == 2


@right("18-int8-cannot-be-had")
def _(text: str) -> None:
    assert codes(text) == [0, 0]


@right("19-folders-that-are-nobody")
def _(text: str) -> None:
    assert re.search(r"^Ana +1$", text, re.MULTILINE)
    assert "recycle  " not in text
    assert not re.search(r"^people.db.crops +\d", text, re.MULTILINE)


@right("21-one-wrong-photo")
def _(text: str) -> None:
    assert re.search(r"people move", text)
    for verb in ("photos", "move", "forget"):
        assert re.search(rf"\b{verb}\b", text)


@right("22-ten-bits-in-sixteen")
def _(text: str) -> None:
    assert set(codes(text)) <= {0, 2}


@right("23-threads-of-the-host")
def _(text: str) -> None:
    assert re.search(r"threads: 1$", text, re.MULTILINE)


@right("24-min-score")
def _(text: str) -> None:
    assert codes(text) == [2, 2, 2]


@right("25-search-of-people")
def _(text: str) -> None:
    listed = re.findall(r"^(\S+) +1$", text, re.MULTILINE)
    assert listed == ["ana", "Ángela", "Bob", "José", "Zoe"]
    asked = [line for line in text.splitlines() if "->" in line]
    assert len(asked) == 4
    assert all('"total":1' in line for line in asked)


@right("26-head-and-prefix")
def _(text: str) -> None:
    assert text.count("200, GET 200") == 2
    assert 'href="/' not in text
    assert 'src="/' not in text


@right("27-memory-per-shape")
def _(text: str) -> None:
    used = [int(number) for number in re.findall(r"(\d+) MB", text)]
    assert used[-1] < 1.1 * used[-2] + 20
    assert used[-1] - used[0] < 600


@right("28-misuse-in-python")
def _(text: str) -> None:
    said = dict(line.split(" -> ", 1) for line in text.splitlines() if " -> " in line)
    assert "templates" in said["enroll(array)"] and "templates" in said["enroll(bytes)"]
    assert said['photos("a.jpg")'].startswith("BadInput")
    assert said["one wrong array among three: answers"] == "3"
    assert said["a mistyped gallery"].endswith("False)") or said["a mistyped gallery"].startswith("GalleryError")


@right("30-watch-a-folder")
def _(text: str) -> None:
    assert "5.jpg" in text
    assert codes(text) == [2]
    listed = re.search(r"\[.*\]", text)
    assert listed
    assert listed.group().index("'2.jpg'") < listed.group().index("'10.jpg'")


@right("31-invisible-name")
def _(text: str) -> None:
    assert codes(text) == [2]
    assert "visible" in text


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: folder.name)
def test_what_failed_once_is_right_now(folder: Path, recognizer: object) -> None:
    assert folder.name in RIGHT, f"say what is right for {folder.name}"
    if folder.name in {"08-readonly-model-home", "09-readonly-gallery"} and os.geteuid() != 0:
        pytest.skip("needs the right to mount")
    if folder.name == "14-merge-list" and not Path("/usr/bin/chromium").exists():
        pytest.skip("needs a browser")
    bin_ = Path(sys.executable).parent
    environment = {
        **os.environ,
        "PATH": f"{bin_}:{os.environ['PATH']}",
        "ROSTRO": "rostro",
        "PYTHON": str(bin_ / "python"),
        "PYTHONPATH": str(EARLIER),
        "BASH_ENV": str(UNTIL_IT_SERVES),
        "MODELS": str(Settings.from_environment().home / "models"),
    }
    done = subprocess.run(
        [shutil.which("bash") or "bash", folder / "run.sh"],
        env=environment, capture_output=True, encoding="utf-8", errors="replace", timeout=170, check=False,
    )  # fmt: skip
    try:
        RIGHT[folder.name](done.stdout + done.stderr)
    except (AssertionError, KeyError, IndexError, ValueError) as wrong:
        pytest.fail(f"{folder.name}: {wrong}\n{done.stdout[-3000:]}\n{done.stderr[-1500:]}")


def test_every_case_is_there() -> None:
    if not FOLDERS:
        pytest.skip(f"the failed inputs are not at {CASES}")
    assert {folder.name for folder in FOLDERS} == set(RIGHT)
