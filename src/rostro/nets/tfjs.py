"""Reads a graph model of TensorFlow.js (a description in JSON, and its weights) into ONNX.

The description is a TensorFlow graph as JSON. It is read as data: nodes of the kinds below, whose constants are slices
of the weights' file; anything else is refused by name.
"""

from __future__ import annotations

from math import prod
from typing import TYPE_CHECKING, Any

import numpy as np

from rostro.core.foreign import read_json, shaped
from rostro.nets.onnx_bytes import OnnxGraph

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

    Node = dict[str, Any]

#: Whoever changes what is written for the same file raises this; it is part of converted files' names.
VERSION = 1
#: What has the same meaning, and takes the same inputs, there and here.
_SIMPLE = {"Relu": "Relu", "Sigmoid": "Sigmoid"}
#: What joins a value and a constant: of one number, or of one for each channel.
_JOINED = {"Add": "Add", "AddV2": "Add", "Mul": "Mul", "Minimum": "Min", "Maximum": "Max"}
_FLOAT = "float32"
_STORED: dict[str, np.dtype[Any]] = {"float16": np.dtype("<f2"), _FLOAT: np.dtype("<f4"), "int32": np.dtype("<i4")}


def tfjs_to_onnx(description: Path, weights: Path, *, size: int, outputs: dict[str, str]) -> bytes:
    """The network as ONNX: input ``input`` (N, 3, size, size) float32.

    Args:
        description: ``model.json``.
        weights: The one file of weights that it names.
        size: Side of the input in pixels.
        outputs: Our name of each output that is wanted → the graph's node; each is (N, numbers).

    Raises:
        BadInput: The description is not such a graph, or has nodes that are not known here.
    """
    what = "a graph model that can be read"
    document = read_json(description, what)
    with shaped(description.name, what):
        nodes: list[Node] = document["modelTopology"]["node"]
        constants = _constants(document["weightsManifest"], weights.read_bytes())
        return _Reader(nodes, constants).convert(size, outputs)


def _constants(manifest: list[Any], data: bytes) -> dict[str, NDArray[Any]]:
    """The constants by name, as float32 or integers. Floats that are kept as float16 lie there unscaled."""
    found = {}
    start = 0
    for weight in (weight for group in manifest for weight in group["weights"]):
        stored = _STORED[weight.get("quantization", {}).get("dtype", weight["dtype"])]
        count = prod(weight["shape"])
        array = np.frombuffer(data, stored, count, start).reshape(weight["shape"])
        found[weight["name"]] = array.astype(np.float32 if weight["dtype"] == _FLOAT else np.int64)
        start += count * stored.itemsize
    if start != len(data):
        raise ValueError(f"{len(data)} bytes of weights, {start} expected")
    return found


class _Reader:
    """Writes node after node. Pictures are channels last there, channels first here; vectors are the same."""

    def __init__(self, nodes: list[Node], constants: dict[str, NDArray[Any]]) -> None:
        self._nodes = nodes
        self._constants = constants
        self._graph = OnnxGraph()
        self._pictures = {"input"}
        self._names: dict[str, str] = {}

    def convert(self, size: int, outputs: dict[str, str]) -> bytes:
        """Writes the nodes in their order, which is that of the data."""
        for node in self._nodes:
            if node["op"] == "Const":
                continue
            if node["op"] == "Placeholder":
                self._names[node["name"]] = "input"
                continue
            written = self._write(node)
            self._names[node["name"]] = written
        shapes = {}
        for ours, theirs in outputs.items():
            self._graph.node("Identity", [self._names[theirs]], ours)
            shapes[ours] = [self._width(theirs)]
        return self._graph.to_bytes({"input": (3, size, size)}, shapes)

    def _write(self, node: Node) -> str:
        kind, name, inputs = node["op"], node["name"], node["input"]
        value = self._names[inputs[0]]
        if kind in _SIMPLE:
            return self._as(value, self._graph.node(_SIMPLE[kind], [value], name))
        if kind in _JOINED:
            return self._as(value, self._graph.node(_JOINED[kind], [value, self._each_channel(value, inputs[1])], name))
        if kind in {"Conv2D", "DepthwiseConv2dNative"}:
            return self._convolution(node, value)
        if kind == "Mean" and self._constants[inputs[1]].tolist() == [1, 2]:
            return self._graph.node("Flatten", [self._graph.node("GlobalAveragePool", [value], f"{name}:map")], name)
        if kind == "_FusedMatMul":
            return self._dense(node, value)
        if kind == "Softmax":
            return self._graph.node("Softmax", [value], name, axis=1)
        raise ValueError(f"a node of the kind {kind}")

    def _as(self, value: str, result: str) -> str:
        """Notes that a result is a picture where the value is."""
        if value in self._pictures:
            self._pictures.add(result)
        return result

    def _each_channel(self, value: str, constant: str) -> str:
        array = self._constants[constant]
        wide = array.reshape(1, -1, 1, 1) if array.ndim == 1 and value in self._pictures else array
        return self._graph.constant(f"{value}:{constant}", wide)

    def _convolution(self, node: Node, value: str) -> str:
        kernel, attributes = self._constants[node["input"][1]], node["attr"]
        height, width, inputs, _ = kernel.shape
        strides = [int(side) for side in attributes["strides"]["list"]["i"]]
        if _text(attributes["padding"]) != "SAME" or _text(attributes["data_format"]) != "NHWC":
            raise ValueError(f"{node['name']}: another padding or layout")
        each = node["op"] == "DepthwiseConv2dNative"
        turned = kernel.transpose(2, 3, 0, 1).reshape(-1, 1, height, width) if each else kernel.transpose(3, 2, 0, 1)
        weights = self._graph.constant(f"{node['name']}:kernel", turned)
        groups = inputs if each else 1
        self._pictures.add(node["name"])
        return self._graph.node(
            "Conv", [value, weights], node["name"], auto_pad="SAME_UPPER", group=groups, strides=strides[1:3]
        )

    def _dense(self, node: Node, value: str) -> str:
        name, fused = node["name"], [_text({"s": item}) for item in node["attr"]["fused_ops"]["list"]["s"]]
        if fused not in (["BiasAdd"], ["BiasAdd", "Relu"]):
            raise ValueError(f"{name}: a product with {fused}")
        numbers = [self._graph.constant(f"{name}:{given}", self._constants[given]) for given in node["input"][1:]]
        if fused == ["BiasAdd"]:
            return self._graph.node("Gemm", [value, *numbers], name)
        return self._graph.node("Relu", [self._graph.node("Gemm", [value, *numbers], f"{name}:sum")], name)

    def _width(self, name: str) -> int:
        """How many numbers a vector has: as many as the last bias before it."""
        node = next(node for node in self._nodes if node["name"] == name)
        if node["op"] == "_FusedMatMul":
            return int(self._constants[node["input"][2]].shape[0])
        return self._width(node["input"][0])


def _text(attribute: dict[str, str]) -> str:
    """Text, which JSON holds as base64."""
    import base64

    return base64.b64decode(attribute["s"]).decode()
