"""Groups as folders: nothing of others is touched, what was interrupted goes on."""

from __future__ import annotations

import json
import os
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from rostro.core.errors import BadInput
from rostro.core.types import Face
from rostro.people import folders as module
from rostro.people.album import AlbumFace, FaceGroup, Suggestion
from rostro.people.folders import LIST, Folders

FACE = Face((0.0, 0.0, 9.0, 9.0), 0.9)


def group(id_: str, *photos: str, name: str | None = None, suggested: str | None = None) -> FaceGroup:
    return FaceGroup(
        id=id_,
        faces=tuple(AlbumFace(photo=photo, sha256=f"{hash(photo) % 16**8:08x}" * 8, face=FACE) for photo in photos),
        name=name,
        suggested=None if suggested is None else Suggestion(name=suggested, similarity=0.7),
    )


@pytest.fixture
def paths(tmp_path: Path) -> dict[str, Path]:
    made = {}
    for name in ("a/one.jpg", "a/two.jpg", "b/one.jpg"):
        made[name] = tmp_path / "photos" / name
        made[name].parent.mkdir(parents=True, exist_ok=True)
        made[name].write_bytes(name.encode() * 1000)
        os.utime(made[name], (1_000_000_000, 1_000_000_000))
    return made


def put(folder: Path, paths: dict[str, Path], groups: list[FaceGroup], **options: Any) -> module.Sorted:
    document = {"groups": [one.to_dict() for one in groups], "singles": [], "failed": []}
    return Folders(folder, [folder.parent / "photos"], **options).put(groups, document, paths)


def test_a_folder_for_each_group(paths: dict[str, Path], tmp_path: Path) -> None:
    groups = [group("aaa", *paths, name="Ada / Grace"), group("bbb", "a/two.jpg", suggested="Bo")]
    out = tmp_path / "out" / "people"
    done = put(out, paths, groups)
    assert (done.folders, done.written, done.kept, done.missing) == (("Ada _ Grace", "Bo bbb"), 4, 0, ())
    there = {path.relative_to(out).as_posix() for path in out.rglob("*") if path.is_file()}
    (other,) = [name for name in there if name.startswith("Ada _ Grace/one-")]
    assert there == {LIST, "Ada _ Grace/one.jpg", "Ada _ Grace/two.jpg", other, "Bo bbb/two.jpg"}
    assert (out / "Ada _ Grace" / "two.jpg").read_bytes() == paths["a/two.jpg"].read_bytes()
    assert (out / "Ada _ Grace" / "two.jpg").stat().st_mtime == 1_000_000_000
    assert [row["folder"] for row in json.loads((out / LIST).read_text())["groups"]] == ["Ada _ Grace", "Bo bbb"]
    again = put(out, paths, groups)
    assert (again.written, again.kept, again.left) == (0, 4, ())


def test_what_is_there_stays(paths: dict[str, Path], tmp_path: Path) -> None:
    out = tmp_path / "people"
    put(out, paths, [group("aaa", "a/one.jpg", "a/two.jpg")])
    mine = out / "aaa" / "one.jpg"
    mine.write_bytes(b"cropped by hand")
    (out / "aaa" / "notes.txt").write_text("hers")
    done = put(out, paths, [group("ccc", "a/one.jpg"), group("aaa", "a/one.jpg")])
    assert mine.read_bytes() == b"cropped by hand" and (out / "aaa" / "notes.txt").exists()
    assert (done.written, done.left) == (2, ()), "the photo is beside it, by another name"
    assert put(out, paths, [group("ccc", "a/one.jpg")]).left == ("aaa",)
    assert put(out, paths, [group("ccc", "gone.jpg")]).missing == ("gone.jpg",)


@pytest.mark.skipif(os.name == "nt", reason="links want rights")
def test_links(paths: dict[str, Path], tmp_path: Path) -> None:
    out = tmp_path / "people"
    done = put(out, paths, [group("aaa", *paths)], links=True)
    assert done.written == 3 and not (out / "aaa" / "one.jpg").readlink().is_absolute()
    assert (out / "aaa" / "one.jpg").resolve() in {path.resolve() for path in paths.values()}
    assert put(out, paths, [group("aaa", *paths)], links=True).kept == 3


def test_what_was_interrupted_goes_on(paths: dict[str, Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    out, copy = tmp_path / "people", module._copy

    def dies(photo: Path, target: Path) -> None:
        if photo.name == "two.jpg":
            raise KeyboardInterrupt
        copy(photo, target)

    monkeypatch.setattr(module, "_copy", dies)
    with pytest.raises(KeyboardInterrupt):
        put(out, paths, [group("aaa", *paths)])
    monkeypatch.setattr(module, "_copy", copy)
    done = put(out, paths, [group("aaa", *paths)])
    assert (done.written, done.kept) == (2, 1)


def test_where_it_would_do_harm(paths: dict[str, Path], tmp_path: Path) -> None:
    photos = tmp_path / "photos"
    for place in (photos, photos / "people", tmp_path):
        with pytest.raises(BadInput, match="among the photos"):
            Folders(place, [photos])
    other = tmp_path / "other"
    other.mkdir()
    Folders(other, [photos])
    (other / "holiday.jpg").write_bytes(b"x")
    with pytest.raises(BadInput, match="other files"):
        Folders(other, [photos])
    (other / LIST).write_text('{"rostro": "groups", "groups": [{"folder": "../../etc"}]}')
    with pytest.raises(BadInput, match="other files"):
        Folders(other, [photos])
    with pytest.raises(BadInput, match="no folder"):
        Folders(paths["a/one.jpg"])


def test_names_that_file_systems_do_not_take() -> None:
    wild = ["CON", "..", "ada", "ADA", "x" * 500, "a\nb", "\u202eada", "né", "ne\u0301", LIST]
    names = module._names([replace(group(f"{place:03}", "p"), name=name) for place, name in enumerate(wild)])
    assert len({name.casefold() for name in names}) == len(names)
    assert names[:5] == ["CON_", "001", "ada", "ADA 003", "x" * 120]
    assert all("/" not in name and name.isprintable() and name.strip(". ") == name for name in names)
    assert names[-2:] == ["ne\u0301 008", f"{LIST} 009"]
