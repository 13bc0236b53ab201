"""Classifiers that stand on a frozen network's vectors: UPNA's small perceptron, and a single neuron."""

from __future__ import annotations

from torch import Tensor, nn


class UpnaHead(nn.Module):
    """Dense 100 with tanh, dense 10, each with batch normalisation and dropout, then the classes.

    Source: the face recognition project of the Universidad Pública de Navarra (Keras), versions 4 and 5.

    Attributes:
        prototypes: (classes, dims) the people's mean vectors, kept beside the weights to tell strangers by.
    """

    prototypes: Tensor

    def __init__(self, prototypes: Tensor) -> None:
        super().__init__()
        classes, dims = prototypes.shape
        self.register_buffer("prototypes", prototypes)
        self.layers = nn.Sequential(
            nn.Linear(dims, 100), nn.Tanh(), nn.BatchNorm1d(100), nn.Dropout(0.3),
            nn.Linear(100, 10), nn.BatchNorm1d(10), nn.Dropout(0.2),
            nn.Linear(10, classes),
        )  # fmt: skip

    def forward(self, vectors: Tensor) -> Tensor:
        """(N, classes) scores before the softmax, from (N, dims)."""
        scores: Tensor = self.layers(vectors)
        return scores


class Neuron(nn.Module):
    """One neuron: the score of yes before the sigmoid.

    Attributes:
        scale: What vectors are multiplied with first, so that one learning rate suits every base.
    """

    scale: Tensor

    def __init__(self, dims: int, scale: Tensor) -> None:
        super().__init__()
        self.register_buffer("scale", scale)
        self.neuron = nn.Linear(dims, 1)

    def forward(self, vectors: Tensor) -> Tensor:
        """(N,) scores from (N, dims)."""
        scores: Tensor = self.neuron(vectors * self.scale)
        return scores.squeeze(1)
