"""The same face under two names: of one photo, or of a photo and its copy."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from rostro.core.geometry import overlap
from rostro.people.trust.findings import Finding, Mend
from rostro.people.trust.levels import COPY

if TYPE_CHECKING:
    from collections.abc import Iterator

    from rostro.people.trust.held import Held
    from rostro.people.trust.nearness import Nearness

    Indices = NDArray[np.int64]

#: Overlap (IoU) from which on two boxes in one photo are of one face.
_SAME_BOX = 0.5


@dataclass(frozen=True, slots=True)
class Twins:
    """Two templates of one face.

    Attributes:
        one: The place of the one that is more like its person's others; of equal ones, the first.
        other: The place of the other.
        similarity: Of the two.
    """

    one: int
    other: int
    similarity: float

    def finding(self, held: Held) -> Finding:
        """What is said of it: the other one is to be forgotten."""
        mine, theirs = held.faces[self.one], held.faces[self.other]
        same = mine.sha256 == theirs.sha256
        told = f"the same photo is enrolled as {mine.name} and as {theirs.name}"
        if not same:
            told = f"a photo and its copy are enrolled as {mine.name} and as {theirs.name}"
        return Finding(
            kind="twice", reason=told, people=(mine.name, theirs.name), faces=(mine, theirs),
            similarity=self.similarity,
            mends=tuple(Mend(action="forget", person=face.name, photo=face.sha256) for face in (theirs, mine)),
        )  # fmt: skip


def twins(held: Held, rows: Indices, near: Nearness) -> list[Twins]:
    """All of them, each template of a person with one of another once.

    Args:
        held: What the gallery holds.
        rows: (N,) places of the templates that `near` is about.
        near: What they are near to.
    """
    own = np.full(len(held), -2.0, np.float32)
    own[rows] = near.own
    found = {}
    for pair in (*_of_one_photo(held), *_copies(held, rows, near)):
        one, other = sorted(pair, key=lambda place: (-own[place], place))
        similarity = min(1.0, float(held.vectors[one] @ held.vectors[other]))
        found[one, other] = Twins(one, other, similarity)
    return list(found.values())


def _of_one_photo(held: Held) -> Iterator[tuple[int, int]]:
    """Templates of two people from one photo, whose boxes are of one face."""
    photos = defaultdict(list)
    for place, face in enumerate(held.faces):
        photos[face.sha256].append(place)
    for places in photos.values():
        for number, one in enumerate(places):
            for other in places[number + 1 :]:
                if held.owners[one] != held.owners[other] and _same_box(held.faces[one].box, held.faces[other].box):
                    yield one, other


def _copies(held: Held, rows: Indices, near: Nearness) -> Iterator[tuple[int, int]]:
    for row, person in zip(near.rows[near.scores >= COPY], near.people[near.scores >= COPY], strict=True):
        place, first = rows[row], held.starts[person]
        theirs = held.vectors[first : held.starts[person + 1]] @ held.vectors[place]
        yield int(place), int(first + theirs.argmax())


def _same_box(one: tuple[float, ...] | None, other: tuple[float, ...] | None) -> bool:
    if one is None or other is None:
        return one is other
    return bool(overlap(np.array([one]), np.array([other]))[0, 0] >= _SAME_BOX)
