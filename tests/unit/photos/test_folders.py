"""Folders of people, read as they are and refused with a reason."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from rostro.core.errors import BadInput
from rostro.photos.folders import person_of, read_parts, read_people
from rostro.photos.people import People


def touch(root, *names):
    for name in names:
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).touch()
    return root


def listing(people):
    return [(people.names[owner], photo.name) for owner, photo in zip(people.owners, people.photos, strict=True)]


def test_one_folder_per_person(tmp_path):
    root = touch(tmp_path, "Grace/1.jpg", "Ada/b.PNG", "Ada/a.jpg", "Ada/trip/c.webp", "Ada/notes.txt", ".hidden/x.jpg")
    people = read_people(root)
    assert people.names == ("Ada", "Grace")
    assert listing(people) == [("Ada", "a.jpg"), ("Ada", "b.PNG"), ("Ada", "c.webp"), ("Grace", "1.jpg")]
    assert list(people.counts) == [3, 1]


def test_flat_files_named_after_the_person(tmp_path):
    people = read_people(touch(tmp_path, "Ada_Lovelace_0001.jpg", "Ada_Lovelace_0002.jpg", "grace.png"))
    assert people.names == ("Ada_Lovelace", "grace")
    assert list(people.counts) == [2, 1]


@pytest.mark.parametrize(
    ("file", "person"),
    [("ada.jpg", "ada"), ("ada-2.jpg", "ada"), ("ada (3).jpg", "ada"), ("Ñuño 04.jpg", "Ñuño"), ("R2D2.jpg", "R2D")],
)
def test_the_number_at_the_end_is_not_part_of_the_name(file, person):
    assert person_of(Path(file)) == person


def test_a_name_that_is_only_a_number_is_refused(tmp_path):
    with pytest.raises(BadInput, match="whose photo"):
        read_people(touch(tmp_path, "0001.jpg"))


def test_a_folder_one_too_high_is_told(tmp_path):
    root = touch(tmp_path, "images/Ada/1.jpg", "images/Grace/1.jpg")
    with pytest.raises(BadInput, match=r"holds folders, not photos.*images\?"):
        read_people(root)
    assert read_people(root / "images").names == ("Ada", "Grace")


@pytest.mark.parametrize(
    ("files", "message"),
    [
        (["Ada/1.jpg", "loose.jpg"], "loose.jpg lies beside"),
        (["Ada/readme.txt"], "no photos in its 1 folders"),
        (["readme.txt"], "no photos here"),
    ],
)
def test_odd_folders_are_refused_with_the_reason(tmp_path, files, message):
    with pytest.raises(BadInput, match=message):
        read_people(touch(tmp_path, *files))


def test_a_folder_that_is_not_there_is_named(tmp_path):
    with pytest.raises(BadInput, match=r"nowhere: not a folder of people \(no such file"):
        read_people(tmp_path / "nowhere")


def test_an_empty_folder_among_people_is_nobody(tmp_path):
    (tmp_path / "Nobody").mkdir()
    assert read_people(touch(tmp_path, "Ada/1.jpg")).names == ("Ada",)


def test_parts(tmp_path):
    touch(tmp_path, "gallery/Ada/1.jpg", "probe/Ada/2.jpg")
    parts = read_parts(tmp_path, ("gallery", "probe"))
    assert [parts[name].photos[0].name for name in parts] == ["1.jpg", "2.jpg"]
    with pytest.raises(BadInput, match="no folder unknown"):
        read_parts(tmp_path, ("gallery", "unknown"))


def test_a_selection_forgets_people_without_photos(tmp_path):
    people = read_people(touch(tmp_path, "Ada/1.jpg", "Ada/2.jpg", "Grace/1.jpg"))
    assert people.only(people.owners == 1).names == ("Grace",)
    assert people.only(np.array([1, 2])).names == ("Ada", "Grace")


def test_people_check_themselves():
    photos = (Path("a.jpg"),)
    for owners, names in (([0, 0], ("Ada",)), ([1], ("Ada",)), ([0], ("Ada", "Grace"))):
        with pytest.raises(BadInput, match="every photo has one person"):
            People(photos, np.array(owners, np.int32), names)
