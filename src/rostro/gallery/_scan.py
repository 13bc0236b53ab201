"""A scan of compressed vectors: two or four bits for each number, compared sixteen table look-ups at a time.

Each vector is centred, turned by a random rotation, which makes its numbers alike and nearly Gaussian whatever the
embedder, and rounded to the levels that lose least on a Gaussian (Max, "Quantizing for Minimum Distortion", 1960).
Four bits, one number of sixteen levels or two of four, are one sub-quantiser of FAISS's ``IndexPQFastScan`` (André et
al., "Quicker ADC", 2019), so there is nothing to train, and vectors can be added forever. Subtracting the centre moves
every score of a query by the same amount, and the rotation none; the order is what counts here.
"""

from __future__ import annotations

import os
from concurrent.futures import ThreadPoolExecutor
from typing import IO, TYPE_CHECKING, Any, Self

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from rostro.types import Floats

#: Vectors of one FAISS index. A query runs over several of them in parallel.
SEGMENT = 65_536

#: Longest vectors that get four bits for each number; longer ones get two, and so at most 128 bytes up to 512 numbers.
_FOUR_BITS = 256

#: Vectors that are looked at to find the centre and the spread.
_SAMPLE = 8_192

#: Number of levels → distance between them that loses least on a standard Gaussian (Max 1960, table II).
_STEPS = {4: 0.9957, 16: 0.3352}


