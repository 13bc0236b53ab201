"""How good answers about attributes are: thresholds, means, and a table with a line per attribute."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from rostro.training.classifiers.scores import auc, balanced_accuracy, best_threshold

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

#: A rare attribute counts at most this many times as much as a frequent one.
_MOST_WEIGHT = 10.0
COLUMNS = ("accuracy", "majority", "balanced accuracy", "AUC")


def measure(scores: NDArray[Any], labels: NDArray[Any]) -> dict[str, float]:
    """Mean AUC over the attributes that occur, which no threshold sways, and Keras' binary accuracy."""
    areas = [auc(scores[:, index], labels[:, index]) for index in range(labels.shape[1])]
    known = [area for area in areas if np.isfinite(area)]
    mean = float(np.mean(known)) if known else 0.5
    return {"mean AUC": mean, "binary accuracy": float(((scores >= 0) == (labels == 1)).mean())}


def weights(labels: NDArray[Any]) -> NDArray[np.float32]:
    """(attributes,) what a yes counts in the balanced loss: noes per yes, within bounds.

    Args:
        labels: (N, attributes) 0 or 1.
    """
    odds = _odds(labels)
    return (1 / odds).clip(1 / _MOST_WEIGHT, _MOST_WEIGHT).astype(np.float32)


def most_accurate(scores: NDArray[Any], labels: NDArray[Any]) -> NDArray[np.float64]:
    """(attributes,) thresholds of highest accuracy on these photos."""
    return np.array([best_threshold(scores[:, index], labels[:, index]) for index in range(scores.shape[1])])


def even_handed(labels: NDArray[Any], counted: NDArray[Any] | float = 1.0) -> NDArray[np.float64]:
    """(attributes,) thresholds at which having and lacking an attribute count alike.

    A score that was learned without weights is the log odds of a yes; the attribute is more probable than usual where
    it is above the log odds of the attribute itself (Menon et al., Long-tail learning via logit adjustment, 2021).

    Args:
        labels: (N, attributes) of the training part.
        counted: What a yes counted in the loss.
    """
    cuts: NDArray[np.float64] = np.log(_odds(labels)) + np.log(counted)
    return cuts


def table(
    scores: NDArray[Any],
    truth: NDArray[Any],
    known: NDArray[Any],
    accurate: NDArray[np.float64],
    even: NDArray[np.float64],
) -> NDArray[np.float64]:
    """(attributes, len(COLUMNS)) the figures of each attribute.

    Args:
        scores: (N, attributes) of the test part.
        truth: (N, attributes) 0 or 1.
        known: Labels of the training part, to say what always giving the more frequent answer is worth.
        accurate: (attributes,) thresholds for the accuracy.
        even: (attributes,) thresholds for the balanced accuracy.
    """
    majority = known.mean(axis=0) >= 0.5
    return np.array(
        [
            [
                np.mean((scores[:, i] >= accurate[i]) == (truth[:, i] == 1)),
                np.mean(majority[i] == (truth[:, i] == 1)),
                balanced_accuracy(scores[:, i] >= even[i], truth[:, i]),
                auc(scores[:, i], truth[:, i]),
            ]
            for i in range(scores.shape[1])
        ]
    )


def means(rows: NDArray[np.float64]) -> dict[str, float]:
    """The mean of each column over the attributes for which it is defined."""
    defined = np.asarray(np.isfinite(rows).any(axis=0))
    return {
        f"test mean {name}": float(np.nanmean(rows[:, column]))
        for column, name in enumerate(COLUMNS)
        if defined[column]
    }


def as_csv(attributes: Sequence[str], rows: NDArray[np.float64]) -> str:
    """The table with a line per attribute."""
    lines = ["attribute," + ",".join(COLUMNS)]
    lines += [f"{name}," + ",".join(f"{v:.4f}" for v in row) for name, row in zip(attributes, rows, strict=True)]
    return "\n".join([*lines, ""])


def _odds(labels: NDArray[Any]) -> NDArray[np.float64]:
    share = np.asarray(labels, np.float64).mean(axis=0).clip(1e-6, 1 - 1e-6)
    odds: NDArray[np.float64] = share / (1 - share)
    return odds
