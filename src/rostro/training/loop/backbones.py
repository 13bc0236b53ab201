"""The networks whose vectors are trained, by name: new ones, and those of embedders that run a network of ours."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from rostro.core.errors import BadInput
from rostro.embedding.base import EMBEDDERS
from rostro.embedding.keras import KerasEmbedder
from rostro.nets.iresnet import iresnet
from rostro.nets.mobilefacenet import mobilefacenet

if TYPE_CHECKING:
    from collections.abc import Callable

    from rostro.nets.network import Network
    from rostro.nets.torch_network import TorchNetwork

#: Trained from scratch: name → the network of so many dimensions.
BACKBONES: dict[str, Callable[[int], Network]] = {
    "mobilefacenet": mobilefacenet,
    "iresnet18": lambda dims: iresnet(18, dims),
    "iresnet34": lambda dims: iresnet(34, dims),
    "iresnet50": lambda dims: iresnet(50, dims),
}


def build(name: str, dims: int) -> TorchNetwork:
    """A network with new weights.

    Args:
        name: A key of `BACKBONES`, or an embedder that `described` knows.
        dims: Length of the vectors; an embedder's are as long as they are.

    Raises:
        UnknownModel: No such embedder.
        BadInput: An embedder that cannot be trained.
    """
    from rostro.nets.torch_network import TorchNetwork

    if name in BACKBONES:
        return TorchNetwork(BACKBONES[name](dims))
    part = described(name)
    return TorchNetwork(part.network_of(part.forms[0]), part.output)


def described(name: str) -> Any:
    """The class of an embedder whose network `rostro.nets` describes.

    Raises:
        UnknownModel: No such embedder.
        BadInput: Its network comes as a file only.
    """
    part = EMBEDDERS.get(name)
    if not issubclass(part, KerasEmbedder):
        able = [other for other in EMBEDDERS if _is_described(other)]
        raise BadInput(f"{name} cannot be trained further; {', '.join(able)} can, and a checkpoint of yours")
    return part


def _is_described(name: str) -> bool:
    return issubclass(EMBEDDERS.get(name), KerasEmbedder)
