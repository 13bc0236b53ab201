"""A described network as a torch module, to train it: a second reader of the list that `onnx_file` reads."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional

if TYPE_CHECKING:
    from collections.abc import Callable, Collection

    from rostro.core.types import Floats
    from rostro.nets.network import Layer, Network, Weights

#: Keras' axes (height, width, in, out) and (in, out) as torch's, and back.
_TO_TORCH = {4: (3, 2, 0, 1), 2: (1, 0)}
_TO_KERAS = {4: (2, 3, 1, 0), 2: (1, 0)}


class TorchNetwork(nn.Module):
    """One output of a network.

    Attributes:
        network: The description, with that output only.
        layers: The layers that have weights, by their names.
    """

    def __init__(self, network: Network, output: str = "representation") -> None:
        """Makes the layers, with new weights for training from scratch.

        Args:
            network: The description.
            output: Which of its outputs is computed.
        """
        super().__init__()
        self.network = network.only(output)
        self._output = self.network.outputs[output].name
        self.layers = nn.ModuleDict()
        flat = _flat(self.network)
        for layer in self.network.weighted:
            self.layers[layer.name] = _module(layer, flat=layer.inputs[0] in flat)

    def forward(self, images: Tensor) -> Tensor:
        """(N, dims) from (N, 3, size, size)."""
        values: dict[str, Tensor] = {"input": images}
        for layer in self.network.layers:
            inputs = [values[name] for name in layer.inputs]
            if layer.kind == "conv":
                inputs = [_padded(inputs[0], layer)]
            run = self.layers[layer.name] if layer.shapes else _WITHOUT_WEIGHTS[layer.kind](layer)
            values[layer.name] = run(*inputs)
        return values[self._output]

    def train(self, mode: bool = True) -> TorchNetwork:
        """As torch's, but layers that are frozen stay as they answer: their moving averages are not touched."""
        super().train(mode)
        for layer in self.layers.values():
            if not any(parameter.requires_grad for parameter in layer.parameters()):
                layer.eval()
        return self

    def load(self, weights: Weights) -> None:
        """Takes the weights of a Keras file, or what `weights` gave."""
        with torch.no_grad():
            for layer in self.network.weighted:
                for tensor, array in zip(self._tensors(layer), weights[layer.name], strict=True):
                    order = _TO_TORCH.get(array.ndim)
                    tensor.copy_(torch.from_numpy(np.array(array.transpose(order) if order else array)))

    def weights(self) -> Weights:
        """The weights, for `write_onnx`."""
        return {layer.name: tuple(map(_array, self._tensors(layer))) for layer in self.network.weighted}

    def learn_only(self, names: Collection[str]) -> None:
        """Freezes all layers but those of these names."""
        for layer in self.network.weighted:
            for tensor in self._tensors(layer):
                if isinstance(tensor, nn.Parameter):
                    tensor.requires_grad = layer.name in names
        self.train(self.training)

    def _tensors(self, layer: Layer) -> list[Tensor]:
        """A layer's weights, in the order of the description's shapes."""
        module = self.layers[layer.name]
        listed: list[Tensor] = list(module.parameters())
        if layer.kind == "batch_norm":
            if len(layer.shapes) == 3:
                del listed[0]  # without gamma: torch's stays 1
            listed += [module.get_buffer("running_mean"), module.get_buffer("running_var")]
        return listed


def _array(tensor: Tensor) -> Floats:
    array: Floats = tensor.detach().float().cpu().numpy()
    order = _TO_KERAS.get(array.ndim)
    return np.ascontiguousarray(array.transpose(order) if order else array)


def _module(layer: Layer, *, flat: bool) -> nn.Module:
    options = layer.options
    if layer.kind == "conv":
        height, width, inputs, filters = layer.shapes[0]
        conv = nn.Conv2d(
            inputs * options["groups"], filters, (height, width), stride=options["stride"],
            padding=options["padding"] if isinstance(options["padding"], int) else 0,
            groups=options["groups"], bias=len(layer.shapes) == 2,
        )  # fmt: skip
        nn.init.kaiming_normal_(conv.weight, mode="fan_out")
        return conv
    if layer.kind == "dense":
        inputs, units = layer.shapes[0]
        return nn.Linear(inputs, units, bias=len(layer.shapes) == 2)
    channels = layer.shapes[0][0]
    if layer.kind == "prelu":
        return nn.PReLU(channels)
    norm = (nn.BatchNorm1d if flat else nn.BatchNorm2d)(channels, eps=options["epsilon"])
    if len(layer.shapes) == 3:
        norm.weight.requires_grad = False
    return norm


def _flat(network: Network) -> set[str]:
    """The layers whose result has no positions left."""
    flat: set[str] = set()
    for layer in network.layers:
        if layer.kind in {"flatten", "dense"} or flat & set(layer.inputs):
            flat.add(layer.name)
    return flat


def _padded(maps: Tensor, layer: Layer) -> Tensor:
    """Keras' ``same``: as many windows as ceil(size / stride), the odd pixel at the end."""
    if layer.options["padding"] != "same":
        return maps
    stride = layer.options["stride"]
    pads: list[int] = []
    for size, kernel in zip(reversed(maps.shape[2:]), reversed(layer.shapes[0][:2]), strict=True):
        pad = max((-(-size // stride) - 1) * stride + kernel - size, 0)
        pads += [pad // 2, pad - pad // 2]
    return functional.pad(maps, pads)


#: Kind → what gives the function of a layer of that kind.
_WITHOUT_WEIGHTS: dict[str, Callable[[Layer], Callable[..., Any]]] = {
    "relu": lambda _: torch.relu,
    "sigmoid": lambda _: torch.sigmoid,
    "softmax": lambda _: lambda x: x.softmax(dim=1),
    "mean": lambda _: lambda x: x.mean(dim=(2, 3), keepdim=True),
    "multiply": lambda _: torch.mul,
    "concat": lambda _: lambda *values: torch.cat(values, dim=1),
    "add": lambda layer: lambda x, y: torch.add(x, y, alpha=layer.options["scale"]),
    "flatten": lambda _: lambda x: x.permute(0, 2, 3, 1).flatten(1),
    "max_pool": lambda layer: lambda x: functional.max_pool2d(x, layer.options["kernel"], layer.options["stride"]),
}
