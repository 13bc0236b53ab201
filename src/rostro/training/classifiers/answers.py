"""Scores as answers: which class, how probable."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from numpy.typing import NDArray

    Listed = tuple[tuple[str, float], ...]


def softmax(classes: Sequence[str], scores: NDArray[Any]) -> Listed:
    """Classes that exclude each other, with their probabilities, highest first.

    Args:
        classes: Their names.
        scores: (classes,) before the softmax.
    """
    powers = np.exp(scores - scores.max())
    return highest_first(classes, (powers / powers.sum()).tolist())


def highest_first(classes: Sequence[str], probabilities: Iterable[float]) -> Listed:
    """Classes with their probabilities, highest first; of equal ones, the first."""
    return tuple(sorted(zip(classes, probabilities, strict=True), key=lambda item: -item[1]))


def sigmoid(scores: NDArray[Any]) -> NDArray[np.float64]:
    """Log odds → probabilities."""
    values: NDArray[np.float64] = 1 / (1 + np.exp(-np.asarray(scores, np.float64)))
    return values
