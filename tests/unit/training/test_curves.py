"""Learning curves as CSV, as SVG, and as TensorBoard's events."""

from __future__ import annotations

import csv
import importlib.util
import sys
from pathlib import Path
from types import ModuleType
from typing import Any
from xml.etree import ElementTree

import pytest

from rostro.training.loop.curves import write_curves

HISTORY = [
    {"epoch": 1, "training loss": 2.5, "accuracy": 0.25, "balanced accuracy": 0.2},
    {"epoch": 2, "training loss": float("nan"), "accuracy": 0.5, "balanced accuracy": 0.4},
    {"epoch": 3, "training loss": 0.5, "accuracy": 0.75, "balanced accuracy": 0.6},
]
SVG = "{http://www.w3.org/2000/svg}"


def points_of_lines(folder: Path) -> list[int]:
    """How many points each curve of the drawing has."""
    drawing = ElementTree.parse(folder / "curves.svg")
    paths = [path.attrib for path in drawing.iter(f"{SVG}path")]
    return [path["d"].count("L") + 1 for path in paths if path["stroke-width"] == "2" and "class" not in path]


@pytest.fixture(autouse=True)
def no_tensorboard(monkeypatch: pytest.MonkeyPatch) -> None:
    find = importlib.util.find_spec
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None if name == "tensorboard" else find(name))


def test_writes_numbers_and_a_drawing(tmp_path: Path) -> None:
    write_curves(tmp_path, HISTORY)
    assert (tmp_path / "curves.csv").read_text(encoding="utf-8").splitlines()[::3] == [
        "epoch,training loss,accuracy,balanced accuracy",
        "3,0.5,0.75,0.6",
    ]
    assert points_of_lines(tmp_path) == [2, 3], "a loss that is no number is left out"
    assert not (tmp_path / "tensorboard").exists()


def test_losses_share_a_chart_and_have_a_legend(tmp_path: Path) -> None:
    """Where one still falls and the other rises, a network learns by heart: that is seen only on common axes."""
    losses = [(2.5, 2.6), (1.0, 1.4), (0.25, 1.6)]
    history = [
        {"epoch": n, "training loss": a, "validation loss": b, "accuracy": 0.5, "recall": 0.5}
        for n, (a, b) in enumerate(losses, 1)
    ]
    write_curves(tmp_path, history)
    assert points_of_lines(tmp_path) == [3, 3, 3]
    drawing = ElementTree.parse(tmp_path / "curves.svg").getroot()
    texts = ["".join(text.itertext()) for text in drawing.iter(f"{SVG}text")]
    names = [text for text in texts if not text[0].isdigit()]
    assert names == [
        "epoch", "loss", "training loss", "validation loss", "epoch", "accuracy, validation part", "accuracy"
    ]  # fmt: skip
    assert len(list(drawing)) == 4, "style, paper, two charts"


def test_epochs_of_an_earlier_version_have_no_validation_loss(tmp_path: Path) -> None:
    later = HISTORY[2] | {"epoch": 2, "validation loss": 0.9}
    write_curves(tmp_path, [HISTORY[0], later])
    with (tmp_path / "curves.csv").open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    assert [row["validation loss"] for row in rows] == ["nan", "0.9"]
    assert [row["training loss"] for row in rows] == ["2.5", "0.5"]
    assert points_of_lines(tmp_path) == [2, 1, 2]


def test_one_epoch_is_a_point(tmp_path: Path) -> None:
    write_curves(tmp_path, HISTORY[:1])
    assert len(list(ElementTree.parse(tmp_path / "curves.svg").iter(f"{SVG}circle"))) == 2


def test_tells_tensorboard_where_it_is_installed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    told: list[tuple[Any, ...]] = []

    class Writer:
        def __init__(self, folder: str) -> None:
            told.append((folder,))

        def __enter__(self) -> Writer:
            return self

        def __exit__(self, *_: object) -> None:
            told.append(())

        def add_scalar(self, *values: Any) -> None:
            told.append(values)

    module = ModuleType("torch.utils.tensorboard")
    module.SummaryWriter = Writer  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "torch.utils.tensorboard", module)
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: object())
    write_curves(tmp_path, HISTORY)
    folder = (str(tmp_path / "tensorboard"),)
    assert told == [folder, ("training loss", 0.5, 3), ("accuracy", 0.75, 3), ("balanced accuracy", 0.6, 3), ()]


def words_of(folder: Path) -> list[str]:
    root = ElementTree.parse(folder / "curves.svg").getroot()
    return ["".join(text.itertext()) for text in root.iter(f"{SVG}text")]


def test_the_drawing_speaks_the_language_and_the_table_stays(tmp_path: Path) -> None:
    history = [
        {"epoch": n, "training loss": 0.05 * n, "validation loss": 0.07 * n, "accuracy": 0.9} for n in range(1, 4)
    ]
    write_curves(tmp_path, history, loss="cross entropy, nats", language="es")
    texts = words_of(tmp_path)
    assert [text for text in texts if not text[0].isdigit()] == [
        "época", "pérdida (entropía cruzada, nats)", "pérdida de entrenamiento", "pérdida de validación",
        "época", "exactitud, parte de validación", "exactitud",
    ]  # fmt: skip
    assert {"0,05", "0,1", "20\u00a0%", "100\u00a0%"} <= set(texts), (
        "numbers are written as in Spanish, rates in per cent"
    )
    assert not [text for text in texts if "." in text]
    header = (tmp_path / "curves.csv").read_text(encoding="utf-8").splitlines()[0]
    assert header == "epoch,training loss,validation loss,accuracy"


@pytest.mark.parametrize("losses", [(0.1, 0.3), (1e-4, 3e-4), (812.0, 1007.5), (-3.2, 0.4), (0.0, 0.0)])
def test_ticks_are_those_that_a_person_would_choose(losses: tuple[float, float], tmp_path: Path) -> None:
    low, high = losses
    write_curves(tmp_path, [{"epoch": n, "training loss": low + (high - low) * n / 10} for n in range(1, 11)])
    numbers = [float(text) for text in words_of(tmp_path) if text[-1].isdigit()]
    ticks = [number for number in numbers if number not in {2, 4, 6, 8, 10}] or numbers
    for number in ticks:
        assert len(f"{number:g}".replace("-", "")) <= 7
    steps = {round(b - a, 12) for a, b in zip(sorted(ticks)[:-1], sorted(ticks)[1:], strict=True)}
    assert all(f"{step:.0e}"[0] in "125" for step in steps if step)


def test_every_recipe_says_what_its_loss_is_in_both_languages() -> None:
    """A word that the dictionary lacks would stand in English on a Spanish drawing."""
    import ast

    from rostro.training.loop import curves
    from rostro.training.recipes import _metric

    said = set()
    for file in Path(_metric.__file__).parent.glob("*.py"):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.keyword) and node.arg == "loss_name" and isinstance(node.value, ast.Constant):
                said.add(node.value.value)
    said |= {
        f"{name}: {'cross entropy, nats' if centred else 'squared distance'}"
        for name, (_, centred, _) in _metric.LOSSES.items()
    }
    assert len(said) == 5
    assert said <= set(curves._DICTIONARY)


def test_in_other_formats_when_asked(tmp_path: Path) -> None:
    write_curves(tmp_path, HISTORY[:2], formats=("pdf", "png"))
    assert {path.name for path in tmp_path.iterdir()} == {"curves.csv", "curves.svg", "curves.pdf", "curves.png"}
    assert (tmp_path / "curves.pdf").read_bytes().startswith(b"%PDF-")
