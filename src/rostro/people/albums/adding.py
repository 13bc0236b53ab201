"""What a recogniser that takes photos into an album asks of it."""

from __future__ import annotations

from contextlib import contextmanager
from itertools import islice
from typing import TYPE_CHECKING

from rostro.core.errors import SpaceMismatch
from rostro.people.albums.album import Album
from rostro.people.albums.listing import kept_groups

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    from rostro.core.types import Floats
    from rostro.people.album import AlbumFace
    from rostro.people.albums.shown import KeptGroup

#: Photos that are asked for at a time.
_AT_ONCE = 5_000


@contextmanager
def lent_album(album: Album | str | Path, space: str) -> Iterator[Album]:
    """An album for a while: one that is open stays open, one by its URL is opened or made, and closed.

    Raises:
        SpaceMismatch: It holds vectors of another space.
    """
    if not isinstance(album, Album):
        with Album.open(album, create=True, space=space) as opened:
            yield opened
        return
    check_space(album, space)
    yield album


def check_space(album: Album, space: str) -> None:
    """Checks that an album holds vectors of a space, or none yet.

    Raises:
        SpaceMismatch: It holds vectors of another space.
    """
    if album.gallery.space not in {None, space}:
        words = f"{album.gallery.url}: the gallery holds vectors of {album.gallery.space}, not of {space}"
        raise SpaceMismatch(words)


def groups_of(album: Album, hashes: Iterable[str]) -> tuple[list[tuple[KeptGroup, Floats]], list[AlbumFace]]:
    """The groups that photos are in, but for those that are ignored, and the faces that are alone.

    Args:
        album: Where they are.
        hashes: The photos'.

    Returns:
        The groups with all their faces and their mean directions, the largest first; and those faces.
    """
    names: set[str] = set()
    sought = iter(hashes)
    while block := list(islice(sought, _AT_ONCE)):
        names = names.union(*album.gallery.known_sources(block).values())
    found = kept_groups(album.gallery, {person: name for name, person in album.people.ids(names).items()})
    groups = [pair for pair in found if len(pair[0]) > 1 or pair[0].touched]
    shown = [pair for pair in groups if not pair[0].ignored]
    shown.sort(key=lambda pair: (-len(pair[0]), pair[0].id))
    singles = [group.faces[0] for group, _ in found if len(group) == 1 and not group.touched]
    return shown, sorted(singles, key=lambda face: (face.photo, face.id))
