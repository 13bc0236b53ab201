"""Identification metrics against their definitions and against scikit-learn."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from sklearn.metrics import top_k_accuracy_score

from rostro.core.errors import BadInput
from rostro.scoring.bootstrap import subject_intervals
from rostro.scoring.identification import SearchScores, cmc, open_set_counts, open_set_scores, ranks_of
from rostro.scoring.verification import error_curve, rates_at

coarse = st.integers(-4, 4).map(lambda step: step / 4)


@st.composite
def searches(draw):
    probes, people = draw(st.integers(1, 12)), draw(st.integers(1, 6))
    scores = draw(arrays(np.float64, (probes, people), elements=coarse))
    return scores, draw(arrays(np.int64, probes, elements=st.integers(0, people - 1)))


@given(searches())
def test_a_rank_counts_everybody_who_scores_as_high(case):
    scores, own = case
    expected = [1 + sum(s >= row[i] for j, s in enumerate(row) if j != i) for row, i in zip(scores, own, strict=True)]
    assert list(ranks_of(scores, own)) == expected


@given(searches(), st.integers(1, 8))
def test_the_cmc_is_the_part_found_within_each_rank(case, length):
    ranks = ranks_of(*case)
    assert cmc(ranks, length) == pytest.approx([np.mean(ranks <= k) for k in range(1, length + 1)])


def test_the_cmc_is_scikit_learns_where_nothing_is_tied():
    random = np.random.default_rng(1)
    scores, own = random.normal(size=(200, 9)), random.integers(9, size=200)
    expected = [top_k_accuracy_score(own, scores, k=k, labels=range(9)) for k in range(1, 9)]
    assert cmc(ranks_of(scores, own), 8) == pytest.approx(expected)


def test_a_probe_without_a_face_is_never_found():
    scores = np.array([[0.9, 0.1], [-np.inf, -np.inf]])
    ranks = ranks_of(scores, np.array([0, 0]))
    assert list(ranks) == [1, 3]
    assert list(cmc(ranks, 2)) == [0.5, 0.5]


@given(searches(), st.lists(coarse, min_size=1, max_size=12), coarse, st.integers(1, 3))
def test_open_set_rates_are_those_of_their_definition(case, strangers, threshold, rank):
    scores, own = case
    mine = scores[np.arange(own.size), own]
    found = open_set_scores(mine, ranks_of(scores, own), rank)
    rates = rates_at(open_set_counts(found, np.array(strangers)), threshold)
    hits = [sum(s >= row[i] for s in row) <= rank and row[i] >= threshold for row, i in zip(scores, own, strict=True)]
    assert 1 - rates.frr == pytest.approx(np.mean(hits))
    assert rates.far == pytest.approx(np.mean([s >= threshold for s in strangers]))


def test_tpir_at_fpir_of_a_worked_example():
    # two of three mated searches rank first, at 0.8 and 0.4; one stranger of four reaches 0.5
    found = np.array([0.8, 0.4, -np.inf])
    strangers = np.array([0.5, 0.3, 0.2, 0.1])
    assert error_curve(open_set_counts(found, strangers)).tar_at_fmr(0.25) == pytest.approx(2 / 3)
    assert error_curve(open_set_counts(found, strangers)).tar_at_fmr(0.01) == pytest.approx(1 / 3)


def test_what_does_not_fit_is_refused():
    scores = np.zeros((2, 3))
    with pytest.raises(BadInput, match="probes, people"):
        ranks_of(scores, np.array([0]))
    with pytest.raises(BadInput, match="names a column"):
        ranks_of(scores, np.array([0, 3]))
    with pytest.raises(BadInput, match="NaN"):
        ranks_of(np.full((1, 2), np.nan), np.array([0]))
    with pytest.raises(BadInput, match="at least one probe"):
        cmc(np.array([], np.int64), 3)


def test_searches_count_as_often_as_their_subjects_were_drawn():
    sample = SearchScores(
        np.array([0.8, -np.inf, 0.6]), np.array([0, 0, 1]), np.array([0.5, 0.7]), np.array([2, 3]), subjects=4
    )
    plain = open_set_counts(np.array([0.8, -np.inf, 0.6]), np.array([0.5, 0.7]))
    assert sample.independent_trials() == (2, 2)
    assert sample.counts().accepted(0.6) == plain.accepted(0.6) == (2, 1)
    drawn = sample.counts(np.array([2.0, 0, 1, 1]))
    assert drawn.accepted(0.6) == (2, 1)
    assert (drawn.genuine_total, drawn.failed_genuine, drawn.impostor_total) == (4, 2, 2)
    interval = subject_intervals(sample, lambda counts: [rates_at(counts, 0.6).frr], replicates=50)[0]
    assert interval.low <= 1 / 3 <= interval.high
