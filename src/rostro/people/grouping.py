"""Faces of people whom nobody named, into groups: one person each.

1. *Order*: faces are sorted by their vectors, so that the order in which photos come changes nothing.
2. *Threshold*: that of a search among as many templates as there are faces, at a false positive identification rate of
   `FPIR`: one that is right among a thousand faces joins strangers among ten thousand.
3. *First pass*: who resembles whom, an exact graph (`rostro.people.neighbours`), and groups that grow over it by how
   alike they are on the whole (`rostro.people.linkage`) at the threshold of `SURE`: hardly anybody wrong, people still
   in pieces.
4. *Second pass*: some faces resemble everybody. The first pass knows strangers from one another, so it can be told what
   a group has in common with the others on average; half of that, as far as it exceeds the album's own mean, no
   longer counts. Then groups grow on, at the threshold of `FPIR`.
5. *Poor faces*, of a quality at which nothing is decided, stay alone; doubtful ones, for which a gate asks for more
   than half of its margin, join last and one by one, so that no chain leads through them.

Two faces of one photo are never in one group. The numbers below were chosen on CelebA, the rates among 1 and 3 times
powers of ten, `COMMON` among quarters; LFW was tried with them after. See ``benchmarks/grouping.py``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from rostro.core.errors import BadInput
from rostro.people.commonness import Commonness
from rostro.people.linkage import Groups
from rostro.people.neighbours import near_pairs
from rostro.recognition.searching import wanted_rate

if TYPE_CHECKING:
    from numpy.typing import ArrayLike

    from rostro.core.types import Floats
    from rostro.people.said import Said
    from rostro.quality.gate import Gate
    from rostro.scoring.impostor_tail import ImpostorTail

    Indices = NDArray[np.int64]

#: The false positive identification rates at which groups are joined, in the second pass and in the first.
FPIR, SURE = 0.03, 0.003
#: So much below the threshold faces are still looked at: what is taken off is negative for faces that resemble nobody.
BELOW = 0.05


def thresholds_among(faces: int, tail: ImpostorTail, one: float = -1.0) -> tuple[float, float]:
    """From which agreement on groups are joined among so many faces: in the first pass, and in the second.

    Args:
        faces: How many there are.
        tail: Of the impostor scores of their space.
        one: The threshold of one comparison: in a small album two faces that are not the same by themselves are not the
            same here either.
    """
    first, second = (wanted_rate(tail, fpir, max(faces, 1)).threshold for fpir in (SURE, FPIR))
    second = max(second, one)
    return max(first, second), second


def group_faces(
    vectors: Floats,
    photos: ArrayLike,
    thresholds: tuple[float, float],
    *,
    qualities: ArrayLike | None = None,
    gate: Gate | None = None,
    said: Said | None = None,
) -> Indices:
    """Which faces are one person.

    Args:
        vectors: (N, d) unit rows.
        photos: (N,) the photo of each face, by name or number: no group has two faces of one.
        thresholds: Of the first pass and of the second; see `thresholds_among`.
        qualities: (N,) of the faces, in [0, 1]; None: none was judged.
        gate: Says which qualities are too poor; None: none is.
        said: What somebody said of the faces, which holds; None: nothing.

    Returns:
        (N,) the group of each face, counted from 0 in the order of their first faces; a face that nobody was found for
        has a group of its own.

    Raises:
        BadInput: Shapes that do not fit, or values that are not finite.
    """
    faces = len(vectors)
    _, photo = np.unique(np.asarray(photos), return_inverse=True)
    if vectors.ndim != 2 or photo.shape != (faces,) or not np.isfinite(vectors).all():
        raise BadInput(f"vectors are (N, d) and finite, photos (N,), got {vectors.shape} and {photo.shape}")
    late, never = _poor(faces, qualities, gate)
    order = np.lexsort((photo, *vectors.T[::-1])) if faces else np.empty(0, np.int64)
    told = None if said is None else said.sorted_by(order)
    groups = _grouped(vectors[order], photo[order], thresholds, (late[order], never[order]), told)
    label = np.empty(faces, np.int64)
    label[order] = groups.label
    _, first, which = np.unique(label, return_index=True, return_inverse=True)
    return np.argsort(np.argsort(first))[which]


def _poor(faces: int, qualities: ArrayLike | None, gate: Gate | None) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    """Which faces join last, and which never."""
    if qualities is None or gate is None:
        nobody = np.zeros(faces, np.bool_)
        return nobody, nobody
    value = np.asarray(qualities, np.float64)
    if value.shape != (faces,):
        raise BadInput(f"qualities are one for each of {faces} faces, got {value.shape}")
    never = value < gate.refuse_below
    return (gate.margins(value) > gate.margin / 2) & ~never, never


def join_faces(
    vectors: Floats,
    photos: ArrayLike,
    new: NDArray[np.bool_],
    thresholds: tuple[float, float],
    *,
    said: Said,
    common: Commonness,
    qualities: ArrayLike | None = None,
    gate: Gate | None = None,
) -> Indices:
    """Which of some groups new faces belong to: as `group_faces`, but nothing that was in a group leaves it.

    Args:
        vectors: (N, d) unit rows: new faces, and those of the groups that they may belong to.
        photos: (N,) the photo of each.
        new: (N,) which are new.
        thresholds: Those of the whole album.
        said: Whose faces those that are not new are, and who somebody touched.
        common: Of all groups of the album.
        qualities: (N,); None: none was judged.
        gate: Says which qualities are too poor; None: none is.

    Returns:
        (N,) labels; equal where two faces are one person.
    """
    _, photo = np.unique(np.asarray(photos), return_inverse=True)
    late, never = _without_known(*_poor(len(vectors), qualities, gate), said)
    first, second = near_pairs(vectors, thresholds[1] - BELOW)
    asked = new[first] | new[second] | (said.pins[first] == said.pins[second])
    asked &= ~(never[first] | never[second])
    first, second = first[asked], second[asked]
    groups = Groups.alone(vectors, photo)
    said.hold(groups, first, second, thresholds[1])
    good = ~(late[first] | late[second])
    groups.grow(first[good], second[good], thresholds[0])
    groups.burdens = common.burdens(groups, outside=new)
    groups.grow(first[good], second[good], thresholds[1])
    groups.attach(np.flatnonzero(late), first, second, thresholds[1])
    said.end(groups, photo)
    return groups.label


def _without_known(
    late: NDArray[np.bool_], never: NDArray[np.bool_], said: Said | None
) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    """Poor faces of which it is known whose they are look for nobody, and nobody is found through them."""
    if said is None:
        return late, never
    return late & ~said.known, never | (late & said.known)


def _grouped(
    vectors: Floats,
    photos: Indices,
    thresholds: tuple[float, float],
    poor: tuple[NDArray[np.bool_], NDArray[np.bool_]],
    said: Said | None,
) -> Groups:
    sure, threshold = thresholds
    late, never = _without_known(*poor, said)
    first, second = near_pairs(vectors, threshold - BELOW)
    judged = ~(never[first] | never[second])
    first, second = first[judged], second[judged]
    groups = Groups.alone(vectors, photos)
    if said is not None:
        said.hold(groups, first, second, threshold)
    good = ~(late[first] | late[second])
    groups.grow(first[good], second[good], sure)
    there = np.unique(groups.label)
    groups.burdens = Commonness.of(groups.sums[there], groups.counts[there]).burdens(groups)
    groups.grow(first[good], second[good], threshold)
    groups.attach(np.flatnonzero(late), first, second, threshold)
    if said is not None:
        said.end(groups, photos)
    return groups
