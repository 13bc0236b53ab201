"""The tail of impostor scores, and what follows from it for searches."""

from __future__ import annotations

import json
import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rostro.core.errors import BadInput
from rostro.scoring.counts import RateNotSupported
from rostro.scoring.impostor_tail import Fit, ImpostorTail, fit_tail
from rostro.scoring.open_set import most_people, rate_of_search, threshold_of_search

DIMS = 24


def drawn_people(people: int, photos: int, seed: int, dims: int = DIMS) -> tuple[np.ndarray, np.ndarray]:
    """Unit vectors drawn evenly, each person's photos near each other, and whose each is."""
    random = np.random.default_rng(seed)
    centres = random.normal(size=(people, dims)).repeat(photos, axis=0)
    vectors = centres + 0.1 * random.normal(size=centres.shape)
    return vectors / np.linalg.norm(vectors, axis=1, keepdims=True), np.arange(people).repeat(photos)


def listed(vectors: np.ndarray, owners: np.ndarray, floor: float) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    scores = vectors @ vectors.T
    first, second = np.nonzero(np.triu((scores >= floor) & (owners[:, None] != owners[None])))
    return scores[first, second], first, second


def true_rate(threshold: float, dims: int = DIMS) -> float:
    """How often the cosine of two directions drawn evenly reaches a threshold: a cap of the sphere, by quadrature."""
    cosines = np.linspace(threshold, 1, 200_001)
    density = (1 - cosines**2) ** ((dims - 3) / 2)
    area = math.exp(math.lgamma(dims / 2) - math.lgamma((dims - 1) / 2)) / math.sqrt(math.pi)
    return float(np.trapezoid(density, cosines)) * area


@pytest.fixture(scope="module")
def tail() -> ImpostorTail:
    vectors, owners = drawn_people(1500, 1, seed=1)
    scores, first, second = listed(vectors, owners, 0.35)
    return fit_tail(scores, first, second, owners, draws=60)


def plain(spread: float = 0.0, shape: float = 0.0) -> ImpostorTail:
    fit = Fit(share=1e-3, scale=0.03, shape=shape, spread=spread)
    return ImpostorTail((0.2, 0.3), (1e-2, 1e-3), fit, (fit, fit), people=1000, pairs=499_500)


def test_a_tail_that_is_known(tail: ImpostorTail) -> None:
    """Down to a rate that 1.1 million pairs show, within a fifth; a hundred times below, within a factor of two."""
    for rate, off in ((1e-2, 1.05), (1e-3, 1.1), (1e-4, 1.2), (1e-5, 1.5), (1e-7, 2.5)):
        assert 1 / off < true_rate(tail.threshold(rate)) / rate < off, rate
    assert tail.people == 1500
    assert tail.pairs == 1500 * 1499 // 2
    assert tail.fit.shape < 0.05, "cosines are bounded"


def test_nobody_differs_where_directions_are_drawn_evenly(tail: ImpostorTail) -> None:
    assert tail.fit.spread < 0.1


def test_the_interval_holds_the_truth(tail: ImpostorTail) -> None:
    for people in (10, 100, 1000, 10_000):
        found = threshold_of_search(tail, 0.01, people)
        truth = 1 - (1 - true_rate(found.threshold)) ** people
        assert found.interval.low * 0.9 < truth < found.interval.high * 1.1, people


def test_searches_among_strangers_never_seen(tail: ImpostorTail) -> None:
    """2,000 other people enrolled, 3,000 strangers: as many are named as was said."""
    enrolled, _ = drawn_people(2000, 1, seed=2)
    strangers, _ = drawn_people(3000, 1, seed=3)
    found = threshold_of_search(tail, 0.05, 2000)
    named = float(((strangers @ enrolled.T).max(axis=1) >= found.threshold).mean())
    noise = 3 * math.sqrt(0.05 * 0.95 / 3000)
    assert found.interval.low - noise < named < found.interval.high + noise


def test_a_person_with_many_photos_counts_once() -> None:
    """Two hundred photos of one person who resembles many change the rates of all people little."""
    vectors, owners = drawn_people(400, 1, seed=4)
    scores, first, second = listed(vectors, owners, 0.3)
    once = fit_tail(scores, first, second, owners, draws=5)
    wolf = int(np.bincount(np.concatenate([first, second])).argmax())
    many = np.concatenate([vectors, vectors[[wolf] * 200]])
    scores, first, second = listed(many, np.concatenate([owners, owners[[wolf] * 200]]), 0.3)
    often = fit_tail(scores, first, second, np.concatenate([owners, owners[[wolf] * 200]]), draws=5)
    assert often.people == once.people
    assert often.start == pytest.approx(once.start, abs=1e-3)
    assert often.fit.share == pytest.approx(once.fit.share, rel=0.02)
    assert often.fit.scale == pytest.approx(once.fit.scale, rel=0.05)


