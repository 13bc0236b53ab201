"""Every photo against every other, in blocks: any number of scores in bounded memory."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from rostro.core.errors import BadInput
from rostro.scoring.counts import ScoreCounts, ScoreGrid

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from rostro.core.types import Floats
    from rostro.evaluation.embeddings import Embedded

#: Rows per block; a block has at most this many times the number of photos scores.
BLOCK = 512
#: Impostor comparisons that are listed one by one: those of the highest scores, for intervals and pictures.
LISTED_FMR = 0.02
MOST_LISTED = 2_000_000
#: Genuine comparisons are all listed.
MOST_GENUINE = 20_000_000


@dataclass(frozen=True, slots=True, eq=False)
class AllPairScores:
    """Scores of every two photos.

    Attributes:
        counts: All of them, counted; those with a photo without a face as failed.
        probe: (N,) the listed ones: every genuine, and the impostors from `floor` up.
        reference: (N,) the other photo.
        scores: (N,) ``-inf`` where a face is missing.
        floor: Impostor scores under it are only counted.
    """

    counts: ScoreCounts
    probe: NDArray[np.int32]
    reference: NDArray[np.int32]
    scores: Floats
    floor: float


def score_all_pairs(embedded: Embedded, on_rows: Callable[[int], None] | None = None) -> AllPairScores:
    """Compares every two photos, twice: once to count, once to list the highest impostor scores.

    Args:
        embedded: The photos.
        on_rows: Told how many photos' rows are done; in all, twice the number of photos with a face.

    Raises:
        BadInput: Fewer than two people, nobody with two photos, or too many photos per person to list their pairs.
    """
    tell = on_rows or (lambda rows: None)
    owners = embedded.people.owners
    pairs = embedded.people.counts * (embedded.people.counts - 1) // 2
    if len(embedded.people.names) < 2 or not pairs.any():
        raise BadInput("comparing all pairs needs two people at least, and one with two photos")
    if pairs.sum() > MOST_GENUINE:
        raise BadInput(f"{pairs.sum():,} genuine pairs are more than {MOST_GENUINE:,}: take fewer photos per person")
    counts = _count(embedded, tell)
    floor = _floor(counts)
    found = np.flatnonzero(embedded.found)
    rows = [_missing(owners, embedded.found)]
    for start, scores in _blocks(embedded.vectors[found]):
        tell(len(scores))
        same = owners[found[start : start + len(scores), None]] == owners[found[None, start:]]
        first, second = np.nonzero(_above_diagonal((scores >= floor) | same))
        rows.append((found[start + first], found[start + second], scores[first, second]))
    probe, reference, listed = (np.concatenate(column) for column in zip(*rows, strict=True))
    return AllPairScores(counts, probe.astype(np.int32), reference.astype(np.int32), listed, floor)


def _count(embedded: Embedded, tell: Callable[[int], None]) -> ScoreCounts:
    owners = embedded.people.owners[embedded.found]
    grid = ScoreGrid()
    for start, scores in _blocks(embedded.vectors[embedded.found]):
        tell(len(scores))
        same = owners[start : start + len(scores), None] == owners[None, start:]
        grid.add(scores[_above_diagonal(same)], genuine=True)
        grid.add(scores[_above_diagonal(~same)], genuine=False)
    every, made = embedded.people.counts, np.bincount(owners, minlength=len(embedded.people.names))
    grid.add_failed(_genuine(every) - _genuine(made), genuine=True)
    grid.add_failed(_impostor(every) - _impostor(made), genuine=False)
    return grid.counts()


def _blocks(vectors: Floats) -> Iterator[tuple[int, Floats]]:
    """(first row, scores of the block's rows with the columns from the first row on)."""
    for start in range(0, len(vectors), BLOCK):
        scores: Floats = vectors[start : start + BLOCK] @ vectors[start:].T
        yield start, np.clip(scores, -1.0, 1.0, out=scores)


def _above_diagonal(mask: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Clears, in place, the part of a block where a row meets itself or an earlier row."""
    rows = len(mask)
    mask[:, :rows] &= ~np.tri(rows, dtype=bool)
    return mask


def _floor(counts: ScoreCounts) -> float:
    above = np.cumsum(counts.impostor[::-1])[::-1]
    wanted = min(LISTED_FMR * counts.impostor.sum(), MOST_LISTED)
    few_enough = np.flatnonzero(above <= wanted)
    return float(counts.values[few_enough[0]]) if few_enough.size else 1.0


def _missing(owners: NDArray[np.int32], found: NDArray[np.bool_]) -> tuple[NDArray[Any], NDArray[Any], Floats]:
    """Genuine pairs in which a photo has no face."""
    pairs = [
        (min(photo, other), max(photo, other))
        for photo in np.flatnonzero(~found)
        for other in np.flatnonzero(owners == owners[photo])
        if other != photo and (found[other] or other > photo)
    ]
    probe, reference = np.array(pairs, np.int32).reshape(-1, 2).T
    return probe, reference, np.full(len(pairs), -np.inf, np.float32)


def _genuine(photos: NDArray[Any]) -> int:
    return int((photos * (photos - 1) // 2).sum())


def _impostor(photos: NDArray[Any]) -> int:
    return int((photos.sum() ** 2 - (photos**2).sum()) // 2)
