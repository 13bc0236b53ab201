"""Is a gallery sound, with what lies beside it? Its own damage, and pictures of people who are not in it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rostro.core.errors import GalleryCorrupt
from rostro.gallery.base import lent
from rostro.gallery.keys import Key
from rostro.gallery.upkeep.check import find_damage
from rostro.people.people import People

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from rostro.gallery.base import Gallery


def check(gallery: Gallery | str | Path, *, key: Key | str | Path | bytes | None = None) -> list[str]:
    """Reads all of a gallery and names what is damaged, one sentence each; nothing where it is sound.

    What `rostro.gallery.upkeep.check.find_damage` finds; where that is nothing, pictures of faces that nobody in the
    gallery has: of people who were erased, where a program was killed before it could remove them. Whatever next
    changes people removes them; see `People.sweep`. And what is wrong with its log; see `People.verify_log`.

    Args:
        gallery: A gallery, or its path or URL.
        key: Opens it, if it is encrypted, as `Key.of` takes it; None takes the settings', if they name one.

    Raises:
        GalleryError: It cannot be opened.
    """
    with lent(gallery, key=None if key is None else Key.of(key)) as opened:
        damage = list(find_damage(opened))
        if damage:  # such a gallery cannot say who is in it
            return damage
        people = People(opened)
        return [
            *_pictures_of_nobody(people),
            *(f"log: {problem}" for problem in people.verify_log().problems),
            *_unread(people),
        ]


def _unread(people: People) -> Iterator[str]:
    try:
        _ = people.rejected
    except GalleryCorrupt as error:
        yield str(error)


def _pictures_of_nobody(people: People) -> Iterator[str]:
    if people.pictures is None:
        return
    for person in people.without_person():
        folder = people.pictures.folder / str(person)
        yield f"{folder}: pictures of nobody who is in the gallery; they are to be removed"
    for path in people.pictures.remains():
        yield f"{path}: what a program that was ended left of pictures; it is to be removed"