def test_strangers_who_differ() -> None:
    """Some lie near the middle of all faces: their searches fail together, so fewer searches do."""
    random = np.random.default_rng(5)
    vectors = random.normal(size=(1200, DIMS))
    vectors[:, 0] += 0.9 * random.exponential(size=1200)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    scores = vectors @ vectors.T
    owners = np.arange(1200)
    top, first, second = listed(vectors, owners, float(np.quantile(scores, 0.97)))
    found = fit_tail(top, first, second, owners, draws=5)
    assert found.fit.spread > 0.3
    np.fill_diagonal(scores, -1)
    for people in (100, 600):
        threshold = found.threshold(2e-3)
        reached = (scores >= threshold).sum(axis=1) / 1199
        measured = float((1 - (1 - reached) ** people).mean())
        stated = rate_of_search(found, threshold, people).fpir
        simple = 1 - (1 - found.rate(threshold)) ** people
        assert stated == pytest.approx(measured, rel=0.15), people
        assert abs(stated - measured) < abs(simple - measured), people


@given(st.floats(0, 5), st.floats(-0.3, 0.3), st.floats(1e-4, 0.5), st.integers(1, 10**8))
def test_threshold_and_rate_are_inverse(spread: float, shape: float, fpir: float, people: int) -> None:
    found = threshold_of_search(plain(spread, shape), fpir, people)
    if found.threshold < 1:
        assert found.fpir <= fpir * 1.001
        if found.threshold > 0.2:
            assert found.fpir == pytest.approx(fpir, rel=1e-3)
    assert found.interval.low <= found.fpir * 1.001
    assert found.interval.high >= found.fpir * 0.999


@given(st.floats(0, 5), st.floats(0.2, 0.9), st.integers(0, 10**7))
def test_more_people_and_lower_thresholds_never_name_fewer(spread: float, threshold: float, people: int) -> None:
    tail = plain(spread)
    here = rate_of_search(tail, threshold, people)
    assert 0 <= here.fpir <= 1
    assert rate_of_search(tail, threshold, people + 1000).fpir >= here.fpir
    assert rate_of_search(tail, min(1.0, threshold + 0.01), people).fpir <= here.fpir


def test_cautious_thresholds_keep_the_upper_end(tail: ImpostorTail) -> None:
    for people in (5, 100, 10_000, 10**7):
        plainly, cautiously = (threshold_of_search(tail, 0.01, people, cautious=c) for c in (False, True))
        assert cautiously.threshold > plainly.threshold
        if people <= 10_000:  # beyond, two of sixty draws are orders of magnitude apart
            assert cautiously.interval.high == pytest.approx(0.01, rel=0.2)
        assert 1 - (1 - true_rate(cautiously.threshold)) ** people < 0.015, people


def test_what_the_data_cannot_carry_is_said() -> None:
    tail = plain()
    assert tail.least_rate == pytest.approx(6e-6, rel=0.01)
    most = most_people(tail, 0.01)
    assert most == pytest.approx(0.01005 / tail.least_rate, rel=0.01)
    assert not threshold_of_search(tail, 0.01, most).extrapolated
    assert threshold_of_search(tail, 0.01, most + 10).extrapolated
    assert threshold_of_search(tail, 0.01, 10).most_people == pytest.approx(most, rel=0.01)


def test_nobody_enrolled() -> None:
    found = rate_of_search(plain(), 0.4, 0)
    assert (found.fpir, found.extrapolated) == (0, False)
    assert threshold_of_search(plain(), 0.01, 0).threshold == threshold_of_search(plain(), 0.01, 1).threshold


def test_thresholds_below_the_tail() -> None:
    with pytest.raises(RateNotSupported, match="lies below"):
        rate_of_search(plain(), 0.1, 10)
    assert threshold_of_search(plain(), 0.5, 1).threshold == 0.2


@pytest.mark.parametrize(("fpir", "people"), [(0.0, 1), (1.0, 1), (math.nan, 1), (0.1, -1)])
def test_what_is_no_rate(fpir: float, people: int) -> None:
    with pytest.raises(BadInput):
        threshold_of_search(plain(), fpir, people)


def test_too_few_people() -> None:
    vectors, owners = drawn_people(50, 3, seed=6)
    scores, first, second = listed(vectors, owners, 0.0)
    with pytest.raises(RateNotSupported, match="50 people"):
        fit_tail(scores, first, second, owners)


def test_through_a_file_and_back(tail: ImpostorTail) -> None:
    document = json.loads(json.dumps(tail.to_dict()))
    again = ImpostorTail.from_dict(document)
    assert again.to_dict() == tail.to_dict()
    for people in (10, 10_000):
        a, b = (threshold_of_search(t, 0.01, people) for t in (tail, again))
        assert b.threshold == pytest.approx(a.threshold, abs=1e-5)
        assert b.interval.high == pytest.approx(a.interval.high, rel=1e-3)


@pytest.mark.parametrize(
    "change",
    [{"thresholds": [0.3, 0.2]}, {"rates": [1e-3, 1e-2]}, {"rates": []}, {"draws": []}, {"fit": [0, 1, 0, 0]},
     {"pairs": 0}, {"fit": [1e-3, -1, 0, 0]}],
)  # fmt: skip
def test_a_malformed_file(change: dict[str, object]) -> None:
    with pytest.raises(ValueError, match=r"."):
        ImpostorTail.from_dict({**plain().to_dict(), **change})
