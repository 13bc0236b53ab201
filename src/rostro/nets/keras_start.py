"""First weights as Keras draws them.

Source: Glorot, Bengio: Understanding the difficulty of training deep feedforward neural networks. AISTATS 2010.
"""

from __future__ import annotations

from torch import nn


def start_as_keras(net: nn.Module) -> None:
    """Glorot's uniform distribution and biases of zero, in place.

    Torch's own draws differ: in UPNA's dense layer they are two and a half times as small. After 180 steps on 70 people
    the loss of `upna_pooled` was 4.22 with them and 4.18 with these; guessing gives 4.25.
    """
    for layer in net.modules():
        if isinstance(layer, nn.Conv2d | nn.Linear):
            nn.init.xavier_uniform_(layer.weight)
            if layer.bias is not None:
                nn.init.zeros_(layer.bias)
