"""Which faces of many resemble each other: a graph, by exact search, in bounded memory.

Every face is compared with every other, a tile at a time: 10⁵ faces are 10¹⁰ comparisons, a minute's work for a
processor, and an index that leaves some out would save less than it would cost in people torn apart. Each face keeps
its nearest only, so that somebody with ten thousand photos does not make a hundred million pairs.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from rostro.core.types import Floats

    Indices = NDArray[np.int64]

#: A tile's rows and columns: 32 MB of scores.
_ROWS, _COLUMNS = 512, 16_384
#: How many neighbours a face keeps.
MOST = 64


def near_pairs(vectors: Floats, floor: float, most: int = MOST) -> tuple[Indices, Indices]:
    """The pairs of rows that resemble each other.

    Args:
        vectors: (N, d) unit rows.
        floor: The least similarity of a pair.
        most: How many neighbours each row keeps, the nearest; a pair is there where one of the two keeps it.

    Returns:
        (P,) the first row of each pair and (P,) the second, first < second, each pair once, rising. P ≤ N · ``most``.
    """
    keys = [_of_rows(vectors, start, floor, most) for start in range(0, len(vectors), _ROWS)]
    pairs = np.unique(np.concatenate(keys)) if keys else np.empty(0, np.int64)
    return pairs // max(len(vectors), 1), pairs % max(len(vectors), 1)


def _of_rows(vectors: Floats, start: int, floor: float, most: int) -> Indices:
    """The pairs that some rows keep, each as ``first * N + second``."""
    mine = vectors[start : start + _ROWS]
    rows: list[NDArray[Any]] = []
    columns: list[NDArray[Any]] = []
    scores: list[NDArray[Any]] = []
    for left in range(0, len(vectors), _COLUMNS):
        tile = mine @ vectors[left : left + _COLUMNS].T
        row, column = np.nonzero(tile >= floor)
        rows.append(row)
        columns.append(column + left)
        scores.append(tile[row, column])
    row, column, score = np.concatenate(rows), np.concatenate(columns), np.concatenate(scores)
    other = row + start != column
    row, column, score = row[other], column[other], score[other]
    order = np.lexsort((column, -score, row))
    row, column = row[order], column[order]
    place = np.arange(row.size) - np.searchsorted(row, row)  # how many nearer ones the row has
    row, column = row[place < most] + start, column[place < most]
    keys: Indices = np.minimum(row, column) * len(vectors) + np.maximum(row, column)
    return keys
