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


# ---- sorted into subfolders


def test_photos_sorted_by_year_are_one_persons(tmp_path):
    people = read_people(
        touch(tmp_path, "Ana/2019/1.jpg", "Ana/2020/summer/2.jpg", "Ana/2020/3.jpg", "Ben/2019/1.jpg", "Ben/2021/2.jpg")
    )
    assert people.names == ("Ana", "Ben")
    assert listing(people) == [("Ana", "1.jpg"), ("Ana", "3.jpg"), ("Ana", "2.jpg"), ("Ben", "1.jpg"), ("Ben", "2.jpg")]


@pytest.mark.parametrize("years", [("2019", "2020"), ("2019-05", "2020-06 beach"), ("20190503", "2020_01_01")])
def test_so_are_those_of_somebody_who_is_alone(tmp_path, years):
    people = read_people(touch(tmp_path, *(f"Ana/{year}/1.jpg" for year in years)))
    assert people.names == ("Ana",)
    assert list(people.counts) == [2]


def test_albums_of_any_name_are_one_persons(tmp_path):
    people = read_people(touch(tmp_path, "Ana/holiday/1.jpg", "Ana/home/2.jpg", "Ben/holiday/1.jpg", "Ben/home/2.jpg"))
    assert people.names == ("Ana", "Ben")


@pytest.mark.parametrize(
    "files",
    [
        ["train/Ada/1.jpg", "train/Grace/1.jpg", "val/Ada/2.jpg", "val/Grace/2.jpg"],
        ["gallery/Ada/1.jpg", "gallery/Bo/1.jpg", "probe/Ada/2.jpg", "probe/Bo/2.jpg"],
        ["images/0000045/1.jpg", "images/0000099/1.jpg"],
        ["people/0000045/1.jpg", "people/0000099/1.jpg", "notes/x.jpg"],
        ["Dataset/2000/1.jpg", "Dataset/2001/1.jpg"],
    ],
)
def test_sets_of_people_are_not_taken_for_people(tmp_path, files):
    with pytest.raises(BadInput, match="holds folders, not photos"):
        read_people(touch(tmp_path, *files))


def test_everything_is_in_natural_order(tmp_path):
    people = read_people(touch(tmp_path, "p10/2.jpg", "p10/10.jpg", "p9/1.jpg", "p9/2010/1.jpg", "p9/209/1.jpg"))
    assert people.names == ("p9", "p10")
    shown = [photo.relative_to(tmp_path).as_posix() for photo in people.photos]
    assert shown == ["p9/1.jpg", "p9/209/1.jpg", "p9/2010/1.jpg", "p10/2.jpg", "p10/10.jpg"]


# ---- links


def failures(people):
    return {Path(error.photo).name: error.reason for error in people.failed}


def test_links_that_leave_a_person_are_said_and_not_followed(tmp_path):
    root = touch(tmp_path / "p", "Ana/1.jpg", "Ben/1.jpg")
    touch(tmp_path / "elsewhere", "x.jpg")
    (root / "Ana" / "friend").symlink_to(root / "Ben")
    (root / "Ana" / "more").symlink_to(tmp_path / "elsewhere")
    (root / "Ana" / "ben.jpg").symlink_to(Path("..") / "Ben" / "1.jpg")
    (root / "Ana" / "up").symlink_to("..")
    people = read_people(root)
    assert listing(people) == [("Ana", "1.jpg"), ("Ben", "1.jpg")]
    reason = "a link that leads out of Ana; it is not followed"
    assert failures(people) == dict.fromkeys(("ben.jpg", "friend", "more", "up"), reason)
    assert {error.values["why"] for error in people.failed} == {"link-leaves"}


def test_links_within_a_person_and_to_photos_of_an_archive_are_followed(tmp_path):
    root = touch(tmp_path / "p", "Ana/2019/1.jpg", "Ben/1.jpg")
    touch(tmp_path / "archive", "IMG_7.jpg")
    (root / "Ana" / "best").symlink_to(root / "Ana" / "2019" / "1.jpg")
    (root / "Ana" / "again").symlink_to("2019")
    (root / "Ben" / "2.jpg").symlink_to(tmp_path / "archive" / "IMG_7.jpg")
    people = read_people(root)
    assert people.failed == ()
    assert people.names == ("Ana", "Ben") and [photo.name for photo in people.photos if "Ben" in photo.parts] == [
        "1.jpg",
        "2.jpg",
    ]


def test_a_person_may_be_a_link_to_a_folder(tmp_path):
    touch(tmp_path / "elsewhere", "2019/1.jpg", "2020/2.jpg")
    root = touch(tmp_path / "p", "Ben/1.jpg")
    (root / "Ana").symlink_to(tmp_path / "elsewhere")
    people = read_people(root)
    assert list(zip(people.names, people.counts, strict=True)) == [("Ana", 2), ("Ben", 1)]


@pytest.mark.parametrize("target", [".", ".."])
def test_a_person_is_no_link_back_to_all(tmp_path, target):
    root = touch(tmp_path / "p", "Ben/1.jpg")
    (root / "loop").symlink_to(target)
    people = read_people(root)
    assert people.names == ("Ben",)
    assert failures(people) == {"loop": "a link back to the folder of people; it is not followed"}


def test_loops_of_links_end(tmp_path):
    root = touch(tmp_path / "p", "Ana/2019/1.jpg", "Ben/1.jpg")
    (root / "Ana" / "2019" / "again").symlink_to(root / "Ana")
    (root / "Ana" / "self").symlink_to("self")
    (root / "Ana" / "one").symlink_to("two")
    (root / "Ana" / "two").symlink_to("one")
    people = read_people(root)
    assert [photo.name for photo in people.photos] == ["1.jpg", "1.jpg"]
    assert {file.name for file in people.others} == {"self", "one", "two"}
    assert people.failed == ()
