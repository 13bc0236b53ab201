"""Exact intervals against scipy, bootstraps against what they must contain."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import beta, norm

from rostro.core.errors import BadInput
from rostro.scoring.bootstrap import AllPairs, SubjectScores, rate_intervals, subject_intervals
from rostro.scoring.counts import ScoreCounts
from rostro.scoring.intervals import binomial_interval
from rostro.scoring.verification import auc, error_curve, rates_at


@given(st.integers(1, 5_000_000), st.floats(0, 1), st.sampled_from([0.5, 0.9, 0.95, 0.999]))
@settings(max_examples=60)
def test_the_interval_is_clopper_and_pearsons(trials, part, confidence):
    errors = round(part * trials)
    interval = binomial_interval(errors, trials, confidence)
    if 0 < errors < trials:
        tail = (1 - confidence) / 2
        assert interval.low == pytest.approx(beta.ppf(tail, errors, trials - errors + 1), rel=1e-6)
        assert interval.high == pytest.approx(beta.ppf(1 - tail, errors + 1, trials - errors), rel=1e-6)
    assert errors / trials in interval


@pytest.mark.parametrize("trials", [1, 30, 3000, 29_600_000])
def test_without_errors_it_is_the_rule_of_three(trials):
    interval = binomial_interval(0, trials)
    assert (interval.low, interval.method) == (0, "rule of three")
    assert (1 - interval.high) ** trials == pytest.approx(0.05)
    assert interval.high <= 3 / trials
    mirrored = binomial_interval(trials, trials)
    assert (mirrored.low, mirrored.high) == pytest.approx((1 - interval.high, 1))


@pytest.mark.parametrize(("errors", "trials"), [(1, 0), (-1, 5), (6, 5)])
def test_impossible_counts_are_refused(errors, trials):
    with pytest.raises(BadInput):
        binomial_interval(errors, trials)
    with pytest.raises(BadInput, match="confidence"):
        binomial_interval(1, 5, 1.0)


def sample(seed=0, subjects=30, photos=4, listed_above=None):
    """All pairs of photos; a person's pairs share an effect, as real ones do."""
    random = np.random.default_rng(seed)
    owner = np.repeat(np.arange(subjects), photos)
    first, second = np.triu_indices(owner.size, 1)
    first, second = owner[first], owner[second]
    effect = random.normal(scale=0.15, size=subjects)
    scores = np.where(first == second, 0.6, 0.0) + effect[first] + effect[second]
    scores += random.normal(scale=0.1, size=scores.size)
    if listed_above is None:
        return SubjectScores(scores, first, second, subjects)
    kept = (scores >= listed_above) | (first == second)
    total = AllPairs(np.full(subjects, float(photos)))
    return SubjectScores(scores[kept], first[kept], second[kept], subjects, total)


def test_once_each_gives_the_plain_counts():
    random = np.random.default_rng(3)
    scores, first, second = random.normal(size=50), random.integers(5, size=50), random.integers(5, size=50)
    scores[:3] = -np.inf
    counts = SubjectScores(scores, first, second, 5).counts()
    plain = ScoreCounts.of(scores[first == second], scores[first != second])
    for name in ("values", "genuine", "impostor", "failed_genuine", "failed_impostor"):
        assert np.array_equal(getattr(counts, name), getattr(plain, name))


@given(st.integers(0, 100))
@settings(max_examples=20)
def test_drawing_a_subject_twice_counts_its_comparisons_twice(seed):
    random = np.random.default_rng(seed)
    subjects = 6
    drawn = random.multinomial(subjects, np.full(subjects, 1 / subjects)).astype(float)
    scores, first, second = random.normal(size=40), random.integers(6, size=40), random.integers(6, size=40)
    genuine, impostor = [], []
    for score, a, b in zip(scores, first, second, strict=True):
        if a == b:
            genuine += [score] * int(drawn[a])
        else:
            impostor += [score] * int(drawn[a] * drawn[b])
    got = SubjectScores(scores, first, second, subjects).counts(drawn)
    for threshold in (-1.0, 0.0, 1.0):
        assert got.accepted(threshold) == ScoreCounts.of(genuine, impostor).accepted(threshold)


