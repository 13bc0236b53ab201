"""Writes a network and its weights as an ONNX file, which every engine reads."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from rostro.core.errors import MissingExtra

if TYPE_CHECKING:
    from pathlib import Path

    from rostro.core.types import Floats
    from rostro.nets.network import Layer, Network, Weights

#: Whoever changes what is written for the same network and weights raises this; it is part of converted files' names.
VERSION = 1
_OPSET = 13
_SIMPLE = {"relu": "Relu", "sigmoid": "Sigmoid", "mean": "GlobalAveragePool", "multiply": "Mul"}
#: Keras' padding at stride 2 is uneven, more at the end; ONNX has a word for it.
_PADDING = {"same": "SAME_UPPER", "valid": "VALID"}


def write_onnx(network: Network, weights: Weights, path: Path) -> None:
    """Writes the network: input ``input`` (N, 3, size, size) float32, outputs as the network names them.

    Raises:
        MissingExtra: The onnx package is not installed.
    """
    try:
        import onnx
        from onnx import helper
    except ImportError:
        raise MissingExtra("onnx", "keras") from None
    graph = _Graph()
    for layer in network.layers:
        getattr(graph, layer.kind, graph.simple)(layer, weights.get(layer.name, ()))
    for name, value in network.outputs.items():
        graph.node("Identity", [value.name], name)
    float32 = onnx.TensorProto.FLOAT
    shape: list[str | int | None] = ["N", 3, network.size, network.size]
    model = helper.make_model(
        helper.make_graph(
            graph.nodes,
            "rostro",
            [helper.make_tensor_value_info("input", float32, shape)],
            [helper.make_tensor_value_info(n, float32, ["N", v.channels]) for n, v in network.outputs.items()],
            graph.tensors,
        ),
        opset_imports=[helper.make_opsetid("", _OPSET)],
        ir_version=8,
        producer_name="rostro",
    )
    onnx.save(model, path)


class _Graph:
    """Nodes and constants, a method for each kind of layer. A layer's result bears the layer's name."""

    def __init__(self) -> None:
        self.nodes: list[Any] = []
        self.tensors: list[Any] = []

    def node(self, kind: str, inputs: list[str], output: str, **attributes: Any) -> str:
        from onnx import helper

        self.nodes.append(helper.make_node(kind, inputs, [output], **attributes))
        return output

    def constants(self, layer: Layer, *arrays: Floats) -> list[str]:
        from onnx import numpy_helper

        names = [f"{layer.name}:{number}" for number in range(len(arrays))]
        self.tensors += [
            numpy_helper.from_array(np.ascontiguousarray(array), name)
            for array, name in zip(arrays, names, strict=True)
        ]
        return names

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

    def add(self, layer: Layer, _: tuple[Floats, ...]) -> None:
        first, second = layer.inputs
        if layer.options["scale"] != 1.0:
            scale = self.constants(layer, np.array(layer.options["scale"], np.float32))
            second = self.node("Mul", [second, *scale], f"{layer.name}:scaled")
        self.node("Add", [first, second], layer.name)
