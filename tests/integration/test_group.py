"""``group``: real photos of people nobody enrolled, by person."""

from __future__ import annotations

import json
import random
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
from command_line import rostro

from rostro.core.errors import BadInput, GalleryError
from rostro.core.settings import Settings
from rostro.models.store import ModelStore
from rostro.people.album import Grouped
from rostro.photos.reading import read_photo
from rostro.recognizer import Recognizer
from rostro.scoring.clustering import bcubed


@pytest.fixture(scope="module")
def celebrities(data_root: Path) -> list[Path]:
    return sorted((data_root / "five-celebrities" / "val").rglob("*.jpg"))


@pytest.fixture(scope="module")
def album(recognizer: Recognizer, celebrities: list[Path]) -> Grouped:
    return recognizer.group(celebrities)


def photos_of(album: Grouped) -> set[frozenset[str]]:
    return {frozenset(face.photo for face in group.faces) for group in album.groups}


def test_five_people_are_five_groups(album: Grouped, celebrities: list[Path]) -> None:
    assert album.photos == len(celebrities) == 25
    assert len(album.groups) == 5
    assert not album.failed
    found = [(group.id, Path(face.photo).parent.name) for group in album.groups for face in group.faces]
    found += [(face.photo, Path(face.photo).parent.name) for face in album.singles]
    groups, owners = zip(*found, strict=True)
    told = bcubed(groups, owners)
    assert told.precision == 1
    assert told.recall > 0.8
    sizes = [len(group) for group in album.groups]
    assert sizes == sorted(sizes, reverse=True)
    for group in album.groups:
        alike = [face.similarity or 0 for face in group.faces]
        assert alike == sorted(alike, reverse=True)
        assert all(value >= album.threshold - 0.1 for value in alike)


def test_the_order_of_the_photos_changes_nothing(
    recognizer: Recognizer, album: Grouped, celebrities: list[Path]
) -> None:
    shuffled = list(celebrities)
    random.Random(3).shuffle(shuffled)
    again = recognizer.group(shuffled)
    assert photos_of(again) == photos_of(album)
    assert {group.id for group in again.groups} == {group.id for group in album.groups}


def test_two_faces_of_a_photo_are_two_people(recognizer: Recognizer, celebrities: list[Path]) -> None:
    (one, *others) = [read_photo(photo).image for photo in celebrities if "mindy" in str(photo)]
    mirrored = np.hstack([one, one[:, ::-1]])
    album = recognizer.group([mirrored, *others])
    assert len(album.groups) + len(album.singles) >= 2
    for group in album.groups:
        assert len({face.sha256 for face in group.faces}) == len(group)


def test_what_is_chosen_holds(recognizer: Recognizer, settings: Settings, store: ModelStore, album: Grouped) -> None:
    photos = [face.photo for group in album.groups for face in group.faces]
    with Recognizer(settings=settings, store=store, threshold=0.99) as strict:
        alone = strict.group(photos)
    assert alone.threshold == 0.99
    assert not alone.groups
    assert len(alone.singles) >= len(photos), "each face of the photos"
    assert recognizer.group([]).to_dict() == {"groups": [], "singles": [], "failed": []}
    with pytest.raises(BadInput):
        recognizer.group(photos[0])
    with (
        Recognizer(settings=settings, store=store, gallery="not-there.db", create_gallery=False) as lonely,
        pytest.raises(GalleryError),
    ):
        lonely.group(photos, suggest=True)


@pytest.fixture
def folder(samples: dict[str, Path], tmp_path: Path) -> Path:
    """One man twice, once larger, a stranger, and a file that is no photo."""
    place = tmp_path / "holidays"
    place.mkdir()
    for name in ("obama.jpg", "obama2.jpg", "astronaut.png"):
        # A name that no terminal should get as it is.
        (place / name.replace("2", "\u202e\x1b2")).write_bytes(samples[name].read_bytes())
    (place / "broken.jpg").write_bytes(samples["obama.jpg"].read_bytes()[:300])
    return place


def document(*arguments: object, code: int) -> dict[str, Any]:
    done = rostro("group", *arguments, "--json")
    assert done.returncode == code, done.stderr
    return dict(json.loads(done.stdout))


def test_the_command_line(folder: Path, tmp_path: Path) -> None:
    picture = tmp_path / "people.png"
    told = document(folder, "--picture", picture, code=2)  # one photo is broken
    assert list(told) == ["groups", "singles", "failed"]
    (group,) = told["groups"]
    assert list(group) == ["id", "name", "suggested", "faces"]
    assert (group["name"], group["suggested"]) == (None, None)
    assert {Path(face["photo"]).name[:5] for face in group["faces"]} == {"obama"}
    assert len(group["faces"]) == 2
    assert all(list(face) == ["photo", "box", "similarity", "quality"] for face in group["faces"])
    (single,) = told["singles"]
    assert single["similarity"] is None
    assert [Path(failed["photo"]).name for failed in told["failed"]] == ["broken.jpg"]
    drawn = cv2.imread(str(picture))
    assert drawn is not None
    assert np.unique(drawn.reshape(-1, 3), axis=0).shape[0] > 1000, "faces are in it"

    (folder / "broken.jpg").unlink()
    gallery = tmp_path / "people.db"
    assert rostro("enroll", folder / "obama.jpg", "--name", "Barack Obama", "--gallery", gallery).returncode == 0
    (group,) = document(folder, "--gallery", gallery, code=0)["groups"]
    assert group["suggested"]["name"] == "Barack Obama"
    assert group["suggested"]["similarity"] > 0.7
    said = rostro("group", folder, "--gallery", gallery, "--language", "es")
    assert "quizá Barack Obama" in said.stdout
    assert "1 grupos de dos o más caras" in said.stderr

    assert document(folder / "astronaut.png", code=1)["groups"] == []
    assert rostro("group", folder, "--gallery", tmp_path / "none.db").returncode == 2
    assert rostro("group", folder, "--picture", folder / "obama.jpg").returncode == 2
