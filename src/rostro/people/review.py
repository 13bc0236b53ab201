"""Reviewing what was uncertain: each group of an album that nobody named is asked about, confirmed, corrected, ignored.

What waits is no list of its own: it is what nobody said anything of. So it is never out of date, and what is said of a
group by another door is settled here, too.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from rostro.core.errors import BadInput, GalleryError, UnknownPerson
from rostro.core.names import clean_name
from rostro.people.albums.listing import kept_groups
from rostro.people.albums.notes import is_id, note_without, notes_of
from rostro.people.asked import Item, Likely, Queue, Reviewed
from rostro.people.teacher import Teacher
from rostro.photos.reading import read_photo
from rostro.scoring.fusion import best_per_person
from rostro.scoring.rejections import without_rejected

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rostro.core.types import Floats, Image, Template
    from rostro.people.albums.album import Album
    from rostro.people.albums.shown import KeptGroup
    from rostro.people.asked import Reason
    from rostro.people.people import People
    from rostro.people.teaching import Rules

#: What is asked about first.
_ORDER: tuple[Reason, ...] = ("near", "group", "new")

#: Groups that are asked about at most: the youngest.
MOST = 1_000
#: People who are listed for each.
_CANDIDATES = 3
#: Templates that are looked up for each of them: people have several.
_TEMPLATES = 30
#: Faces of a named group that may teach, the youngest.
_FACES = 256


class Review:
    """What waits in an album, beside the gallery that knows some of the people."""

    def __init__(
        self, album: Album, people: People, rules: Rules, *, likely: float, least_quality: float = 0.0
    ) -> None:
        """Looks at nothing yet. `Recognizer.review` makes one with what the recogniser decides by.

        Args:
            album: Where they wait.
            people: Of the gallery; the log says that they did it.
            rules: By which confirmed faces teach.
            likely: Similarity from which somebody is suggested.
            least_quality: Below it nobody is asked about a face: nobody could tell.

        Raises:
            BadInput: The gallery is the album.
        """
        if album.gallery.url == people.gallery.url:
            raise BadInput(f"{album.gallery.url}: an album and the gallery beside it are two", why="same-gallery")
        self._album = album
        self._people = people
        self._teacher = Teacher(people, rules)
        self._likely = likely
        self._least_quality = least_quality

    def queue(self, *, limit: int | None = None, after: str | None = None) -> Queue:
        """What waits.

        Args:
            limit: How many at most; None: all.
            after: The ``next`` of those before.
        """
        items = sorted(self._items(), key=lambda pair: (_ORDER.index(pair[1].reason), -pair[1].faces, -pair[0]))
        listed = [item for _, item in items]
        ids = [item.id for item in listed]
        start = 0 if after is None else ids.index(after) + 1 if after in ids else 0  # what was last may be settled
        shown = listed[start:] if limit is None else listed[start : start + limit]
        more = shown and start + len(shown) < len(listed)
        return Queue(items=tuple(shown), total=len(listed), next=shown[-1].id if more else None)

    def confirm(self, item: str, name: str | None = None) -> Reviewed:
        """Says that somebody is who is suggested. It names the group, and what its faces show is taught.

        Args:
            item: Its id.
            name: Who was suggested when somebody looked; None: who is now.

        Raises:
            UnknownPerson: Nothing of that id waits (any more).
            BadInput: Nobody is suggested (any more), or somebody else.
        """
        group = self._waiting(item)
        found = self._described([group])
        suggested = found[0].suggested if found else None
        if suggested is None:
            raise BadInput(f"{item}: nobody is suggested; say who it is", why="nobody-suggested")
        if name is not None and clean_name(name) != suggested.name:
            raise BadInput(f"{item}: {suggested.name} is suggested now, not {name}", why="nobody-suggested")
        return self._named(group[0], suggested.name)

    def correct(self, item: str, name: str) -> Reviewed:
        """Says who somebody is. Whoever is not enrolled has a name in the album then, and no more.

        Args:
            item: Its id.
            name: Who it is.

        Raises:
            UnknownPerson: Nothing of that id waits (any more).
            BadInput: A name that nobody can have.
        """
        return self._named(self._waiting(item)[0], clean_name(name))

    def ignore(self, item: str) -> Reviewed:
        """Says that nobody wants to know: a statue, a passer-by. It is never asked about again.

        Args:
            item: Its id.

        Raises:
            UnknownPerson: Nothing of that id waits (any more).
        """
        group, _ = self._waiting(item)
        return Reviewed(id=item, name=None, group=self._album.ignore(group.id))

    def picture(self, item: str) -> bytes | None:
        """A JPEG of the face that is shown; None where none is kept.

        Raises:
            UnknownPerson: Nothing of that id waits (any more).
        """
        group, _ = self._waiting(item)
        pictures = self._album.pictures
        return None if pictures is None else pictures.picture(group.person, group.faces[0].sha256)

    def _items(self) -> list[tuple[int, Item]]:
        """What waits, with the id of its person in the album."""
        gallery = self._album.gallery
        notes = notes_of(gallery)
        names = {
            person: name
            for person, name in gallery.all_names()
            if is_id(name) and not (notes.get(person) or note_without(person, name)).ignored
        }
        youngest = sorted(names, reverse=True)[:MOST]
        groups = kept_groups(gallery, {person: names[person] for person in youngest})
        asked = [pair for pair in groups if self._can_be_told(pair[0])]
        return [(group.person, item) for (group, _), item in zip(asked, self._described(asked), strict=True)]

    def _can_be_told(self, group: KeptGroup) -> bool:
        return any((face.quality or 0.0) >= self._least_quality for face in group.faces)

    def _described(self, groups: Sequence[tuple[KeptGroup, Floats]]) -> list[Item]:
        if not groups:
            return []
        gallery = self._people.gallery
        means = np.stack([mean for _, mean in groups])
        rows = [
            without_rejected(best_per_person((hit.person, hit.similarity) for hit in row), mean, self._people.rejected)
            for row, mean in zip(gallery.search(means, _TEMPLATES), means, strict=True)
        ]
        names = gallery.names({person for row in rows for person, _ in row})
        rejected = self._rejected()
        described = []
        for (group, _), row in zip(groups, rows, strict=True):
            never = {name for face in group.faces for name in rejected.get(face.id, ())}
            people = [
                Likely(id=person, name=names[person], similarity=min(1.0, score))
                for person, score in row
                if person in names and names[person] not in never
            ][:_CANDIDATES]
            near = people[0] if people and people[0].similarity >= self._likely else None
            described.append(
                Item(
                    id=group.id,
                    reason="near" if near is not None else "group" if len(group.faces) > 1 else "new",
                    face=group.faces[0],
                    faces=len(group.faces),
                    suggested=near,
                    candidates=tuple(people),
                    picture=self._album.pictures is not None and self._album.pictures.has(group.person),
                )
            )
        return described

    def _rejected(self) -> dict[str, set[str]]:
        """Whom faces are not, by the faces' ids."""
        told = {person: note.apart for person, note in notes_of(self._album.gallery).items() if note.apart}
        names = self._album.gallery.names(told.keys()) if told else {}
        found: dict[str, set[str]] = {}
        for person, faces in told.items():
            for face in faces if person in names else ():
                found.setdefault(face, set()).add(names[person])
        return found

    def _waiting(self, item: str) -> tuple[KeptGroup, Floats]:
        """The group of an item, with its mean direction."""
        try:
            group = self._album.group(item)
        except GalleryError as error:
            raise _gone(item) from error
        if group.name is not None or group.ignored:
            raise _gone(item)
        for found in kept_groups(self._album.gallery, self._album.gallery.names([group.person])):
            return found
        raise _gone(item)

    def _named(self, group: KeptGroup, name: str) -> Reviewed:
        now = self._album.name(group.id, name)
        enrolled = self._people.find(name)
        taught = None
        if enrolled is not None:
            faces = self._album.gallery.templates(name)[-_FACES:]
            there = {face.source_hash for face in self._people.templates(enrolled.name)}
            new = [face for face in faces if face.source_hash not in there]
            taught = self._teacher.teach(enrolled.name, new, self._pictures(enrolled.id, name, new))
        return Reviewed(id=group.id, name=name, group=now, taught=taught)

    def _pictures(self, enrolled: int, name: str, faces: Sequence[Template]) -> dict[str, Image]:
        """The album's pictures of faces, for somebody of whom the gallery keeps some already: they agreed to that."""
        mine, theirs = self._album.pictures, self._people.pictures
        if mine is None or theirs is None or not theirs.has(enrolled):
            return {}
        person = self._album.gallery.person(name).id
        found = {face.source_hash: mine.picture(person, face.source_hash) for face in faces}
        return {digest: read_photo(jpeg).image for digest, jpeg in found.items() if jpeg is not None}


def _gone(item: str) -> UnknownPerson:
    return UnknownPerson(f"{item}: nothing of that id waits; somebody settled it, or it joined another group")
