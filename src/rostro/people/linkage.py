"""Groups that grow by how alike they are on the whole, over a graph of who resembles whom.

Linking whatever reaches a threshold joins two people as soon as one photo of each does: among 10⁴ faces somebody always
does. Here two groups are joined by what all their faces say. With a and b the means of the groups' vectors, their
agreement is

    a · b / √(|a| |b|),

the geometric mean of the mean similarity of their faces (a · b, average linkage) and of the cosine of their mean faces.
The first alone asks of a hundred varied photos of somebody what it asks of two, and tears people apart; the second
alone is too sure of large groups (both measured: ``benchmarks/grouping.py``). For two faces it is their similarity.

In every round, any two groups that are each other's best are joined, all at once; so the order of the faces does not
matter, and rounds are few.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rostro.core.types import Floats

    Indices = NDArray[np.int64]

#: Pairs whose vectors are gathered at a time: 2 × 32 MB for 128 numbers each.
_PAIRS = 65_536


@dataclass(slots=True)
class Groups:
    """Groups on the way. Each is known by the place of one of its faces.

    Attributes:
        label: (N,) the group of each face.
        sums: (N, d) the sum of a group's vectors, at the group's place.
        counts: (N,) how many faces a group has, there.
        burdens: (N,) the sum over a group's faces of what is taken off their similarities, there.
        photos: Of groups with faces from photos with several: these photos.
    """

    label: Indices
    sums: Floats
    counts: NDArray[np.float64]
    burdens: NDArray[np.float64]
    photos: dict[int, frozenset[int]]

    @classmethod
    def alone(cls, vectors: Floats, photos: Indices) -> Groups:
        """Every face by itself.

        Args:
            vectors: (N, d) unit rows.
            photos: (N,) a number for each face's photo.
        """
        number = len(vectors)
        _, which, faces = np.unique(photos, return_inverse=True, return_counts=True)
        crowded = np.flatnonzero(faces[which] > 1)
        return cls(
            np.arange(number),
            vectors.astype(np.float32),
            np.ones(number),
            np.zeros(number),
            {int(face): frozenset({int(which[face])}) for face in crowded},
        )

    def agreement(self, first: Indices, second: Indices) -> NDArray[np.float64]:
        """How alike groups are; see above.

        Args:
            first: (P,) groups.
            second: (P,) groups, the same ones or others.

        Returns:
            (P,) for each pair; for two single faces their similarity, less what is taken off.
        """
        agreed = np.empty(first.size)
        lengths = np.sqrt(np.einsum("nd,nd->n", self.sums, self.sums, dtype=np.float64))
        for start in range(0, first.size, _PAIRS):
            one, other = first[start : start + _PAIRS], second[start : start + _PAIRS]
            dots = np.einsum("pd,pd->p", self.sums[one], self.sums[other], dtype=np.float64)
            # Of sums instead of means: the numbers of faces stand under the root once, too.
            scale = np.sqrt(lengths[one] * lengths[other] * self.counts[one] * self.counts[other])
            agreed[start : start + _PAIRS] = dots / np.maximum(scale, 1e-12)
        return agreed - self.burdens[first] / self.counts[first] - self.burdens[second] / self.counts[second]

    def grow(self, first: Indices, second: Indices, threshold: float) -> None:
        """Joins what belongs together until nothing does.

        Args:
            first: (P,) of pairs of faces that resemble each other, the first.
            second: (P,) the second.
            threshold: Groups that agree less stay apart.
        """
        first, second = self._contracted(first, second)
        agreed = self.agreement(first, second)
        while True:
            kept = agreed >= threshold
            first, second, agreed = first[kept], second[kept], agreed[kept]
            if not first.size:
                return
            joined, barred = self._join(first, second, agreed)
            stays = ~barred
            first, second, agreed = first[stays], second[stays], agreed[stays]
            old = first * self.label.size + second
            first, second = self._contracted(first, second)
            agreed = self._again(first, second, old, agreed, joined)

    def attach(self, faces: Indices, first: Indices, second: Indices, threshold: float) -> None:
        """Joins single faces to the groups that they agree with most; no group grows by what was joined here.

        Args:
            faces: These; each alone so far.
            first: (P,) of pairs of faces that resemble each other, the first.
            second: (P,) the second.
            threshold: Groups that agree less are left.
        """
        late = np.zeros(self.label.size, np.bool_)
        late[faces] = True
        one_late = late[first] != late[second]
        first, second = first[one_late], second[one_late]
        face, group = np.where(late[first], first, second), self.label[np.where(late[first], second, first)]
        agreed = self.agreement(face, group)
        joined: set[int] = set()
        for pair in np.lexsort((group, face, -agreed)):
            place, other = int(face[pair]), int(group[pair])
            if agreed[pair] < threshold:
                return
            if place in joined or not self.photos.get(place, frozenset()).isdisjoint(self.photos.get(other, ())):
                continue
            joined.add(place)
            self.label[place] = other
            if place in self.photos:
                self.photos[other] = self.photos.get(other, frozenset()) | self.photos[place]

    def _join(self, first: Indices, second: Indices, agreed: NDArray[np.float64]) -> tuple[Indices, NDArray[np.bool_]]:
        """Joins pairs of groups that are each other's best.

        Returns:
            The groups that grew, and which pairs may never be joined: both groups have a face in one photo.
        """
        best = np.full(self.label.size, -np.inf)
        np.maximum.at(best, first, agreed)
        np.maximum.at(best, second, agreed)
        barred = np.zeros(first.size, np.bool_)
        into = np.arange(self.label.size)
        taken: set[int] = set()
        grown: list[int] = []
        for pair in np.flatnonzero((agreed == best[first]) & (agreed == best[second])):
            one, other = int(first[pair]), int(second[pair])
            if one in taken or other in taken:  # two are equally near
                continue
            if not self.photos.get(one, frozenset()).isdisjoint(self.photos.get(other, ())):
                barred[pair] = True
                continue
            taken |= {one, other}
            grown.append(one)
            into[other] = one
            if other in self.photos:
                self.photos[one] = self.photos.get(one, frozenset()) | self.photos.pop(other)
        gone = np.flatnonzero(into != np.arange(into.size))
        for table in (self.sums, self.counts, self.burdens):
            table[into[gone]] += table[gone]  # each grows by one other in a round
        self.label = into[self.label]
        return np.array(grown, np.int64), barred

    def _contracted(self, first: Indices, second: Indices) -> tuple[Indices, Indices]:
        """Pairs of faces or of earlier groups as pairs of groups, each once, rising."""
        one, other = self.label[first], self.label[second]
        apart = one != other
        low, high = np.minimum(one, other)[apart], np.maximum(one, other)[apart]
        keys = np.unique(low * self.label.size + high)
        return keys // self.label.size, keys % self.label.size

    def _again(
        self, first: Indices, second: Indices, old: Indices, agreed: NDArray[np.float64], joined: Indices
    ) -> NDArray[np.float64]:
        """The agreement of pairs, worked out only where one of the groups grew."""
        grown = np.zeros(self.label.size, np.bool_)
        grown[joined] = True
        fresh = grown[first] | grown[second]
        found = np.empty(first.size)
        found[fresh] = self.agreement(first[fresh], second[fresh])
        found[~fresh] = agreed[np.searchsorted(old, first[~fresh] * self.label.size + second[~fresh])]
        return found


def places(labels: Sequence[int] | NDArray[Any]) -> list[NDArray[np.int64]]:
    """The faces of each group, rising; groups in the order of their first face."""
    label = np.asarray(labels)
    order = np.argsort(label, kind="stable")
    found = np.split(order, np.flatnonzero(np.diff(label[order])) + 1) if label.size else []
    return sorted(found, key=lambda faces: int(faces[0]))
