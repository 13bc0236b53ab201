"""No verb, and no function behind one, writes over what it reads: exit code 2 before any work, not a byte changed."""

from __future__ import annotations

import hashlib
import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
from command_line import rostro
from films import film
from PIL import Image

import rostro as package
from rostro.core.errors import BadInput
from rostro.core.types import Template
from rostro.gallery.base import open_gallery
from rostro.gallery.upkeep.migrate import migrate

SPACE = "toy-00000000/none"
SAID = "would overwrite its own source"


@pytest.fixture
def home(tmp_path: Path, samples: dict[str, Path], monkeypatch: pytest.MonkeyPatch) -> Path:
    """Everything that somebody has: people, a gallery, a film, a list, groups, a table, a checkpoint."""
    for name, sample in {"Ana": "obama.jpg", "Ben": "biden.jpg"}.items():
        (tmp_path / "people" / name).mkdir(parents=True)
        shutil.copy(samples[sample], tmp_path / "people" / name / "1.jpg")
    with open_gallery(str(tmp_path / "g.db"), space=SPACE) as gallery:
        gallery.add({"Ana": [Template(np.eye(1, 8, dtype=np.float32)[0], "a" * 64, "a.jpg")]})
    film(tmp_path / "door.mp4", (0.2, [samples["obama.jpg"]]))
    (tmp_path / "groups.csv").write_text("person,age\nAna,1\nBen,2\n", encoding="utf-8")
    (tmp_path / "point.json").write_text("{}", encoding="utf-8")
    (tmp_path / "report").mkdir()
    (tmp_path / "report" / "results.csv").write_text("person,age\nAna,1\nBen,2\n", encoding="utf-8")
    shutil.copytree(Path(__file__).parents[1] / "golden" / "before" / "embedder", tmp_path / "trained")
    for file in (tmp_path / "trained").glob("best.*"):
        os.link(file, tmp_path / f"hard{file.suffix}")
    (tmp_path / "faces.npz").write_bytes(b"a table that was listed by mistake")
    (tmp_path / "list.txt").write_text("faces.npz\n", encoding="utf-8")
    os.link(tmp_path / "people" / "Ana" / "1.jpg", tmp_path / "hard.jpg")
    (tmp_path / "drawn").mkdir()
    for chart in ("curves", "confusion", "roc", "point"):
        os.link(tmp_path / "people" / "Ana" / "1.jpg", tmp_path / "drawn" / f"{chart}.png")
    (tmp_path / "soft.jpg").symlink_to(tmp_path / "people" / "Ana" / "1.jpg")
    (tmp_path / "soft.mp4").symlink_to("door.mp4")
    (tmp_path / "soft.db").symlink_to("g.db")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def content(folder: Path) -> dict[str, str]:
    return {
        str(file.relative_to(folder)): hashlib.sha256(file.read_bytes()).hexdigest()
        for file in sorted(folder.rglob("*"))
        if file.is_file() and not file.name.endswith(("-wal", "-shm"))
    }


@pytest.fixture
def untouched(home: Path) -> Iterator[Path]:
    before = content(home)
    yield home
    assert content(home) == before


VERBS = [
    "detect people/Ana/1.jpg --picture people/Ana/1.jpg",
    "detect people --picture ./people/../people/Ana/1.jpg",
    "detect people --detector all --picture hard.jpg",
    "detect hard.jpg people/Ben --picture soft.jpg",
    "verify people/Ana/1.jpg people/Ben/1.jpg --picture soft.jpg",
    "verify people/Ben/1.jpg people/Ana/1.jpg --picture hard.jpg",
    "identify people --gallery g.db --picture people/Ben/1.jpg",
    "embed people/Ana/1.jpg --picture soft.jpg",
    "embed people list.txt --output faces.npz",
    "embed faces.npz --output ./faces.npz",
    "predict trained people --picture hard.jpg",
    "watch door.mp4 --gallery g.db --no-serve --output door.mp4",
    "watch ./door.mp4 --gallery g.db --no-serve --output soft.mp4",
    "watch door.mp4 --gallery g.db --no-serve --events door.mp4",
    "watch door.mp4 --gallery g.db --no-serve --events soft.db",
    "watch people/Ana --gallery g.db --no-serve --events hard.jpg",
    "watch door.mp4 --gallery g.db --no-serve --operating-point point.json --events point.json",
    "evaluate all-pairs --root people --groups report/results.csv --output report",
    "calibrate --root people --fmr 0.5 --output people/Ana/1.jpg",
    "calibrate --root people --fmr 0.5 --groups groups.csv --output ./groups.csv",
    "calibrate --root people --fmr 0.5 --embedder trained --output trained/best.yaml",
    "watch door.mp4 --gallery g.db --no-serve --embedder trained --events hard.yaml",
    "train finetune people --base trained --output trained",
    "train head people --output drawn --format png",
    "evaluate classification --checkpoint trained --root people --output drawn --format png",
    "evaluate all-pairs --root people --output drawn --format png",
    "calibrate --root people --fmr 0.5 --output drawn/point.json --format png",
    "train finetune people --base hard.safetensors --output trained",
    "train head people --base trained/best.safetensors --output ./trained",
]  # fmt: skip


