"""An album's names in sidecars, and names of other programs out of them. On drawn vectors, without a model."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from command_line import rostro
from PIL import Image
from toy_people import SPACE

from rostro.core.types import Template
from rostro.people.albums.album import Album
from rostro.people.tagging import read_album, tag_album
from rostro.photos.reading import photo_hash
from rostro.photos.xmp.frames import Box
from rostro.photos.xmp.sidecars import NamedFace, named_faces, put_faces

BOXES: tuple[Box, Box] = ((10.0, 10.0, 40.0, 50.0), (60.0, 12.0, 90.0, 52.0))


def photo(folder: Path, number: int) -> Path:
    path = folder / f"{number}.jpg"
    exif = Image.Exif()
    exif[0x0112] = 1 + number % 8
    Image.fromarray(np.full((120 + number, 100, 3), number, np.uint8)).save(path, exif=exif)
    return path


def face(path: Path, place: int) -> Template:
    vector = np.eye(8, dtype=np.float32)[place]
    return Template(vector, photo_hash(path), str(path), 0.9, BOXES[place])


@pytest.fixture
def photos(tmp_path: Path) -> list[Path]:
    return [photo(tmp_path, number) for number in range(4)]


@pytest.fixture
def album(photos: list[Path], tmp_path: Path) -> Iterator[Album]:
    """Somebody in three photos, somebody else in two of them; in the last photo is nobody."""
    with Album.open(tmp_path / "album.db", create=True, space=SPACE) as opened:
        first = {"a" * 12: [face(path, 0) for path in photos[:3]], "b" * 12: [face(path, 1) for path in photos[:2]]}
        opened.people.take_in(first)
        yield opened


def test_names_go_into_sidecars_and_follow_the_album(album: Album, photos: list[Path], tmp_path: Path) -> None:
    assert tag_album(album, photos).to_dict() == {
        "written": [], "same": 0, "others": 4, "differing": [], "failed": [],
    }  # fmt: skip
    album.name("a" * 12, "Ada")
    seen: list[None] = []
    done = tag_album(album, photos, on_photo=lambda: seen.append(None))
    assert [(Path(one.sidecar).name, one.names) for one in done.written] == [
        ("0.jpg.xmp", ("Ada",)), ("1.jpg.xmp", ("Ada",)), ("2.jpg.xmp", ("Ada",)),
    ]  # fmt: skip
    assert (done.same, done.others, len(seen)) == (0, 1, 4)
    again = tag_album(album, photos)
    assert (again.written, again.same) == ((), 3)
    moved = photos[2].rename(tmp_path / "elsewhere.jpg")
    album.name("b" * 12, "Bo")
    album.name("a" * 12, "Augusta")
    done = tag_album(album, [*photos[:2], moved])
    assert [one.names for one in done.written] == [("Augusta", "Bo"), ("Augusta", "Bo"), ("Augusta",)]
    broken = photos[3].with_name("broken.jpg")
    broken.write_bytes(b"\xff\xd8\xff nothing")
    photos[0].with_name("0.jpg.xmp").write_text("<a>")
    told = tag_album(album, [photos[0], broken, photos[1]])
    assert [Path(one.photo).name for one in told.failed] == ["0.jpg"]
    assert told.same == 1, "a photo that is not in the album is not looked into"


def named_elsewhere(path: Path, names: dict[str, Box]) -> None:
    """Has another program name faces, and nobody else."""
    path.with_name(f"{path.name}.xmp").unlink(missing_ok=True)
    for name, box in names.items():
        put_faces(path, [NamedFace(name, box)])


def test_names_that_others_gave_become_the_names_of_groups(album: Album, photos: list[Path]) -> None:
    near, far = (12.0, 12.0, 42.0, 52.0), (1.0, 90.0, 9.0, 99.0)
    for path, name in zip(photos, ("Ada", "Ada", "Augusta"), strict=False):
        named_elsewhere(path, {name: near, "Rex": far})
    told = read_album(album, photos, dry_run=True)
    assert told.names == {"a" * 12: "Ada"}
    assert (told.faces, told.unknown, told.failed) == (3, 3, ())
    assert album.groups(named=True) == []
    assert read_album(album, photos).names == told.names
    assert [group.name for group in album.groups(named=True)] == ["Ada"]
    assert read_album(album, photos).names == {}
    named_elsewhere(photos[0], {"Ada": near, "Grace": BOXES[1]})
    named_elsewhere(photos[1], {"Ada": near, "Bo": BOXES[1]})
    tied = read_album(album, photos)
    assert tied.names == {}
    assert {frozenset((one.name, one.other)) for one in tied.differing} == {frozenset({"Bo", "Grace"})}
    named_elsewhere(photos[1], {"Ada": near, "Grace": BOXES[1]})
    album.name("b" * 12, "Bo")
    assert [(one.name, one.other) for one in read_album(album, photos).differing] == [("Bo", "Grace")]
    done = tag_album(album, photos)
    assert {(Path(one.photo).name, one.name, one.other) for one in done.differing} == {
        ("0.jpg", "Bo", "Grace"), ("1.jpg", "Bo", "Grace"), ("2.jpg", "Ada", "Augusta"),
    }  # fmt: skip


def test_the_command_line_reads_and_tags(album: Album, photos: list[Path], tmp_path: Path) -> None:
    where = ["--album", str(tmp_path / "album.db")]
    nobody = rostro("album", "tag", tmp_path, *where)
    assert (nobody.returncode, nobody.stdout) == (1, "")
    put_faces(photos[0], [NamedFace("Ada", BOXES[0])])
    read = rostro("album", "read", tmp_path, *where)
    assert (read.returncode, read.stdout) == (0, f"{'a' * 12} is now Ada\n")
    assert "faces that have a name elsewhere: 1 in the album, 0 not in it" in read.stderr
    dry = rostro("album", "tag", tmp_path, *where, "--dry-run", "--json")
    document = json.loads(dry.stdout)
    assert (dry.returncode, document["dry_run"], len(document["written"])) == (0, True, 2)
    assert not photos[1].with_name("1.jpg.xmp").exists()
    told = rostro("album", "tag", tmp_path, *where, "--language", "es")
    assert told.returncode == 0
    assert "1.jpg.xmp: Ada" in told.stdout
    assert "archivos XMP escritos: 2; ya como deben: 1; fotos de nadie que tenga nombre: 1" in told.stderr
    assert [one.name for one in named_faces(photos[0])] == ["Ada"]
    assert named_faces(photos[1]) == []
