"""The numbers of vectors that are not scanned, two or four bits each: they are looked up for candidates.

Also what an index must be that was read, before anything is made of it.
"""

from __future__ import annotations

from typing import IO, TYPE_CHECKING, Any

import numpy as np

from rostro.core.foreign import BROKEN_ARRAY
from rostro.gallery.sqlite.search.codes import FOUR_BITS

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from rostro.core.types import Floats


class Rest:
    """Codes of the columns that are left over, in as many parts as the scan has segments.

    Args:
        values: (levels,) what a code of each level stands for: 4 levels or 16.
        columns: How many there are; none makes this empty, and false.
    """

    def __init__(self, values: NDArray[np.float64], columns: int) -> None:
        bits = 4 if len(values) == 16 else 2
        each = 8 // bits
        codes = np.arange(256)[:, None] >> bits * np.arange(each) & len(values) - 1
        self._of_bytes = values[codes].astype(np.float32)  # (256, numbers of a byte)
        self._columns = columns
        self._bytes = -(-columns // each)
        self._parts: list[NDArray[np.uint8]] = []

    def __bool__(self) -> bool:
        return self._columns > 0

    def add(self, codes: NDArray[np.uint8], *, joins: bool) -> None:
        """Takes (n, bytes) codes, as a new part or behind the last."""
        if not self:
            return
        if joins:
            self._parts[-1] = np.vstack([self._parts[-1], codes])
        else:
            self._parts.append(codes.copy())

    def keep(self, stays: Sequence[NDArray[np.bool_]]) -> None:
        """Forgets all but these rows of each part, and parts that are empty then."""
        if self:
            kept = (
                part if some.all() else part[some] for part, some in zip(self._parts, stays, strict=True) if some.any()
            )
            self._parts = list(kept)

    def scores(self, queries: Floats, places: NDArray[np.int64], starts: NDArray[np.int64]) -> Floats:
        """What these columns add to the scores of candidates.

        Args:
            queries: (N, columns).
            places: (N, k) which rows, counted through all parts; what is negative stands for none.
            starts: (parts,) the first row of each part.
        """
        padded = np.pad(queries, ((0, 0), (0, self._bytes * self._of_bytes.shape[1] - self._columns)))
        scores = np.empty(places.shape, np.float32)
        places_of_bytes = 256 * np.arange(self._bytes)
        for query, wanted, row in zip(padded, np.maximum(places, 0), scores, strict=True):
            table = (query.reshape(self._bytes, -1) @ self._of_bytes.T).ravel()  # of each byte, of each of its values
            order = np.argsort(wanted)
            ends = np.searchsorted(wanted[order], starts[1:])
            mine = np.split(wanted[order], ends)
            rows = [part[some - start] for part, some, start in zip(self._parts, mine, starts, strict=True)]
            row[order] = table.take(np.vstack(rows) + places_of_bytes).sum(axis=1)
        return scores

    def write(self, file: IO[bytes]) -> None:
        """Writes the parts, one after the other."""
        for part in self._parts:
            np.save(file, part, allow_pickle=False)

    def read(self, file: IO[bytes], rows: Sequence[int]) -> None:
        """What `write` wrote, of parts of so many rows.

        Raises:
            ValueError: It is none of ours.
        """
        for count in rows if self else ():
            try:
                part = np.lib.format.read_array(file, allow_pickle=False)
            except BROKEN_ARRAY as broken:
                raise ValueError(f"it has an array that is none: {broken}") from None
            if part.dtype != np.uint8 or part.shape != (count, self._bytes):
                raise ValueError("it has a rest of another shape")
            self._parts.append(part)


def check_arrays(centre: Any, rotation: Any, numbers: Any, ids: Any, dims: int) -> None:
    """Refuses arrays that no index of ours has.

    Raises:
        ValueError: They are such.
    """
    kinds = [(each.dtype, each.ndim) for each in (centre, rotation, numbers, ids)]
    if kinds != [(np.float32, 1), (np.float32, 2), (np.float64, 1), (np.int64, 1)]:
        raise ValueError("it has arrays of other kinds")
    if len(centre) != dims or len(rotation) != dims or rotation.shape[1] % 2 or not 0 < rotation.shape[1] <= dims + 1:
        raise ValueError("it is of vectors of another length")
    if len(numbers) not in {3, 4, 5} or not all(np.isfinite(each).all() for each in (centre, rotation, numbers)):
        raise ValueError("it has numbers that are none")
    if not (numbers[0] > 0 and numbers[1] >= 0 and 0 < numbers[2] <= len(ids) and (np.diff(ids) > 0).all()):
        raise ValueError("it has a spread, an error or ids that are none")
    if len(numbers) == 4 and not (numbers[3] == 2 and dims <= FOUR_BITS):
        raise ValueError("it has halves that are none")
    if len(numbers) == 5 and not (numbers[4] > 0 and 0 < numbers[3] < rotation.shape[1] and not numbers[3] % 4):
        raise ValueError("it has a rest that is none")
