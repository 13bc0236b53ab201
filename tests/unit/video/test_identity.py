"""A name needs evidence, stays through noise, goes when the evidence goes."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rostro.video.identity import SLACK, Identity, Match

ADA, GRACE = 1, 2
THRESHOLD = 0.4


def unit(*values: float) -> np.ndarray:
    vector = np.array(values, np.float32)
    return vector / np.linalg.norm(vector)


FRONT = unit(1, 0, 0)


def decided(identity: Identity, **scores: float) -> str | None:
    found = sorted((Match({"ada": ADA, "grace": GRACE}[n], n, s) for n, s in scores.items()), key=lambda m: -m.score)
    identity.decide(found)
    return None if identity.match is None else identity.match.name


def test_a_name_needs_two_embeddings() -> None:
    identity = Identity(THRESHOLD)
    identity.add(FRONT, 1.0)
    assert decided(identity, ada=0.9) is None and identity.state == "undecided"
    identity.add(FRONT, 1.0)
    assert decided(identity, ada=0.9) == "ada" and identity.state == "known"


def test_strangers_are_unknown_and_not_at_once() -> None:
    identity, states = Identity(THRESHOLD), []
    for _ in range(3):
        identity.add(FRONT, 1.0)
        assert decided(identity, ada=0.39) is None
        states.append(identity.state)
    assert states == ["undecided", "undecided", "unknown"]


@given(st.lists(st.floats(THRESHOLD - SLACK + 0.001, 1), max_size=20))
def test_noise_around_the_threshold_does_not_flicker(scores: list[float]) -> None:
    identity = Identity(THRESHOLD)
    for _ in range(2):
        identity.add(FRONT, 1.0)
    assert decided(identity, ada=0.41) == "ada"
    assert all(decided(identity, ada=score, grace=min(1, score + SLACK - 0.01)) == "ada" for score in scores)


def test_a_name_goes_and_another_comes() -> None:
    identity = Identity(THRESHOLD)
    for _ in range(2):
        identity.add(FRONT, 1.0)
    assert decided(identity, ada=0.5) == "ada"
    assert decided(identity, ada=0.5, grace=0.55) == "ada", "not better enough"
    assert decided(identity, ada=0.5, grace=0.57) == "grace"
    assert decided(identity, grace=THRESHOLD - SLACK - 0.01) is None
    assert decided(identity) is None, "nobody in the gallery"


def test_an_erased_person_is_unknown() -> None:
    identity = Identity(THRESHOLD)
    for _ in range(3):
        identity.add(FRONT, 1.0)
    assert decided(identity, ada=0.8) == "ada"
    assert decided(identity, grace=0.1) is None and identity.state == "unknown"


def test_the_score_is_the_weighed_mean_of_the_similarities() -> None:
    """So the threshold of single photos holds for it."""
    rng, identity = np.random.default_rng(3), Identity(THRESHOLD)
    template = unit(*rng.normal(size=128))
    vectors = [unit(*(template + rng.normal(size=128) * 0.1)) for _ in range(5)]
    weights = [0.9, 0.2, 0.5, 0.7, 0.4]
    for vector, weight in zip(vectors, weights, strict=True):
        identity.add(vector, weight)
    faded = np.array(weights) * 0.9 ** np.arange(4, -1, -1)
    expected = float(np.sum(faded * [vector @ template for vector in vectors]) / faded.sum())
    assert float(identity.query @ template) * identity.certainty == pytest.approx(expected, abs=1e-5)


def test_two_embeddings_of_somebody_else_start_anew() -> None:
    identity = Identity(THRESHOLD)
    for _ in range(5):
        identity.add(FRONT, 1.0)
    decided(identity, ada=0.9)
    identity.add(unit(0, 1, 0), 1.0)
    assert identity.count == 5 and identity.match is not None, "one may be a bad view"
    identity.add(unit(0, 1, 0), 1.0)
    assert identity.count == 1 and identity.match is None and identity.state == "undecided"
    assert identity.query == pytest.approx(unit(0, 1, 0))
