"""Learning curves as CSV, as SVG, and as TensorBoard's events."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path
from types import ModuleType
from typing import Any
from xml.etree import ElementTree

import pytest

from rostro.training.loop.curves import write_curves

HISTORY = [
    {"epoch": 1, "training loss": 2.5, "validation loss": 2.7, "accuracy": 0.25, "balanced accuracy": 0.2},
    {"epoch": 2, "training loss": float("nan"), "validation loss": 1.5, "accuracy": 0.5, "balanced accuracy": 0.4},
    {"epoch": 3, "training loss": 0.5, "validation loss": 0.9, "accuracy": 0.75, "balanced accuracy": 0.6},
]
SVG = "{http://www.w3.org/2000/svg}"


@pytest.fixture(autouse=True)
def no_tensorboard(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)


def test_writes_numbers_and_a_drawing(tmp_path: Path) -> None:
    write_curves(tmp_path, HISTORY)
    assert (tmp_path / "curves.csv").read_text(encoding="utf-8").splitlines()[::3] == [
        "epoch,training loss,validation loss,accuracy,balanced accuracy",
        "3,0.5,0.9,0.75,0.6",
    ]
    lines = ElementTree.parse(tmp_path / "curves.svg").getroot().findall(f".//{SVG}polyline")
    assert [len(line.attrib["points"].split()) for line in lines] == [2, 3, 3], "a loss that is no number is left out"
    assert not (tmp_path / "tensorboard").exists()


def test_both_losses_stand_in_one_chart_on_one_scale(tmp_path: Path) -> None:
    write_curves(tmp_path, HISTORY)
    drawing = ElementTree.parse(tmp_path / "curves.svg").getroot()
    training, validation, _ = drawing.findall(f".//{SVG}polyline")
    assert training.attrib["stroke"] != validation.attrib["stroke"]
    heights = [[float(p.split(",")[1]) for p in line.attrib["points"].split()] for line in (training, validation)]
    assert heights[0][0] > heights[1][0], "2.5 is drawn below 2.7"
    assert heights[0][-1] > heights[1][-1], "0.5 is drawn below 0.9"
    shown = {text.text: text.attrib.get("fill") for text in drawing.findall(f".//{SVG}text")}
    assert shown["training loss"] == training.attrib["stroke"]
    assert shown["validation loss"] == validation.attrib["stroke"]


def test_epochs_of_an_earlier_version_have_no_validation_loss(tmp_path: Path) -> None:
    write_curves(tmp_path, [{"epoch": 1, "training loss": 2.5, "accuracy": 0.2}, HISTORY[1] | {"training loss": 1.0}])
    lines = (tmp_path / "curves.csv").read_text(encoding="utf-8").splitlines()
    assert lines[1:] == ["1,2.5,nan,0.2,nan", "2,1.0,1.5,0.5,0.4"]


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
    assert told == [
        folder,
        ("training loss", 0.5, 3),
        ("validation loss", 0.9, 3),
        ("accuracy", 0.75, 3),
        ("balanced accuracy", 0.6, 3),
        (),
    ]
