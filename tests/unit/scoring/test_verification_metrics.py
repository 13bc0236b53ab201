"""Verification metrics against their definitions, written out the slow way, and against scikit-learn."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.metrics import roc_auc_score, roc_curve

from rostro.core.errors import BadInput
from rostro.scoring.counts import RateNotSupported, ScoreCounts, ScoreGrid
from rostro.scoring.verification import (
    auc,
    check_supported,
    equal_error,
    error_curve,
    rates_at,
    tar_at_fmr,
    threshold_at_fmr,
)

#: Few distinct values, so that ties within and between the classes are the rule.
coarse = st.integers(-4, 4).map(lambda step: step / 4)
fine = st.floats(-1, 1, width=32)
some_scores = st.lists(st.one_of(coarse, fine), min_size=1, max_size=40)
with_failures = st.lists(st.one_of(coarse, st.just(-math.inf)), min_size=1, max_size=40)


@given(some_scores, some_scores, st.one_of(coarse, fine))
def test_rates_are_the_fractions_of_their_definition(genuine, impostor, threshold):
    rates = rates_at(ScoreCounts.of(genuine, impostor), threshold)
    assert rates.fmr == pytest.approx(sum(score >= threshold for score in impostor) / len(impostor), abs=1e-15)
    assert rates.fnmr == pytest.approx(sum(score < threshold for score in genuine) / len(genuine), abs=1e-15)
    assert (rates.genuine, rates.impostor) == (len(genuine), len(impostor))


@given(with_failures, with_failures, coarse)
def test_failures_are_rejected_in_far_and_frr_and_left_out_of_fmr_and_fnmr(genuine, impostor, threshold):
    rates = rates_at(ScoreCounts.of(genuine, impostor), threshold)
    assert rates.far == pytest.approx(sum(score >= threshold for score in impostor) / len(impostor))
    assert rates.frr == pytest.approx(sum(score < threshold for score in genuine) / len(genuine))
    failed = sum(score == -math.inf for score in genuine) / len(genuine)
    if failed < 1:
        assert rates.frr == pytest.approx(failed + rates.fnmr * (1 - failed))
    failed = sum(score == -math.inf for score in impostor) / len(impostor)
    if failed < 1:
        assert rates.far == pytest.approx(rates.fmr * (1 - failed))


@given(some_scores, some_scores)
def test_the_curve_holds_the_rates_at_every_threshold(genuine, impostor):
    counts = ScoreCounts.of(genuine, impostor)
    curve = error_curve(counts)
    assert (curve.fmr[0], curve.fnmr[0], curve.fmr[-1], curve.fnmr[-1]) == (1, 0, 0, 1)
    assert list(curve.thresholds[:-1]) == sorted({float(np.float64(s)) for s in genuine + impostor})
    for threshold, fmr, fnmr in zip(curve.thresholds, curve.fmr, curve.fnmr, strict=True):
        rates = rates_at(counts, threshold)
        assert (fmr, fnmr) == pytest.approx((rates.fmr, rates.fnmr))


@given(some_scores, some_scores)
def test_the_curve_is_scikit_learns(genuine, impostor):
    curve = error_curve(ScoreCounts.of(genuine, impostor))
    labels = [1] * len(genuine) + [0] * len(impostor)
    fpr, tpr, thresholds = roc_curve(labels, genuine + impostor, drop_intermediate=False)
    assert curve.fmr[::-1] == pytest.approx(fpr)
    assert 1 - curve.fnmr[::-1] == pytest.approx(tpr)
    assert curve.thresholds[::-1] == pytest.approx(thresholds)


@given(with_failures, with_failures)
def test_auc_is_the_chance_that_a_genuine_score_is_higher(genuine, impostor):
    wins = sum((g > i) + (g == i) / 2 for g in genuine for i in impostor)
    assert auc(ScoreCounts.of(genuine, impostor)) == pytest.approx(wins / len(genuine) / len(impostor))


@given(some_scores, some_scores)
def test_auc_is_scikit_learns(genuine, impostor):
    labels = [1] * len(genuine) + [0] * len(impostor)
    assert auc(ScoreCounts.of(genuine, impostor)) == pytest.approx(roc_auc_score(labels, genuine + impostor))


@given(some_scores, some_scores)
def test_the_equal_error_rate_lies_where_the_rates_cross(genuine, impostor):
    counts = ScoreCounts.of(genuine, impostor)
    rate, threshold = equal_error(counts)
    curve = error_curve(counts)
    assert np.maximum(curve.fmr, curve.fnmr).min() >= rate - 1e-12
    assert np.minimum(curve.fmr, curve.fnmr).max() <= rate + 1e-12
    gaps = np.abs(curve.fmr - curve.fnmr)
    assert gaps[list(curve.thresholds).index(threshold)] == pytest.approx(gaps.min())
    assert math.isfinite(threshold)


def test_the_equal_error_rate_of_a_worked_example():
    # at 0.5: one of four impostors passes, one of four genuine pairs is rejected
    counts = ScoreCounts.of([0.2, 0.5, 0.6, 0.9], [0.1, 0.1, 0.3, 0.7])
    assert equal_error(counts) == (0.25, 0.5)
    assert equal_error(ScoreCounts.of([0.5], [0.5]))[0] == 0.5
    assert equal_error(ScoreCounts.of([1.0], [0.0]))[0] == 0


def test_no_equal_error_rate_when_failures_alone_are_more():
    with pytest.raises(RateNotSupported, match="failed"):
        equal_error(ScoreCounts.of([-np.inf, -np.inf, 0.9], [-np.inf, -np.inf, 0.1]))


@given(some_scores, some_scores, st.sampled_from([0.01, 0.1, 0.25, 0.5, 1.0]))
def test_the_threshold_for_a_false_match_rate_is_the_lowest_that_keeps_it(genuine, impostor, fmr):
    counts = ScoreCounts.of(genuine, impostor)
    threshold = error_curve(counts).threshold_at_fmr(fmr)
    assert rates_at(counts, threshold).fmr <= fmr
    lower = [value for value in counts.values if value < threshold]
    if lower:
        assert rates_at(counts, lower[-1]).fmr > fmr
    best = max(
        sum(score >= t for score in genuine) / len(genuine)
        for t in [*genuine, *impostor, math.inf]
        if sum(score >= t for score in impostor) / len(impostor) <= fmr
    )
    assert error_curve(counts).tar_at_fmr(fmr) == pytest.approx(best)


def test_the_threshold_passes_above_the_highest_score_when_it_must():
    counts = ScoreCounts.of([0.5], [0.9])
    assert error_curve(counts).threshold_at_fmr(0.5) == np.nextafter(0.9, 1)


def test_a_rate_that_the_data_cannot_show_is_refused_with_the_reason():
    counts = ScoreCounts.of(np.linspace(0, 1, 3000), np.linspace(-1, 0.5, 3000))
    with pytest.raises(RateNotSupported, match=r"0\.0001 needs at least 30,000 impostor comparisons.*3,000"):
        tar_at_fmr(counts, 1e-4)
    with pytest.raises(RateNotSupported):
        threshold_at_fmr(counts, 1e-4)
    assert threshold_at_fmr(counts, 1e-3) == error_curve(counts).threshold_at_fmr(1e-3)
    assert 0 < tar_at_fmr(counts, 1e-3) < 1
    check_supported(1e-3, 3000)
    with pytest.raises(RateNotSupported):
        check_supported(1e-3, 2999)
    with pytest.raises(BadInput, match=r"\(0, 1\]"):
        check_supported(0, 3000)


@pytest.mark.parametrize("metric", [auc, equal_error, error_curve, lambda c: tar_at_fmr(c, 1.0)])
@pytest.mark.parametrize(("genuine", "impostor", "missing"), [([], [0.1] * 3, "genuine"), ([0.1], [], "impostor")])
def test_one_class_missing_is_refused(metric, genuine, impostor, missing):
    with pytest.raises(BadInput, match=f"no {missing} comparisons"):
        metric(ScoreCounts.of(genuine, impostor))


def test_nothing_at_all_is_refused():
    with pytest.raises(BadInput, match="no comparison has a score"):
        error_curve(ScoreCounts.of([-np.inf], [-np.inf]))
    rates = rates_at(ScoreCounts.of([], []), 0.5)
    for name in ("fmr", "fnmr", "far", "frr"):
        with pytest.raises(BadInput, match="not defined"):
            getattr(rates, name)


@pytest.mark.parametrize("bad", [np.nan, np.inf])
@pytest.mark.parametrize("position", [0, 1, 2])
def test_nan_and_infinite_scores_are_refused(bad, position):
    scores = [0.1, 0.2, 0.3]
    scores[position] = bad
    with pytest.raises(BadInput, match="genuine scores: a score is NaN or"):
        ScoreCounts.of(scores, [0.1])
    with pytest.raises(BadInput, match="impostor scores"):
        ScoreCounts.of([0.1], scores)
    with pytest.raises(BadInput, match="NaN"):
        rates_at(ScoreCounts.of([0.1], [0.2]), np.nan)


@pytest.mark.parametrize("bad", [[[0.1]], ["a"], [True]])
def test_scores_of_another_form_are_refused(bad):
    with pytest.raises(BadInput, match="one-dimensional"):
        ScoreCounts.of(np.array(bad), [0.1])


def test_counts_check_themselves():
    ones = np.ones(2)
    with pytest.raises(BadInput, match="ascending"):
        ScoreCounts(np.array([0.2, 0.1]), ones, ones)
    with pytest.raises(BadInput, match="one length"):
        ScoreCounts(np.array([0.1, 0.2]), ones, np.ones(3))
    with pytest.raises(BadInput, match="not negative"):
        ScoreCounts(np.array([0.1, 0.2]), ones, -ones)


@settings(max_examples=30)
@given(
    st.lists(fine, max_size=30),
    st.lists(fine, max_size=30),
    st.integers(-(2**20), 2**20).map(lambda step: step / 2**20),
)
def test_the_grid_is_exact_at_its_thresholds(genuine, impostor, threshold):
    grid = ScoreGrid()
    for chunk in (genuine[:7], genuine[7:]):
        grid.add(np.array(chunk, np.float32), genuine=True)
    grid.add(np.array(impostor, np.float32), genuine=False)
    assert grid.counts().accepted(threshold) == ScoreCounts.of(genuine, impostor).accepted(threshold)


def test_the_grid_counts_failures_and_refuses_what_is_no_cosine():
    grid = ScoreGrid()
    grid.add_failed(3, genuine=True)
    grid.add_failed(5, genuine=False)
    grid.add(np.array([[1.0000001, -1.0]], np.float32), genuine=True)
    counts = grid.counts()
    assert list(counts.values) == [-1, 1]
    assert (counts.genuine_total, counts.impostor_total) == (5, 5)
    for bad in (np.nan, 1.1, -np.inf):
        with pytest.raises(BadInput, match="cosine"):
            grid.add(np.array([0.5, bad], np.float32), genuine=False)
