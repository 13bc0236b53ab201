"""What the verbs of albums share: where the album is, and what its groups are called."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from rostro.cli.language import counted, tell

if TYPE_CHECKING:
    from rostro.gallery.keys import Key
    from rostro.people.albums.album import Album

_WHERE = "Path or URL of an album: a gallery of groups, which need no names."
AlbumUrl = Annotated[str, typer.Option("--album", help=_WHERE, show_default=False)]
AlbumOrNone = Annotated[str | None, typer.Option("--album", help=_WHERE, show_default=False)]
Group = Annotated[str, typer.Argument(help="A group's id, or its person's name.", show_default=False)]
Groups = Annotated[list[str], typer.Argument(help="Ids of groups, or names.", show_default=False)]
Faces = Annotated[
    list[str],
    typer.Argument(help="Ids of faces, or names of photos: 'album show' lists them.", show_default=False),
]


def key_of_both(given: str | None) -> Key | None:
    """The key where an album and a gallery are opened: either may be encrypted by it."""
    from rostro.gallery.keys import Key

    return None if given is None else Key.of(given).for_any()


def name_and_enrol(album: Album, group: str, name: str, gallery: str, key: Key | None) -> tuple[str, int]:
    """Names a group, and enrols its best faces in a gallery.

    Returns:
        The group's id, and how many faces were enrolled.
    """
    from rostro.gallery.base import open_gallery
    from rostro.people.albums.enrolling import enrol_group
    from rostro.people.people import People

    with open_gallery(gallery, space=album.gallery.space, key=key) as held:
        named = album.name(group, name)
        return named, enrol_group(album, named, People(held))


def open_album(url: str, key: Key | str | None) -> Album:
    """An album that is there."""
    from rostro.people.albums.album import Album

    return Album.open(url, key=key)


def caption(id: str, name: str | None, faces: int) -> str:
    """A group as lines begin with it."""
    return ", ".join(filter(None, [id, name, count_faces(faces)]))


def count_faces(faces: int) -> str:
    """How many faces, in words."""
    return counted(faces, "1 face", "{:,} faces")


def count_photos(photos: int) -> str:
    """How many photos, in words."""
    return counted(photos, "1 photo", "{:,} photos")


def no_groups() -> str:
    """That there is nothing to list."""
    return tell("no such groups")
