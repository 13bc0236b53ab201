"""A group of an album becomes somebody of a gallery: its best faces are enrolled there, with a link to the album."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from rostro.core.errors import BadInput, SpaceMismatch
from rostro.people.keeping import Keeping
from rostro.people.linked import keep_link

if TYPE_CHECKING:
    from rostro.core.types import Template
    from rostro.people.albums.album import Album
    from rostro.people.people import People

#: How many faces of a group are enrolled at most, with those that the person has.
MOST = 5
#: A face that is more like one that is enrolled shows nothing new.
SAME = 0.9


def enrol_group(album: Album, group: str, people: People, *, most: int = MOST) -> int:
    """Enrols the best faces of a group that has a name, under it; erasing the person there erases the group here.

    Args:
        album: Whose group.
        group: Its id or name.
        people: Of the gallery that takes them.
        most: How many templates the person has by it at most, of other photos and not the same.

    Returns:
        How many were added; photos of somebody who was erased there are not.

    Raises:
        UnknownPerson: There is no such group.
        BadInput: It has no name, or the gallery is the album.
        SpaceMismatch: The gallery holds vectors of another space.
        NoConsent: The gallery asks for their consent, and knows none that holds.
    """
    found, gallery = album.group(group), people.gallery
    if found.name is None:
        raise BadInput(f"{group}: only a group with a name can be enrolled")
    if gallery.url == album.gallery.url:
        raise BadInput(f"{gallery.url}: an album is not the gallery that its people are enrolled in")
    if gallery.space != album.gallery.space:
        raise SpaceMismatch(
            f"{gallery.url}: the gallery holds vectors of {gallery.space}, not of {album.gallery.space}"
        )
    keeping = Keeping(gallery, people.actor)
    if (refused := keeping.refusal(found.name, found.faces[0].photo)) is not None:
        raise refused
    held = album.gallery.templates(found.name)
    there = people.find(found.name)
    known = gallery.templates(found.name) if there is not None else []
    chosen = _best(held, known, gallery.erased({one.source_hash for one in held}), most)
    if chosen:
        added = gallery.add({found.name: chosen})
        keeping.added([found.name], added)
    if (person := people.find(found.name)) is not None:
        keep_link(gallery, person.id, album.gallery, found.id)
    return len(chosen)


def _best(faces: list[Template], known: list[Template], erased: set[str], most: int) -> list[Template]:
    """The faces of best quality that show something new, as many as there is room for."""
    vectors = [one.vector for one in known]
    photos = {one.source_hash for one in known} | erased
    chosen: list[Template] = []
    for face in sorted(faces, key=lambda one: (-one.quality, one.source_hash)):
        if len(vectors) >= most:
            break
        if face.source_hash in photos or (vectors and float(np.max(np.stack(vectors) @ face.vector)) > SAME):
            continue
        vectors.append(face.vector)
        chosen.append(face)
    return chosen
