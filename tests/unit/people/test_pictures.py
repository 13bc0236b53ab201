"""Pictures of people are kept in one folder per person and go with the person."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from rostro.core.errors import GalleryError
from rostro.people.pictures import Pictures


@pytest.fixture
def store(tmp_path: Path) -> Pictures:
    return Pictures(tmp_path / "people.db.crops")


def crop(value: int) -> np.ndarray:
    return np.full((112, 112, 3), value, np.uint8)


def test_kept_shown_erased(store: Pictures) -> None:
    assert store.picture(1) is None and not store.has(1)
    store.keep(1, "a" * 64, crop(10))
    store.keep(1, "b" * 64, crop(200))
    store.keep(2, "c" * 64, crop(90))
    assert store.picture(1).startswith(b"\xff\xd8") and store.has(1)
    store.erase(1)
    store.erase(1)
    assert store.picture(1) is None
    assert [file.parent.name for file in store.folder.rglob("*.jpg")] == ["2"]


def test_the_same_photo_has_one_picture(store: Pictures) -> None:
    store.keep(1, "a" * 64, crop(10))
    store.keep(1, "a" * 64, crop(20))
    assert len(list(store.folder.rglob("*.jpg"))) == 1


def test_a_hash_is_never_a_path(store: Pictures, tmp_path: Path) -> None:
    store.keep(1, "../../../evil", crop(1))
    assert [file.parent for file in tmp_path.rglob("*.jpg")] == [store.folder / "1"]


def test_merge_moves(store: Pictures) -> None:
    store.keep(1, "a" * 64, crop(10))
    store.keep(2, "b" * 64, crop(20))
    store.merge(1, 2)
    assert not (store.folder / "1").exists()
    assert len(list((store.folder / "2").iterdir())) == 2


def test_it_knows_whose_pictures_there_are(store: Pictures) -> None:
    assert store.owners() == set()
    for person in (1, 2, 3):
        store.keep(person, "a" * 64, crop(person))
    store.erase(2)
    assert store.owners() == {1, 3}


def test_only_galleries_that_are_files_have_one(tmp_path: Path) -> None:
    assert Pictures.beside(str(tmp_path / "p.db")).folder == tmp_path / "p.db.crops"
    assert Pictures.beside(f"sqlite:///{tmp_path}/p.db").folder.name == "p.db.crops"
    assert Pictures.beside(":memory:") is None
    assert Pictures.beside("postgresql://host/people") is None


def test_a_folder_that_cannot_be_made(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(GalleryError, match="cannot be kept"):
        Pictures(tmp_path / "file" / "crops").keep(1, "a", crop(1))
