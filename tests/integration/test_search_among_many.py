"""A search among many people names as few strangers as asked, and says how many were searched."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from command_line import answer, rostro
from running_server import with_models_of

import rostro as package
from rostro.gallery.base import open_gallery


@pytest.fixture
def crowded(recognizer: package.Recognizer, samples: dict[str, Path], tmp_path: Path) -> Path:
    """A gallery of a thousand drawn people and one real one."""
    path = tmp_path / "people.db"
    random = np.random.default_rng(0).normal(size=(1000, 128)).astype(np.float32)
    drawn = random / np.linalg.norm(random, axis=1, keepdims=True)
    with open_gallery(str(path), space=recognizer.space) as gallery:
        gallery.add({f"Somebody {i}": [package.Template(row, f"{i:064x}", f"{i}.jpg")] for i, row in enumerate(drawn)})
    with with_models_of(recognizer, gallery=str(path)) as own:
        own.enroll(samples["obama.jpg"], name="Barack Obama")
    return path


def test_the_threshold_grows_with_the_people(recognizer: package.Recognizer, crowded: Path, tmp_path: Path) -> None:
    with with_models_of(recognizer, gallery=str(crowded)) as many:
        among_many = many.search_rate(0.01)
        rarer = many.search_rate(0.001)
    with with_models_of(recognizer, gallery=str(tmp_path / "none.db")) as few:
        among_none = few.search_rate(0.01)
    assert among_many.people == 1001
    assert among_none.threshold < recognizer.operating_point.threshold < among_many.threshold < rarer.threshold
    assert among_many.fpir == pytest.approx(0.01, rel=0.05)
    assert among_many.interval.low < 0.01 < among_many.interval.high


def test_identify_says_what_is_known_of_the_search(crowded: Path, samples: dict[str, Path]) -> None:
    arguments = ("identify", samples["obama2.jpg"], "--gallery", crowded, "--fpir", 0.01)
    (face,) = answer(*arguments, code=0)["photos"][0]["faces"]
    assert face["name"] == "Barack Obama"
    assert face["people_searched"] == 1001
    assert face["false_positive_identification_rate"] == pytest.approx(0.01, rel=0.05)
    low, high = face["interval"]
    assert low < 0.01 < high
    said = rostro(*map(str, arguments))
    assert "1001 people searched" in said.stderr


def test_a_rate_that_is_none_is_refused(crowded: Path, samples: dict[str, Path]) -> None:
    assert rostro("identify", str(samples["obama.jpg"]), "--gallery", str(crowded), "--fpir", "0").returncode == 2
