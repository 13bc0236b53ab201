"""The networks that are trained from scratch, by name."""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

from rostro.core.errors import UnknownModel
from rostro.core.parts import did_you_mean

if TYPE_CHECKING:
    from torch import nn

#: Name → (file in `rostro.nets`, function there). Each file says the side of its pictures in ``SIZE``.
NETS = {
    "compact": ("compact", "compact"),
    "upna_plain": ("upna", "upna_plain"),
    "upna_pooled": ("upna", "upna_pooled"),
    "buap": ("attributes", "buap"),
}


def size_of(name: str) -> int:
    """Side of a network's pictures, in pixels.

    Raises:
        UnknownModel: No network of that name.
    """
    return int(_module(name).SIZE)


def build(name: str, outputs: int, seed: int = 0) -> nn.Module:
    """A network with its first weights, drawn by the seed; in the memory order that convolutions are fastest in.

    Raises:
        UnknownModel: No network of that name.
    """
    import torch

    make = getattr(_module(name), NETS[name][1])
    torch.manual_seed(seed)
    net: nn.Module = make(outputs)
    return net.to(memory_format=torch.channels_last)  # type: ignore[call-overload, no-any-return]


def parameters(net: nn.Module) -> int:
    """Numbers that training changes."""
    return sum(parameter.numel() for parameter in net.parameters() if parameter.requires_grad)


def summary(net: nn.Module) -> list[str]:
    """A line per layer that has parameters, and their sum."""
    lines = []
    for name, layer in net.named_modules():
        own = sum(parameter.numel() for parameter in layer.parameters(recurse=False))
        if own:
            lines.append(f"  {name:28} {type(layer).__name__:12} {own:>13,}")
    return [*lines, f"  {'parameters':41} {parameters(net):>13,}"]


def _module(name: str) -> Any:
    if name not in NETS:
        raise UnknownModel(f"no network named {name!r}.{did_you_mean(name, NETS)} There is: {', '.join(NETS)}")
    return importlib.import_module(f"rostro.nets.{NETS[name][0]}")
