from __future__ import annotations

import io
import random
import stat
import tarfile
import zipfile
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rostro.core.errors import BadInput, ModelCorrupt
from rostro.models.archive import check_member, take_member

HOSTILE = ["../evil", "a/../../evil", "/etc/passwd", "C:/evil", "a\\..\\evil", "a//b", "./a", "", "a/.."]


def tar(path: Path, *members: tarfile.TarInfo, data: bytes = b"") -> Path:
    with tarfile.open(path, "w:gz") as archive:
        for info in members:
            info.size = len(data) if info.isreg() else 0
            archive.addfile(info, io.BytesIO(data))
    return path


@pytest.mark.parametrize("member", HOSTILE)
def test_paths_that_point_outside_are_refused(member: str, tmp_path: Path) -> None:
    archive = tar(tmp_path / "a.tar.gz", tarfile.TarInfo(member or "x"), data=b"evil")
    with pytest.raises(BadInput, match="plain relative path"):
        take_member(archive, member, tmp_path / "out", limit=100)
    assert sorted(p.name for p in tmp_path.iterdir()) == ["a.tar.gz"]


@given(st.lists(st.sampled_from(["..", ".", "", "a", "b.onnx"]), min_size=1, max_size=5))
def test_only_plain_parts_pass(parts: list[str]) -> None:
    member = "/".join(parts)
    if all(part in {"a", "b.onnx"} for part in parts):
        assert check_member(member) == member
    else:
        with pytest.raises(BadInput):
            check_member(member)


def test_hostile_neighbours_are_not_unpacked(tmp_path: Path) -> None:
    folder = tmp_path / "in" / "here"
    folder.mkdir(parents=True)
    names = ["../evil", "/tmp/rostro-evil", "good"]
    archive = tar(folder / "a.tar.gz", *(tarfile.TarInfo(name) for name in names), data=b"bytes")
    take_member(archive, "good", folder / "out", limit=5)
    assert (folder / "out").read_bytes() == b"bytes"
    assert {p.name for p in tmp_path.rglob("*")} == {"in", "here", "a.tar.gz", "out"}
    assert not Path("/tmp/rostro-evil").exists()


@pytest.mark.parametrize("kind", [tarfile.SYMTYPE, tarfile.LNKTYPE, tarfile.DIRTYPE, tarfile.FIFOTYPE])
def test_only_regular_files_come_out_of_a_tar(kind: bytes, tmp_path: Path) -> None:
    info = tarfile.TarInfo("net.onnx")
    info.type, info.linkname = kind, "/etc/passwd"
    archive = tar(tmp_path / "a.tar.gz", info)
    with pytest.raises(ModelCorrupt, match="not a regular file"):
        take_member(archive, "net.onnx", tmp_path / "out", limit=10_000)
    assert not (tmp_path / "out").exists()


def test_a_link_in_a_zip_is_refused(tmp_path: Path) -> None:
    info = zipfile.ZipInfo("net.onnx")
    info.external_attr = (stat.S_IFLNK | 0o777) << 16
    with zipfile.ZipFile(tmp_path / "a.whl", "w") as archive:
        archive.writestr(info, "/etc/passwd")
    with pytest.raises(ModelCorrupt, match="not a regular file"):
        take_member(tmp_path / "a.whl", "net.onnx", tmp_path / "out", limit=10_000)


@pytest.mark.parametrize("form", ["zip", "tar"])
def test_a_member_that_unpacks_to_too_much_is_stopped(form: str, tmp_path: Path) -> None:
    bomb = bytes(8 << 20)
    path = tmp_path / "a"
    if form == "zip":
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr("net", bomb)
    else:
        tar(path, tarfile.TarInfo("net"), data=bomb)
    with pytest.raises(ModelCorrupt, match="larger than the 1000 bytes"):
        take_member(path, "net", tmp_path / "out", limit=1000)
    assert (tmp_path / "out").stat().st_size <= 1000


@pytest.mark.parametrize("form", ["zip", "tar"])
def test_a_missing_member_is_a_key_error(form: str, tmp_path: Path) -> None:
    path = tmp_path / "a"
    if form == "zip":
        zipfile.ZipFile(path, "w").close()
    else:
        tar(path)
    with pytest.raises(KeyError):
        take_member(path, "net", tmp_path / "out", limit=1000)


@pytest.mark.parametrize("damage", ["cut", "empty", "text"])
@pytest.mark.parametrize("form", ["zip", "tar"])
def test_damaged_archives_are_named(form: str, damage: str, tmp_path: Path) -> None:
    path = tmp_path / "broken-1.0"
    payload = random.Random(0).randbytes(50_000)
    if form == "zip":
        with zipfile.ZipFile(path, "w") as archive:
            archive.writestr("net", payload)
    else:
        tar(path, tarfile.TarInfo("net"), data=payload)
    data = path.read_bytes()
    path.write_bytes({"cut": data[: len(data) // 2], "empty": b"", "text": b"<html>please log in</html>"}[damage])
    with pytest.raises(ModelCorrupt, match=r"broken-1\.0: the archive cannot be read"):
        take_member(path, "net", tmp_path / "out", limit=100_000)


def test_a_flipped_bit_in_a_zip_is_found(tmp_path: Path) -> None:
    path = tmp_path / "a.whl"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("net", bytes(1000))
    data = bytearray(path.read_bytes())
    data[500] ^= 1
    path.write_bytes(data)
    with pytest.raises(ModelCorrupt, match="Bad CRC"):
        take_member(path, "net", tmp_path / "out", limit=1000)
