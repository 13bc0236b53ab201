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
from rostro.core.types import Template
from rostro.gallery.base import open_gallery
from rostro.models.store import ModelStore
from rostro.people.album import Grouped
from rostro.people.albums.album import Album
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


def test_an_album_stays(recognizer: Recognizer, celebrities: list[Path], tmp_path: Path) -> None:
    url = str(tmp_path / "album.db")
    half = recognizer.group(celebrities[::2], album=url, keep_crops=True)
    assert half.to_dict().keys() == {"groups", "singles", "failed"}
    with Album.open(url) as kept:
        assert [group.id for group in kept.groups()] == [group.id for group in half.groups]
        named = kept.groups()[0]
        owner = Path(named.cover.photo).parent.name
        kept.name(named.id, owner)
        assert (kept.picture(owner) or b"")[:3] == b"\xff\xd8\xff"

        def refuse(*_: object, **__: object) -> None:
            raise AssertionError("a photo that is there was looked at again")

        told = []
        whole = recognizer.group(celebrities, album=kept, on_photo=lambda: told.append(1))
        assert len(told) == whole.photos == len(celebrities)
        (mine,) = [group for group in whole.groups if group.name is not None]
        assert (mine.id, mine.name) == (named.id, owner)
        assert {Path(face.photo).parent.name for face in mine.faces} == {owner}
        assert len(mine) > named.faces
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(type(recognizer.pipeline), "_chunk", refuse)
            again = recognizer.group(list(reversed(celebrities)), album=kept)
        assert again.to_dict() == whole.to_dict()
        assert len(kept) == sum(map(len, whole.groups)) + len(whole.singles)
        assert photos_of(whole) == photos_of(recognizer.group(celebrities)), "parts and one run find the same"
        faces = len(kept.group(owner))
        assert kept.erase(owner) == faces
        after = recognizer.group(celebrities, album=kept)
        assert {failure.error.kind for failure in after.failed} == {"erased-before"}
        assert len(after.groups) == len(whole.groups) - 1
    with pytest.raises(BadInput, match="no album"):
        with open_gallery(str(tmp_path / "people.db"), space=recognizer.space) as gallery:
            gallery.add({"Ada": [Template(np.eye(1, 128, dtype=np.float32)[0], "a" * 64, "a.jpg")]})
        recognizer.group(celebrities[:1], album=tmp_path / "people.db")


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


def told_by(verb: str, *arguments: object, album: Path) -> dict[str, Any]:
    done = rostro("album", verb, *arguments, "--album", album, "--json")
    assert done.returncode == 0, done.stderr
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
    assert "1 grupo de dos o más caras" in said.stderr

    album = tmp_path / "album.db"
    (group,) = document(folder, "--album", album, "--gallery", gallery, code=0)["groups"]
    assert list(group) == ["id", "name", "suggested", "ignored", "faces"]
    assert group["suggested"]["name"] == "Barack Obama"
    assert told_by("name", group["id"], "Barack Obama", album=album) == {"group": group["id"], "name": "Barack Obama"}
    assert document(folder, "--album", album, "--gallery", gallery, code=0)["groups"][0]["suggested"] is None
    assert [one["name"] for one in told_by("list", album=album)["groups"]] == ["Barack Obama"]
    faces = [face["id"] for face in told_by("show", "Barack Obama", album=album)["faces"]]
    (single,) = told_by("list", "--singles", album=album)["groups"]
    assert told_by("merge", single["id"], "Barack Obama", album=album)["into"] == group["id"]
    (other,) = told_by("reject", "Barack Obama", single["cover"]["id"], album=album)["groups"]
    made = told_by("split", group["id"], faces[0], album=album)["into"]
    assert told_by("ignore", made, album=album)["ignored"]
    assert told_by("erase", other, album=album)["faces"] == 1
    assert [one["id"] for one in told_by("list", album=album)["groups"]] == [group["id"]]
    assert "1 cara" in rostro("album", "list", "--album", album, "--language", "es").stdout
    assert rostro("album", "list", "--album", gallery).returncode == 2, "people are no album"

    people = tmp_path / "people"
    (group,) = document(folder, "--output", people, code=0)["groups"]
    there = {path.name for path in people.rglob("*") if path.is_file()}
    assert there == {"groups.json", "people.png", *(path.name for path in folder.glob("obama*"))}
    assert len(list((people / group["id"]).iterdir())) == 2
    told = rostro("group", folder, "--output", people, "--links")
    assert (told.returncode, "0 photos put there, 2 there already" in told.stderr) == (0, True)
    for wrong in (["--output", folder / "people"], ["--output", tmp_path], ["--links"]):
        assert rostro("group", folder, *wrong).returncode == 2

    assert document(folder / "astronaut.png", code=1)["groups"] == []
    assert rostro("group", folder, "--gallery", tmp_path / "none.db").returncode == 2
    assert rostro("group", folder, "--picture", folder / "obama.jpg").returncode == 2
