"""A gallery of toy people, and its people."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from toy_people import SPACE

from rostro.gallery.base import Gallery, open_gallery
from rostro.people.people import People


@pytest.fixture(autouse=True)
def _home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Erasing looks into what evaluations keep: not into that of whoever runs the tests."""
    monkeypatch.setenv("ROSTRO_HOME", str(tmp_path / "nobodys"))


@pytest.fixture
def gallery(tmp_path: Path) -> Iterator[Gallery]:
    with open_gallery(str(tmp_path / "people.db"), space=SPACE) as opened:
        yield opened


@pytest.fixture
def people(gallery: Gallery) -> People:
    return People(gallery)
