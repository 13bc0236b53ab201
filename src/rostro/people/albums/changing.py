"""The people of an album: what is done to groups comes through here, so that log, pictures and retention hold."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

from rostro.core.forking import Mutex
from rostro.gallery.records import ALBUM
from rostro.people.albums.notes import State, keep_state, note_without, notes_of
from rostro.people.people import People

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping, Sequence
    from pathlib import Path

    from rostro.core.types import Person, Template
    from rostro.gallery.base import Gallery
    from rostro.gallery.single import FaceMove
    from rostro.people.albums.notes import Note


class AlbumPeople(People):
    """A gallery's people as an album has them: many faces change hands at a time. Safe to share between threads.

    Attributes:
        grouping: Held while faces are grouped.
    """

    def __init__(self, gallery: Gallery, home: Path | None = None, actor: str = "") -> None:
        """As `People`; touches no disk."""
        super().__init__(gallery, home, actor)
        self.grouping = Mutex()

    @contextmanager
    def changes(self) -> Iterator[None]:
        """What is looked up and then changed within is one in this process."""
        with self._changes():
            yield

    def take_in(self, by_name: Mapping[str, Sequence[Template]]) -> int:
        """Adds faces, in one transaction; returns how many."""
        self._sweep_once()
        added = self.gallery.add(by_name)
        self._audit.append(self.actor, "group", faces=added)
        if added and self._seen.policy.keep_days is not None:
            self._note_seen(by_name)
        return added

    def note_change(self, action: str, *people: int, **about: int) -> None:
        """Writes in the log what is about to be done."""
        self._audit.append(self.actor, action, people, **about)

    def note_of(self, person: Person) -> Note:
        """What was noted of a group; `note_without` where nothing was."""
        return notes_of(self.gallery, [person.id]).get(person.id) or note_without(person.id, person.name)

    def keep_note(self, person: Person, note: Note) -> None:
        """Notes something of a group."""
        self.gallery.keep_records(ALBUM, {person.id: note.to_body()})

    def reassign(self, moves: Sequence[FaceMove], new: Collection[str] = ()) -> int:
        """Gives faces to other groups; their pictures go with them.

        Args:
            moves: Which.
            new: Names of groups that are made.

        Returns:
            How many were moved. Those that somebody renamed or erased meanwhile are not.
        """
        if not moves:
            return 0
        before = self.ids({move.name for move in moves}) if self._has_pictures() else {}
        done = self.gallery.move_faces(moves, new=new)
        after = self.ids({move.to for move in done}) if before else {}
        for move in done:
            if self.pictures is not None and move.name in before and move.to in after:
                self.pictures.move(before[move.name], move.source_hash, after[move.to])
        if done and self._seen.policy.keep_days is not None:
            self._note_seen({move.to for move in done})
        return len(done)

    def erase(self, *who: str | int) -> int:
        """Erases people; see `People.erase`. All groups are found anew then, for what is left."""
        erased = super().erase(*who)
        keep_state(self.gallery, State())
        return erased

    def _unite(self, person: int) -> None:
        super()._unite(person)
        if (note := notes_of(self.gallery, [person]).get(person)) is not None:
            self.gallery.keep_records(ALBUM, {person: note.to_body()})

    def _has_pictures(self) -> bool:
        return self.pictures is not None and self.pictures.folder.is_dir()

    def ids(self, names: Collection[str]) -> dict[str, int]:
        """Ids of people by their names; who is not there is left out."""
        wanted = set(names)
        return {name: person for person, name in self.gallery.all_names() if name in wanted}

    def _note_seen(self, names: Collection[str]) -> None:
        self._seen.note(list(self.ids(names).values()))
