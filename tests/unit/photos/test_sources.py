"""What is read is not written over, whatever it is called."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from rostro.core.errors import BadInput
from rostro.photos.sources import are_one, spare, spared
from rostro.photos.writing import check_picture


@pytest.fixture
def photo(tmp_path: Path) -> Path:
    file = tmp_path / "album" / "2019" / "a.jpg"
    file.parent.mkdir(parents=True)
    file.write_bytes(b"a photo")
    return file


def same(photo: Path) -> Path:
    return photo


def dotted(photo: Path) -> Path:
    return Path(f"{photo.parent}/../{photo.parent.name}/./{photo.name}")


def hard(photo: Path) -> Path:
    link = photo.parents[2] / "hard.jpg"
    os.link(photo, link)
    return link


def soft(photo: Path) -> Path:
    link = photo.parents[2] / "soft.jpg"
    link.symlink_to(photo)
    return link


def through_a_folder(photo: Path) -> Path:
    link = photo.parents[2] / "elsewhere"
    link.symlink_to(photo.parent)
    return link / photo.name


def relative(photo: Path) -> Path:
    return Path(os.path.relpath(photo))


SPELLINGS = [same, dotted, hard, soft, through_a_folder, relative]
OTHERWISE = pytest.mark.parametrize("spelling", SPELLINGS)


@OTHERWISE
@pytest.mark.parametrize("given", ["file", "folder"])
def test_an_output_that_is_an_input_is_refused(photo: Path, spelling: Callable[[Path], Path], given: str) -> None:
    output = spelling(photo)
    source = photo if given == "file" else photo.parents[1]
    with pytest.raises(BadInput, match="would overwrite its own source") as caught:
        spare([None, output], None, source)
    assert caught.value.values == {"why": "own-source"}
    assert str(output) in str(caught.value)


@OTHERWISE
def test_so_is_one_that_comes_late(photo: Path, spelling: Callable[[Path], Path]) -> None:
    others = [photo.with_name("b.jpg"), b"bytes", photo]
    taken = []
    with pytest.raises(BadInput, match="would overwrite its own source"):
        for item in spared([spelling(photo)], others):
            taken.append(item)
    assert taken == others[:2]


def test_what_is_elsewhere_may_be_written(photo: Path, tmp_path: Path) -> None:
    copy = tmp_path / "copy.jpg"
    copy.write_bytes(photo.read_bytes())
    spare([copy, photo.parent / "new.jpg", tmp_path / "no" / "such.jpg"], photo, photo.parents[1], tmp_path / "missing")
    spare([], photo)
    assert list(spared([copy], [photo])) == [photo]


def test_inputs_are_not_gone_through_where_nothing_can_be_overwritten(
    photo: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(folder: Path) -> Iterator[Path]:
        raise AssertionError(folder)

    monkeypatch.setattr(Path, "iterdir", refuse)
    spare([photo.with_name("new.jpg")], photo.parent)


def test_two_outputs_are_not_one_file(tmp_path: Path) -> None:
    (tmp_path / "link.mp4").symlink_to("out.mp4")
    for other in (tmp_path / "out.mp4", tmp_path / "." / "out.mp4", tmp_path / "link.mp4"):
        with pytest.raises(BadInput, match="written twice"):
            spare([tmp_path / "out.mp4", other])


@OTHERWISE
def test_one_file_has_many_names(photo: Path, spelling: Callable[[Path], Path]) -> None:
    assert are_one(photo, spelling(photo))
    assert not are_one(photo, photo.with_name("b.jpg"))
    assert are_one("not/there", "./not/../not/there")


def test_a_picture_is_checked_before_the_work(photo: Path) -> None:
    with pytest.raises(BadInput, match="pictures are written as"):
        check_picture(photo.with_name("answer.txt"))
    with pytest.raises(BadInput, match="own source"):
        check_picture(photo, photo.parent)
    with pytest.raises(BadInput, match="cannot write"):
        check_picture(photo.parent / "no such folder" / "answer.png")
    check_picture(None, photo)
    check_picture(photo.with_name("answer.png"), photo)
