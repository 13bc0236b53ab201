"""Whether the templates of one person hang together."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from rostro.people.neighbours import near_pairs

if TYPE_CHECKING:
    from rostro.core.types import Floats

    Indices = NDArray[np.int64]

#: So few hang together if each is like another.
_FEW = 3


def parts_of(vectors: Floats, nearest: Floats, threshold: float) -> Indices:
    """The parts into which templates fall: two are in one where a chain of alike ones leads from one to the other.

    Args:
        vectors: (N, d) unit rows of one person.
        nearest: (N,) similarity of each with the nearest other one.
        threshold: From which similarity on two are alike.

    Returns:
        (N,) the part of each, by the place of its first template.
    """
    count = len(vectors)
    part = list(range(count))
    if count <= _FEW and (nearest >= threshold).all():
        return np.zeros(count, np.int64)

    def first(place: int) -> int:
        while part[place] != place:
            part[place] = part[part[place]]
            place = part[place]
        return place

    for one, other in zip(*map(np.ndarray.tolist, near_pairs(vectors, threshold)), strict=True):
        low, high = sorted((first(one), first(other)))
        part[high] = low
    return np.array([first(place) for place in range(count)], np.int64)
