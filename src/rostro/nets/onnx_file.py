"""Writes a network and its weights as an ONNX file, which every engine reads."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from rostro.nets.onnx_bytes import OnnxGraph

if TYPE_CHECKING:
    from pathlib import Path

    from rostro.core.types import Floats
    from rostro.nets.network import Layer, Network, Weights

#: Whoever changes what is written for the same network and weights raises this; it is part of converted files' names.
VERSION = 1
_SIMPLE = {"relu": "Relu", "sigmoid": "Sigmoid", "mean": "GlobalAveragePool", "multiply": "Mul"}
#: Keras' padding at stride 2 is uneven, more at the end; ONNX has a word for it.
_PADDING = {"same": "SAME_UPPER", "valid": "VALID"}


def write_onnx(network: Network, weights: Weights, path: Path) -> None:
    """Writes the network: input ``input`` (N, 3, size, size) float32, outputs as the network names them.

    A network of `Network.maps` has (N, 3, height, width) and outputs (N, channels, height, width).
    """
    graph = _Graph()
    for layer in network.layers:
        getattr(graph, layer.kind, graph.simple)(layer, weights.get(layer.name, ()))
    for name, value in network.outputs.items():
        graph.node("Identity", [value.name], name)
    sides: tuple[int | str, ...] = ("height", "width") if network.maps else (network.size, network.size)
    outputs = {
        name: (value.channels, f"{name}_height", f"{name}_width") if network.maps else (value.channels,)
        for name, value in network.outputs.items()
    }
    path.write_bytes(graph.to_bytes({"input": (3, *sides)}, outputs))


class _Graph(OnnxGraph):
    """A method for each kind of layer. A layer's result bears the layer's name."""

    def constants(self, layer: Layer, *arrays: Floats) -> list[str]:
        return [self.constant(f"{layer.name}:{number}", array) for number, array in enumerate(arrays)]

    def simple(self, layer: Layer, _: tuple[Floats, ...]) -> None:
        self.node(_SIMPLE[layer.kind], list(layer.inputs), layer.name)

    def conv(self, layer: Layer, weights: tuple[Floats, ...]) -> None:
        stride = layer.options["stride"]
        names = self.constants(layer, weights[0].transpose(3, 2, 0, 1), *weights[1:])
        padding, groups = layer.options["padding"], layer.options["groups"]
        pads = {"pads": [padding] * 4} if isinstance(padding, int) else {"auto_pad": _PADDING[padding]}
        parts = {"group": groups} if groups > 1 else {}
        self.node("Conv", [*layer.inputs, *names], layer.name, strides=[stride, stride], **pads, **parts)

    def prelu(self, layer: Layer, weights: tuple[Floats, ...]) -> None:
        names = self.constants(layer, weights[0].reshape(-1, 1, 1))  # one per channel of a map
        self.node("PRelu", [*layer.inputs, *names], layer.name)

    def batch_norm(self, layer: Layer, weights: tuple[Floats, ...]) -> None:
        gamma = weights[:-3] or (np.ones_like(weights[0]),)
        names = self.constants(layer, *gamma, *weights[-3:])
        self.node("BatchNormalization", [*layer.inputs, *names], layer.name, epsilon=layer.options["epsilon"])

    def dense(self, layer: Layer, weights: tuple[Floats, ...]) -> None:
        self.node("Gemm", [*layer.inputs, *self.constants(layer, *weights)], layer.name)

    def max_pool(self, layer: Layer, _: tuple[Floats, ...]) -> None:
        kernel, stride = layer.options["kernel"], layer.options["stride"]
        self.node("MaxPool", list(layer.inputs), layer.name, kernel_shape=[kernel] * 2, strides=[stride] * 2)

    def flatten(self, layer: Layer, _: tuple[Floats, ...]) -> None:
        # Keras keeps channels last, so a dense layer after it expects position by position.
        last = self.node("Transpose", list(layer.inputs), f"{layer.name}:last", perm=[0, 2, 3, 1])
        self.node("Flatten", [last], layer.name, axis=1)

    def softmax(self, layer: Layer, _: tuple[Floats, ...]) -> None:
        self.node("Softmax", list(layer.inputs), layer.name, axis=-1)

    def concat(self, layer: Layer, _: tuple[Floats, ...]) -> None:
        self.node("Concat", list(layer.inputs), layer.name, axis=1)

    def upsample(self, layer: Layer, _: tuple[Floats, ...]) -> None:
        scales = self.constants(layer, np.array([1, 1, 2, 2], np.float32))
        words = {"mode": "nearest", "coordinate_transformation_mode": "asymmetric", "nearest_mode": "floor"}
        self.node("Resize", [*layer.inputs, "", *scales], layer.name, **words)

    def blend(self, layer: Layer, weights: tuple[Floats, ...]) -> None:
        names = self.constants(layer, *weights[0])
        parts = [
            self.node("Mul", [value, weight], f"{weight}:part")
            for value, weight in zip(layer.inputs, names, strict=True)
        ]
        self.node("Sum", parts, layer.name)

    def add(self, layer: Layer, _: tuple[Floats, ...]) -> None:
        first, second = layer.inputs
        if layer.options["scale"] != 1.0:
            scale = self.constants(layer, np.array(layer.options["scale"], np.float32))
            second = self.node("Mul", [second, *scale], f"{layer.name}:scaled")
        self.node("Add", [first, second], layer.name)
