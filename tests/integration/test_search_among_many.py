"""A search among many people names as few strangers as is said, and says how many were searched."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from command_line import answer, rostro
from running_server import with_models_of

import rostro as package
from rostro.core.errors import BadInput
from rostro.gallery.base import open_gallery


def drawn(count: int, seed: int = 0) -> np.ndarray:
    """Unit rows in all directions."""
    rows = np.random.default_rng(seed).normal(size=(count, 128)).astype(np.float32)
    return rows / np.linalg.norm(rows, axis=1, keepdims=True)


@pytest.fixture
def crowded(recognizer: package.Recognizer, samples: dict[str, Path], tmp_path: Path) -> Path:
    """A gallery of a thousand drawn people, half of them visitors, and one real one."""
    path = tmp_path / "people.db"
    with open_gallery(str(path), space=recognizer.space) as gallery:
        gallery.add(
            {
                f"Somebody {i}": [
                    package.Template(row, f"{i:064x}", f"{i}.jpg", collection="visitors" if i % 2 else "staff")
                ]
                for i, row in enumerate(drawn(1000))
            }
        )
    with with_models_of(recognizer, gallery=str(path)) as own:
        own.enroll(samples["obama.jpg"], name="Barack Obama", collection="staff")
    return path


def test_the_threshold_grows_with_the_people(recognizer: package.Recognizer, crowded: Path, tmp_path: Path) -> None:
    point = recognizer.operating_point.threshold
    with with_models_of(recognizer, gallery=str(crowded)) as many:
        among_many = many.search_rate()
    with with_models_of(recognizer, gallery=str(crowded), fpir=0.001) as strict:
        rarer = strict.search_rate()
    with with_models_of(recognizer, gallery=str(tmp_path / "none.db")) as few:
        assert len(few.gallery.people()) == 0  # made
        among_none = few.search_rate()
    assert among_many is not None
    assert rarer is not None
    assert among_none is not None
    assert (among_many.people, among_many.templates) == (1001, 1001)
    assert among_none.threshold == point
    assert among_none.fpir == 0.0
    assert point < among_many.threshold < rarer.threshold
    assert among_many.fpir == pytest.approx(0.01, rel=0.05)
    assert among_many.interval.low < 0.01 < among_many.interval.high


def test_collections_are_counted_apart_and_anew_after_changes(recognizer: package.Recognizer, crowded: Path) -> None:
    with with_models_of(recognizer, gallery=str(crowded)) as own:
        staff, all_of_them = own.search_rate(collections=["staff"]), own.search_rate()
        assert staff is not None
        assert all_of_them is not None
        assert (staff.people, all_of_them.people) == (501, 1001)
        assert staff.threshold < all_of_them.threshold
        own.people.erase("Somebody 0")
        own.people.merge("Somebody 2", "Somebody 4")
        staff = own.search_rate(collections=["staff"])
        assert staff is not None
        assert (staff.people, staff.templates) == (499, 500)


def test_several_templates_of_a_person_count_for_a_stranger(recognizer: package.Recognizer, tmp_path: Path) -> None:
    """Each is one more face that a stranger may be taken for."""
    with with_models_of(recognizer, gallery=str(tmp_path / "people.db")) as own:
        rows = iter(drawn(900))
        own.gallery.add(
            {
                f"Somebody {i}": [package.Template(next(rows), f"{i:032x}{j:032x}", f"{j}.jpg") for j in range(3)]
                for i in range(300)
            }
        )
        three = own.search_rate()
        one = own.searching.among(type(own.gallery.population())(300, 300))  # type: ignore[union-attr]
        assert three is not None
        assert one is not None
        assert (three.people, three.templates) == (300, 900)
        assert three.threshold > one.threshold


def test_a_threshold_that_was_chosen_holds_and_its_rate_is_told(
    recognizer: package.Recognizer, crowded: Path, samples: dict[str, Path]
) -> None:
    with with_models_of(recognizer, gallery=str(crowded), threshold=0.4) as own:
        (face,) = own.identify(samples["obama2.jpg"])
        assert face.operating_point.threshold == 0.4
        assert face.search["false_positive_identification_rate"] > 0.05
    with with_models_of(recognizer, gallery=str(crowded), threshold=0.1) as own:
        (face,) = own.identify(samples["obama2.jpg"])
        assert face.to_dict().get("false_positive_identification_rate") is None  # so low, nothing was kept of it


def test_two_wishes_for_one_threshold_are_refused(recognizer: package.Recognizer) -> None:
    with pytest.raises(BadInput, match="either"):
        package.Recognizer(fpir=0.01, threshold=0.4)
    with pytest.raises(BadInput, match="either"):
        package.Recognizer(fpir=0.01, fmr=1e-3)


def test_identify_says_what_is_known_of_the_search(crowded: Path, samples: dict[str, Path]) -> None:
    arguments = ("identify", samples["obama2.jpg"], "--gallery", crowded)
    (face,) = answer(*arguments, code=0)["photos"][0]["faces"]
    assert face["name"] == "Barack Obama"
    assert face["people_searched"] == 1001
    assert face["false_positive_identification_rate"] == pytest.approx(0.01, rel=0.05)
    low, high = face["interval"]
    assert low < 0.01 < high
    said = rostro(*map(str, arguments))
    assert "1,001 people searched" in said.stderr


@pytest.mark.parametrize("wish", [("--fpir", "0"), ("--fpir", "0.01", "--threshold", "0.4")])
def test_a_rate_that_cannot_be_kept_is_refused(crowded: Path, samples: dict[str, Path], wish: tuple[str, ...]) -> None:
    assert rostro("identify", str(samples["obama.jpg"]), "--gallery", str(crowded), *wish).returncode == 2
