"""``--format pdf,png`` in every door that writes charts or reports; without the extra, an error before the work."""

from __future__ import annotations

import importlib.util
import shutil
from collections.abc import Callable, Iterable
from pathlib import Path

import numpy as np
import pytest
from command_line import rostro as command
from lfw_people import link_people
from PIL import Image

import rostro
from rostro.core.errors import BadInput, MissingExtra
from rostro.evaluation.classify import evaluate_classification
from rostro.evaluation.options import Options
from rostro.recognizer import Recognizer

BEGINS = {"pdf": b"%PDF-", "png": b"\x89PNG\r\n", "svg": b"<svg ", "html": b"<!DOCTYPE html>"}
FEW = Options(replicates=20)


@pytest.fixture(scope="module")
def people(lfw_root: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return link_people(lfw_root / "images", tmp_path_factory.mktemp("people"), 8)


def endings(folder: Path) -> dict[str, set[str]]:
    """Name → the formats that it is there in, each of which is what it says it is."""
    found: dict[str, set[str]] = {}
    for path in folder.iterdir():
        if path.suffix[1:] in BEGINS:
            assert path.read_bytes().startswith(BEGINS[path.suffix[1:]])
            found.setdefault(path.stem, set()).add(path.suffix[1:])
    return found


@pytest.mark.data
def test_a_report_and_its_curves(people: Path, tmp_path: Path, recognizer: Recognizer) -> None:
    def measure(folder: Path, formats: Iterable[str]) -> dict[str, set[str]]:
        rostro.evaluate(
            "all-pairs", people, recognizer=recognizer, face="centre", options=FEW, output=folder, formats=formats,
            language="es",
        )  # fmt: skip
        return endings(folder)

    assert measure(tmp_path / "a", ()) == {"report": {"html"}, "roc": {"svg"}, "det": {"svg"}}
    both = {"svg", "pdf", "png"}
    assert measure(tmp_path / "b", ("pdf", "png")) == {"report": {"html", "pdf", "png"}, "roc": both, "det": both}


@pytest.mark.data
def test_a_comparison(people: Path, tmp_path: Path) -> None:
    rostro.compare(people, protocol="all-pairs", face="centre", options=FEW, output=tmp_path / "a", formats=["pdf"])
    assert endings(tmp_path / "a")["report"] == {"html", "pdf"}


@pytest.mark.data
def test_a_calibration_has_a_chart_beside_its_file(people: Path, tmp_path: Path, recognizer: Recognizer) -> None:
    def calibrate(file: Path, formats: Iterable[str]) -> None:
        rostro.calibrate(
            people, fmr=0.01, recognizer=recognizer, face="centre", options=FEW, output=file, formats=formats
        )

    calibrate(tmp_path / "plain.json", ())
    calibrate(tmp_path / "office.json", ("pdf", "png"))
    assert {path.name for path in tmp_path.iterdir()} == {
        "plain.json", "office.json", "office.svg", "office.pdf", "office.png"
    }  # fmt: skip
    assert endings(tmp_path) == {"office": {"svg", "pdf", "png"}}
    assert "threshold" in (tmp_path / "office.svg").read_text(encoding="utf-8")
    with pytest.raises(BadInput, match="cannot be one file"):
        calibrate(tmp_path / "office.pdf", ("pdf",))


DOORS: dict[str, Callable[[Path], object]] = {
    "evaluate": lambda folder: rostro.evaluate("all-pairs", "nowhere", output=folder, formats=("pdf",)),
    "compare": lambda folder: rostro.compare("nowhere", output=folder, formats=("png",)),
    "calibrate": lambda folder: rostro.calibrate("nowhere", output=folder / "a.json", formats=("pdf",)),
    "classification": lambda folder: evaluate_classification("no", "where", output=folder, formats=("pdf",)),
    "train": lambda folder: rostro.train("head", "nowhere", output=folder / "t", formats=("pdf",)),
}


@pytest.mark.parametrize("door", DOORS)
def test_without_the_extra_it_is_said_before_the_work(
    door: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Before the photos are looked for, which are not there: neither a model nor a folder was touched."""
    find = importlib.util.find_spec
    monkeypatch.setattr(importlib.util, "find_spec", lambda name, *more: None if name == "typst" else find(name, *more))
    with pytest.raises(MissingExtra, match=r"pip install 'rostro\[pdf\]'"):
        DOORS[door](tmp_path)
    assert not list(tmp_path.iterdir())


def test_on_the_command_line_another_format_is_refused_before_the_work(tmp_path: Path) -> None:
    for verb in (
        ("evaluate", "all-pairs", "--root", tmp_path / "nowhere"),
        ("compare", "--root", tmp_path / "nowhere"),
        ("calibrate", "--root", tmp_path / "nowhere"),
        ("train", "head", tmp_path / "nowhere"),
    ):
        done = command(*verb, "--format", "pdf,docx")
        assert done.returncode == 2
        assert "docx" in done.stderr
        assert "nowhere" not in done.stderr


def test_learning_curves_and_the_report_of_what_was_learned(tmp_path: Path) -> None:
    rng = np.random.default_rng(0)
    for part in ("train", "val"):
        for name, colour in (("ana", (220, 40, 40)), ("bob", (40, 40, 220))):
            (tmp_path / part / name).mkdir(parents=True)
            for index in range(4):
                noisy = np.clip(np.array(colour) + rng.normal(0, 20, (40, 40, 3)), 0, 255).astype(np.uint8)
                Image.fromarray(noisy).save(tmp_path / part / name / f"{index}.png")
    done = command(
        "train", "classifier", tmp_path, "--epochs", 2, "--batch", 4, "--output", tmp_path / "out", "--language", "es",
        "--format", "pdf", "--format", "png",
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert endings(tmp_path / "out") == {"curves": {"svg", "pdf", "png"}}
    drawn = (tmp_path / "out" / "curves.svg").read_text(encoding="utf-8")
    for words in ("época", "pérdida (entropía cruzada, nats)", "pérdida de validación", "exactitud"):
        assert words in drawn
    done = command(
        "evaluate", "classification", "--checkpoint", tmp_path / "out", "--root", tmp_path / "val", "--output",
        tmp_path / "report", "--format", "png",
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert endings(tmp_path / "report") == {"report": {"html", "png"}, "confusion": {"svg", "png"}}
    header = (tmp_path / "out" / "curves.csv").read_text(encoding="utf-8").splitlines()[0]
    assert header.startswith("epoch,training loss,validation loss,accuracy")


@pytest.mark.data
def test_no_format_is_written_over_a_photo_that_is_read(people: Path, tmp_path: Path, recognizer: Recognizer) -> None:
    """A photo may be called ``roc.png``, and lie where the report goes."""
    own = tmp_path / "own"
    shutil.copytree(people, own)
    photo = next(next(own.iterdir()).iterdir()).rename(next(own.iterdir()) / "roc.png")
    before = photo.read_bytes()
    with pytest.raises(BadInput, match="would overwrite its own source"):
        rostro.evaluate(
            "all-pairs", own, recognizer=recognizer, face="centre", options=FEW, output=photo.parent, formats=("png",)
        )
    photo = photo.rename(photo.with_name("office.png"))
    with pytest.raises(BadInput, match="would overwrite its own source"):
        rostro.calibrate(
            own, fmr=0.01, recognizer=recognizer, options=FEW, output=photo.parent / "office.json", formats=("png",)
        )
    assert photo.read_bytes() == before
    assert {path.suffix for path in photo.parent.iterdir()} <= {".jpg", ".png"}, "nothing was written"
