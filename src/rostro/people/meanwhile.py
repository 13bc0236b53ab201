"""What an enrolment looks at because others change the same people meanwhile.

Who was erased must not come back by it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from rostro.core.errors import UnknownPerson

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    from rostro.core.types import Image, Template
    from rostro.gallery.base import Gallery, Who
    from rostro.people.pictures import Pictures
    from rostro.recognition.pipeline import PhotoFaces


def add_where_they_are(
    gallery: Gallery, by_name: Mapping[str, Sequence[Template]], who: Who, there: Collection[str]
) -> tuple[int, set[str]]:
    """Adds templates as `Gallery.add` does, and makes nobody anew who was there before.

    Args:
        gallery: Where they go.
        by_name: By person's name.
        who: To whom.
        there: People who were there; where one is gone, somebody erased, merged or renamed them meanwhile.

    Returns:
        How many templates were added, and the names of those who are gone, to whom none was.
    """
    if who != "anybody":
        return gallery.add(by_name, who=who), set()
    known = {name: templates for name, templates in by_name.items() if name in there}
    others = {name: templates for name, templates in by_name.items() if name not in there}
    added = gallery.add(others) if others else 0
    try:
        return added + (gallery.add(known, who="known") if known else 0), set()
    except UnknownPerson:  # one of them, and the transaction was of all
        gone: set[str] = set()
        for name, templates in known.items():
            try:
                added += gallery.add({name: templates}, who="known")
            except UnknownPerson:
                gone.add(name)
        return added, gone


def keep_picture(pictures: Pictures, gallery: Gallery, name: str, found: PhotoFaces) -> None:
    """Keeps the picture of somebody's face, unless they, or the photo, are erased before it is there.

    Whoever erases removes pictures after the templates, too; so either they see this one, or it sees that they went.
    """
    keep_crop(pictures, gallery, name, found.sha256, found.kept_crops[0])


def keep_crop(pictures: Pictures, gallery: Gallery, name: str, source_hash: str, crop: Image) -> None:
    """Does what `keep_picture` does, with the picture and the hash of its photo."""
    try:
        person = gallery.person(name).id
    except UnknownPerson:  # erased or renamed in between, by somebody else
        return
    pictures.keep(person, source_hash, crop)
    now = gallery.names([person]).get(person)
    if now is None:
        pictures.erase(person)
    elif now not in gallery.known_sources([source_hash]).get(source_hash, set()):
        pictures.forget(person, source_hash)
