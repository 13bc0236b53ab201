"""Albums in which people of a gallery were named: whoever is erased from the gallery goes from them, too.

The record of a person says where: the album's URL, and the group there. Passwords are not kept; an album that needs one
cannot be reached by itself, and whoever erases is told so.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, NamedTuple

from rostro.core.errors import BadInput, GalleryCorrupt, RostroError, UnknownPerson
from rostro.core.foreign import json_of
from rostro.core.redaction import redacted
from rostro.gallery.base import file_of, open_gallery
from rostro.gallery.records import LINKED
from rostro.people.albums.notes import notes_of

if TYPE_CHECKING:
    from collections.abc import Callable, Collection

    from rostro.gallery.base import Gallery

#: What is said of an album that could not be reached.
UNREACHED = "the album {} could not be reached: 'rostro album erase' erases there"


class Link(NamedTuple):
    """A group of an album that is somebody of a gallery.

    Attributes:
        album: The album's URL, without a password; of a file, its absolute path.
        group: The group's id.
    """

    album: str
    group: str


def links_of(gallery: Gallery, people: Collection[int]) -> dict[int, list[Link]]:
    """The groups that people were named in, by the people's ids. Those who were merged have those of both."""
    found: dict[int, list[Link]] = {}
    for record in gallery.records(LINKED, people) if people else ():
        try:
            told = [json_of(line) for line in record.body.splitlines()]
            links = [Link(str(album), str(group)) for album, group in told]
        except (ValueError, TypeError, BadInput) as error:
            raise GalleryCorrupt("what the gallery keeps of albums cannot be read") from error
        mine = found.setdefault(record.person, [])
        mine += [link for link in links if link not in mine]
    return found


def keep_link(gallery: Gallery, person: int, album: Gallery, group: str) -> None:
    """Notes that somebody of a gallery is a group of an album."""
    file = file_of(album.url)
    link = Link(redacted(album.url) if file is None else str(file.resolve()), group)
    links = links_of(gallery, [person]).get(person, [])
    if link not in links:
        gallery.keep_records(LINKED, {person: "\n".join(map(json.dumps, [*links, link]))})


def erase_linked(gallery: Gallery, people: Collection[int], erase: Callable[[Gallery, str], object]) -> list[str]:
    """Erases people from the albums that they are linked to.

    Args:
        gallery: Whose people they are.
        people: Their ids.
        erase: Erases somebody of an album, by name.

    Returns:
        Albums that could not be reached, without passwords.
    """
    names, missed = gallery.names(people), []
    for person, links in links_of(gallery, people).items():
        for link in links:
            try:
                with open_gallery(link.album, create=False) as album:
                    if (who := _who(album, link.group, names.get(person, ""))) is not None:
                        erase(album, who)
            except RostroError:
                missed.append(redacted(link.album))
    return list(dict.fromkeys(missed))


def _who(album: Gallery, group: str, name: str) -> str | None:
    """What the person of a group is called in the album: by the group's id, else by the name that they have here."""
    for person, note in notes_of(album).items():
        if note.id == group and (called := album.names([person]).get(person)) is not None:
            return called
    for called in (group, name):
        try:
            return album.person(called).name
        except (UnknownPerson, BadInput):
            continue
    return None
