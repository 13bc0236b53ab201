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
    {"epoch": 1, "loss": 2.5, "accuracy": 0.25, "balanced accuracy": 0.2},
    {"epoch": 2, "loss": float("nan"), "accuracy": 0.5, "balanced accuracy": 0.4},
    {"epoch": 3, "loss": 0.5, "accuracy": 0.75, "balanced accuracy": 0.6},
]
SVG = "{http://www.w3.org/2000/svg}"


@pytest.fixture(autouse=True)
def no_tensorboard(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)


def test_writes_numbers_and_a_drawing(tmp_path: Path) -> None:
    write_curves(tmp_path, HISTORY)
    assert (tmp_path / "curves.csv").read_text(encoding="utf-8").splitlines()[::3] == [
        "epoch,loss,accuracy,balanced accuracy",
        "3,0.5,0.75,0.6",
    ]
    lines = ElementTree.parse(tmp_path / "curves.svg").getroot().findall(f".//{SVG}polyline")
    assert [len(line.attrib["points"].split()) for line in lines] == [2, 3], "a loss that is no number is left out"
    assert not (tmp_path / "tensorboard").exists()


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
    assert told == [folder, ("loss", 0.5, 3), ("accuracy", 0.75, 3), ("balanced accuracy", 0.6, 3), ()]
