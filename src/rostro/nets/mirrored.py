"""A network that is asked twice: about the picture and about its mirror image."""

from __future__ import annotations

from typing import TYPE_CHECKING

from torch import Tensor, nn

if TYPE_CHECKING:
    from collections.abc import Callable


class Mirrored(nn.Module):
    """The mean of the network's two answers; for networks that were trained on mirrored pictures too."""

    def __init__(self, net: nn.Module) -> None:
        super().__init__()
        self.net = net

    def represent(self, images: Tensor) -> Tensor:
        """What the network's last layer reads, the mean of both."""
        ask: Callable[[Tensor], Tensor] = self.net.represent  # type: ignore[assignment]
        return (ask(images) + ask(images.flip(3))) / 2

    def forward(self, images: Tensor) -> Tensor:
        """The network's scores, the mean of both."""
        scores: Tensor = (self.net(images) + self.net(images.flip(3))) / 2
        return scores
