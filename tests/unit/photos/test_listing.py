from __future__ import annotations

from pathlib import Path

import pytest

from rostro.core.errors import UnreadablePhoto
from rostro.photos.listing import find_photos
from rostro.photos.reading import read_photo


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    for name in (
        "b.jpg",
        "a.PNG",
        "notes.txt",
        ".hidden.jpg",
        "Zoë/2.webp",
        "Zoë/1.heic",
        "Ana/deep/x.tiff",
        ".git/y.jpg",
    ):
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()
    (tmp_path / "folder.jpg").mkdir()
    return tmp_path


def found(root: Path, **options: bool) -> list[str]:
    return [path.relative_to(root).as_posix() for path in find_photos([root], **options)]


def test_folders_give_their_photos_sorted_without_hidden_ones(tree: Path) -> None:
    assert found(tree) == ["a.PNG", "b.jpg", "Ana/deep/x.tiff", "Zoë/1.heic", "Zoë/2.webp"]


def test_subfolders_can_be_left_out(tree: Path) -> None:
    assert found(tree, recursive=False) == ["a.PNG", "b.jpg"]


def test_given_files_come_as_they_are_and_in_their_order(tree: Path) -> None:
    given = [tree / "notes.txt", tree / ".hidden.jpg", tree / "b.jpg", tree / "b.jpg"]
    assert list(find_photos([str(path) for path in given])) == given


def test_a_missing_path_is_told_by_reading_it_and_the_others_go_on(tree: Path) -> None:
    missing, *others = find_photos([tree / "missing", tree / "Zoë"])
    assert [path.name for path in others] == ["1.heic", "2.webp"]
    with pytest.raises(UnreadablePhoto, match="no such file"):
        read_photo(missing)


def test_a_folder_that_may_not_be_listed_is_told_by_reading_it(tree: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    iterdir = Path.iterdir

    def refuse(path: Path) -> object:
        if path.name == "Ana":
            raise PermissionError(13, "Permission denied")
        return iterdir(path)

    monkeypatch.setattr(Path, "iterdir", refuse)
    assert "Ana" in found(tree)
    with pytest.raises(UnreadablePhoto, match="folder"):
        read_photo(tree / "Ana")


def test_links_in_a_circle_end(tree: Path) -> None:
    (tree / "Ana" / "again").symlink_to(tree)
    assert found(tree) == ["a.PNG", "b.jpg", "Ana/deep/x.tiff", "Zoë/1.heic", "Zoë/2.webp"]


def test_links_to_folders_are_followed(tree: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    other = tmp_path_factory.mktemp("other")
    (other / "linked").symlink_to(tree / "Zoë")
    assert found(other) == ["linked/1.heic", "linked/2.webp"]


def test_two_comes_before_ten(tmp_path: Path) -> None:
    for name in ("10.jpg", "2.jpg", "1.jpg", "b10/1.jpg", "b9/1.jpg"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).touch()
    assert found(tmp_path) == ["1.jpg", "2.jpg", "10.jpg", "b9/1.jpg", "b10/1.jpg"]
