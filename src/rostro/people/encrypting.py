"""Encrypting a gallery together with the pictures beside it, decrypting it, and changing its key.

Each may be killed at any moment and begun again: the rows change in one transaction, then the pictures one by one.
"""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, NamedTuple

from rostro.core.errors import BadInput, GalleryError
from rostro.core.redaction import redacted
from rostro.gallery.base import file_of, open_gallery
from rostro.gallery.keys import Key
from rostro.gallery.sqlite.gallery import SqliteGallery
from rostro.people.pictures import Pictures

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from rostro.gallery.sqlite.sealing import Sealing

    Progress = Callable[[int, int], None]


#: What is said while bytes of the state before are left.
PENDING = (
    "bytes of what it was before stay in the files until other programs that read the gallery let go of it; they leave "
    "when it is opened then"
)


class Changed(NamedTuple):
    """What came of it.

    Attributes:
        pictures: How many pictures were written anew.
        pending: What is not done yet because other programs read the gallery, in words; empty: nothing.
    """

    pictures: int
    pending: str


def encrypt(gallery: str | Path, key: Key | str | Path | bytes, on_progress: Progress | None = None) -> Changed:
    """Encrypts a gallery in a file, its index and the pictures beside it. Done already, by the same key, it is well.

    Whoever loses the key has lost the gallery: nothing else opens it.

    Args:
        gallery: Its path or URL.
        key: As `Key.of` takes it.
        on_progress: Called with the number of templates done and of all.

    Returns:
        What came of it.

    Raises:
        GalleryError: It is not there, cannot be written, or is encrypted by another key.
        BadInput: It is not in a file, or the key cannot be read.
        MissingExtra: The extra ``encryption`` is not installed.
    """
    key = Key.of(key)
    with _opened(gallery, key.for_any()) as opened:
        before = opened.sealing
        opened.encrypt(key, on_progress)
        return _rest(opened, before)


def decrypt(gallery: str | Path, key: Key | str | Path | bytes, on_progress: Progress | None = None) -> Changed:
    """Writes a gallery, its index and the pictures beside it in clear again. Done already, it is well.

    Args:
        gallery: Its path or URL.
        key: The one that it opens by.
        on_progress: Called with the number of templates done and of all.

    Returns:
        What came of it.

    Raises:
        GalleryError: It is not there, cannot be written, or is encrypted by another key.
        BadInput: It is not in a file, or the key cannot be read.
    """
    with _opened(gallery, Key.of(key).for_any()) as opened:
        return _rest(opened, opened.decrypt(on_progress))


def rekey(
    gallery: str | Path,
    key: Key | str | Path | bytes,
    new_key: Key | str | Path | bytes,
    *,
    everything: bool = False,
    on_progress: Progress | None = None,
) -> Changed:
    """Makes a gallery open by another key, and by the one before no more.

    Args:
        gallery: Its path or URL.
        key: The one before.
        new_key: The one from now on.
        everything: Whether all is written anew under a new key of the gallery's own. Without, only what holds that key
            is: enough where the old one is to be replaced, not where somebody may have had it, and a copy of the file.
        on_progress: Called with the number of templates done and of all.

    Returns:
        What came of it.

    Raises:
        GalleryError: It is not there, cannot be written, is not encrypted, or by another key.
        BadInput: It is not in a file, or a key cannot be read.
    """
    key, new_key = Key.of(key).for_any(), Key.of(new_key)
    try:
        with _opened(gallery, key) as opened:
            before = opened.sealing
            opened.rekey(new_key, data_key=everything, on_progress=on_progress)
            return _rest(opened, before)
    except GalleryError as error:
        if error.values.get("why") != "wrong-key":
            raise
        try:
            resumed = _opened(gallery, new_key.for_any())
            with resumed as opened:
                return _rest(opened, opened.sealing)  # it opens by the new key: a process died after that
        except GalleryError:
            raise error from None


@contextmanager
def _opened(gallery: str | Path, key: Key) -> Iterator[SqliteGallery]:
    if file_of(str(gallery)) is None:
        raise BadInput(f"{redacted(str(gallery))}: only galleries in files are encrypted, and this is none")
    with open_gallery(str(gallery), create=False, key=key) as opened:
        if not isinstance(opened, SqliteGallery):
            raise BadInput(f"{redacted(str(gallery))}: only galleries in files are encrypted, and this is none")
        yield opened


def _rest(gallery: SqliteGallery, before: Sealing) -> Changed:
    """The files beside it, and the note that nothing is left to do."""
    pictures = Pictures.beside(gallery)
    done = 0
    if pictures is not None:
        done = pictures.reseal(before)
        done += pictures.reseal(before)  # what others were just writing
    if gallery.begun is not None:
        gallery.finish()
    left = f"{redacted(gallery.url)}: {PENDING}" if gallery.unfinished else ""
    return Changed(done, left)
