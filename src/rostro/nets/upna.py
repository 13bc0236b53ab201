"""UPNA's two classifiers, trained from scratch: the one without pooling, and the same with it.

They are kept to the parameter, as the example of what flattening a large map costs: without pooling the first dense
layer alone has 679 million weights, all but a fraction of a percent of the network.

Source: the final-year project on face recognition of the Universidad Pública de Navarra (Keras), version 1.
"""

from __future__ import annotations

from itertools import pairwise

import torch
from torch import Tensor, nn

from rostro.nets.dropout import MapDropout
from rostro.nets.keras_start import start_as_keras

#: Side of the input, pixels.
SIZE = 150
_CHANNELS = (3, 32, 32, 64, 64, 64, 64)
_DENSE = 512


class UpnaNet(nn.Module):
    """Three pairs of 3 × 3 convolutions (the first of a pair keeps the size, the second does not), then dense layers.

    The map is flattened rows first, channels last, as Keras does it: dense weights are Keras' own, transposed.
    """

    def __init__(self, classes: int, *, pooled: bool) -> None:
        """Makes the layers.

        Args:
            classes: Outputs.
            pooled: Whether 2 × 2 max-pooling and dropout of 0.25 follow each pair.
        """
        super().__init__()
        layers: list[nn.Module] = []
        side = SIZE
        for index, (before, after) in enumerate(pairwise(_CHANNELS)):
            keeps_size = index % 2 == 0
            layers.append(nn.Conv2d(before, after, 3, padding="same" if keeps_size else "valid"))
            side -= 0 if keeps_size else 2
            if pooled and not keeps_size:
                side //= 2
                # the largest, then ReLU: the same as after it, on a quarter of the map
                layers += [nn.MaxPool2d(2), nn.ReLU(inplace=True), MapDropout(0.25)]
            else:
                layers.append(nn.ReLU(inplace=True))
        self.features = nn.Sequential(*layers)
        self.hidden = nn.Linear(side * side * _CHANNELS[-1], _DENSE)
        self.dropout = nn.Dropout(0.5)
        self.head = nn.Linear(_DENSE, classes)
        start_as_keras(self)

    def represent(self, images: Tensor) -> Tensor:
        """(N, 512): what the last layer reads. Images are (N, 3, 150, 150) in [0, 1]."""
        maps: Tensor = self.features(images)
        return torch.relu(self.hidden(maps.permute(0, 2, 3, 1).flatten(1)))

    def forward(self, images: Tensor) -> Tensor:
        """Class scores before the softmax.

        Args:
            images: (N, 3, 150, 150) in [0, 1].

        Returns:
            (N, classes).
        """
        scores: Tensor = self.head(self.dropout(self.represent(images)))
        return scores


def upna_plain(classes: int) -> UpnaNet:
    """Without pooling: 679,873,684 parameters at 500 classes."""
    return UpnaNet(classes, pooled=False)


def upna_pooled(classes: int) -> UpnaNet:
    """With pooling: 9,640,668 parameters at 60 classes."""
    return UpnaNet(classes, pooled=True)