class ScanIndex:
    """Proposes the nearest of many vectors, of which it keeps a rough copy in memory.

    Args:
        centre: (d,) what is subtracted from every vector.
        rotation: (d, D) with orthonormal rows; D is even.
        spread: Root mean square of one number after centring and rotation.

    Attributes:
        centre: As given.
        ids: (n,) the ids, in the order of adding.
    """

    def __init__(self, centre: Floats, rotation: Floats, spread: float) -> None:
        self.centre = centre
        self._rotation = rotation
        self._spread = spread
        self._levels = 16 if len(centre) <= _FOUR_BITS else 4
        self._step = _STEPS[self._levels] * spread
        self._to_steps = rotation / np.float32(self._step)
        self._from_zero = np.float32(self._levels / 2) - centre @ self._to_steps
        self._segments: list[Any] = []
        self._pool = ThreadPoolExecutor(os.cpu_count() or 1, "gallery-scan", initializer=_one_thread_each)
        self.ids = np.empty(0, np.int64)

    @classmethod
    def fit(cls, vectors: Floats) -> Self:
        """An empty index for vectors that are like these (n, d)."""
        vectors = vectors[:: -(-len(vectors) // _SAMPLE)]
        dims = vectors.shape[1]
        even = dims + dims % 2
        square = np.random.default_rng(0).standard_normal((even, even))
        rotation = np.linalg.qr(square)[0][:dims].astype(np.float32)
        centre = vectors.mean(axis=0)
        spread = float(np.sqrt(np.mean(np.square(vectors - centre)) * dims / even))
        return cls(centre, rotation, max(spread, 1e-6))

    def __len__(self) -> int:
        return len(self.ids)

    def add(self, ids: NDArray[np.int64], vectors: Floats) -> None:
        """Takes (n,) ids and their (n, d) vectors."""
        for start in range(0, len(ids), SEGMENT):
            segment = self._segment(vectors[start : start + SEGMENT])
            if self._segments and self._segments[-1].ntotal + segment.ntotal <= SEGMENT:
                self._segments[-1].merge_from(segment, 0)
            else:
                self._segments.append(segment)
        self.ids = np.concatenate([self.ids, ids])

    def keep(self, alive: NDArray[np.int64]) -> bool:
        """Forgets every vector whose id is not among these; returns whether there was one."""
        stays = np.isin(self.ids, alive)
        for segment, part in zip(self._segments, np.split(stays, self._ends()[:-1]), strict=True):
            if not part.all():
                segment.remove_ids(np.flatnonzero(~part))
        self._segments = [segment for segment in self._segments if segment.ntotal]
        self.ids = self.ids[stays]
        return not stays.all()

    def search(self, queries: Floats, count: int) -> NDArray[np.int64]:
        """Ids of about the best ``count`` for each of the (N, d) queries, in no order: (N, at most count)."""
        rotated = queries @ self._rotation
        found = list(self._pool.map(lambda part: part.search(rotated, min(count, part.ntotal)), self._segments))
        starts = self._ends() - [segment.ntotal for segment in self._segments]
        scores = np.hstack([scores for scores, _ in found])
        places = np.hstack([places + start for (_, places), start in zip(found, starts, strict=True)])
        best = np.argsort(-scores, axis=1)[:, :count]
        ids: NDArray[np.int64] = self.ids[np.take_along_axis(places, best, axis=1)]
        return ids

    def write(self, file: IO[bytes]) -> None:
        """Writes everything into an open file."""
        faiss = _faiss()
        for array in (self.centre, self._rotation, np.float64(self._spread), self.ids, np.array(len(self._segments))):
            np.save(file, array, allow_pickle=False)
        for segment in self._segments:
            faiss.write_index(segment, faiss.PyCallbackIOWriter(file.write))

    @classmethod
    def read(cls, file: IO[bytes]) -> Self:
        """What `write` wrote. The caller has made sure that these are the same bytes."""
        faiss = _faiss()
        centre, rotation, spread, ids, segments = (np.load(file, allow_pickle=False) for _ in range(5))
        index = cls(centre, rotation, float(spread))
        index.ids = ids
        index._segments = [faiss.read_index(faiss.PyCallbackIOReader(file.read)) for _ in range(int(segments))]
        return index

    def close(self) -> None:
        """Ends the threads."""
        self._pool.shutdown()

    def _ends(self) -> NDArray[np.int64]:
        return np.cumsum([segment.ntotal for segment in self._segments], dtype=np.int64)

    def _segment(self, vectors: Floats) -> Any:
        faiss = _faiss()
        codebooks = self._codebooks()
        index = faiss.IndexPQ(self._rotation.shape[1], len(codebooks), 4, faiss.METRIC_INNER_PRODUCT)
        faiss.copy_array_to_vector(codebooks.ravel(), index.pq.centroids)
        index.is_trained = True
        index.add_sa_codes(self._codes(vectors))
        return faiss.IndexPQFastScan(index)

    def _codebooks(self) -> Floats:
        """The sixteen values of every sub-quantiser: (D, 16, 1), or (D / 2, 16, 2) with the first number fastest."""
        levels = (np.arange(self._levels) - (self._levels - 1) / 2) * self._step
        dims = self._rotation.shape[1]
        if self._levels == 16:
            return np.tile(levels[:, None], (dims, 1, 1)).astype(np.float32)
        pairs = np.stack([np.tile(levels, 4), np.repeat(levels, 4)], axis=1)
        return np.tile(pairs, (dims // 2, 1, 1)).astype(np.float32)

    def _codes(self, vectors: Floats) -> NDArray[np.uint8]:
        """(n, d) vectors → (n, bytes) codes, four bits for each sub-quantiser, the first one in the low half."""
        steps = vectors @ self._to_steps
        steps += self._from_zero
        codes: NDArray[np.uint8] = np.clip(steps, 0, self._levels - 1, out=steps).astype(np.uint8)  # rounds down
        if self._levels == 4:
            codes = codes[:, 0::2] + codes[:, 1::2] * np.uint8(4)
        if codes.shape[1] % 2:
            codes = np.pad(codes, ((0, 0), (0, 1)))
        return np.ascontiguousarray(codes[:, 0::2] + codes[:, 1::2] * np.uint8(16))


def _one_thread_each() -> None:
    """The segments are the parallel work; FAISS must not start further threads for each."""
    _faiss().omp_set_num_threads(1)


def _faiss() -> Any:
    """FAISS, whose own type hints do not know what it adds to its classes when it is imported."""
    import faiss

    return faiss
