"""A gallery of toy people, and its people."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from toy_people import SPACE

from rostro.gallery.base import Gallery, open_gallery
from rostro.people.people import People


@pytest.fixture
def gallery(tmp_path: Path) -> Iterator[Gallery]:
    with open_gallery(str(tmp_path / "people.db"), space=SPACE) as opened:
        yield opened


@pytest.fixture
def people(gallery: Gallery) -> People:
    return People(gallery)
