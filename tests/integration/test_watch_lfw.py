"""Videos made of LFW's photos: right names, no flicker, no stranger named. ``benchmarks/live.py`` in small."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path
from types import ModuleType

import pytest

BENCHMARK = Path(__file__).resolve().parents[2] / "benchmarks" / "live.py"


@pytest.fixture
def live(monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    spec = importlib.util.spec_from_file_location("live", BENCHMARK)
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    monkeypatch.setitem(sys.modules, "live", module)  # dataclasses look there
    spec.loader.exec_module(module)
    return module


@pytest.mark.data
@pytest.mark.usefixtures("samples")
def test_names_in_motion(live: ModuleType, lfw_root: Path, tmp_path: Path) -> None:
    result, table = live.measure(lfw_root / "images", tmp_path, known=5, strangers=5, seconds=1.2, seed=1)
    assert (result.known, result.strangers) == (5, 5), table
    assert (result.right, result.strangers_named, result.changes) == (5, [], 0), table
    assert (result.missed, result.broken, result.ghosts) == (0, 0, 0), table
    assert "| tracks of known people: right | 5 of 5 |" in table
