"""Copies a gallery that is in use into a file."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from rostro.core.errors import BadInput, GalleryError
from rostro.core.files import PRIVATE, replacing
from rostro.gallery.base import lent, open_gallery
from rostro.gallery.sqlite.gallery import SqliteGallery
from rostro.gallery.upkeep.migrate import migrate

if TYPE_CHECKING:
    from collections.abc import Callable

    from rostro.gallery.base import Gallery, Info


def back_up(
    gallery: Gallery | str | Path, path: str | Path, on_progress: Callable[[int, int], None] | None = None
) -> Info:
    """Writes a gallery, also one that is in use, into a new SQLite file, which is there whole or not at all.

    A SQLite gallery is copied page by page in one committed state; any other template by template.

    Args:
        gallery: A gallery, or its path or URL.
        path: The file; it must not be there.
        on_progress: Called with the number of templates done and of all, where they are copied one by one.

    Returns:
        What the copy holds.

    Raises:
        BadInput: The file is there already, or there is no such folder.
        GalleryError: It cannot be written, or what was read back is not what was copied.
    """
    path = Path(path)
    with lent(gallery) as opened:
        _back_up(opened, path, on_progress)
    with open_gallery(str(path), create=False) as copy:
        return copy.info()


def _back_up(gallery: Gallery, path: Path, on_progress: Callable[[int, int], None] | None) -> None:
    if path.exists():
        raise BadInput(f"{path}: is there already; a backup never overwrites")
    if not path.parent.is_dir():
        raise BadInput(f"{path}: there is no folder {path.parent}")
    try:
        with replacing(path, mode=_rights(gallery), alone=True) as unfinished:
            try:
                _delete_what_is_beside(unfinished)
                _fill(gallery, unfinished, path, on_progress)
            finally:
                _delete_what_is_beside(unfinished)
    except OSError as error:
        raise GalleryError(f"{path}: {error.strerror}") from error


def _rights(gallery: Gallery) -> int | None:
    """A copy is read by those who may read the gallery, where that is a file; by nobody else where it is a server."""
    if isinstance(gallery, SqliteGallery):
        return gallery.rights
    return PRIVATE


def _fill(gallery: Gallery, unfinished: Path, path: Path, on_progress: Callable[[int, int], None] | None) -> None:
    if isinstance(gallery, SqliteGallery):
        gallery.copy_to(unfinished)
        return
    with open_gallery(str(unfinished), space=gallery.space) as copy:
        differences = migrate(gallery, copy, on_progress).differences
    if differences:
        raise GalleryError(f"{path}: not written, the copy differs: {'; '.join(differences[:5])}")


def _delete_what_is_beside(unfinished: Path) -> None:
    """SQLite keeps a log and shared memory beside a file, and rostro its index."""
    for file in unfinished.parent.iterdir():
        if file.name.startswith(unfinished.name) and file != unfinished:
            file.unlink()
