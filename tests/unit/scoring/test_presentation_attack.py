"""APCER and BPCER: counted by hand, intervals by people and films, thresholds that keep their promise."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rostro.core.errors import BadInput
from rostro.scoring.intervals import binomial_interval
from rostro.scoring.presentation_attack import (
    AttackErrors,
    ErrorRate,
    Scored,
    counts_of,
    errors_at,
    threshold_at_bpcer,
)
from rostro.scoring.verification import auc


def test_rates_by_hand() -> None:
    living = Scored.of([0.9, 0.8, 0.4, 0.7], ["ada", "ada", "ada", "ben"])
    attacks = {"screen": Scored.of([0.5, 0.1], ["one", "two"]), "paper": Scored.of([0.2, 0.3, 0.6, 0.1], [1, 1, 1, 1])}
    errors = errors_at(0.5, living, attacks)
    assert errors.bpcer == 0.25
    assert errors.living.subjects_wrong == pytest.approx(1 / 3)
    assert {kind: rate.rate for kind, rate in errors.attacks.items()} == {"screen": 0.5, "paper": 0.25}
    assert errors.apcer == 0.5, "that of the kind that passes most often; a score at the threshold passes"
    assert errors.acer == 0.375
    assert ErrorRate.from_dict(errors.living.to_dict()).rate == 0.25


def test_a_hundred_frames_of_one_film_are_one_trial() -> None:
    wrong = np.zeros(100, bool)
    assert ErrorRate.of(wrong, np.arange(100)).interval[1] == pytest.approx(0.0295, abs=1e-4)
    assert ErrorRate.of(wrong, np.zeros(100)).interval[1] == pytest.approx(0.95)
    half = ErrorRate.of(np.arange(100) % 2 == 0, np.arange(100) // 10)
    exact = binomial_interval(5, 10)
    assert half.interval == (exact.low, exact.high)
    assert half.subjects == 10


@given(st.lists(st.tuples(st.integers(0, 20), st.integers(0, 6)), min_size=1, max_size=60), st.floats(0, 0.99))
def test_the_threshold_refuses_no_more_than_it_may_and_the_next_would(
    frames: list[tuple[int, int]], bpcer: float
) -> None:
    living = Scored.of([score / 20 for score, _ in frames], [who for _, who in frames])
    threshold = threshold_at_bpcer(living, bpcer)

    def refused(at: float) -> float:
        rate = ErrorRate.of(living.scores < at, living.subjects)
        return rate.subjects_wrong / rate.subjects

    assert refused(threshold) <= bpcer + 1e-9
    above = living.scores[living.scores >= threshold]
    assert above.size, "somebody passes"
    beyond = np.nextafter(above.min(), 2)
    assert refused(beyond) > bpcer - 1e-9


def test_scores_of_attacks_and_living_make_a_curve() -> None:
    living, attacks = Scored.of([0.9, 0.4], [1, 2]), {"a": Scored.of([0.5], [1]), "b": Scored.of([0.1], [1])}
    assert auc(counts_of(living, attacks)) == 0.75


def test_what_cannot_be_counted_is_said() -> None:
    living = Scored.of([0.9], [1])
    with pytest.raises(BadInput, match="need attacks"):
        errors_at(0.5, living, {})
    with pytest.raises(BadInput):
        Scored.of([], [])
    with pytest.raises(BadInput):
        Scored.of([0.1], [1, 2])
    with pytest.raises(BadInput):
        Scored.of([float("nan")], [1])
    with pytest.raises(BadInput):
        threshold_at_bpcer(living, 1.0)
    assert isinstance(errors_at(0.5, living, {"a": living}), AttackErrors)
