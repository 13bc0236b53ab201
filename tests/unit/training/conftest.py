"""Tiny data: flat colours with noise, which any network tells apart in seconds."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from coloured_faces import coloured
from PIL import Image

from rostro.recognizer import Recognizer
from rostro.training.base import Progress

COLOURS = {"ada": (200, 60, 60), "bob": (60, 200, 60), "cy": (60, 60, 200)}


@pytest.fixture(autouse=True, scope="session")
def one_thread() -> None:
    """Tiny nets are slower on several threads, most of all beside other tests."""
    pytest.importorskip("torch").set_num_threads(1)


@pytest.fixture(autouse=True)
def small_pictures(monkeypatch: pytest.MonkeyPatch) -> None:
    """Flat colours need no 112 pixels: a quarter of the time, and the same network."""
    compact = pytest.importorskip("rostro.nets.compact")
    monkeypatch.setattr(compact, "SIZE", 48)


def picture(colour: tuple[int, int, int], seed: int, side: int = 40) -> Image.Image:
    noise = np.random.default_rng(seed).normal(0, 25, (side, side, 3))
    return Image.fromarray(np.clip(np.array(colour) + noise, 0, 255).astype(np.uint8))


@pytest.fixture
def recognizer() -> Recognizer:
    return coloured(box=(1.0, 2.0, 30.0, 31.0))


@pytest.fixture
def progress() -> Progress:
    return Progress()


@pytest.fixture
def make_people(tmp_path: Path) -> Callable[..., Path]:
    """Writes ``train/`` and ``val/`` of people who are colours."""

    def make(train: int = 8, val: int = 4, people: tuple[str, ...] = tuple(COLOURS)) -> Path:
        root = tmp_path / "people"
        for part, count in {"train": train, "val": val}.items():
            for number, name in enumerate(people):
                (root / part / name).mkdir(parents=True)
                for index in range(count):
                    seed = 1000 * number + index + (500 if part == "val" else 0)
                    picture(COLOURS[name], seed).save(root / part / name / f"{index}.png")
        return root

    return make
