"""Takes one member out of a zip or tar archive. Nothing else of it is unpacked, installed, built or imported."""

from __future__ import annotations

import errno
import gzip
import lzma
import struct
import tarfile
import zipfile
import zlib
from contextlib import contextmanager
from typing import IO, TYPE_CHECKING, Final

from rostro.core.errors import BadInput, ModelCorrupt

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

_CHUNK = 1 << 20
#: What reading a broken archive raises; encrypted ones raise RuntimeError.
BROKEN: Final = (
    tarfile.TarError,
    zipfile.BadZipFile,
    gzip.BadGzipFile,
    zlib.error,
    lzma.LZMAError,
    struct.error,
    EOFError,
    RuntimeError,
    ValueError,
)
_LINK = 0o120000
_KIND = 0o170000


def check_member(member: str) -> str:
    """Returns the member's path, or refuses one that could point outside of an archive.

    Raises:
        BadInput: Absolute, empty, with a backslash, a drive, or a part that is ``.`` or ``..``.
    """
    parts = member.split("/")
    if "\\" in member or ":" in parts[0] or any(part in {"", ".", ".."} for part in parts):
        raise BadInput(f"an archive member is a plain relative path, got {member!r}")
    return member


def take_member(archive: Path, member: str, target: Path, *, limit: int) -> None:
    """Writes one regular file of an archive to ``target``.

    The name in the archive never becomes a path here, so a hostile one has nowhere to go.

    Args:
        archive: A zip (wheel) or a tar, compressed in any way that `tarfile` reads.
        member: Its exact path in the archive.
        target: Where the bytes go.
        limit: Most bytes to write, against archives that unpack to far more than they should.

    Raises:
        BadInput: ``member`` is not a plain relative path.
        KeyError: There is no such member.
        ModelCorrupt: The archive is damaged; the member is a link or a device, or larger than ``limit``.
    """
    check_member(member)
    reader = _zip_member if zipfile.is_zipfile(archive) else _tar_member
    try:
        with reader(archive, member) as source, target.open("wb") as sink:
            _copy(source, sink, limit, what=f"{member} in {archive.name}")
    except BROKEN as error:
        raise ModelCorrupt(f"{archive.name}: the archive cannot be read: {error}") from error
    except OSError as error:
        if error.errno != errno.EINVAL:  # a place before the file's start, as only a broken archive names
            raise
        raise ModelCorrupt(f"{archive.name}: the archive cannot be read: {error.strerror}") from error


@contextmanager
def _zip_member(archive: Path, member: str) -> Iterator[IO[bytes]]:
    with zipfile.ZipFile(archive) as opened:
        info = opened.getinfo(member)
        if (info.external_attr >> 16) & _KIND == _LINK:
            raise ModelCorrupt(f"{member} in {archive.name} is not a regular file")
        with opened.open(info) as source:
            yield source


@contextmanager
def _tar_member(archive: Path, member: str) -> Iterator[IO[bytes]]:
    with tarfile.open(archive) as opened:
        info = next((item for item in opened if item.name == member), None)
        if info is None:
            raise KeyError(member)
        source = opened.extractfile(info) if info.isreg() else None
        if source is None:
            raise ModelCorrupt(f"{member} in {archive.name} is not a regular file")
        with source:
            yield source


def _copy(source: IO[bytes], sink: IO[bytes], limit: int, *, what: str) -> None:
    written = 0
    while chunk := source.read(_CHUNK):
        written += len(chunk)
        if written > limit:
            raise ModelCorrupt(f"{what} is larger than the {limit} bytes that are allowed")
        sink.write(chunk)