@pytest.mark.parametrize("line", VERBS)
def test_every_verb_refuses(untouched: Path, line: str) -> None:
    if "train" in line or "classification" in line:
        pytest.importorskip("torch")
    if "--format" in line:
        pytest.importorskip("typst")
    done = rostro(*line.split())
    assert done.returncode == 2, done.stdout
    assert SAID in done.stderr
    assert done.stdout == ""


@pytest.mark.parametrize("line", VERBS[:2])
def test_a_program_is_told_which_kind_of_refusal_it_is(untouched: Path, line: str) -> None:
    done = rostro(*line.split(), "--json")
    assert done.returncode == 2
    assert '"why": "own-source"' in done.stdout


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("watch door.mp4 --gallery g.db --no-serve --output new.mp4 --events ./new.mp4", "written twice"),
        ("gallery migrate g.db g.db", "onto itself"),
        ("gallery migrate g.db soft.db", "onto itself"),
        ("gallery migrate sqlite:///g.db ./g.db", "onto itself"),
        ("gallery backup soft.db --gallery g.db", "never overwrites"),
        ("detect people/Ana/1.jpg --picture people.txt", "pictures are written as"),
        ("verify people/Ana/1.jpg people/Ben/1.jpg --picture g.db", "pictures are written as"),
        ("enroll people --gallery people/Ana/1.jpg", "1.jpg"),
        ("enroll people --gallery door.mp4", "door.mp4"),
        ("keys create door --keys people/Ana/1.jpg", "1.jpg"),
    ],
)  # fmt: skip
def test_what_else_would_destroy_something_is_refused(untouched: Path, line: str, said: str) -> None:
    done = rostro(*line.split())
    assert done.returncode == 2, done.stdout
    assert said in done.stderr


def test_a_list_on_stdin_is_refused_when_its_line_comes(untouched: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import io

    monkeypatch.setattr("sys.stdin", io.StringIO("people/Ana/1.jpg\nfaces.npz\n"))
    done = rostro("embed", "-", "--output", "faces.npz")
    assert (done.returncode, SAID in done.stderr) == (2, True), done.stderr
    shutil.rmtree("faces.npz.parts", ignore_errors=True)  # what was done until then is kept


CALLS: list[Callable[[], object]] = [
    lambda: package.evaluate("all-pairs", "people", groups="report/results.csv", output="report"),
    lambda: package.compare("people", protocol="all-pairs", output=_report_over_a_photo()),
    lambda: package.calibrate("people", fmr=0.5, output="soft.jpg"),
    lambda: package.watch("door.mp4", recognizer=package.Recognizer(gallery="g.db"), video="soft.mp4"),
    lambda: package.Recognizer().tabulate([Path("faces.npz")], "faces.npz"),
]


def _report_over_a_photo() -> str:
    """A report whose page is, by a link, somebody's photo."""
    os.link("people/Ana/1.jpg", "report/report.html")
    return "report"


@pytest.mark.parametrize("call", CALLS, ids=["evaluate", "compare", "calibrate", "watch", "tabulate"])
def test_so_does_every_function(home: Path, call: Callable[[], object]) -> None:
    before = content(home)
    with pytest.raises(BadInput, match=SAID):
        call()
    assert before.items() <= content(home).items()


def test_training_from_python_spares_its_base(untouched: Path) -> None:
    pytest.importorskip("torch")
    with pytest.raises(BadInput, match=SAID):
        package.train("finetune", "people", output="trained", base=str(untouched / "trained"))


def test_galleries_that_are_open_are_not_copied_onto_themselves(untouched: Path) -> None:
    with open_gallery("g.db") as one, open_gallery("soft.db") as other:
        for source, target in ((one, other), (one, one), (one, "g.db"), ("./g.db", other)):
            with pytest.raises(BadInput, match="onto itself"):
                migrate(source, target)


def test_what_overwrites_nothing_is_written(home: Path, samples: dict[str, Path]) -> None:
    before = content(home)
    Image.new("RGB", (9, 9)).save(home / "old.png")
    for picture in ("people/Ana/new.png", "old.png"):
        done = rostro("detect", "people/Ben", "--picture", picture)
        assert done.returncode == 0, done.stderr
        assert Image.open(home / picture).height > 9
    assert before.items() <= content(home).items()
