"""Ten-fold accuracy against a brute-force search for the threshold."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rostro.core.errors import BadInput
from rostro.scoring.counts import ScoreCounts
from rostro.scoring.folds import best_threshold, fold_accuracy

coarse = st.integers(-8, 8).map(lambda step: step / 8)
pairs = st.lists(st.tuples(coarse, st.booleans()), min_size=1, max_size=30)


def accuracy(scores, genuine, threshold):
    return np.mean([(s >= threshold) == g for s, g in zip(scores, genuine, strict=True)])


@given(pairs)
def test_no_threshold_decides_better(cases):
    scores, genuine = np.array([s for s, _ in cases]), np.array([g for _, g in cases])
    threshold = best_threshold(ScoreCounts.of(scores[genuine], scores[~genuine]))
    best = max(accuracy(scores, genuine, t) for t in [*scores, 2.0])
    assert accuracy(scores, genuine, threshold) == pytest.approx(best)


@given(st.lists(st.tuples(coarse, st.booleans(), st.integers(1, 4)), min_size=8, max_size=40))
def test_each_fold_is_judged_by_the_others(cases):
    scores, genuine, folds = (np.array(column) for column in zip(*cases, strict=True))
    if np.unique(folds).size < 2:
        return
    result = fold_accuracy(scores, genuine, folds)
    for number, got, threshold in zip(np.unique(folds), result.accuracies, result.thresholds, strict=True):
        others = folds != number
        assert got == pytest.approx(accuracy(scores[~others], genuine[~others], threshold))
        best = max(accuracy(scores[others], genuine[others], t) for t in [*scores, 2.0])
        assert accuracy(scores[others], genuine[others], threshold) == pytest.approx(best)


def test_a_pair_that_cannot_be_compared_is_an_error_even_between_strangers():
    scores = np.array([0.9, 0.1, 0.9, -np.inf])
    genuine = np.array([True, False, True, False])
    result = fold_accuracy(scores, genuine, np.array([0, 0, 1, 1]))
    assert list(result.accuracies) == [1.0, 0.5]
    assert result.mean == 0.75
    assert result.standard_error == pytest.approx(0.25)


def test_what_does_not_fit_is_refused():
    one, mated = np.array([0.5, 0.1]), np.array([True, False])
    with pytest.raises(BadInput, match="two folds"):
        fold_accuracy(one, mated, np.array([1, 1]))
    with pytest.raises(BadInput, match="one length"):
        fold_accuracy(one, mated, np.array([1]))
    with pytest.raises(BadInput, match="NaN"):
        fold_accuracy(np.array([0.5, np.nan]), mated, np.array([0, 1]))
    with pytest.raises(BadInput, match="no comparison has a score"):
        best_threshold(ScoreCounts.of([], []))
