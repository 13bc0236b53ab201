"""Every template against every other, a tile at a time: its own person's best, other people's best, and who is ahead.

10⁵ templates are 10¹⁰ comparisons. They are exact, as in `rostro.people.neighbours`, and no more than a tile of them is
in memory. A person counts by their best template, as in a search (`rostro.scoring.fusion`).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from collections.abc import Callable

    from rostro.core.types import Floats

    Indices = NDArray[np.int64]
    Mask = NDArray[np.bool_]

#: A tile's rows, and its columns, rounded to whole people: 16 MB of scores.
_ROWS, _COLUMNS = 512, 8_192
#: Other people that a template is noted to be near to, at most: the nearest.
MOST = 32
#: Lower than every similarity.
NONE = -2.0


@dataclass(frozen=True, slots=True, eq=False)
class Nearness:
    """What N templates of P people are near to.

    Attributes:
        own: (N,) similarity with the nearest other template of the same person; `NONE` where there is none.
        other: (N,) similarity with the nearest template of anybody else; `NONE` where there is nobody.
        whose: (N,) that person.
        ahead: (N,) how many other people are nearer than the same person's other templates.
        rows: (K,) of the pairs template and other person that reach the floor: the template,
        people: (K,) the person,
        scores: (K,) and their similarity.
    """

    own: Floats
    other: Floats
    whose: Indices
    ahead: Indices
    rows: Indices
    people: Indices
    scores: Floats


def nearness(
    vectors: Floats,
    owners: Indices,
    starts: Indices,
    floor: float,
    on_rows: Callable[[int], object] = lambda rows: None,
) -> Nearness:
    """Compares all.

    Args:
        vectors: (N, d) unit rows.
        owners: (N,) whose each is, in [0, P); rising.
        starts: (P + 1,) where each person's begin, and the end; people may have none.
        floor: From which similarity on other people are noted.
        on_rows: Told of how many templates have been compared with all.
    """
    count = len(vectors)
    own, other = np.full(count, NONE, np.float32), np.full(count, NONE, np.float32)
    whose, ahead = np.zeros(count, np.int64), np.zeros(count, np.int64)
    noted: list[tuple[NDArray[Any], NDArray[Any], NDArray[Any]]] = []
    there = np.flatnonzero(np.diff(starts))
    for start in range(0, count, _ROWS):
        rows = slice(start, min(count, start + _ROWS))
        mine = np.ascontiguousarray(vectors[rows].T)
        own[rows] = _own(vectors, mine, owners, starts, rows)
        found = []
        for people in _blocks(starts, there):
            best = _best(vectors, mine, starts, people)
            best[owners[rows][None, :] == people[:, None]] = NONE
            nearest = best.argmax(axis=0)
            score = best[nearest, np.arange(best.shape[1])]
            better = score > other[rows]
            other[rows] = np.where(better, score, other[rows])
            whose[rows] = np.where(better, people[nearest], whose[rows])
            ahead[rows] += (best > own[rows][None, :]).sum(axis=0)
            person, row = np.nonzero(best >= floor)
            found.append((row + start, people[person], best[person, row]))
        noted.append(_nearest(*(np.concatenate(column) for column in zip(*found, strict=True))))
        on_rows(rows.stop - rows.start)
    if not noted:
        return Nearness(own, other, whose, ahead, whose, whose, own)
    return Nearness(own, other, whose, ahead, *(np.concatenate(column) for column in zip(*noted, strict=True)))


def _own(vectors: Floats, mine: Floats, owners: Indices, starts: Indices, rows: slice) -> Floats:
    """The best of each row's own person's other templates."""
    found = np.full(mine.shape[1], NONE, np.float32)
    first, end = int(starts[owners[rows.start]]), int(starts[owners[rows.stop - 1] + 1])
    for left in range(first, end, _COLUMNS):
        columns = np.arange(left, min(end, left + _COLUMNS))
        tile = vectors[columns] @ mine
        tile[owners[columns][:, None] != owners[rows][None, :]] = NONE
        tile[columns[:, None] == np.arange(rows.start, rows.stop)[None, :]] = NONE
        found = np.maximum(found, tile.max(axis=0))
    return found


def _blocks(starts: Indices, there: Indices) -> list[Indices]:
    """People whose templates fit into a tile; one with more than that is a block of their own."""
    if not there.size:
        return []
    number = (starts[there + 1] - 1) // _COLUMNS
    large = starts[there + 1] - starts[there] > _COLUMNS
    return np.split(there, np.flatnonzero((np.diff(number) != 0) | large[1:] | large[:-1]) + 1)


def _best(vectors: Floats, mine: Floats, starts: Indices, people: Indices) -> Floats:
    """(people, rows) the best similarity of each person's templates."""
    first, end = int(starts[people[0]]), int(starts[people[-1] + 1])
    if end - first == len(people):
        scores: Floats = vectors[first:end] @ mine
        return scores
    if len(people) == 1:  # perhaps with more templates than a tile has columns
        tiles = [(vectors[left : min(end, left + _COLUMNS)] @ mine).max(axis=0) for left in range(first, end, _COLUMNS)]
        most: Floats = np.max(tiles, axis=0)
        return most[None, :]
    best: Floats = np.maximum.reduceat(vectors[first:end] @ mine, starts[people] - first, axis=0)
    return best


def _nearest(row: Indices, person: Indices, score: Floats) -> tuple[Indices, Indices, Floats]:
    """The pairs of each row that are nearest."""
    order = np.lexsort((person, -score, row))
    row, person, score = row[order], person[order], score[order]
    kept = np.arange(row.size) - np.searchsorted(row, row) < MOST
    return row[kept], person[kept], score[kept]
