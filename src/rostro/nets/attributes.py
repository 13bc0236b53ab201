"""The attribute network of the course project at BUAP: three convolutions, two dense layers, 40 sigmoids.

Source: LazaroR-u/proyecto_reconocimiento_facial_BUAP (Keras), ``Identificador_atributos_celebA.ipynb``: 3,836,304
parameters.
"""

from __future__ import annotations

from itertools import pairwise

import torch
from torch import Tensor, nn

from rostro.nets.keras_start import start_as_keras

#: Side of the input, pixels.
SIZE = 192
#: Length of the vector that the last layer reads.
FEATURES = 64
_CHANNELS = (3, 40, 80, 120)


class AttributeNet(nn.Module):
    """Valid 3 × 3 convolutions with ReLU and 2 × 2 max-pooling, flattened as Keras does it (channels last)."""

    def __init__(self, attributes: int = 40) -> None:
        super().__init__()
        layers: list[nn.Module] = []
        side = SIZE
        for before, after in pairwise(_CHANNELS):
            layers += [nn.Conv2d(before, after, 3), nn.ReLU(inplace=True), nn.MaxPool2d(2)]
            side = (side - 2) // 2
        self.features = nn.Sequential(*layers)
        self.hidden = nn.Linear(side * side * _CHANNELS[-1], FEATURES)
        self.dropout = nn.Dropout(0.2)
        self.head = nn.Linear(FEATURES, attributes)
        start_as_keras(self)

    def represent(self, images: Tensor) -> Tensor:
        """(N, `FEATURES`): what the last layer reads. Images are (N, 3, 192, 192) in [0, 1]."""
        maps: Tensor = self.features(images)
        return torch.relu(self.hidden(maps.permute(0, 2, 3, 1).flatten(1)))

    def forward(self, images: Tensor) -> Tensor:
        """(N, attributes) scores before the sigmoid. Images are (N, 3, 192, 192) in [0, 1]."""
        scores: Tensor = self.head(self.dropout(self.represent(images)))
        return scores


def buap(attributes: int) -> AttributeNet:
    """The network for a number of attributes: 3,836,304 parameters at 40."""
    return AttributeNet(attributes)
