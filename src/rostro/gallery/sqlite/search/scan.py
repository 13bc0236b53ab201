"""A scan of compressed vectors: two or four bits for each number, compared sixteen table look-ups at a time.

Each vector is centred, projected onto the directions in which faces differ (the last twentieth of the variance would
take nearly half of the numbers, and is left out), turned by a random rotation, which makes its numbers alike and nearly
Gaussian whatever the embedder, and rounded to the levels that lose least on a Gaussian (Max, "Quantizing for Minimum
Distortion", 1960). Four bits, one number of sixteen levels or two of four, are one sub-quantiser of FAISS's
``IndexPQFastScan`` (André et al., "Quicker ADC", 2019), so no codes are trained, and vectors can be added forever.
Subtracting the centre moves every score of a query by the same amount; the order is what counts here.
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import IO, TYPE_CHECKING, Any, Self

import numpy as np

from rostro.core.foreign import BROKEN_ARRAY
from rostro.core.machine import processors

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from rostro.core.types import Floats

#: Vectors of one FAISS index. A query runs over several of them in parallel.
SEGMENT = 131_072

#: Longest vectors that get four bits for each number; longer ones get two, and so at most 128 bytes up to 512 numbers.
_FOUR_BITS = 256

#: Threads that search for one query.
_THREADS = processors()

#: Vectors that are looked at to find the centre, the directions and the spread.
_SAMPLE = 8_192

#: The part of the variance that the directions have which are kept.
_VARIANCE = 0.95

#: Number of levels → distance between them that loses least on a standard Gaussian, and what that least is, as a part
#: of the variance (Max 1960, table II).
_STEPS = {4: 0.9957, 16: 0.3352}
_LOSSES = {4: 0.1188, 16: 0.0115}

#: A score exceeds its estimate by more than so many standard deviations of the error about once in 30,000 times.
_DEVIATIONS = np.float32(4.0)


class ScanIndex:
    """Proposes the nearest of many vectors, of which it keeps a rough copy in memory.

    Args:
        centre: (d,) what is subtracted from every vector.
        rotation: (d, D) with orthonormal columns; D is even.
        spread: Root mean square of one number after centring and rotation.
        error: Standard deviation of the error of an estimated score.

    Attributes:
        centre: As given.
    """

    def __init__(self, centre: Floats, rotation: Floats, spread: float, error: float = 0.0) -> None:
        self.centre = centre
        self._rotation = rotation
        self._spread = spread
        self._error = error
        self._levels = 16 if len(centre) <= _FOUR_BITS else 4
        self._step = _STEPS[self._levels] * spread
        self._to_steps = rotation / np.float32(self._step)
        self._from_zero = np.float32(self._levels / 2) - centre @ self._to_steps
        self._segments: list[Any] = []
        self._pool = ThreadPoolExecutor(_THREADS, "gallery-scan", initializer=_one_thread_each)
        self._ids = [np.empty(0, np.int64)]

    @property
    def ids(self) -> NDArray[np.int64]:
        """(n,) the ids, in the order of adding."""
        if len(self._ids) > 1:
            self._ids = [np.concatenate(self._ids)]
        return self._ids[0]

    @classmethod
    def fit(cls, vectors: Floats) -> Self:
        """An empty index for vectors that are like these (n, d)."""
        vectors = vectors[:: -(-len(vectors) // _SAMPLE)]
        centre = vectors.mean(axis=0)
        axes = _directions(vectors - centre)
        square = np.random.default_rng(0).standard_normal((axes.shape[1], axes.shape[1]))
        rotation = (axes @ np.linalg.qr(square)[0]).astype(np.float32)
        spread = float(np.sqrt(np.mean(np.square((vectors - centre) @ rotation))))
        index = cls(centre, rotation, max(spread, 1e-6))
        index._error = index._measured_error(vectors)
        return index

    def _measured_error(self, vectors: Floats) -> float:
        """Standard deviation of what rounding changes in the scores of different people."""
        queries, others = vectors[::32], vectors[1::8]
        codes = np.clip(others @ self._to_steps + self._from_zero, 0, self._levels - 1).astype(np.uint8)
        rounded = (codes - np.float32((self._levels - 1) / 2)) * np.float32(self._step)
        exact = queries @ (others - self.centre).T
        return float(np.std(exact - (queries @ self._rotation) @ rounded.T)) if exact.size else 0.0

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
        self._ids.append(ids)

    def keep(self, alive: NDArray[np.int64]) -> bool:
        """Forgets every vector whose id is not among these; returns whether there was one."""
        stays = np.isin(self.ids, alive)
        for segment, part in zip(self._segments, np.split(stays, self._ends()[:-1]), strict=True):
            if not part.all():
                segment.remove_ids(np.flatnonzero(~part))
        self._segments = [segment for segment in self._segments if segment.ntotal]
        self._ids = [self.ids[stays]]
        return not stays.all()

    def search(self, queries: Floats, count: int) -> tuple[NDArray[np.int64], Floats]:
        """Ids of about the best ``count`` for each of the (N, d) queries, in no order: (N, at most count).

        Also what the score of each hardly ever exceeds: (N, as many); minus infinity where FAISS gave nothing, which it
        does for a query of zeros.
        """
        rotated = queries @ self._rotation
        found = self._searched(rotated, count)
        starts = self._ends() - [segment.ntotal for segment in self._segments]
        estimates = np.hstack([np.where(places < 0, -np.inf, estimates) for estimates, places in found])
        places = np.hstack([places + start for (_, places), start in zip(found, starts, strict=True)])
        if estimates.shape[1] > count:
            best = np.argpartition(-estimates, count - 1, axis=1)[:, :count]
            estimates, places = np.take_along_axis(estimates, best, axis=1), np.take_along_axis(places, best, axis=1)
        # rounded vectors are shorter by what was lost, which tells where a vector is near the query
        lengthened = np.maximum(estimates, estimates / np.float32(_VARIANCE * (1 - _LOSSES[self._levels])))
        bounds: Floats = lengthened + (queries @ self.centre)[:, None] + _DEVIATIONS * np.float32(self._error)
        return self.ids[places], bounds

    def _searched(self, rotated: Floats, count: int) -> list[tuple[Floats, NDArray[np.int64]]]:
        """(scores, places) of each segment. This thread works, too: waking another takes as long as a small segment."""

        def work(first: int) -> list[tuple[Floats, NDArray[np.int64]]]:
            return [part.search(rotated, min(count, part.ntotal)) for part in self._segments[first::_THREADS]]

        others = [self._pool.submit(work, first) for first in range(1, min(_THREADS, len(self._segments)))]
        by_thread = [work(0), *(other.result() for other in others)]
        return [by_thread[number % _THREADS][number // _THREADS] for number in range(len(self._segments))]

    def write(self, file: IO[bytes]) -> None:
        """Writes everything into an open file."""
        faiss = _faiss()
        numbers = np.array([self._spread, self._error, len(self._segments)])
        for array in (self.centre, self._rotation, numbers, self.ids):
            np.save(file, array, allow_pickle=False)
        for segment in self._segments:
            faiss.write_index(segment, faiss.PyCallbackIOWriter(file.write))

    @classmethod
    def read(cls, file: IO[bytes], dims: int) -> Self:
        """What `write` wrote.

        The caller has made sure that the bytes are whole, not who wrote them: FAISS believes every size that it reads,
        so nothing of what it read is used but codes, as many as an index of ours has.

        Raises:
            ValueError: It is none of ours, or one of vectors of another length than ``dims``.
            RuntimeError: FAISS cannot read it.
        """
        faiss = _faiss()
        try:
            centre, rotation, numbers, ids = (np.lib.format.read_array(file, allow_pickle=False) for _ in range(4))
        except BROKEN_ARRAY as broken:
            raise ValueError(f"it has an array that is none: {broken}") from None
        _check_arrays(centre, rotation, numbers, ids, dims)
        spread, error, segments = map(float, numbers)
        index = cls(centre, rotation, spread, error)
        index._ids = [ids]
        for _ in range(int(segments)):
            found = faiss.read_index(faiss.PyCallbackIOReader(file.read))
            index._segments.append(index._rebuilt(found))
        if sum(segment.ntotal for segment in index._segments) != len(ids):
            raise ValueError("it has other numbers of codes and of ids")
        return index

    def _rebuilt(self, found: Any) -> Any:
        """A segment of ours, with the codes of another.

        Raises:
            ValueError: The other one has none that fit.
        """
        faiss = _faiss()
        segment = self._segment(np.empty((0, len(self.centre)), np.float32))
        count = found.ntotal
        size = -(-count // segment.bbs) * segment.bbs * segment.M2 // 2  # FAISS keeps whole blocks
        if type(found) is not type(segment) or not 0 < count <= SEGMENT or found.codes.size() != size:
            raise ValueError("it has a segment that is none of ours")
        faiss.copy_array_to_AlignedTable(faiss.AlignedTable_to_array(found.codes), segment.codes)
        segment.ntotal = count
        segment.ntotal2 = size * 2 // segment.M2
        return segment

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


def _check_arrays(centre: Any, rotation: Any, numbers: Any, ids: Any, dims: int) -> None:
    """Refuses arrays that no index of ours has.

    Raises:
        ValueError: They are such.
    """
    kinds = [(each.dtype, each.ndim) for each in (centre, rotation, numbers, ids)]
    if kinds != [(np.float32, 1), (np.float32, 2), (np.float64, 1), (np.int64, 1)]:
        raise ValueError("it has arrays of other kinds")
    if len(centre) != dims or len(rotation) != dims or rotation.shape[1] % 2 or not 0 < rotation.shape[1] <= dims + 1:
        raise ValueError("it is of vectors of another length")
    if len(numbers) != 3 or not all(np.isfinite(each).all() for each in (centre, rotation, numbers)):
        raise ValueError("it has numbers that are none")
    if not (numbers[0] > 0 and numbers[1] >= 0 and 0 < numbers[2] <= len(ids) and (np.diff(ids) > 0).all()):
        raise ValueError("it has a spread, an error or ids that are none")


def _directions(centred: Floats) -> Floats:
    """(d, D) orthonormal columns, D even, that span `_VARIANCE` of the variance; zeros where d is odd and all count."""
    variances, axes = np.linalg.eigh(centred.T @ centred)
    falling = np.maximum(variances[::-1], 0)
    kept = 1 + int(np.searchsorted(np.cumsum(falling), _VARIANCE * falling.sum()))
    axes = axes[:, ::-1]
    if kept % 2 and kept == axes.shape[1]:
        axes = np.pad(axes, ((0, 0), (0, 1)))
    return axes[:, : kept + kept % 2]


def _one_thread_each() -> None:
    """The segments are the parallel work; FAISS must not start further threads for each."""
    _faiss().omp_set_num_threads(1)


def _faiss() -> Any:
    """FAISS, whose own type hints do not know what it adds to its classes when it is imported."""
    import faiss

    return faiss
