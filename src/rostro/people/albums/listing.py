"""What is in an album, to be looked at. Changes nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rostro.core.errors import BadInput, UnknownPerson, UnknownPhoto
from rostro.core.folding import searchable
from rostro.people.albums.notes import Note, is_id, note_without, notes_of
from rostro.people.albums.shown import GroupPage, GroupSummary, KeptFace, KeptGroup, kept_face, kept_faces

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator, Sequence

    from rostro.core.types import Floats, Person, Template
    from rostro.gallery.base import Gallery
    from rostro.people.albums.changing import AlbumPeople
    from rostro.people.pictures import Pictures

    #: By note, name and number of faces: whether a group is meant.
    _Wanted = Callable[[Note, str, int], bool]

#: Groups whose faces are read at a time.
_AT_ONCE = 500


class Listing:
    """The part of an `Album` that shows it."""

    gallery: Gallery
    people: AlbumPeople

    def __len__(self) -> int:
        """How many faces there are."""
        return self.gallery.info().templates

    def __repr__(self) -> str:
        return f"<{type(self).__name__} of {self.gallery!r}>"

    @property
    def pictures(self) -> Pictures | None:
        """Pictures of faces, as far as they were to be kept; None where the album is no file."""
        return self.people.pictures

    def groups(
        self, *, named: bool | None = None, ignored: bool = False, after: str | None = None, limit: int | None = None
    ) -> list[GroupSummary]:
        """People of whom there are several faces, or of whom somebody said something; the largest group first.

        Only the faces of groups that are returned are read.

        Args:
            named: Whether they have a name; None: either.
            ignored: Whether they are ignored.
            after: The id of the last group before these; None: from the first on.
            limit: How many at most; None: all.

        Raises:
            UnknownPerson: There is no group of the id ``after`` (any more).
        """
        return list(self.page(named=named, ignored=ignored, after=after, limit=limit))

    def singles(self, *, after: str | None = None, limit: int | None = None) -> list[GroupSummary]:
        """Faces that nobody else was found for, and that nobody said anything of; as `groups`."""
        return list(self.page(alone=True, after=after, limit=limit))

    def page(
        self,
        *,
        named: bool | None = None,
        ignored: bool = False,
        alone: bool = False,
        search: str = "",
        after: str | None = None,
        limit: int | None = None,
        skip: int = 0,
    ) -> GroupPage:
        """Some of the groups, as `groups` has them, and how many there are.

        Args:
            named: Whether they have a name; None: either.
            ignored: Whether they are ignored.
            alone: Those of `singles` instead.
            search: Part of their name, with or without accents, in any case.
            after: The id of the last group before these; None: from the first on.
            limit: How many at most; None: all.
            skip: How many to leave out first.

        Raises:
            UnknownPerson: There is no group of the id ``after`` (any more).
        """
        sought = searchable(search)

        def wanted(note: Note, name: str, faces: int) -> bool:
            if (faces > 1 or note.fixed) is alone or note.ignored is not ignored:
                return False
            return named in {None, not is_id(name)} and (not sought or (not is_id(name) and sought in searchable(name)))

        return self._page(wanted, after, limit, skip)

    def summary(self, group: str) -> GroupSummary:
        """One group as lists show it.

        Args:
            group: Its id or its person's name.

        Raises:
            UnknownPerson: There is none like that.
        """
        person = self._find(group)
        ((found, _),) = kept_groups(self.gallery, {person.id: person.name})
        return _summary(found)

    def group(self, group: str) -> KeptGroup:
        """One group with its faces, the one most like the others first.

        Args:
            group: Its id or its person's name.

        Raises:
            UnknownPerson: There is none like that.
        """
        person = self._find(group)
        ((found, _),) = kept_groups(self.gallery, {person.id: person.name})
        return found

    def picture(self, group: str, face: str | KeptFace | None = None) -> bytes | None:
        """A JPEG of a group's face; None where none is kept.

        Args:
            group: Its id or name.
            face: Which face; None: any.

        Raises:
            UnknownPerson: There is no such group.
            UnknownPhoto: It has no such face.
        """
        if self.pictures is None:
            return None
        person = self._find(group)
        source = None if face is None else self._faces(person, [face])[0].sha256
        return self.pictures.picture(person.id, source)

    def _page(self, wanted: _Wanted, after: str | None, limit: int | None, skip: int) -> GroupPage:
        names = dict(self.gallery.all_names())
        counts, notes = self.gallery.template_counts(names), notes_of(self.gallery)
        keys: list[tuple[int, str, int]] = []
        last: tuple[int, str] | None = None
        for person, name in names.items():
            note, faces = notes.get(person) or note_without(person, name), counts.get(person, 0)
            if note.id == after:
                last = (-faces, note.id)
            if faces and wanted(note, name, faces):
                keys.append((-faces, note.id, person))
        if after is not None and last is None:
            raise UnknownPerson(f"{self.gallery.url}: no group {after!r}")
        left = sorted(key for key in keys if last is None or key[:2] > last)[skip:]
        shown = {person: names[person] for *_, person in left[:limit]}
        groups = tuple(_summary(group) for group, _ in kept_groups(self.gallery, shown))
        more = len(left) > len(shown) and bool(shown)
        return GroupPage(groups, left[len(shown) - 1][1] if more else None, len(keys))

    def _find(self, group: str) -> Person:
        """The person of a group.

        Raises:
            UnknownPerson: There is none.
        """
        if (person := self.people.find(group)) is not None:
            return person
        for owner, note in notes_of(self.gallery).items() if is_id(group) else ():
            if note.id == group and (name := self.people.name_of(owner)) is not None:
                return self.gallery.person(name)
        for owner, name in self.gallery.all_names() if is_id(group) else ():
            if not is_id(name) and note_without(owner, name).id == group:
                return self.gallery.person(name)
        raise UnknownPerson(f"{self.gallery.url}: no group {group!r}")

    def _faces(self, person: Person, faces: Collection[str | KeptFace]) -> list[KeptFace]:
        """The faces of a group that are meant.

        Raises:
            UnknownPhoto: It has no such face, or several of one photo.
            BadInput: None is meant.
        """
        there = [kept_face(face) for face in self.gallery.templates(person.name)]
        found: dict[str, KeptFace] = {}
        for wanted in [faces] if isinstance(faces, str) else faces:
            told = wanted if isinstance(wanted, str) else wanted.id
            meant = [face for face in there if told == face.id] or [face for face in there if told == face.photo]
            if len(meant) != 1:
                raise UnknownPhoto(_which(person.name, told, len(meant)), photo=told)
            found[meant[0].id] = meant[0]
        if not found:
            raise BadInput("it is to be said which faces: by their ids, or by the names of their photos")
        return list(found.values())


def kept_groups(gallery: Gallery, people: dict[int, str]) -> list[tuple[KeptGroup, Floats]]:
    """Groups with their faces, by id and name of their people, in that order; who is gone meanwhile is left out.

    Returns:
        Each with its mean direction, (d,) float32 of unit norm.
    """
    notes = notes_of(gallery, list(people)) if people else {}
    names = {name: person for person, name in people.items()}
    found = []
    for name, templates in read_templates(gallery, list(names)):
        if templates:
            faces, mean = kept_faces(templates)
            note = notes.get(names[name]) or note_without(names[name], name)
            group = KeptGroup(
                id=note.id,
                name=None if is_id(name) else name,
                faces=tuple(faces),
                ignored=note.ignored,
                touched=note.fixed,
                person=names[name],
            )
            found.append((group, mean))
    return found


def read_templates(gallery: Gallery, names: Sequence[str]) -> Iterator[tuple[str, list[Template]]]:
    """Templates of people, by name; some at a time, and without those who are gone."""
    for start in range(0, len(names), _AT_ONCE):
        some = names[start : start + _AT_ONCE]
        try:
            yield from gallery.templates_of(some).items()
        except UnknownPerson:
            for name in some:
                try:
                    yield name, gallery.templates(name)
                except UnknownPerson:
                    continue


def _summary(group: KeptGroup) -> GroupSummary:
    cover = group.faces[0]
    assert isinstance(cover, KeptFace)
    return GroupSummary(
        id=group.id, name=group.name, faces=len(group), cover=cover, ignored=group.ignored, person=group.person
    )


def _which(group: str, face: str, count: int) -> str:
    if count:
        return f"{face}: {group} has {count} faces of this photo; an id says which"
    return f"{face}: {group} has no such face"
