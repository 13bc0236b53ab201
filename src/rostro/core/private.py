"""Folders that nobody else can have put anything into: what is kept there is believed without being checked again."""

from __future__ import annotations

import os
import stat
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping


def private_folder(folder: Path) -> Path | None:
    """The folder, made with rights for its owner alone; None where others can write there, or it cannot be made.

    A folder of ours that others could list is made private. Where the folder above belongs to somebody else, or others
    can rename what is in it, theirs could stand in its place, and so none is used.
    """
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        folder.mkdir(mode=0o700, exist_ok=True)
        if not hasattr(os, "getuid"):  # Windows: a user's folders are the user's
            return folder
        found = folder.lstat()
        if found.st_uid == os.getuid() and stat.S_ISDIR(found.st_mode) and found.st_mode & 0o077:
            folder.chmod(0o700)
            found = folder.lstat()
        return folder if _only_ours(found) and _only_ours(folder.parent.stat(), sticky=True) else None
    except OSError:
        return None


@contextmanager
def private_copy(data: bytes, original: Path, beside: Mapping[str, bytes] | None = None) -> Iterator[Path]:
    """Bytes that were read and checked, as a file again, where nobody else can write: for what reads nothing but files.

    Args:
        data: The bytes.
        original: The file that they are of; taken itself where there is no room for a copy (a read-only disk).
        beside: Name → bytes of files that belong beside it.
    """
    try:
        folder = TemporaryDirectory(prefix="rostro-", ignore_cleanup_errors=True)
    except OSError:
        yield original
        return
    with folder as name:
        copy = Path(name, original.name)
        try:
            copy.write_bytes(data)
            for each, content in (beside or {}).items():
                copy.with_name(each).write_bytes(content)
        except OSError:
            copy = original
        yield copy


def _only_ours(found: os.stat_result, *, sticky: bool = False) -> bool:
    """Whether nobody but this user, and who may do everything, can change what is in a folder.

    Args:
        found: The folder.
        sticky: Whether others may put things there if they cannot rename ours, as among the temporary files.
    """
    if not stat.S_ISDIR(found.st_mode) or found.st_uid not in {os.getuid(), 0}:
        return False
    return not found.st_mode & 0o022 or (sticky and bool(found.st_mode & stat.S_ISVTX))
