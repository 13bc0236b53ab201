"""Copies a gallery that is in use into a file."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from rostro.core.errors import BadInput, GalleryError
from rostro.core.files import PRIVATE, replacing
from rostro.gallery.base import lent, open_gallery
from rostro.gallery.keys import Key
from rostro.gallery.sqlite.gallery import SqliteGallery
from rostro.gallery.upkeep.migrate import migrate

if TYPE_CHECKING:
    from collections.abc import Callable

    from rostro.gallery.base import Gallery, Info


def back_up(
    gallery: Gallery | str | Path,
    path: str | Path,
    on_progress: Callable[[int, int], None] | None = None,
    *,
    key: Key | str | Path | bytes | None = None,
) -> Info:
    """Writes a gallery, also one that is in use, into a new SQLite file, which is there whole or not at all.

    A SQLite gallery is copied page by page in one committed state; any other template by template. The copy of an
    encrypted one is encrypted and opens by the same key.

    Args:
        gallery: A gallery, or its path or URL.
        path: The file; it must not be there.
        on_progress: Called with the number of templates done and of all, where they are copied one by one.
        key: Opens the gallery, if it is encrypted, and encrypts the copy of one on a server, as `Key.of` takes it; None
            takes the settings', if they name one.

    Returns:
        What the copy holds.

    Raises:
        BadInput: The file is there already, or there is no such folder.
        GalleryError: It cannot be written, or what was read back is not what was copied.
    """
    path = Path(path)
    given = Key.from_settings() if key is None else Key.of(key)
    with lent(gallery, key=None if given is None else given.for_any()) as opened:
        given = opened.key if isinstance(opened, SqliteGallery) else given
        _back_up(opened, path, given, on_progress)
    with open_gallery(str(path), create=False, key=None if given is None else given.for_any()) as copy:
        return copy.info()


def _back_up(gallery: Gallery, path: Path, key: Key | None, on_progress: Callable[[int, int], None] | None) -> None:
    if path.exists():
        raise BadInput(f"{path}: is there already; a backup never overwrites")
    if not path.parent.is_dir():
        raise BadInput(f"{path}: there is no folder {path.parent}")
    try:
        with replacing(path, mode=_rights(gallery), alone=True) as unfinished:
            try:
                _delete_what_is_beside(unfinished)
                differences = _fill(gallery, unfinished, key, on_progress)
                if differences:
                    raise GalleryError(f"{path}: not written, the copy differs: {'; '.join(differences[:5])}")
            finally:
                _delete_what_is_beside(unfinished)
    except OSError as error:
        raise GalleryError(f"{path}: {error.strerror}") from error


def _rights(gallery: Gallery) -> int | None:
    """A copy is read by those who may read the gallery, where that is a file; by nobody else where it is a server."""
    if isinstance(gallery, SqliteGallery):
        return gallery.rights
    return PRIVATE


def _fill(
    gallery: Gallery, unfinished: Path, key: Key | None, on_progress: Callable[[int, int], None] | None
) -> tuple[str, ...]:
    """Fills the copy; what it does not hold as the gallery does, one sentence each."""
    if isinstance(gallery, SqliteGallery):
        gallery.copy_to(unfinished)
        return ()
    with open_gallery(str(unfinished), space=gallery.space, key=key) as copy:
        return migrate(gallery, copy, on_progress).differences


def _delete_what_is_beside(unfinished: Path) -> None:
    """SQLite keeps a log and shared memory beside a file, and rostro its index."""
    for file in unfinished.parent.iterdir():
        if file.name.startswith(unfinished.name) and file != unfinished:
            file.unlink()
