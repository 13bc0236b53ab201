"""What an album keeps of a group besides its faces: what somebody said of it. And of itself: that it is an album.

A group is a person of the album's gallery. One that nobody touched has no note: its name is its id. So nothing is
written in two places while groups come and go by themselves, and nobody can be cut off in between.
"""

from __future__ import annotations

import hashlib
import json
import re
from dataclasses import asdict, dataclass, replace
from typing import TYPE_CHECKING, Any, Self

import numpy as np

from rostro.core.errors import BadInput, GalleryCorrupt
from rostro.core.foreign import json_of
from rostro.gallery.records import ALBUM, NOBODY
from rostro.people.commonness import Commonness

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable

    from rostro.gallery.base import Gallery

#: Decimals of what groups have in common.
_COARSE = 3

_ID = re.compile(r"[0-9a-f]{12}")


def is_id(text: str) -> bool:
    """Whether a text is an id of a group: 12 hexadecimal digits. No person of an album is called like that."""
    return _ID.fullmatch(text) is not None


@dataclass(frozen=True, slots=True)
class Note:
    """What somebody said of a group.

    Attributes:
        id: The group's, 12 hexadecimal digits, whatever it is called.
        ignored: Whether nobody wants to see it: a statue, a passer-by.
        fixed: Whether somebody touched it: its faces stay, and it is joined with no other that is fixed.
        apart: Ids of faces that are not this person's.
    """

    id: str
    ignored: bool = False
    fixed: bool = False
    apart: frozenset[str] = frozenset()

    def to_dict(self) -> dict[str, Any]:
        """``{"id", "ignored", "fixed", "apart"}``."""
        return {**asdict(self), "apart": sorted(self.apart)}

    def to_body(self) -> str:
        """The text that is kept."""
        return json.dumps(self.to_dict())

    @classmethod
    def of(cls, body: str) -> Self:
        """The note of a record."""
        try:
            known = json_of(body)
            apart = frozenset(known["apart"])
            note = cls(known["id"], known["ignored"], known["fixed"], apart)
        except (ValueError, KeyError, TypeError, BadInput) as error:
            raise GalleryCorrupt("what the album keeps of a group cannot be read") from error
        if not (isinstance(note.id, str) and is_id(note.id) and all(isinstance(face, str) for face in apart)):
            raise GalleryCorrupt("what the album keeps of a group cannot be read")
        return note

    def with_all_of(self, other: Note) -> Self:
        """This one, with what was said of another group that is the same person."""
        return replace(self, fixed=True, apart=self.apart | other.apart)


def note_without(person: int, name: str) -> Note:
    """What is known of a group of which nothing was noted; one with a name was named by somebody, by another door."""
    if is_id(name):
        return Note(name)
    return Note(hashlib.sha256(f"person {person}".encode()).hexdigest()[:12], fixed=True)


def notes_of(gallery: Gallery, people: Collection[int] | None = None) -> dict[int, Note]:
    """What was noted of groups, by the id of their person; those of whom nothing was are left out.

    Where two people were merged and the process died, there are the notes of both: what was said of either holds, and
    the id is one of the two.
    """
    found: dict[int, Note] = {}
    for record in gallery.records(ALBUM, people):
        if record.person != NOBODY:
            note, older = Note.of(record.body), found.get(record.person)
            found[record.person] = note if older is None else note.with_all_of(older)
    return found


@dataclass(frozen=True, slots=True, eq=False)
class State:
    """What an album keeps of itself.

    Attributes:
        regrouped: How many faces it had when all of them were grouped last.
        seen: How many it had when new ones were grouped last; where there are more, somebody was cut off.
        common: What its groups had in common with each other then; None before, and in small albums. It is kept in
            figures so coarse that nothing of one group among a thousand is in them.
    """

    regrouped: int = 0
    seen: int = 0
    common: Commonness | None = None

    def to_body(self) -> str:
        """The text that is kept."""
        told = None
        if self.common is not None:
            mean = self.common.total / self.common.groups
            told = {
                "groups": self.common.groups,
                "direction": [round(float(part), _COARSE) for part in mean],
                "mean": round(self.common.mean, _COARSE),
            }
        return json.dumps({"album": 1, "regrouped": self.regrouped, "seen": self.seen, "common": told})

    @classmethod
    def of(cls, body: str) -> Self:
        """The state of a record."""
        try:
            known = json_of(body)
            told, counts = known["common"], (int(known["regrouped"]), int(known["seen"]))
            if told is None:
                return cls(*counts)
            groups = int(told["groups"])
            total = np.array(told["direction"], np.float64) * groups
            return cls(*counts, Commonness(groups, total, float(told["mean"])))
        except (ValueError, KeyError, TypeError, BadInput) as error:
            raise GalleryCorrupt("what the album keeps of itself cannot be read") from error


def state_of(gallery: Gallery) -> State | None:
    """What an album keeps of itself; None where the gallery is no album."""
    kept = gallery.records(ALBUM, [NOBODY])
    return State.of(kept[-1].body) if kept else None


def keep_state(gallery: Gallery, state: State) -> None:
    """Keeps it."""
    gallery.keep_records(ALBUM, {NOBODY: state.to_body()})


def ids_of(gallery: Gallery) -> set[str]:
    """The ids of an album's groups: those without a name are called by theirs, of others it is noted."""
    return {name for _, name in gallery.all_names()} | {note.id for note in notes_of(gallery).values()}


def free_id(wanted: str, taken: Iterable[str]) -> str:
    """An id like the one that is wanted, which follows from it where that is taken."""
    used, found, number = set(taken), wanted, 0
    while found in used:
        number += 1
        found = hashlib.sha256(f"{wanted} {number}".encode()).hexdigest()[:12]
    return found
