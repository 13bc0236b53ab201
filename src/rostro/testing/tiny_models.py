"""Tiny ONNX models with known answers, for the contract of engines. Need the extra ``onnx``."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
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
    from onnx import TensorProto, checker, helper, numpy_helper

    graph = helper.make_graph(
        list(nodes),
        "tiny",
        [helper.make_tensor_value_info(name, TensorProto.FLOAT, shape) for name, shape in inputs.items()],
        [helper.make_tensor_value_info(name, TensorProto.FLOAT, shape) for name, shape in outputs.items()],
        [numpy_helper.from_array(value, name) for name, value in weights.items()],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)])
    model.ir_version = 9
    checker.check_model(model)
    path.write_bytes(model.SerializeToString())
    return path


def sums(path: Path, shape: Sequence[int | str]) -> Path:
    """Photos (N, 3, H, W) → ``total`` (N, 3): each channel's sum; ``double`` (N, 3, H, W): twice the pixels."""
    from onnx import helper

    nodes = [
        helper.make_node("ReduceSum", ["x", "axes"], ["total"], keepdims=0),
        helper.make_node("Add", ["x", "x"], ["double"]),
    ]
    outputs = {"total": [shape[0], 3], "double": shape}
    return save(path, nodes, inputs={"x": shape}, outputs=outputs, weights={"axes": np.array([2, 3], np.int64)})


def small_net(path: Path, *, channels: int = 32) -> Path:
    """Convolution, PReLU, depthwise one, PReLU, 1×1 convolution, flatten, matrix product: (N, 3, 16, 16) → (N, 8)."""
    from onnx import helper

    rng = np.random.default_rng(7)

    def normal(*shape: int) -> NDArray[np.float32]:
        values: NDArray[np.float32] = (rng.standard_normal(shape) / np.sqrt(np.prod(shape[1:]))).astype(np.float32)
        return values

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
    from onnx import helper

    nodes = [helper.make_node("Add", ["a", "b"], ["y"])]
    return save(path, nodes, inputs={"a": ["n", 2], "b": ["n", 2]}, outputs={"y": ["n", 2]}, weights={})
