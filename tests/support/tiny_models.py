"""Tiny ONNX models for the tests of the engines, with known answers: those of the contract, and some more."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from onnx import helper

from rostro.testing.tiny_models import save, small_net, sums, two_inputs

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from numpy.typing import NDArray

__all__ = ["flattened", "heads", "save", "small_net", "sums", "two_inputs"]


def flattened(path: Path, batch: int | str) -> Path:
    """Photos (N, 3, 8, 8) → (1, all their numbers): reshaped as if there were but one photo, as YuNet does."""
    nodes = [helper.make_node("Reshape", ["x", "shape"], ["y"])]
    weights = {"shape": np.array([1, -1], np.int64)}
    return save(path, nodes, inputs={"x": [batch, 3, 8, 8]}, outputs={"y": [1, "all"]}, weights=weights)


def heads(path: Path, sizes: Sequence[int], *, bias: bool = True, single: bool = True, stride: int = 1) -> Path:
    """(N, 8, H, W) → heads of these sizes: a 1×1 convolution, if ``single`` one over single channels, and a ReLU."""
    rng = np.random.default_rng(3)
    nodes: list[Any] = []
    weights: dict[str, NDArray[Any]] = {}
    outputs: dict[str, list[int | str]] = {}
    for n, size in enumerate(sizes):
        steps: list[tuple[str, tuple[int, ...], dict[str, Any]]] = [
            ("a", (size, 8, 1, 1), {"strides": [stride, stride]})
        ]
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
