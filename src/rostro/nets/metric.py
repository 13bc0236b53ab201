"""A backbone that is trained by a loss of metric learning."""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional


class MetricNet(nn.Module):
    """Unit vectors of a backbone, or their cosines with a learned centre per person.

    Attributes:
        backbone: (N, 3, size, size) → (N, dims).
        centres: (people, dims), of any norm; None where faces are compared with each other.
    """

    centres: nn.Parameter | None

    def __init__(self, backbone: nn.Module, dims: int, people: int | None) -> None:
        super().__init__()
        self.backbone = backbone
        self.centres = None if people is None else nn.Parameter(torch.randn(people, dims) * 0.01)

    def forward(self, images: Tensor) -> Tensor:
        """(N, people) cosines; or (N, dims) unit vectors where there are no centres."""
        vectors = self.backbone(images)
        with torch.autocast(images.device.type, enabled=False):  # an angle from a bf16 cosine is off by degrees
            units = functional.normalize(vectors.float())
            return units if self.centres is None else units @ functional.normalize(self.centres).T
