"""An album that stays: groups of faces that somebody names, joins, splits and ignores.

An album is a gallery of its own whose people need no names. So encryption, moving, backups, erasure, retention and the
log are those of galleries.
"""

from __future__ import annotations

import copy
from dataclasses import replace
from typing import TYPE_CHECKING, Self

from rostro.core.closing import Closing
from rostro.core.errors import BadInput, GalleryError
from rostro.core.names import clean_name
from rostro.gallery.base import open_gallery
from rostro.gallery.single import FaceMove
from rostro.people.album import group_id
from rostro.people.albums.changing import AlbumPeople
from rostro.people.albums.listing import Listing
from rostro.people.albums.notes import State, free_id, ids_of, is_id, keep_state, state_of
from rostro.people.albums.shown import kept_face

if TYPE_CHECKING:
    from collections.abc import Collection
    from pathlib import Path

    from rostro.core.types import Person
    from rostro.gallery.base import Gallery
    from rostro.gallery.keys import Key
    from rostro.people.albums.shown import KeptFace


class Album(Listing, Closing):
    """Groups of faces in a gallery. A context manager; safe to use from several threads and processes.

    A group is told by its id or by its person's name, a face by its id, by its photo's name, or as a `KeptFace`.

    >>> with Album.open("holidays.db") as album:  # doctest: +SKIP
    ...     for group in album.groups():
    ...         print(group.id, group.name, group.faces)

    Attributes:
        gallery: Where the faces are.
        people: Its people: log, consent, retention.
    """

    def __init__(self, gallery: Gallery, *, home: Path | None = None, actor: str = "") -> None:
        """Of a gallery that is open, and stays so until the album is closed.

        Args:
            gallery: Where the faces are.
            home: As `People` takes it.
            actor: Who changes groups, as the log calls them; empty: the user of this computer.

        Raises:
            BadInput: The gallery is no album.
        """
        if state_of(gallery) is None:
            words = f"{gallery.url}: no album, but a gallery of enrolled people; an album is a gallery of its own"
            raise BadInput(words, why="no-album")
        self.gallery = gallery
        self.people = AlbumPeople(gallery, home, actor)

    @classmethod
    def open(
        cls,
        url: str | Path,
        *,
        create: bool = False,
        key: Key | str | Path | bytes | None = None,
        space: str | None = None,
        actor: str = "",
    ) -> Self:
        """Opens an album by its URL.

        Args:
            url: As `rostro.gallery.base.open_gallery` takes it.
            create: Whether to make an album that is not there.
            key: Opens an encrypted one, and has a new one encrypted.
            space: The embedding space of what will be added; None reads whatever is there.
            actor: Who changes groups, as the log calls them; empty: the user of this computer.

        Raises:
            BadInput: There is a gallery of enrolled people, and it is no album.
            SpaceMismatch: It holds vectors of another space.
            GalleryError: It is not there (and ``create`` is false), or cannot be opened.
        """
        gallery = open_gallery(str(url), space=space, create=create, key=key)
        try:
            if create and state_of(gallery) is None and not gallery.info().people:
                keep_state(gallery, State())
            return cls(gallery, actor=actor)
        except BaseException:
            gallery.close()
            raise

    def by(self, actor: str) -> Self:
        """The same album, changed by somebody else, as the log calls them: ``key:ID``; empty: by the same."""
        other = copy.copy(self)
        other.people = self.people.by(actor)
        return other

    def close(self) -> None:
        """Closes the gallery."""
        self.gallery.close()

    def name(self, group: str, name: str) -> str:
        """Says who a group is. Where a group has that name already, the two become one.

        Args:
            group: Its id or name.
            name: The person's.

        Returns:
            The id of the group that has the name now.

        Raises:
            UnknownPerson: There is no such group.
            BadInput: A name that nobody can have, or one that looks like an id.
        """
        name = clean_name(name)
        if is_id(name):
            raise BadInput(f"{name}: 12 hexadecimal digits are the id of a group, no person's name", why="bad-name")
        with self.people.changes():
            person = self._find(group)
            other = self.people.find(name)
            if other is not None and other.id != person.id:
                return self._join(person, other)
            note = self.people.note_of(person)
            self.people.keep_note(person, replace(note, fixed=True))
            if person.name != name:
                self.people.rename(person.name, name)
            return note.id

    def merge(self, group: str, into: str) -> str:
        """Makes one group of two: they are the same person.

        Args:
            group: Which; its faces go.
            into: The one that stays, with its id; and its name, where it has one.

        Returns:
            The id of the group that stays.

        Raises:
            UnknownPerson: There is no such group.
            BadInput: They are one already.
        """
        with self.people.changes():
            return self._join(self._find(group), self._find(into))

    def split(self, group: str, faces: Collection[str | KeptFace]) -> str:
        """Makes a group of some faces of another: they are somebody else, one person.

        Args:
            group: Whose they are now.
            faces: Which; not all.

        Returns:
            The id of the new group.

        Raises:
            UnknownPerson: There is no such group.
            UnknownPhoto: It has no such face.
            BadInput: No face, or all of them.
        """
        with self.people.changes():
            person = self._find(group)
            chosen = self._faces(person, faces)
            if len(chosen) == person.templates:
                raise BadInput(f"{group}: all of its faces are no part of it; give the group another name instead")
            note = self.people.note_of(person)
            self.people.keep_note(person, replace(note, fixed=True))
            made = self._free(group_id(chosen))
            self._part(person, {made: chosen}, "split")
            there = self.gallery.person(made)
            self.people.keep_note(there, replace(self.people.note_of(there), fixed=True))
            return made

    def reject(self, group: str, faces: Collection[str | KeptFace]) -> list[str]:
        """Says that some faces are not this person: they leave, and never come back to them by themselves.

        Args:
            group: Whose they are now.
            faces: Which.

        Returns:
            The id of the group of each face now: alone, until photos come, or all are grouped anew.

        Raises:
            UnknownPerson: There is no such group.
            UnknownPhoto: It has no such face.
            BadInput: No face.
        """
        with self.people.changes():
            person = self._find(group)
            chosen = self._faces(person, faces)
            note = self.people.note_of(person)
            apart = note.apart | {face.id for face in chosen}
            self.people.keep_note(person, replace(note, fixed=True, apart=apart))
            alone = {self._free(group_id([face])): [face] for face in chosen}
            self._part(person, alone, "reject")
            return list(alone)

    def ignore(self, group: str, ignored: bool = True) -> str:
        """Says that nobody wants to see a group, a statue or a passer-by, or that somebody does.

        Args:
            group: Its id or name. New photos of it still join it.
            ignored: Whether it is left out of lists.

        Returns:
            Its id.

        Raises:
            UnknownPerson: There is no such group.
        """
        with self.people.changes():
            person = self._find(group)
            note = self.people.note_of(person)
            self.people.note_change("ignore", person.id, ignored=ignored)
            self.people.keep_note(person, replace(note, fixed=True, ignored=ignored))
            return note.id

    def erase(self, *groups: str) -> int:
        """Erases groups for good: faces, pictures, and what was said of them; see `People.erase`.

        Photos in which nobody else is are not taken in again unasked.

        Returns:
            How many faces were erased.

        Raises:
            UnknownPerson: There is no such group; none is erased then.
        """
        with self.people.changes():
            return self.people.erase(*(self._find(group).name for group in groups))

    def _join(self, person: Person, into: Person) -> str:
        """Gives all faces of a person to another, and whatever name one of them has."""
        if person.id == into.id:
            raise BadInput(f"{into.name}: a group cannot be merged into itself")
        note, other = self.people.note_of(person), self.people.note_of(into)
        faces = {kept_face(face).id for one in (person, into) for face in self.gallery.templates(one.name)}
        both = other.with_all_of(note)
        both = replace(both, apart=both.apart - faces)
        own = other.id
        if is_id(into.name) and not is_id(person.name):
            person, into, own = into, person, note.id  # a name is on disk at every moment, whatever happens
        self.people.keep_note(into, replace(both, id=own))  # no two groups have one id, either
        self.people.merge(person.id, into.id)
        self.people.keep_note(into, both)  # the only one now; the other's came with its faces
        return both.id

    def _part(self, person: Person, parts: dict[str, list[KeptFace]], action: str) -> None:
        """Gives faces of somebody to new groups."""
        self.people.note_change(action, person.id, faces=sum(map(len, parts.values())))
        moves = [
            FaceMove(person.name, face.sha256, face.face.box, name) for name, faces in parts.items() for face in faces
        ]
        if self.people.reassign(moves, parts) < len(moves):
            raise GalleryError(f"{person.name}: somebody else changed the group at the same time; look at it again")

    def _free(self, wanted: str) -> str:
        return free_id(wanted, ids_of(self.gallery))
