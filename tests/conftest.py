"""Fixtures shared by all tests: the model store, the sample photos, the measuring photos."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]


@pytest.fixture(scope="session")
def data_root() -> Path:
    """The measuring photos (never part of the project); tests that need them skip where they are absent."""
    root = Path(os.environ.get("ROSTRO_DATA", ROOT / ".." / "shared" / "data")).resolve()
    if not root.is_dir():
        pytest.skip(f"measuring photos not found at {root}; set ROSTRO_DATA to run this test")
    return root


@pytest.fixture(scope="session")
def lfw_root(data_root: Path) -> Path:
    """Labeled Faces in the Wild: ``images/NAME/NAME_0001.jpg`` and ``pairs.txt``."""
    if not (data_root / "lfw" / "pairs.txt").is_file():
        pytest.skip(f"LFW not found in {data_root}")
    return data_root / "lfw"