def test_unlisted_impostors_change_nothing_above_the_floor():
    drawn = np.random.default_rng(5).multinomial(30, np.full(30, 1 / 30)).astype(float)
    for weights in (None, drawn):
        every, tail = sample().counts(weights), sample(listed_above=0.3).counts(weights)
        assert tail.impostor_total == every.impostor_total
        assert rates_at(tail, 0.35).far == pytest.approx(rates_at(every, 0.35).far)
        assert error_curve(tail).tar_at_fmr(0.01) == pytest.approx(error_curve(every).tar_at_fmr(0.01))
    assert sample().independent_trials() == sample(listed_above=0.3).independent_trials() == (30, 435)


def test_all_pairs_between_two_groups():
    left, right = np.array([2.0, 0, 1]), np.array([0.0, 3, 4])
    pairs = AllPairs(left, right)
    assert pairs.comparisons(np.ones(3)) == 2 * 3 + 2 * 4 + 1 * 3
    assert pairs.comparisons(np.array([2.0, 1, 0])) == 2 * 2 * 3
    assert pairs.subject_pairs() == 3


def test_the_interval_holds_the_estimate_and_is_repeatable():
    for metric in (auc, lambda counts: error_curve(counts).tar_at_fmr(0.01)):
        (interval,) = subject_intervals(sample(), lambda counts, metric=metric: [metric(counts)], replicates=200)
        assert metric(sample().counts()) in interval
        assert interval.low < interval.high
    assert "30 subjects" in interval.method
    both = [
        subject_intervals(sample(), lambda c: [auc(c), error_curve(c).tar_at_fmr(0.01)], replicates=200) for _ in "ab"
    ]
    assert both[0] == both[1]
    assert both[0][1] == interval


def test_the_interval_covers_the_true_rate_where_pairs_are_not_independent():
    threshold, covered, naive = 0.35, 0, 0
    truth = norm.sf(threshold, scale=np.sqrt(2 * 0.15**2 + 0.1**2))
    for seed in range(40):
        trial = sample(seed, subjects=80, photos=2)
        covered += truth in rate_intervals(trial, [("far", threshold)], replicates=100)[0]
        rates = rates_at(trial.counts(), threshold)
        naive += truth in binomial_interval(int(rates.false_matches), int(rates.impostor))
    assert covered >= 34
    assert naive < covered


def test_without_errors_the_rule_of_three_counts_people_not_photos():
    far, frr, every = rate_intervals(sample(), [("far", 5.0), ("frr", -5.0), ("frr", 5.0)], replicates=10)
    assert (far.low, far.high) == (0, binomial_interval(0, 435).high)
    assert (frr.low, frr.high) == (0, binomial_interval(0, 30).high)
    assert (every.low, every.high) == (pytest.approx(1 - frr.high), 1)


def test_few_subjects_still_give_an_interval_and_one_is_refused():
    two = SubjectScores(np.array([0.1, 0.2, 0.9]), np.array([0, 0, 1]), np.array([1, 1, 1]), 2)
    assert rate_intervals(two, [("far", 0.15)], replicates=50)[0].high == 0.5
    with pytest.raises(BadInput, match="at least two"):
        subject_intervals(SubjectScores(np.array([0.1]), np.array([0]), np.array([0]), 1), lambda c: [auc(c)])
    with pytest.raises(BadInput, match="no draw"):
        subject_intervals(SubjectScores(np.array([0.1]), np.array([0]), np.array([1]), 2), lambda c: [auc(c)])


def test_subjects_out_of_range_are_refused():
    with pytest.raises(BadInput, match="numbers in"):
        SubjectScores(np.array([0.1]), np.array([0]), np.array([2]), 2)
    with pytest.raises(BadInput, match="one length"):
        SubjectScores(np.array([0.1]), np.array([0, 1]), np.array([1]), 2)
