"""What is known of faces before they are grouped: these are one person, and that one is not among them.

Both are told to `rostro.people.linkage.Groups`. What may not be one group has a sign in common, as two faces of one
photo have: groups with the same sign are never joined. Somebody's faces are grouped among themselves first, and each of
these parts takes new faces for them: a child and a grown-up whom somebody joined would be like neither on the whole.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from rostro.people.linkage import Groups

    Indices = NDArray[np.int64]

#: The sign of groups that somebody touched: no two of them become one by themselves.
_TOUCHED = -1


@dataclass(frozen=True, slots=True, eq=False)
class Said:
    """What holds of faces.

    Attributes:
        pins: (N,) the number of the person whom each face is known to be, or below 0 where nothing is known.
        apart: (face, person): of a face, a person who it is not.
        free: Numbers of people whose group may become one with another; of the others, no two do.
    """

    pins: Indices
    apart: Sequence[tuple[int, int]] = ()
    free: Collection[int] = ()

    @property
    def known(self) -> NDArray[np.bool_]:
        """(N,) of which faces it is known whose they are."""
        return self.pins >= 0

    def sorted_by(self, order: Indices) -> Said:
        """The same of faces that stand in another order.

        Args:
            order: (N,) where each was before.
        """
        place = np.empty(order.size, np.int64)
        place[order] = np.arange(order.size)
        return Said(self.pins[order], [(int(place[face]), person) for face, person in self.apart], self.free)

    def hold(self, groups: Groups, first: Indices, second: Indices, threshold: float) -> None:
        """Groups the faces of each person among themselves, and signs what may not be joined.

        Args:
            groups: Every face by itself.
            first: (P,) of pairs of faces that resemble each other, the first.
            second: (P,) the second.
            threshold: Parts of a person that agree less stay parts.
        """
        same = self.known[first] & (self.pins[first] == self.pins[second])
        groups.grow(first[same], second[same], threshold)
        parts: dict[int, list[int]] = {}
        for person, faces in self._people():
            parts[person] = np.unique(groups.label[faces]).tolist()
            signs = frozenset[int]().union(*(groups.photos.get(part, ()) for part in parts[person]))
            if person not in self.free:
                signs |= {_TOUCHED}
            for part in parts[person] if signs else ():
                groups.photos[part] = signs
        for number, (face, person) in enumerate(self.apart):
            if person in parts and self.pins[face] < 0:
                for place in (face, *parts[person]):
                    groups.photos[place] = groups.photos.get(place, frozenset()) | {_TOUCHED - 1 - number}

    def end(self, groups: Groups, photos: Indices) -> None:
        """Makes the parts of each person one group again, after they have grown.

        Where two parts took faces of one photo, the second of these faces is left alone.

        Args:
            groups: As they are now.
            photos: (N,) a number for each face's photo.
        """
        into: dict[int, int] = {}
        for _, faces in self._people():
            mine = {_end(into, label) for label in groups.label[faces].tolist()}
            into.update(dict.fromkeys(mine - {min(mine)}, min(mine)))
        label = groups.label = np.array([_end(into, one) for one in groups.label.tolist()], np.int64)
        touched = np.isin(label, label[self.known])
        seen = set(zip(label[self.known].tolist(), photos[self.known].tolist(), strict=True))
        for face in np.flatnonzero(touched & ~self.known).tolist():
            where = (int(label[face]), int(photos[face]))
            if where in seen:
                label[face] = label.size + face  # a label that nobody has
            seen.add(where)

    def _people(self) -> list[tuple[int, Indices]]:
        """The number of each person whom some faces are known to be, and those faces, rising."""
        order = np.argsort(self.pins, kind="stable")
        order = order[self.pins[order] >= 0]
        starts = np.flatnonzero(np.diff(self.pins[order])) + 1
        return [(int(self.pins[faces[0]]), faces) for faces in np.split(order, starts) if faces.size]


def _end(into: dict[int, int], label: int) -> int:
    """What a label became, whatever became of that."""
    while label in into:
        label = into[label]
    return label
