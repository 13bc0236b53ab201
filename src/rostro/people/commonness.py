"""What groups of faces have in common with strangers: some faces resemble everybody.

Once a first pass knows strangers from one another, each group is compared with the others, each of which has one vote.
A part of what it has above the mean no longer counts; see `rostro.people.grouping`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Self

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from rostro.core.types import Floats
    from rostro.people.linkage import Groups

#: The part of what a group has in common with strangers that is taken off …
COMMON = 0.5
#: … where there are many more groups than this; where there are as many, half of it. Few say nothing about strangers.
FEW = 200


@dataclass(frozen=True, slots=True, eq=False)
class Commonness:
    """Of an album's groups.

    Attributes:
        groups: How many there are.
        total: (d,) the sum of their directions.
        mean: What a face's group has in common with the other groups, on average over all faces.
    """

    groups: int
    total: NDArray[np.float64]
    mean: float

    @classmethod
    def of(cls, sums: Floats, counts: NDArray[Any]) -> Self:
        """Of groups by their vectors' sums (G, d) and their numbers of faces (G,)."""
        made = cls(len(counts), _directions(sums).sum(axis=0), 0.0)
        if made.groups < 2:
            return made
        return cls(made.groups, made.total, float(np.average(made._common(sums, counts), weights=counts)))

    def burdens(self, groups: Groups, outside: NDArray[np.bool_] | None = None) -> NDArray[np.float64]:
        """What is taken off each group, as `Groups.burdens` wants it: (N,) at the groups' places.

        Args:
            groups: All of an album, or some.
            outside: (N,) at the places of which groups nothing is counted here; None: all are.
        """
        burdens = np.zeros(groups.label.size)
        there = np.unique(groups.label)
        if self.groups < 2:
            return burdens
        counts = groups.counts[there]
        inside = None if outside is None else ~outside[there]
        common = self._common(groups.sums[there], counts, inside)
        part = COMMON * self.groups / (self.groups + FEW)
        burdens[there] = part * (common - self.mean) * counts
        return burdens

    def _common(
        self, sums: Floats, counts: NDArray[Any], inside: NDArray[np.bool_] | None = None
    ) -> NDArray[np.float64]:
        """What groups have in common with the others, without themselves where they are among those counted."""
        means = sums.astype(np.float64) / counts[:, None]
        own = np.einsum("gd,gd->g", means, _directions(sums))
        if inside is None:
            return np.asarray((means @ self.total - own) / (self.groups - 1))
        return np.asarray((means @ self.total - own * inside) / (self.groups - inside))


def _directions(sums: Floats) -> NDArray[np.float64]:
    wide = sums.astype(np.float64)
    directions: NDArray[np.float64] = wide / np.maximum(np.linalg.norm(wide, axis=1), 1e-12)[:, None]
    return directions
