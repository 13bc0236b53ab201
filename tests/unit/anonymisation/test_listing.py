"""What is read, and what it becomes: nothing is written over itself, nothing twice."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from rostro.anonymisation.listing import is_film, list_files
from rostro.core.errors import BadInput
from rostro.photos.writing import write_picture

FILM = b"\0\0\0\x20ftypisom" + bytes(40)


@pytest.fixture
def album(tmp_path: Path) -> Path:
    folder = tmp_path / "album"
    (folder / "summer").mkdir(parents=True)
    for name in ("a.jpg", "summer/b.png", "summer/a.jpg"):
        write_picture(np.zeros((8, 8, 3), np.uint8), folder / name)
    (folder / "film.MOV").write_bytes(FILM)
    (folder / "summer" / "old.avi").write_bytes(b"RIFF\0\0\0\0AVI LIST")
    (folder / "notes.txt").write_text("nothing", encoding="utf-8")
    (folder / ".hidden.jpg").write_bytes(b"\xff\xd8\xff")
    return folder


def test_a_folder_keeps_its_structure(album: Path, tmp_path: Path) -> None:
    output = tmp_path / "out"
    listed = list_files([album], output)
    into = {str(item.source.relative_to(album)): str(item.target.relative_to(output)) for item in listed.items}
    assert into == {
        "a.jpg": "a.jpg", "film.MOV": "film.mov", "summer/a.jpg": "summer/a.jpg", "summer/b.png": "summer/b.png",
        "summer/old.avi": "summer/old.mkv",
    }  # fmt: skip
    assert [item.film for item in listed.items] == [item.source.suffix in {".MOV", ".avi"} for item in listed.items]
    assert [file.name for file in listed.left_out] == ["notes.txt"]


def test_of_several_sources_folders_keep_their_names(album: Path, tmp_path: Path) -> None:
    listed = list_files([album / "a.jpg", album / "summer"], tmp_path / "out")
    targets = [item.target.relative_to(tmp_path / "out").as_posix() for item in listed.items]
    assert targets == ["a.jpg", "summer/a.jpg", "summer/b.png", "summer/old.mkv"]


def test_films_are_told_by_their_name_or_what_they_begin_with(album: Path, tmp_path: Path) -> None:
    assert is_film(album / "film.MOV") and is_film(album / "summer" / "old.avi")
    assert not is_film(album / "a.jpg") and not is_film(album / "notes.txt") and not is_film(tmp_path / "none.mp4")
    photo = tmp_path / "photo.mp4"
    photo.write_bytes((album / "a.jpg").read_bytes())
    assert not is_film(photo)


def test_two_files_that_would_become_one_are_refused(album: Path, tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="would both become"):
        list_files([album / "a.jpg", album / "summer" / "a.jpg"], tmp_path / "out")
    write_picture(np.zeros((8, 8, 3), np.uint8), album / "summer" / "old.mkv.png")
    (album / "summer" / "old.mkv").write_bytes(FILM)
    with pytest.raises(BadInput, match="would both become"):
        list_files([album], tmp_path / "out")


@pytest.mark.parametrize("output", ["album", "album/summer/..", "link"])
def test_a_source_is_never_written_over(album: Path, tmp_path: Path, output: str) -> None:
    (tmp_path / "link").symlink_to(album)
    with pytest.raises(BadInput, match="overwrite its own source"):
        list_files([album], tmp_path / output)


def test_a_hard_link_to_a_source_is_not_written_over(album: Path, tmp_path: Path) -> None:
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "a.jpg").hardlink_to(album / "a.jpg")
    with pytest.raises(BadInput, match="overwrite its own source"):
        list_files([album / "a.jpg"], tmp_path / "out")


def test_an_output_folder_in_the_source_is_not_read(album: Path) -> None:
    output = album / "anonymised"
    output.mkdir()
    write_picture(np.zeros((8, 8, 3), np.uint8), output / "a.jpg")
    assert output / "a.jpg" not in [item.source for item in list_files([album], output).items]


def test_a_folder_without_a_photo_is_listed_so_that_it_fails(tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    (item,) = list_files([tmp_path / "empty"], tmp_path / "out").items
    assert item.source == tmp_path / "empty"
