"""Dropout of maps, whose chances are drawn eight at a time."""

from __future__ import annotations

import torch
from torch import Tensor, nn

#: Numbers that a byte can be.
_BYTE = 256


class MapDropout(nn.Module):
    """As `torch.nn.Dropout`: each value becomes 0 with a chance, and the others are made up for it.

    On processors that are not Intel's torch draws 64 bits for each value, one value after the other: 53 ms for 32 maps
    of 32 × 74 × 74. Here 64 bits make the chances of eight values, so that a chance is a multiple of 1/256: 8 ms.
    torch's own generator draws them: the same seed gives the same values.
    """

    def __init__(self, chance: float) -> None:
        """Notes the chance.

        Args:
            chance: In [0, 1), a multiple of 1/256.

        Raises:
            ValueError: Another one.
        """
        super().__init__()
        if not 0 <= chance < 1 or chance * _BYTE != round(chance * _BYTE):
            raise ValueError(f"a chance is a multiple of 1/256 in [0, 1), got {chance}")
        self.chance = chance

    def forward(self, maps: Tensor) -> Tensor:
        """Any shape; what comes out has the same shape, type and order of memory."""
        if not self.training or not self.chance:
            return maps
        bits = torch.empty(-(-maps.numel() // 8), dtype=torch.int64, device=maps.device)
        bits.random_(-(2**63), None)  # all 64 of them
        kept = torch.empty_like(maps, dtype=torch.bool)  # in the order of the maps: all run through memory straight on
        torch.ge(
            bits.view(torch.uint8)[: maps.numel()],
            round(self.chance * _BYTE),
            out=kept.as_strided((maps.numel(),), (1,)),
        )
        return maps * kept.to(maps.dtype).mul_(1 / (1 - self.chance))

    def extra_repr(self) -> str:
        """The chance, for the network's drawing."""
        return f"{self.chance}"
