"""Attributes by a frozen base: its vectors of whole portraits, and a logistic regression on them.

A base that looks for the face and cuts it out tightly sees neither hair nor hat nor necktie; its vector of the
portrait's middle square tells of them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from rostro.core.errors import PhotoError
from rostro.core.geometry import unit_rows
from rostro.training.loop.loop import Interrupted

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from numpy.typing import NDArray

    from rostro.core.types import Floats
    from rostro.training.base import Base, Progress

#: Strengths of the penalty that are tried; the validation part decides.
PENALTIES = (0.003, 0.01, 0.03, 0.1)
_ITERATIONS = 100


def look(base: Base, photos: Sequence[Path | bytes], progress: Progress) -> Floats:
    """(N, d) vectors of portraits; entries are about 1, whatever the base.

    Raises:
        PhotoError: A photo cannot be read.
        Interrupted: `Progress.stopped` said so.
    """
    rows = []
    for answer in base.portraits(photos):
        if progress.stopped():
            raise Interrupted("stopped before the training began; nothing was written")
        if isinstance(answer, PhotoError):
            raise answer
        rows.append(answer.vector)
    return scaled(np.stack(rows))


def scaled(vectors: Floats) -> Floats:
    """Rows of a norm of √d."""
    rows: Floats = (unit_rows(vectors) * np.sqrt(vectors.shape[1])).astype(np.float32)
    return rows


def fit(vectors: Floats, labels: NDArray[np.float32], penalty: float) -> tuple[Floats, Floats]:
    """A logistic regression for each attribute, to its one minimum (L-BFGS).

    Args:
        vectors: (N, d) `scaled`.
        labels: (N, attributes) 0 or 1.
        penalty: Strength of the L2 penalty on the weights, per photo.

    Returns:
        (attributes, d) weights and (attributes,) biases.
    """
    import torch

    inputs, targets = torch.from_numpy(vectors), torch.from_numpy(labels)
    weight = torch.zeros(targets.shape[1], inputs.shape[1], requires_grad=True)
    bias = torch.zeros(targets.shape[1], requires_grad=True)
    solver = torch.optim.LBFGS([weight, bias], max_iter=_ITERATIONS, line_search_fn="strong_wolfe")

    def loss() -> float:
        solver.zero_grad()
        scores = inputs @ weight.T + bias
        wrong = torch.nn.functional.binary_cross_entropy_with_logits(scores, targets, reduction="sum")
        value = wrong / len(inputs) + penalty * weight.square().sum() / 2
        value.backward()  # type: ignore[no-untyped-call]
        return value  # type: ignore[return-value]

    solver.step(loss)  # type: ignore[no-untyped-call]
    return weight.detach().numpy(), bias.detach().numpy()


def log_loss(scores: NDArray[Any], labels: NDArray[Any]) -> float:
    """The mean binary cross entropy."""
    return float(np.logaddexp(0, np.where(labels == 1, -scores, scores)).mean())
