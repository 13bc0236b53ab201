"""rostro evaluate classification: from folders of photos over a training to the report."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from command_line import answer, rostro
from PIL import Image

pytest.importorskip("torch")

COLOURS = {"ada": (200, 60, 60), "bob": (60, 60, 200)}


@pytest.fixture(scope="module")
def people(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two people who are colours, in three parts."""
    root, rng = tmp_path_factory.mktemp("people"), np.random.default_rng(0)
    for part in ("train", "val", "test"):
        for name, colour in COLOURS.items():
            (root / part / name).mkdir(parents=True)
            for index in range(6):
                noisy = np.clip(np.array(colour) + rng.normal(0, 20, (40, 40, 3)), 0, 255).astype(np.uint8)
                Image.fromarray(noisy).save(root / part / name / f"{index}.png")
    return root


def test_evaluates_what_was_trained(people: Path, tmp_path: Path) -> None:
    trained, report = tmp_path / "trained", tmp_path / "some" / "report"
    answer("train", "classifier", people, "--epochs", 30, "--rate", 0.01, "--batch", 6, "--output", trained, code=0)
    (people / "test" / "bob" / "broken.png").write_text("no photo")
    told = ("--checkpoint", trained, people / "test", "--output", report, "--language", "es")
    found = answer("evaluate", *told, code=0)
    assert found == json.loads((report / "results.json").read_text(encoding="utf-8"))
    assert (found["photos"], found["accuracy"]) == (13, pytest.approx(12 / 13))
    assert found["confusion"]["counts"] == [[6, 0], [0, 6]]
    assert "broken.png" in (report / "report.html").read_text(encoding="utf-8")
    assert (report / "confusion.svg").exists()


def test_says_what_is_missing(people: Path) -> None:
    done = rostro("evaluate", people, "--protocol", "classification")
    assert done.returncode == 2
    assert "classification needs --checkpoint" in done.stderr
