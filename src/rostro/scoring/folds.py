"""Accuracy with the threshold learnt on the other folds, as for Labeled Faces in the Wild.

Source: Huang, Ramesh, Berg, Learned-Miller, "Labeled Faces in the Wild", 2007, view 2.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from rostro.core.errors import BadInput
from rostro.scoring.counts import ScoreCounts, check_scores

if TYPE_CHECKING:
    from rostro.scoring.counts import Numbers


@dataclass(frozen=True, slots=True, eq=False)
class FoldAccuracy:
    """Accuracy over folds.

    Attributes:
        accuracies: (F,) accuracy on each fold.
        thresholds: (F,) threshold used on it, learnt on the other folds.
    """

    accuracies: Numbers
    thresholds: Numbers

    @property
    def mean(self) -> float:
        """Mean accuracy."""
        return float(self.accuracies.mean())

    @property
    def standard_error(self) -> float:
        """Standard error of the mean over folds, as LFW's authors report it."""
        return float(self.accuracies.std(ddof=1) / np.sqrt(self.accuracies.size))


def best_threshold(counts: ScoreCounts, outside: float = 0.0) -> float:
    """The threshold with the most right decisions, the lowest of several.

    Args:
        counts: Scores of a yes (genuine) and of a no (impostor).
        outside: How far from all scores it lies where it accepts them all, or none.

    Returns:
        The middle between two neighbouring scores, or outside of all of them; just outside if `outside` is 0.

    Raises:
        BadInput: There is no score.
    """
    values = counts.values
    if values.size == 0:
        raise BadInput("no comparison has a score: there is no threshold")
    rejected = np.concatenate([[0.0], np.cumsum(counts.impostor)])
    accepted = np.concatenate([np.cumsum(counts.genuine[::-1])[::-1], [0.0]])
    best = int(np.argmax(rejected + accepted))
    if best == 0:
        return float(values[0] - outside)
    if best == values.size:
        return float(max(np.nextafter(values[-1], np.inf), values[-1] + outside))
    return float((values[best - 1] + values[best]) / 2)


def fold_accuracy(
    scores: NDArray[np.floating[Any]], genuine: NDArray[np.bool_], folds: NDArray[np.integer[Any]]
) -> FoldAccuracy:
    """Accuracy on each fold at the threshold that is best on the others.

    A pair that could not be compared (``-inf``) is an error, genuine or not, and no threshold is learnt from it.

    Args:
        scores: (N,) scores.
        genuine: (N,) whether the pair is of one person.
        folds: (N,) number of the pair's fold.

    Raises:
        BadInput: Lengths differ, NaN, fewer than two folds.
    """
    scores = check_scores(scores)
    if not scores.shape == genuine.shape == folds.shape:
        raise BadInput("scores, genuine and folds have one length")
    numbers = np.unique(folds)
    if numbers.size < 2:
        raise BadInput(f"at least two folds are needed, got {numbers.size}")
    thresholds, accuracies = [], []
    for number in numbers:
        test = folds == number
        learn = ~test & (scores > -np.inf)
        threshold = best_threshold(ScoreCounts.of(scores[learn & genuine], scores[learn & ~genuine]))
        right = ((scores[test] >= threshold) == genuine[test]) & (scores[test] > -np.inf)
        thresholds.append(threshold)
        accuracies.append(right.mean())
    return FoldAccuracy(np.array(accuracies), np.array(thresholds))
