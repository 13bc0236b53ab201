"""How good a classifier is: arrays in, numbers out."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from rostro.core.geometry import unit_rows
from rostro.scoring.counts import ScoreCounts
from rostro.scoring.folds import best_threshold as threshold_of_counts
from rostro.scoring.verification import auc as verification_auc
from rostro.scoring.verification import is_supported, tar_at_fmr

if TYPE_CHECKING:
    from numpy.typing import NDArray

#: False match rates at which verification is told.
_RATES = (1e-2, 1e-3)


def class_scores(scores: NDArray[Any], labels: NDArray[Any]) -> dict[str, float]:
    """Accuracy, and the mean of the classes' recalls (balanced accuracy).

    Args:
        scores: (N, classes).
        labels: (N,) numbers of classes.
    """
    right = scores.argmax(axis=1) == labels
    recalls = [right[labels == label].mean() for label in np.unique(labels)]
    return {"accuracy": float(right.mean()), "balanced accuracy": float(np.mean(recalls))}


def auc(scores: NDArray[Any], truth: NDArray[Any]) -> float:
    """Area under the ROC curve: the chance that a positive scores above a negative, ties counting half.

    Args:
        scores: (N,).
        truth: (N,) 0 or 1.

    Returns:
        NaN where one of the two is missing.
    """
    both = 0 < truth.astype(bool).sum() < len(truth)
    return verification_auc(_counts(scores, truth)) if both else float("nan")


def verification(vectors: NDArray[Any], labels: NDArray[Any]) -> dict[str, float]:
    """How well cosines tell pairs of one person from pairs of two: all pairs of photos.

    Args:
        vectors: (N, d), of any norm.
        labels: (N,) numbers of people.

    Returns:
        AUC, and the true match rate at the thresholds of false match rates that so many pairs can show.
    """
    rows = unit_rows(vectors)
    first, second = np.triu_indices(len(rows), 1)
    same = labels[first] == labels[second]
    cosines = (rows @ rows.T)[first, second]
    counts = ScoreCounts.of(cosines[same], cosines[~same])
    answer = {"verification AUC": verification_auc(counts)}
    for fmr in _RATES:
        if is_supported(fmr, counts.impostor_total):
            answer[f"true matches at FMR {fmr:g}"] = tar_at_fmr(counts, fmr)
    return answer


def best_threshold(scores: NDArray[Any], truth: NDArray[Any]) -> float:
    """The threshold (score >= threshold is a yes) of highest accuracy, the lowest of several; between two scores.

    Where all should be a yes, or none, it lies 1 outside of all scores: others may come.
    """
    return threshold_of_counts(_counts(scores, truth), outside=1.0)


def _counts(scores: NDArray[Any], truth: NDArray[Any]) -> ScoreCounts:
    """A yes is to a classifier what a genuine pair is to a comparison."""
    positive = truth.astype(bool)
    return ScoreCounts.of(scores[positive], scores[~positive])


def balanced_accuracy(yes: NDArray[Any], truth: NDArray[Any]) -> float:
    """Mean of the recalls of the ones and the zeros; of those that there are."""
    positive = truth.astype(bool)
    parts = [np.mean(yes[mask] == truth[mask].astype(bool)) for mask in (positive, ~positive) if mask.any()]
    return float(np.mean(parts))
