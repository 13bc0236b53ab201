"""Which enrolled photo is meant? By its file, its name, or its hash."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

from rostro.core.errors import PhotoError, UnknownPhoto
from rostro.core.names import stored_name
from rostro.gallery.single import StoredPhoto
from rostro.photos.reading import photo_hash, printable

if TYPE_CHECKING:
    from os import PathLike

    from rostro.gallery.base import Gallery

#: So many characters of a hash are enough to mean a photo.
HASH_FROM = 6

#: How many photos a message lists.
_LISTED = 5


def find_photo(gallery: Gallery, photo: str | PathLike[str], name: str | None = None) -> StoredPhoto:
    """The one enrolled photo that is meant.

    Args:
        gallery: Where it is enrolled.
        photo: Path of its file; or its name as it is listed; or the beginning of its hash, from `HASH_FROM` characters.
        name: Whose it is, where several people have it.

    Raises:
        UnknownPhoto: Nobody has it, or it may be several; names some.
        UnknownPerson: Nobody of that name.
    """
    text = os.fspath(photo)
    found = _by_file(gallery, text) or _by_text(gallery, text)
    if name is not None:
        owner = stored_name(gallery.person(name).name)
        found = [one for one in found if one.person == owner]
    shown = printable(text)
    if not found:
        if name is None:
            raise UnknownPhoto(f"{shown}: no such photo is enrolled", photo=shown)
        raise UnknownPhoto(f"{shown}: no such photo of {name} is enrolled", photo=shown)
    if len(found) > 1:
        some = "; ".join(f"{one.photo} of {one.person}, hash {one.source_hash[:12]}" for one in found[:_LISTED])
        raise UnknownPhoto(f"{shown}: may be {len(found)} enrolled photos: {some}", photo=shown, why="several-photos")
    return found[0]


def _by_file(gallery: Gallery, text: str) -> list[StoredPhoto]:
    """Whose the photo in a file is; nobody's, where there is no such file."""
    if not _is_file(text):
        return []
    try:
        digest = photo_hash(text)
    except PhotoError:  # too large, or not to be read: then it is not by its bytes that it is meant
        return []
    owners = gallery.known_sources([digest]).get(digest, set())
    return [StoredPhoto(owner, digest, printable(text)) for owner in sorted(owners)]


def _by_text(gallery: Gallery, text: str) -> list[StoredPhoto]:
    found = gallery.photos_called(text)
    return [one for one in found if one.photo == printable(text)] or (found if len(text) >= HASH_FROM else [])


def _is_file(text: str) -> bool:
    try:
        return Path(text).is_file()
    except (OSError, ValueError):
        return False
