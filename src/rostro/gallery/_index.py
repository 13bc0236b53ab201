"""Finds the ids of the templates nearest to a query. It proposes; the stored vectors then decide the scores."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from rostro.types import Floats


class ExactIndex:
    """Every vector in memory, compared with every query.

    Args:
        dims: Length of the vectors.
    """

    def __init__(self, dims: int) -> None:
        self._ids = np.empty(0, np.int64)
        self._vectors = np.empty((0, dims), np.float32)
        self._used = 0

    def __len__(self) -> int:
        return self._used

    def add(self, ids: NDArray[np.int64], vectors: Floats) -> None:
        """Takes (n,) ids and their (n, d) vectors."""
        used = self._used + len(ids)
        if used > len(self._ids):
            room = max(used, 2 * len(self._ids))
            self._ids = np.resize(self._ids, room)
            self._vectors = np.resize(self._vectors, (room, self._vectors.shape[1]))
        self._ids[self._used : used] = ids
        self._vectors[self._used : used] = vectors
        self._used = used

    def search(self, queries: Floats, count: int) -> NDArray[np.int64]:
        """Ids of the best ``min(count, n)`` for each of the (N, d) queries, in no order: (N, k)."""
        scores = queries @ self._vectors[: self._used].T
        if count >= self._used:
            return np.broadcast_to(self._ids[: self._used], scores.shape)
        best = np.argpartition(scores, self._used - count, axis=1)[:, self._used - count :]
        return self._ids[best]
