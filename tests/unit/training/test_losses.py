"""The losses of metric learning against their formulas, written out with loops."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

torch = pytest.importorskip("torch")

from rostro.training.loop.losses import arcface, cosface, triplet  # noqa: E402

FEW = settings(max_examples=40, deadline=None)
batches = st.tuples(st.integers(2, 9), st.integers(2, 5), st.integers(0, 2**16))


def drawn(count: int, classes: int, seed: int, dims: int = 4) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Unit vectors, unit centres, labels."""
    rng = np.random.default_rng(seed)
    vectors, centres = rng.normal(size=(count, dims)), rng.normal(size=(classes, dims))
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    centres /= np.linalg.norm(centres, axis=1, keepdims=True)
    return vectors, centres, rng.integers(0, classes, count)


def cross_entropy(logits: list[float], label: int) -> float:
    highest = max(logits)
    return highest + math.log(sum(math.exp(value - highest) for value in logits)) - logits[label]


def by_hand(name: str, cosines: np.ndarray, labels: np.ndarray, margin: float, scale: float) -> float:
    losses = []
    for row, label in zip(cosines, labels, strict=True):
        logits = [scale * value for value in row]
        angle = math.acos(row[label])
        if name == "cosface":
            logits[label] = scale * (row[label] - margin)
        elif angle + margin < math.pi:
            logits[label] = scale * math.cos(angle + margin)
        else:
            logits[label] = scale * (row[label] - margin * math.sin(margin))
        losses.append(cross_entropy(logits, int(label)))
    return float(np.mean(losses))


@FEW
@given(batches, st.sampled_from(["arcface", "cosface"]), st.floats(0, 1), st.floats(1, 64))
def test_margins_are_the_formulas(batch: tuple[int, int, int], name: str, margin: float, scale: float) -> None:
    vectors, centres, labels = drawn(*batch)
    cosines = vectors @ centres.T
    loss = {"arcface": arcface, "cosface": cosface}[name]
    found = loss(torch.from_numpy(cosines), torch.from_numpy(labels), margin=margin, scale=scale)
    assert float(found) == pytest.approx(by_hand(name, cosines, labels, margin, scale), rel=1e-6, abs=1e-6)


@FEW
@given(batches, st.sampled_from([arcface, cosface]))
def test_without_a_margin_it_is_the_softmax_and_margins_only_make_it_harder(batch, loss) -> None:
    vectors, centres, labels = drawn(*batch)
    cosines, targets = torch.from_numpy(vectors @ centres.T), torch.from_numpy(labels)
    plain = torch.nn.functional.cross_entropy(16 * cosines, targets)
    assert float(loss(cosines, targets, margin=0.0, scale=16.0)) == pytest.approx(float(plain), rel=1e-6)
    losses = [float(loss(cosines, targets, margin=margin, scale=16.0)) for margin in (0.0, 0.2, 0.4)]
    assert losses == sorted(losses)


@pytest.mark.parametrize("loss", [arcface, cosface])
def test_gradients_are_finite_where_a_face_lies_on_its_centre_or_opposite(loss) -> None:
    cosines = torch.tensor([[1.0, -1.0], [-1.0, 1.0], [1.0, 0.0]], requires_grad=True)
    loss(cosines, torch.tensor([0, 0, 1])).backward()
    assert torch.isfinite(cosines.grad).all()
    assert cosines.grad[0, 0] <= 0


def triplet_by_hand(vectors: np.ndarray, labels: np.ndarray, margin: float) -> float:
    def distance(i: int, j: int) -> float:
        return float(((vectors[i] - vectors[j]) ** 2).sum())

    losses = []
    for a in range(len(labels)):
        for p in range(len(labels)):
            others = [distance(a, n) for n in range(len(labels)) if labels[n] != labels[a]]
            if a == p or labels[a] != labels[p] or not others:
                continue
            near = distance(a, p)
            negative = min((d for d in others if d > near), default=max(others))
            losses.append(max(0.0, near - negative + margin))
    return float(np.mean(losses)) if losses else 0.0


@FEW
@given(batches, st.floats(0, 1))
def test_triplets_are_the_semi_hard_ones(batch: tuple[int, int, int], margin: float) -> None:
    vectors, _, labels = drawn(*batch)
    found = triplet(torch.from_numpy(vectors), torch.from_numpy(labels), margin=margin)
    assert float(found) == pytest.approx(triplet_by_hand(vectors, labels, margin), abs=1e-9)


def test_a_batch_of_one_person_or_of_strangers_only_has_no_triplet() -> None:
    for labels in ([0, 0, 0], [0, 1, 2]):
        vectors = torch.eye(3, requires_grad=True)
        loss = triplet(vectors, torch.tensor(labels))
        loss.backward()
        assert loss.item() == 0
        assert not vectors.grad.any()
