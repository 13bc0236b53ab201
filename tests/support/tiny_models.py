"""Tiny ONNX models for the tests of the engines, with known answers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from numpy.typing import NDArray


def save(
    path: Path,
    nodes: Sequence[Any],
    *,
    inputs: Mapping[str, Sequence[int | str]],
    outputs: Mapping[str, Sequence[int | str]],
    weights: Mapping[str, NDArray[Any]],
) -> Path:
    """Writes a float32 model."""
    graph = helper.make_graph(
        list(nodes),
        "tiny",
        [helper.make_tensor_value_info(name, TensorProto.FLOAT, shape) for name, shape in inputs.items()],
        [helper.make_tensor_value_info(name, TensorProto.FLOAT, shape) for name, shape in outputs.items()],
        [numpy_helper.from_array(value, name) for name, value in weights.items()],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)])
    model.ir_version = 9
    onnx.checker.check_model(model)
    onnx.save(model, path)
    return path


def sums(path: Path, shape: Sequence[int | str]) -> Path:
    """Photos (N, 3, H, W) → ``total`` (N, 3): each channel's sum; ``double`` (N, 3, H, W): twice the pixels."""
    nodes = [
        helper.make_node("ReduceSum", ["x", "axes"], ["total"], keepdims=0),
        helper.make_node("Add", ["x", "x"], ["double"]),
    ]
    outputs = {"total": [shape[0], 3], "double": shape}
    return save(path, nodes, inputs={"x": shape}, outputs=outputs, weights={"axes": np.array([2, 3], np.int64)})


def flattened(path: Path, batch: int | str) -> Path:
    """Photos (N, 3, 8, 8) → (1, all their numbers): reshaped as if there were but one photo, as YuNet does."""
    nodes = [helper.make_node("Reshape", ["x", "shape"], ["y"])]
    weights = {"shape": np.array([1, -1], np.int64)}
    return save(path, nodes, inputs={"x": [batch, 3, 8, 8]}, outputs={"y": [1, "all"]}, weights=weights)


def heads(path: Path, sizes: Sequence[int], *, bias: bool = True, single: bool = True, stride: int = 1) -> Path:
    """(N, 8, H, W) → heads of these sizes: a 1×1 convolution, if ``single`` one over single channels, and a ReLU."""
    rng = np.random.default_rng(3)
    nodes, weights, outputs = [], {}, {}
    for n, size in enumerate(sizes):
        steps = [("a", (size, 8, 1, 1), {"strides": [stride, stride]})]
        steps += [("b", (size, 1, 3, 3), {"group": size, "pads": [1, 1, 1, 1]})] if single else []
        last = "x"
        for step, shape, options in steps:
            weights[f"{step}{n}"] = rng.standard_normal(shape).astype(np.float32)
            weights |= {f"{step}{n}.bias": rng.standard_normal(size).astype(np.float32)} if bias else {}
            inputs = [last, f"{step}{n}", *([f"{step}{n}.bias"] if bias else [])]
            last = f"{step}{n}.out"
            nodes.append(helper.make_node("Conv", inputs, [last], **options))
        nodes.append(helper.make_node("Relu", [last], [f"y{n}"]))
        outputs[f"y{n}"] = ["n", size, "h", "w"]
    return save(path, nodes, inputs={"x": ["n", 8, "H", "W"]}, outputs=outputs, weights=weights)


def small_net(path: Path, *, channels: int = 32) -> Path:
    """Convolution, PReLU, depthwise one, PReLU, 1×1 convolution, flatten, matrix product: (N, 3, 16, 16) → (N, 8)."""
    rng = np.random.default_rng(7)

    def normal(*shape: int) -> NDArray[np.float32]:
        return (rng.standard_normal(shape) / np.sqrt(np.prod(shape[1:]))).astype(np.float32)

    weights = {
        "w1": normal(channels, 3, 3, 3),
        "slope": np.full((channels, 1, 1), 0.25, np.float32),
        "w2": normal(channels, 1, 3, 3),
        "w3": normal(2 * channels, channels, 1, 1),
        "w4": normal(8, 2 * channels * 64).T.copy(),
    }
    nodes = [
        helper.make_node("Conv", ["x", "w1"], ["c1"], pads=[1, 1, 1, 1]),
        helper.make_node("PRelu", ["c1", "slope"], ["a1"]),
        helper.make_node("Conv", ["a1", "w2"], ["c2"], group=channels, pads=[1, 1, 1, 1], strides=[2, 2]),
        helper.make_node("PRelu", ["c2", "slope"], ["a2"]),
        helper.make_node("Conv", ["a2", "w3"], ["c3"]),
        helper.make_node("Flatten", ["c3"], ["flat"]),
        helper.make_node("MatMul", ["flat", "w4"], ["y"]),
    ]
    return save(path, nodes, inputs={"x": ["n", 3, 16, 16]}, outputs={"y": ["n", 8]}, weights=weights)


def two_inputs(path: Path) -> Path:
    """A model that no engine takes: it has two inputs."""
    nodes = [helper.make_node("Add", ["a", "b"], ["y"])]
    return save(path, nodes, inputs={"a": ["n", 2], "b": ["n", 2]}, outputs={"y": ["n", 2]}, weights={})
