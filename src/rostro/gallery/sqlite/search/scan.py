"""A scan of compressed vectors: two or four bits for each number, compared sixteen table look-ups at a time.

Each vector is centred, projected onto the directions in which faces differ (the last twentieth of the variance would
take nearly half of the numbers, and is left out), turned by a random rotation, which makes its numbers alike and nearly
Gaussian whatever the embedder, and rounded to the levels that lose least on a Gaussian (Max, "Quantizing for Minimum
Distortion", 1960). Four bits, one number of sixteen levels or two of four, are one sub-quantiser of FAISS's
``IndexPQFastScan`` (André et al., "Quicker ADC", 2019), so no codes are trained, and vectors can be added forever.
Subtracting the centre moves every score of a query by the same amount; the order is what counts here.

Where there are many numbers, three quarters of them hold most of the variance. FAISS scans those alone, which takes a
third of the time; what the others add is looked up for the thousands that are left. Of four bits it scans the upper
two; the lower two are looked up. See ``docs/decisions/0057`` and ``0061``.
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import IO, TYPE_CHECKING, Any, Self

import numpy as np

from rostro.core.foreign import BROKEN_ARRAY
from rostro.core.machine import processors
from rostro.gallery.sqlite.search.codes import (
    FOUR_BITS,
    LOSS_IN_HALVES,
    LOSSES,
    STEP_IN_HALVES,
    STEPS,
    evenly,
    packed,
)
from rostro.gallery.sqlite.search.directions import VARIANCE, directions_of
from rostro.gallery.sqlite.search.kernels import faiss_module, join, linear, one_thread_each
from rostro.gallery.sqlite.search.rest import Rest, check_arrays

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from rostro.core.types import Floats

#: Vectors of one FAISS index. A query runs over several of them in parallel.
SEGMENT = 131_072

#: Threads that search for one query.
_THREADS = processors()

#: Vectors that are looked at to find the centre, the directions and the spread.
_SAMPLE = 8_192

#: FAISS scans codes of up to so many sub-quantisers quickly; of more than about 126 it takes three times as long.
_QUICK = 120

#: Candidates of a scan of the first directions: so many times as many as are wanted, and one for so many vectors.
_WIDER, _ONE_IN = 4, 2_000

#: A score exceeds its estimate by more than so many standard deviations of the error less than once in 20,000 times.
_DEVIATIONS = np.float32(4.5)


class ScanIndex:
    """Proposes the nearest of many vectors, of which it keeps a rough copy in memory.

    Args:
        centre: (d,) what is subtracted from every vector.
        rotation: (d, D) with orthonormal columns; D is even.
        spread: Root mean square of one number after centring and rotation.
        error: Standard deviation of the error of an estimated score.
        rest: How many of the D columns are scanned, a multiple of four, and the root mean square of a number of the
            others; None: all are.
        in_halves: Whether the upper two of four bits of each number are scanned, and the lower two looked up.

    Attributes:
        centre: As given.
    """

    def __init__(
        self,
        centre: Floats,
        rotation: Floats,
        spread: float,
        error: float = 0.0,
        rest: tuple[int, float] | None = None,
        *,
        in_halves: bool = False,
    ) -> None:
        self.centre = centre
        self._rotation = rotation
        self._spread = spread
        self._error = error
        self._levels = 16 if len(centre) <= FOUR_BITS else 4
        self._in_halves = in_halves
        self._step = STEP_IN_HALVES if in_halves else STEPS[self._levels]
        self._loss = LOSS_IN_HALVES if in_halves else LOSSES[self._levels]
        self._first: int = rotation.shape[1] if rest is None else rest[0]
        self._spread_of_rest = 0.0 if rest is None else rest[1]
        spreads = np.where(np.arange(rotation.shape[1]) < self._first, spread, self._spread_of_rest)
        self._steps = (self._step * spreads).astype(np.float32)
        to_steps = rotation / self._steps
        self._to_steps = linear(to_steps, np.float32(self._levels / 2) - centre @ to_steps)
        self._segments: list[Any] = []
        self._rest = Rest(evenly(self._levels, self._step * self._spread_of_rest), rotation.shape[1] - self._first)
        if in_halves:
            self._rest = Rest(evenly(4, self._step * spread), self._first)
        self._pool = ThreadPoolExecutor(_THREADS, "gallery-scan", initializer=one_thread_each)
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
        axes, first = directions_of(vectors - centre)
        in_halves = vectors.shape[1] <= FOUR_BITS
        if in_halves or axes.shape[1] <= 2 * _QUICK:
            first = axes.shape[1]
        random = np.random.default_rng(0)
        parts = [part for part in (axes[:, :first], axes[:, first:]) if part.size]
        turned = [part @ np.linalg.qr(random.standard_normal((part.shape[1],) * 2))[0] for part in parts]
        rotation = np.hstack(turned).astype(np.float32)
        squares = np.mean(np.square((vectors - centre) @ rotation), axis=0)
        spreads = [max(float(np.sqrt(part.mean())), 1e-6) for part in (squares[:first], squares[first:]) if part.size]
        rest = (first, spreads[1]) if spreads[1:] else None
        index = cls(centre, rotation, spreads[0], rest=rest, in_halves=in_halves)
        index._error = index._measured_error(vectors)
        return index

    def _measured_error(self, vectors: Floats) -> float:
        """Standard deviation of what rounding changes in the scores of different people."""
        queries, others = vectors[::32], vectors[1::8]
        codes = np.clip(self._to_steps.apply(others), 0, self._levels - 1).astype(np.uint8)
        rounded = (codes - np.float32((self._levels - 1) / 2)) * self._steps
        exact = queries @ (others - self.centre).T
        return float(np.std(exact - (queries @ self._rotation) @ rounded.T)) if exact.size else 0.0

    def __len__(self) -> int:
        return len(self.ids)

    def add(self, ids: NDArray[np.int64], vectors: Floats) -> None:
        """Takes (n,) ids and their (n, d) vectors."""
        for start in range(0, len(ids), SEGMENT):
            codes = self._codes(vectors[start : start + SEGMENT])
            scanned = self._bytes
            segment = self._segment(codes[:, :scanned])
            joins = bool(self._segments) and self._segments[-1].ntotal + segment.ntotal <= SEGMENT
            self._rest.add(codes[:, scanned:], joins=joins)
            if joins:
                join(self._segments[-1], segment)
            else:
                self._segments.append(segment)
        self._ids.append(ids)

    def keep(self, alive: NDArray[np.int64]) -> bool:
        """Forgets every vector whose id is not among these; returns whether there was one."""
        stays = np.isin(self.ids, alive)
        parts = np.split(stays, self._ends()[:-1])
        for segment, part in zip(self._segments, parts, strict=True):
            if not part.all():
                segment.remove_ids(np.flatnonzero(~part))
        self._rest.keep(parts)
        self._segments = [segment for segment in self._segments if segment.ntotal]
        self._ids = [self.ids[stays]]
        return not stays.all()

    def search(self, queries: Floats, count: int) -> tuple[NDArray[np.int64], Floats]:
        """Ids of about the best ``count`` for each of the (N, d) queries, in no order: (N, at most count).

        Also what the score of each hardly ever exceeds: (N, as many); minus infinity where FAISS gave nothing, which it
        does for a query of zeros.
        """
        rotated = queries @ self._rotation
        wanted = count if not self._rest else _WIDER * count + len(self) // _ONE_IN
        share = len(self) if wanted >= len(self) else max(count, 2 * wanted // len(self._segments)) + count
        found = self._searched(np.ascontiguousarray(rotated[:, : self._first]), share if self._rest else count)
        starts = self._ends() - [segment.ntotal for segment in self._segments]
        estimates = np.hstack([np.where(places < 0, -np.inf, estimates) for estimates, places in found])
        places = np.hstack([places + start for (_, places), start in zip(found, starts, strict=True)])
        if self._rest:
            estimates, places = _best(estimates, places, wanted)
            looked_up = rotated if self._in_halves else rotated[:, self._first :]
            estimates = estimates + self._rest.scores(looked_up, places, starts)
        estimates, places = _best(estimates, places, count)
        # rounded vectors are shorter by what was lost, which tells where a vector is near the query
        lengthened = np.maximum(estimates, estimates / np.float32(VARIANCE * (1 - self._loss)))
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
        faiss = faiss_module()
        numbers = np.array([self._spread, self._error, len(self._segments)])
        if self._in_halves:
            numbers = np.append(numbers, 2)
        elif self._rest:
            numbers = np.append(numbers, [self._first, self._spread_of_rest])
        for array in (self.centre, self._rotation, numbers, self.ids):
            np.save(file, array, allow_pickle=False)
        for segment in self._segments:
            faiss.write_index(segment, faiss.PyCallbackIOWriter(file.write))
        self._rest.write(file)

    @classmethod
    def read(cls, file: IO[bytes], dims: int) -> Self:
        """What `write` wrote.

        The caller has made sure that the bytes are whole, not who wrote them: FAISS believes every size that it reads,
        so nothing of what it read is used but codes, as many as an index of ours has.

        Raises:
            ValueError: It is none of ours, or one of vectors of another length than ``dims``.
            RuntimeError: FAISS cannot read it.
        """
        faiss = faiss_module()
        try:
            centre, rotation, numbers, ids = (np.lib.format.read_array(file, allow_pickle=False) for _ in range(4))
        except BROKEN_ARRAY as broken:
            raise ValueError(f"it has an array that is none: {broken}") from None
        check_arrays(centre, rotation, numbers, ids, dims)
        spread, error, segments, *rest = map(float, numbers)
        in_halves = len(rest) == 1
        first = (int(rest[0]), rest[1]) if len(rest) == 2 else None
        index = cls(centre, rotation, spread, error, first, in_halves=in_halves)
        index._ids = [ids]
        for _ in range(int(segments)):
            found = faiss.read_index(faiss.PyCallbackIOReader(file.read))
            index._segments.append(index._rebuilt(found))
        if sum(segment.ntotal for segment in index._segments) != len(ids):
            raise ValueError("it has other numbers of codes and of ids")
        index._rest.read(file, [segment.ntotal for segment in index._segments])
        return index

    def _rebuilt(self, found: Any) -> Any:
        """A segment of ours, with the codes of another.

        Raises:
            ValueError: The other one has none that fit.
        """
        faiss = faiss_module()
        segment = self._segment(np.empty((0, self._bytes), np.uint8))
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

    @property
    def _bits(self) -> int:
        """That are scanned of a number."""
        return 4 if self._levels == 16 and not self._in_halves else 2

    @property
    def _bytes(self) -> int:
        """That are scanned of a vector."""
        return -(-self._first * self._bits // 8)

    def _segment(self, codes: NDArray[np.uint8]) -> Any:
        faiss = faiss_module()
        codebooks = self._codebooks()
        index = faiss.IndexPQ(self._first, len(codebooks), 4, faiss.METRIC_INNER_PRODUCT)
        faiss.copy_array_to_vector(codebooks.ravel(), index.pq.centroids)
        index.is_trained = True
        index.add_sa_codes(np.ascontiguousarray(codes))
        return faiss.IndexPQFastScan(index)

    def _codebooks(self) -> Floats:
        """The sixteen values of what is scanned: (D, 16, 1), or (D / 2, 16, 2) with the first number fastest."""
        step, dims = self._step * self._spread, self._first
        levels = evenly(2**self._bits, 4 * step if self._in_halves else step)
        if self._bits == 4:
            return np.tile(levels[:, None], (dims, 1, 1)).astype(np.float32)
        pairs = np.stack([np.tile(levels, 4), np.repeat(levels, 4)], axis=1)
        return np.tile(pairs, (dims // 2, 1, 1)).astype(np.float32)

    def _codes(self, vectors: Floats) -> NDArray[np.uint8]:
        """(n, d) vectors → (n, bytes) codes, four bits for each sub-quantiser, the first one in the low half."""
        steps = self._to_steps.apply(vectors)
        codes: NDArray[np.uint8] = np.clip(steps, 0, self._levels - 1, out=steps).astype(np.uint8)  # rounds down
        if self._in_halves:
            return np.hstack([packed(codes >> 2, 2), packed(codes & 3, 2)])
        return packed(codes, self._bits)


def _best(estimates: Floats, places: NDArray[np.int64], count: int) -> tuple[Floats, NDArray[np.int64]]:
    """The best ``count`` of each row, in no order."""
    if estimates.shape[1] <= count:
        return estimates, places
    best = np.argpartition(-estimates, count - 1, axis=1)[:, :count]
    return np.take_along_axis(estimates, best, axis=1), np.take_along_axis(places, best, axis=1)
