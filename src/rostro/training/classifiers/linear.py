"""Classifiers on unit vectors: cosine prototypes, logistic regression, and how to choose between them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from rostro.core.geometry import unit_rows
from rostro.training.classifiers.scores import best_threshold

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from rostro.core.types import Floats

#: What cosines are multiplied with before the softmax: 0.1 more alike is e² times as probable.
COSINE_SCALE = 20.0
#: Strength of the penalty on the weights of logistic regression, per photo; vectors have unit norm.
L2 = 1e-3
_FOLDS = 5


def prototypes(vectors: Floats, labels: NDArray[np.int64], classes: int) -> Floats:
    """(classes, d) the unit mean of each class' unit vectors."""
    means = np.stack([unit_rows(vectors[labels == label]).mean(axis=0) for label in range(classes)])
    return unit_rows(means.astype(np.float32))


def logistic(vectors: Floats, labels: NDArray[np.int64], classes: int) -> tuple[Floats, Floats]:
    """Multinomial logistic regression on unit vectors, with an L2 penalty, to its one minimum (L-BFGS).

    Returns:
        (classes, d) weights and (classes,) biases.
    """
    import torch

    inputs, targets = torch.from_numpy(unit_rows(vectors)).double(), torch.from_numpy(labels)
    weight = torch.zeros(classes, inputs.shape[1], dtype=torch.float64, requires_grad=True)
    bias = torch.zeros(classes, dtype=torch.float64, requires_grad=True)
    solver = torch.optim.LBFGS([weight, bias], max_iter=200, tolerance_grad=1e-7, line_search_fn="strong_wolfe")

    def loss() -> float:
        solver.zero_grad()
        value = torch.nn.functional.cross_entropy(inputs @ weight.T + bias, targets) + L2 * weight.square().sum() / 2
        value.backward()  # type: ignore[no-untyped-call]
        return value  # type: ignore[return-value]

    solver.step(loss)  # type: ignore[no-untyped-call]
    return weight.detach().float().numpy(), bias.detach().float().numpy()


def choose(vectors: Floats, labels: NDArray[np.int64], classes: int, seed: int) -> tuple[str, dict[str, float]]:
    """``cosine`` or ``logistic``, whichever is right more often in stratified cross-validation; a tie goes to cosine.

    Returns:
        The choice, and the accuracies; no accuracies where somebody has one photo only, who cannot be left out.
    """
    folds = min(_FOLDS, int(np.bincount(labels, minlength=classes).min()))
    if folds < 2:
        return "cosine", {}
    fold = _stratified(labels, folds, seed)
    right = {"cosine": 0, "logistic": 0}
    for number in range(folds):
        learn, ask = fold != number, fold == number
        means = prototypes(vectors[learn], labels[learn], classes)
        weight, bias = logistic(vectors[learn], labels[learn], classes)
        asked = unit_rows(vectors[ask])
        right["cosine"] += int(((asked @ means.T).argmax(axis=1) == labels[ask]).sum())
        right["logistic"] += int(((asked @ weight.T + bias).argmax(axis=1) == labels[ask]).sum())
    accuracies = {name: count / len(labels) for name, count in right.items()}
    return max(accuracies, key=lambda name: accuracies[name]), accuracies


def unknown_threshold(vectors: Floats, labels: NDArray[np.int64], classes: int) -> float:
    """The cosine with the nearest prototype below which a face is nobody's, learned from the known people.

    Each photo is asked twice: against its own person's prototype made without it (known), and against everybody
    else's (unknown). The threshold is the one that tells those two best apart.
    """
    rows = unit_rows(vectors)
    sums = np.stack([rows[labels == label].sum(axis=0) for label in range(classes)])
    cosines = rows @ unit_rows(sums.astype(np.float32)).T
    index = np.arange(len(rows))
    several = np.bincount(labels, minlength=classes)[labels] > 1
    own = np.einsum("nd,nd->n", rows, unit_rows((sums[labels] - rows).astype(np.float32)))[several]
    cosines[index, labels] = -np.inf
    others = cosines.max(axis=1)
    if not own.size:
        return float(others.max())
    scores = np.concatenate([own, others])
    return best_threshold(scores, np.arange(len(scores)) < own.size)


def _stratified(labels: NDArray[np.int64], folds: int, seed: int) -> NDArray[np.int64]:
    """(N,) number of each photo's fold; every class is spread evenly."""
    rng = np.random.default_rng(seed)
    fold = np.empty(len(labels), np.int64)
    for label in np.unique(labels):
        own = rng.permutation(np.flatnonzero(labels == label))
        fold[own] = np.arange(len(own)) % folds
    return fold
