"""Genuine and impostor scores, counted: the one input of every verification metric.

Scores are higher where faces are more alike, and a comparison is accepted when ``score >= threshold``. A comparison
that could not be made, because no face was found, has the score ``-inf``: no threshold accepts it.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from rostro.core.errors import BadInput

Numbers = NDArray[np.float64]


class RateNotSupported(BadInput):
    """The data are too few to say this rate."""


def check_scores(scores: ArrayLike, what: str = "scores") -> NDArray[Any]:
    """Returns the scores as a float array.

    Args:
        scores: (N,) numbers; ``-inf`` stands for a comparison that could not be made.
        what: Their name, for the message.

    Raises:
        BadInput: Not one-dimensional, or a score is NaN or ``+inf``.
    """
    array = np.asarray(scores)
    if array.ndim != 1 or array.dtype.kind not in "fiu":
        raise BadInput(f"{what}: one-dimensional numbers are needed, got {array.dtype} {array.shape}")
    array = array if array.dtype.kind == "f" else array.astype(np.float64)
    if array.size and not array.max() < np.inf:  # a NaN anywhere makes the maximum NaN
        raise BadInput(f"{what}: a score is NaN or +inf")
    return array


@dataclass(frozen=True, slots=True, eq=False)
class ScoreCounts:
    """How many genuine and impostor comparisons have each score.

    The counts are float64, exact for whole numbers up to 2**53, so that they can also be bootstrap weights.

    Attributes:
        values: (K,) distinct finite scores, ascending.
        genuine: (K,) genuine comparisons with each score.
        impostor: (K,) impostor comparisons with each score.
        failed_genuine: Genuine comparisons that could not be made.
        failed_impostor: Impostor comparisons that could not be made.
    """

    values: Numbers
    genuine: Numbers
    impostor: Numbers
    failed_genuine: float = 0.0
    failed_impostor: float = 0.0

    def __post_init__(self) -> None:
        if not self.values.shape == self.genuine.shape == self.impostor.shape or self.values.ndim != 1:
            raise BadInput("values, genuine and impostor are arrays of one length")
        if self.values.size and not (np.isfinite(self.values).all() and (np.diff(self.values) > 0).all()):
            raise BadInput("values are finite, distinct and ascending")
        counts = (self.genuine, self.impostor, self.failed_genuine, self.failed_impostor)
        if not all((np.asarray(count) >= 0).all() for count in counts):
            raise BadInput("counts are not negative")

    @classmethod
    def of(cls, genuine: ArrayLike, impostor: ArrayLike) -> ScoreCounts:
        """Counts the scores of two arrays exactly; ``-inf`` counts as failed.

        Raises:
            BadInput: A score is NaN or ``+inf``.
        """
        mated, others = check_scores(genuine, "genuine scores"), check_scores(impostor, "impostor scores")
        values, index = np.unique(np.concatenate([mated, others]), return_inverse=True)
        count = np.split(index, [mated.size])
        return cls.at(values, *(np.bincount(part, minlength=values.size) for part in count))

    @classmethod
    def at(cls, values: NDArray[Any], genuine: NDArray[Any], impostor: NDArray[Any]) -> ScoreCounts:
        """Counts, or weights, at distinct ascending values, of which the first may be ``-inf``."""
        start = int(values.size > 0 and values[0] == -np.inf)
        return cls(
            values[start:].astype(np.float64),
            genuine[start:].astype(np.float64),
            impostor[start:].astype(np.float64),
            float(genuine[:start].sum()),
            float(impostor[:start].sum()),
        )

    def made(self) -> ScoreCounts:
        """The same without the comparisons that could not be made."""
        return replace(self, failed_genuine=0.0, failed_impostor=0.0)

    def accepted(self, threshold: float) -> tuple[float, float]:
        """Genuine and impostor comparisons with ``score >= threshold``."""
        first = np.searchsorted(self.values, threshold, side="left")
        return float(self.genuine[first:].sum()), float(self.impostor[first:].sum())

    @property
    def genuine_total(self) -> float:
        """Genuine comparisons, the failed ones too.

        Raises:
            BadInput: There is none.
        """
        return _some(float(self.genuine.sum()) + self.failed_genuine, "genuine")

    @property
    def impostor_total(self) -> float:
        """Impostor comparisons, the failed ones too.

        Raises:
            BadInput: There is none.
        """
        return _some(float(self.impostor.sum()) + self.failed_impostor, "impostor")


def _some(total: float, kind: str) -> float:
    if total <= 0:
        raise BadInput(f"no {kind} comparisons: the rate is not defined")
    return total


class ScoreGrid:
    """Counts any number of cosine scores in 16 MB per kind.

    Scores are rounded *down* to multiples of 2**-20 (1e-6, about the rounding of a float32 dot product). For a
    threshold on that grid, ``score >= threshold`` holds before rounding exactly when it holds after, so every rate at
    every such threshold is exact.
    """

    STEPS = 2**20
    _PART = 2**22

    def __init__(self) -> None:
        self._counts = np.zeros((2, 2 * self.STEPS + 1), np.int64)
        self._failed = np.zeros(2, np.int64)

    def add(self, scores: NDArray[np.floating[Any]], *, genuine: bool) -> None:
        """Counts more scores.

        Args:
            scores: Cosines of any shape, in [-1, 1] up to rounding.
            genuine: Whether they compare a person with themselves.

        Raises:
            BadInput: NaN, or out of [-1, 1].
        """
        if scores.size == 0:
            return
        if not (scores.min() >= -1.001 and scores.max() <= 1.001):
            raise BadInput("a cosine score lies in [-1, 1], and is not NaN")
        for part in np.array_split(scores.ravel(), scores.size // self._PART + 1):
            steps = np.floor(part * part.dtype.type(self.STEPS)).astype(np.int64)
            np.clip(steps, -self.STEPS, self.STEPS, out=steps)
            self._counts[int(genuine)] += np.bincount(steps + self.STEPS, minlength=self._counts.shape[1])

    def add_failed(self, comparisons: int, *, genuine: bool) -> None:
        """Counts comparisons that could not be made."""
        self._failed[int(genuine)] += comparisons

    def counts(self) -> ScoreCounts:
        """What was counted so far."""
        used = np.flatnonzero(self._counts.any(axis=0))
        impostor, genuine = self._counts[:, used].astype(np.float64)
        values = (used - self.STEPS) / self.STEPS
        return ScoreCounts(values, genuine, impostor, float(self._failed[1]), float(self._failed[0]))
