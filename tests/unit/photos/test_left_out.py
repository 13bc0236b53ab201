"""What lies among photos: told by what it is. Programs' folders are nobody, and what is no picture is named."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from odd_files import encode, encoded

from rostro.core.errors import BadInput, UnreadablePhoto
from rostro.photos.folders import read_people
from rostro.photos.left_out import is_nobodys
from rostro.photos.listing import find_photos
from rostro.photos.people import People
from rostro.photos.reading import read_photo

JXL = b"\xff\x0a jxl"


def write(file: Path, content: bytes = b"") -> Path:
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(encoded()["jpg"] if content == b"" else content)
    return file


def names(root: Path, others: list[Path] | None = None) -> list[str]:
    seen: list[Path] = [] if others is None else others
    return [path.relative_to(root).as_posix() for path in find_photos([root], on_other=seen.append)]


def reasons(people: People) -> dict[str, str]:
    return {Path(error.photo).name: error.reason for error in people.failed}


# ---- folders and files of programs


@pytest.mark.parametrize(
    "name",
    [
        "@eaDir", "#recycle", ".thumbnails", "__MACOSX", "lost+found", "$RECYCLE.BIN", "$Recycle.Bin", "@Recycle",
        "System Volume Information", "people.db.crops", "faces.npz.parts", "rostro-evaluation", "rostro-is-it-me",
    ],
)  # fmt: skip
def test_folders_of_programs_hold_neither_photos_nor_people(tmp_path: Path, name: str) -> None:
    write(tmp_path / "Ana" / "1.jpg")
    write(tmp_path / name / "7" / "thumb.jpg")
    write(tmp_path / "Ana" / name / "thumb.jpg")
    assert is_nobodys(name)
    assert names(tmp_path) == ["Ana/1.jpg"]
    people = read_people(tmp_path)
    assert (people.names, len(people.photos), people.failed) == (("Ana",), 1, ())


@pytest.mark.parametrize(
    "name", ["Thumbs.db", "desktop.ini", ".DS_Store", "._1.jpg", "people.db.index", "people.db-wal"]
)
def test_files_of_programs_are_not_even_named(tmp_path: Path, name: str) -> None:
    write(tmp_path / "Ana" / "1.jpg")
    write(tmp_path / "Ana" / name)
    others: list[Path] = []
    assert names(tmp_path, others) == ["Ana/1.jpg"]
    assert others == [] and read_people(tmp_path).others == ()


def test_a_gallery_among_the_people_is_not_named_either(tmp_path: Path) -> None:
    write(tmp_path / "Ana" / "1.jpg")
    write(tmp_path / "whatever.gallery", b"SQLite format 3\0 and so on")
    assert read_people(tmp_path).others == ()


@pytest.mark.parametrize("marks", [("report.html", "results.json"), ("best.yaml", "best.safetensors")])
def test_reports_and_trainings_are_told_by_what_is_in_them(tmp_path: Path, marks: tuple[str, ...]) -> None:
    write(tmp_path / "Ana" / "1.jpg")
    for mark in marks:
        write(tmp_path / "monday" / mark, b"{}")
    write(tmp_path / "monday" / "crops" / "yunet" / "1.png", encoded()["png"])
    assert names(tmp_path) == ["Ana/1.jpg"]
    assert read_people(tmp_path).names == ("Ana",)


def test_what_was_written_into_the_folder_of_people_itself_is_nobody(tmp_path: Path) -> None:
    write(tmp_path / "Ana" / "1.jpg")
    write(tmp_path / "crops" / "yunet" / "1.png")
    write(tmp_path / "best.yaml", b"recipe: embedder")
    write(tmp_path / "best.safetensors", b"weights")
    assert read_people(tmp_path).names == ("Ana",)


def test_a_folder_that_is_named_is_listed_whatever_its_name(tmp_path: Path) -> None:
    write(tmp_path / "@eaDir" / "1.jpg")
    assert names(tmp_path / "@eaDir") == ["1.jpg"]


@pytest.mark.parametrize("name", ["Ana.crops.jpg", "recycle", "eaDir", "Thumbs", "lost", "MACOSX", "rostro"])
def test_people_may_be_called_nearly_so(name: str) -> None:
    assert not is_nobodys(name)


# ---- pictures are told by their content


@pytest.mark.parametrize("kind", sorted(encoded()))
@pytest.mark.parametrize("name", ["portrait.jpg_large", "IMG_0001", "photo.jpg~", "photo.txt", "PHOTO.JPG.bak"])
def test_what_can_be_read_is_a_photo_whatever_its_name(tmp_path: Path, kind: str, name: str) -> None:
    write(tmp_path / name, encoded()[kind])
    others: list[Path] = []
    (photo,) = find_photos([tmp_path], on_other=others.append)
    assert photo.name == name and others == []
    assert read_photo(photo).image.shape == (64, 96, 3)


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("notes.txt", b"hello"),
        ("BMW.txt", b"BMW, the car of Ana and of her brother"),
        ("P5.md", b"P5 was the fifth of them"),
        ("empty", b"\n"),
        ("clip.mp4", b"\0\0\0\x18ftypisom"),
        ("scan.pdf", b"%PDF-1.4"),
        ("raw.NEF", b"MM\0*\0\0\0\x08"),
        ("raw.dng", b"II*\0\x08\0\0\0"),
    ],
)
def test_what_is_no_picture_is_left_out_and_named(tmp_path: Path, name: str, content: bytes) -> None:
    write(tmp_path / "Ana" / "1.jpg")
    write(tmp_path / "Ana" / name, content)
    others: list[Path] = []
    assert names(tmp_path, others) == ["Ana/1.jpg"]
    assert [file.name for file in others] == [name]
    assert [file.name for file in read_people(tmp_path).others] == [name]


def test_a_picture_that_nothing_reads_is_a_photo_that_says_so(tmp_path: Path) -> None:
    write(tmp_path / "dan.jxl", JXL)
    (photo,) = find_photos([tmp_path])
    with pytest.raises(UnreadablePhoto, match="JPEG XL, which is not supported"):
        read_photo(photo)


def test_a_pipe_is_not_waited_for(tmp_path: Path) -> None:
    write(tmp_path / "1.jpg")
    os.mkfifo(tmp_path / "pipe")
    others: list[Path] = []
    assert names(tmp_path, others) == ["1.jpg"]
    assert [file.name for file in others] == ["pipe"]


def test_a_file_that_may_not_be_read_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(tmp_path / "1.jpg")
    closed = write(tmp_path / "closed")
    opened = Path.open

    def refuse(path: Path, *arguments: object, **options: object) -> object:
        if path == closed:
            raise PermissionError(13, "Permission denied")
        return opened(path, *arguments, **options)  # type: ignore[call-overload]

    monkeypatch.setattr(Path, "open", refuse)
    others: list[Path] = []
    assert names(tmp_path, others) == ["1.jpg"]
    assert others == [closed]


# ---- folders without a photo


def test_a_folder_without_a_photo_says_what_is_in_it(tmp_path: Path) -> None:
    write(tmp_path / "album" / "x.txt", b"x")
    (folder,) = find_photos([tmp_path / "album"])
    with pytest.raises(UnreadablePhoto, match=r"no photo in album; 1 file that is not a picture: x\.txt") as caught:
        read_photo(folder)
    assert caught.value.values["why"] == "no-photo"


def test_a_folder_with_photos_is_no_photo(tmp_path: Path) -> None:
    write(tmp_path / "1.jpg")
    with pytest.raises(UnreadablePhoto, match="a folder, not a photo"):
        read_photo(tmp_path)


def test_people_without_a_photo_are_named_and_the_others_are_read(tmp_path: Path) -> None:
    write(tmp_path / "Ana" / "1.jpg")
    for name in ("a.txt", "b.pdf", "c.csv", "d.csv"):
        write(tmp_path / "Ben" / name, b"no picture")
    (tmp_path / "Cyd").mkdir()
    people = read_people(tmp_path)
    assert people.names == ("Ana",)
    assert reasons(people) == {
        "Ben": "no photo in Ben; 4 files that are not pictures: a.txt, b.pdf, c.csv, …",
        "Cyd": "no photo in Cyd",
    }
    assert people.others == ()  # they are in the reason


def test_where_nobody_has_a_photo_it_is_said_what_they_have(tmp_path: Path) -> None:
    write(tmp_path / "Ben" / "a.txt", b"no picture")
    with pytest.raises(BadInput, match=r"no photos in its 1 folders \(no photo in Ben; 1 file .* a.txt\)"):
        read_people(tmp_path)


def test_nothing_is_forgotten_by_a_selection(tmp_path: Path) -> None:
    write(tmp_path / "Ana" / "1.jpg")
    write(tmp_path / "Ana" / "x.txt", b"x")
    (tmp_path / "Cyd").mkdir()
    people = read_people(tmp_path)
    chosen = people.only(people.owners == 0)
    assert (chosen.failed, chosen.others) == (people.failed, people.others)
    assert len(chosen.failed) == len(chosen.others) == 1


# ---- names that nobody can have


@pytest.mark.parametrize(
    ("name", "shown", "reason"),
    [
        (b"tab\tname", "tab\\tname", "control character"),
        (b"line\nname", "line\\nname", "control character"),
        (b"not-\xff-utf8", "not-\\udcff-utf8", "not UTF-8"),
    ],
)
def test_a_folder_that_nobody_is_called_after_is_reported_on_one_line(
    tmp_path: Path, name: bytes, shown: str, reason: str
) -> None:
    write(tmp_path / "Ana" / "1.jpg")
    write(Path(os.fsdecode(os.fsencode(tmp_path) + b"/" + name)) / "1.jpg")
    people = read_people(tmp_path)
    assert people.names == ("Ana",)
    (error,) = people.failed
    assert error.photo == f"{tmp_path}/{shown}" and reason in error.reason
    assert str(error).encode() and "\n" not in str(error)


@pytest.mark.parametrize("name", [b"tab\tname.jpg", b"line\nname.jpg", b"not-\xff-utf8.jpg"])
def test_photos_may_be_called_anything(tmp_path: Path, name: bytes) -> None:
    write(Path(os.fsdecode(os.fsencode(tmp_path) + b"/Ana/" + name)))
    people = read_people(tmp_path)
    assert read_photo(people.photos[0]).image.shape == (64, 96, 3)
    assert read_photo(people.photos[0]).name.encode()


def test_a_picture_in_another_coding_of_the_same_name(tmp_path: Path) -> None:
    """The looks that tell a bitmap and a PNM from texts that begin alike pass real ones."""
    for kind, name in (("BMP", "one"), ("PPM", "two")):
        write(tmp_path / name, encode(kind))
    assert names(tmp_path) == ["one", "two"]
