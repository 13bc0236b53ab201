"""One folder per person is split by what is in the photos and a seed."""

from __future__ import annotations

import shutil
from collections import Counter
from collections.abc import Mapping
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rostro.core.errors import BadInput
from rostro.photos.folders import read_people
from rostro.photos.people import People
from rostro.training.data.parts import read_everybody, read_parts
from rostro.training.data.split import Split, learned, split


def people_in(root: Path, photos: Mapping[str, int]) -> Path:
    """So many photos of each, all different; they are not decoded here."""
    for name, count in photos.items():
        (root / name).mkdir(parents=True)
        for number in range(count):
            (root / name / f"{number}.jpg").write_text(f"{name} {number}")
    return root


def parts_of(drawn: Split) -> dict[str, str]:
    """Content of each photo → its part."""
    return {photo.read_text(): part for photo, part in zip(drawn.people.photos, drawn.parts, strict=True)}


@given(counts=st.lists(st.integers(2, 40), min_size=2, max_size=5), seed=st.integers(0, 99))
def test_everybody_has_photos_in_every_part_that_can_be(
    counts: list[int], seed: int, tmp_path_factory: pytest.TempPathFactory
) -> None:
    root = people_in(tmp_path_factory.mktemp("people"), {f"p{i}": count for i, count in enumerate(counts)})
    drawn = split(read_people(root), seed)
    for person, count in enumerate(counts):
        sizes = Counter(part for part, owner in zip(drawn.parts, drawn.people.owners, strict=True) if owner == person)
        assert sum(sizes.values()) == count
        assert sizes["train"] >= 1 and sizes["val"] >= 1
        assert (sizes["test"] >= 1) == (count >= 3)
        assert abs(sizes["test"] - 0.2 * count) <= 1


def test_names_and_places_do_not_matter_and_copies_stay_together(tmp_path: Path) -> None:
    root = people_in(tmp_path / "a", {"ada": 10, "bob": 10})
    before = parts_of(split(read_people(root), 7))
    for number in range(10):
        (root / "ada" / f"{number}.jpg").rename(root / "ada" / f"x{9 - number}.jpg")
    shutil.copy(root / "ada" / "x3.jpg", root / "ada" / "again.jpg")
    shutil.move(root, tmp_path / "b")
    people_in(tmp_path / "b", {"cy": 4})
    drawn = split(read_people(tmp_path / "b"), 7)
    after = parts_of(drawn)
    assert {text: after[text] for text in before} == before
    twice = {drawn.parts[n] for n, photo in enumerate(drawn.people.photos) if photo.read_text() == "ada 6"}
    assert len(twice) == 1


def test_the_seed_matters(tmp_path: Path) -> None:
    people = read_people(people_in(tmp_path / "a", {"ada": 20, "bob": 20}))
    assert split(people, 0).parts == split(people, 0).parts
    assert split(people, 0).parts != split(people, 1).parts


def test_people_with_one_photo_are_learned_and_not_measured(tmp_path: Path) -> None:
    found = read_parts(people_in(tmp_path / "a", {"ada": 1, "bob": 5}), 0)
    assert [len(part.photos) for part in found.parts.values()] == [4, 1, 1]
    assert found.classes == ("ada", "bob")
    with pytest.raises(BadInput, match="everybody has one photo only"):
        read_parts(people_in(tmp_path / "b", {"ada": 1, "bob": 1}), 0)


def test_one_person_cannot_be_told_apart(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="only one class"):
        read_parts(people_in(tmp_path / "a", {"ada": 5}), 0)


@pytest.mark.parametrize("name", ["val", "validation", "valid"])
def test_folders_of_parts_are_taken_as_they_are(name: str, tmp_path: Path) -> None:
    people_in(tmp_path / "train", {"ada": 3, "bob": 3})
    people_in(tmp_path / name, {"ada": 1, "bob": 1})
    people_in(tmp_path / "test", {"ada": 2})
    found = read_parts(tmp_path, 0)
    assert {part: len(of.photos) for part, of in found.parts.items()} == {"train": 6, "val": 2, "test": 2}
    assert found.card() == {}
    assert isinstance(everybody := read_everybody(tmp_path), People)
    assert len(everybody.photos) == 8, "those that are to be measured on are not learned"
    shutil.rmtree(tmp_path / name)
    with pytest.raises(BadInput, match="no folder val here"):
        read_parts(tmp_path, 0)


def test_what_was_learned_is_written_down(tmp_path: Path) -> None:
    found = read_parts(people_in(tmp_path / "a", {"ada": 10, "bob": 10}), 3)
    said: list[str] = []
    found.tell(tmp_path / "out", said.append)
    assert "split by seed 3" in said[0]
    assert found.card() == {"of": "one folder per person", "seed": 3, "train": 0.6, "val": 0.2, "test": 0.2}
    drawn = found.split
    assert drawn is not None
    hashes = {digest for digest, part in zip(drawn.hashes, drawn.parts, strict=True) if part != "test"}
    assert learned(tmp_path / "out") == hashes
    assert len(hashes) == 16
    assert learned(tmp_path) == frozenset()
    (tmp_path / "split.csv").write_text("nothing\n1\n")
    with pytest.raises(BadInput, match="not the split"):
        learned(tmp_path)
