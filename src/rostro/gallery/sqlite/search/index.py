"""Finds the ids of the templates nearest to a query. It proposes; the stored vectors then decide the scores.

Few vectors are all compared exactly. Where there are many, most are in a compressed scan, and the newest, which are
not in it yet, are compared exactly.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from rostro.gallery.sqlite.search.scan import ScanIndex

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from rostro.core.types import Floats

#: Numbers that are compared exactly before there is a scan: 20,000 vectors of 512; 40 MB, 2 to 4 ms for a query.
EXACT_NUMBERS = 20_000 * 512

#: Vectors that are compared exactly besides a scan, before they join it.
TAIL = 4_096

#: Candidates that a scan gives at least, so that its rough scores lose none of the best.
CANDIDATES = 100

#: How far a score may be from the same one, computed in another order.
_ROUNDING = np.float32(1e-5)


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

    @property
    def ids(self) -> NDArray[np.int64]:
        """(n,) the ids, in the order of adding."""
        return self._ids[: self._used]

    @property
    def vectors(self) -> Floats:
        """(n, d) the vectors, in the order of adding."""
        return self._vectors[: self._used]

    def add(self, ids: NDArray[np.int64], vectors: Floats) -> None:
        """Takes (n,) ids and their (n, d) vectors."""
        used = self._used + len(ids)
        if used > len(self._ids):
            room = max(used, 2 * len(self._ids))
            ids_before, vectors_before = self.ids, self.vectors
            self._ids = np.empty(room, np.int64)
            self._vectors = np.empty((room, vectors_before.shape[1]), np.float32)
            self._ids[: self._used], self._vectors[: self._used] = ids_before, vectors_before
        self._ids[self._used : used] = ids
        self._vectors[self._used : used] = vectors
        self._used = used

    def keep(self, alive: NDArray[np.int64]) -> None:
        """Forgets every vector whose id is not among these."""
        stays = np.isin(self.ids, alive)
        self._ids, self._vectors = self.ids[stays], self.vectors[stays]
        self._used = len(self._ids)

    def search(self, queries: Floats, count: int) -> tuple[NDArray[np.int64], Floats]:
        """Ids of the best ``min(count, n)`` for each of the (N, d) queries, and their scores, in no order: (N, k)."""
        scores: Floats = queries @ self.vectors.T
        if count >= self._used:
            return np.broadcast_to(self.ids, scores.shape), scores
        best = np.argpartition(scores, self._used - count, axis=1)[:, self._used - count :]
        return self.ids[best], np.take_along_axis(scores, best, axis=1)


class TemplateIndex:
    """All templates of a gallery: those of the scan, if there are so many that it has one, and the newer ones.

    Args:
        dims: Length of the vectors.
        scan: A scan that was kept from before.

    Attributes:
        scan: The compressed part; None while everything is compared exactly.
        changed: Whether the scan is another one than was given or last marked as saved.
    """

    def __init__(self, dims: int, scan: ScanIndex | None = None) -> None:
        self._dims = dims
        self._tail = ExactIndex(dims)
        self.scan = scan
        self.changed = False

    @property
    def ids(self) -> NDArray[np.int64]:
        """(n,) the ids, ascending."""
        return self._tail.ids if self.scan is None else np.concatenate([self.scan.ids, self._tail.ids])

    @property
    def last(self) -> int:
        """The highest id; 0 if there is none."""
        for part in (self._tail, self.scan):
            if part:
                return int(part.ids[-1])
        return 0

    def add(self, ids: NDArray[np.int64], vectors: Floats) -> None:
        """Takes (n,) ids, ascending and higher than `last`, and their (n, d) vectors."""
        if self.scan is not None and not self._tail and len(ids) >= TAIL:
            self.scan.add(ids, vectors)
            self.changed = True
            return
        self._tail.add(ids, vectors)
        if len(self._tail) < (EXACT_NUMBERS // self._dims if self.scan is None else TAIL):
            return
        if self.scan is None:
            self.scan = ScanIndex.fit(self._tail.vectors)
        self.scan.add(self._tail.ids, self._tail.vectors)
        self._tail = ExactIndex(self._dims)
        self.changed = True

    def keep(self, alive: NDArray[np.int64]) -> None:
        """Forgets every template whose id is not among these."""
        self._tail.keep(alive)
        if self.scan is None or not self.scan.keep(alive):
            return
        self.changed = True
        if not self.scan:
            self.close()

    def __len__(self) -> int:
        return len(self._tail) + (0 if self.scan is None else len(self.scan))

    def search(self, queries: Floats, count: int) -> tuple[NDArray[np.int64], Floats]:
        """Ids among which the best ``count`` are, for each of the (N, d) queries, in no order: (N, any number).

        Also what the score of each hardly ever exceeds: (N, as many).
        """
        ids, scores = self._tail.search(queries, count)
        bounds = scores + _ROUNDING
        if self.scan is None:
            return ids, bounds
        others, rough = self.scan.search(queries, max(CANDIDATES, 4 * count))
        return np.hstack([ids, others]), np.hstack([bounds, rough])

    def close(self) -> None:
        """Lets go of the scan."""
        if self.scan is not None:
            self.scan.close()
            self.scan = None
