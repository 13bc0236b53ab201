"""A gallery that can be read and not written: on a read-only disk, in a folder of somebody else's.

SQLite keeps what was written last in a file beside the gallery, ``-wal``, and who reads it notes there what it looks
at. Where that is not possible it refuses to read at all, unless it is told that nobody will change the file.
"""

from __future__ import annotations

import os
from pathlib import Path

from rostro.core.errors import GalleryError

Signature = tuple[tuple[int, int, int] | None, ...]


def address_to_read(file: Path, shown: str) -> str:
    """The URI under which SQLite reads a file that it cannot write.

    Args:
        file: The gallery.
        shown: What errors call it.

    Raises:
        GalleryError: It may not be read, or what was written last cannot be.
    """
    if not os.access(file, os.R_OK):
        raise GalleryError(f"{shown}: it cannot be opened (no right to read it)")
    log, shared = _beside(file)
    if not (log.exists() and log.stat().st_size):
        return f"{file.as_uri()}?mode=ro&immutable=1"
    if shared.exists():  # somebody who may write has it open, and SQLite reads along
        return f"{file.as_uri()}?mode=ro"
    raise GalleryError(
        f"{shown}: what was written last lies in {log.name}, which can be read only where the folder can be written; "
        "copy both files into one of yours"
    )


def signature(file: Path) -> Signature:
    """Changes when somebody else changes the gallery, who may do what we may not."""
    return tuple(_state(part) for part in (file, *_beside(file)[:1]))


def _beside(file: Path) -> tuple[Path, Path]:
    return file.with_name(f"{file.name}-wal"), file.with_name(f"{file.name}-shm")


def _state(file: Path) -> tuple[int, int, int] | None:
    try:
        found = file.stat()
    except OSError:
        return None
    return found.st_ino, found.st_size, found.st_mtime_ns
