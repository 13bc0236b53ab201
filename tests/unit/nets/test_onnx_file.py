"""What the ONNX file computes, layer by layer, against the definitions written out in numpy."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from rostro.nets.network import Network, Value, Weights
from rostro.nets.onnx_file import write_onnx

pytest.importorskip("onnx")
ort = pytest.importorskip("onnxruntime")
RANDOM = np.random.default_rng(7)


def run(network: Network, weights: Weights, image: np.ndarray, path: Path) -> np.ndarray:
    """Runs a (N, H, W, C) batch; the answer comes with channels last again."""
    write_onnx(network, weights, path)
    answer = ort.InferenceSession(path).run(None, {"input": image.transpose(0, 3, 1, 2).astype(np.float32)})[0]
    return answer.transpose(0, 2, 3, 1) if answer.ndim == 4 else answer


def built(size: int, build: Callable[[Network], Value]) -> Network:
    net = Network(size)
    net.outputs = {"answer": build(net)}
    return net


def keras_conv(image: np.ndarray, kernel: np.ndarray, stride: int, padding: str) -> np.ndarray:
    """TensorFlow's definition: ``same`` pads so that ceil(size / stride) windows fit, the odd pixel at the end."""
    height, width = kernel.shape[:2]
    if padding == "same":
        pads = []
        for size, extent in zip(image.shape[:2], (height, width), strict=True):
            pad = max((-(-size // stride) - 1) * stride + extent - size, 0)
            pads.append((pad // 2, pad - pad // 2))
        image = np.pad(image, [*pads, (0, 0)])
    rows = range(0, image.shape[0] - height + 1, stride)
    columns = range(0, image.shape[1] - width + 1, stride)
    return np.array([[np.tensordot(image[r : r + height, c : c + width], kernel, 3) for c in columns] for r in rows])


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    size=st.integers(7, 12),
    kernel=st.tuples(st.integers(1, 7), st.integers(1, 7)),
    stride=st.integers(1, 2),
    padding=st.sampled_from(["same", "valid"]),
)
def test_convolution_pads_as_keras_does(
    size: int, kernel: tuple[int, int], stride: int, padding: str, tmp_path: Path
) -> None:
    weights = RANDOM.standard_normal((*kernel, 3, 2)).astype(np.float32)
    image = RANDOM.standard_normal((1, size, size, 3))
    net = built(size, lambda n: n.conv(n.input, "c", 2, kernel, stride=stride, padding=padding, bias=False))
    expected = keras_conv(image[0], weights, stride, padding)
    np.testing.assert_allclose(run(net, {"c": (weights,)}, image, tmp_path / "n.onnx")[0], expected, atol=1e-4)


@pytest.mark.parametrize("scale", [True, False])
def test_batch_norm(scale: bool, tmp_path: Path) -> None:
    gamma, beta, mean, variance = RANDOM.uniform(0.5, 2, (4, 3)).astype(np.float32)
    image = RANDOM.standard_normal((2, 4, 4, 3))
    net = built(4, lambda n: n.batch_norm(n.input, "bn", epsilon=0.1, scale=scale))
    weights = (gamma, beta, mean, variance) if scale else (beta, mean, variance)
    expected = (image - mean) / np.sqrt(variance + 0.1) * (gamma if scale else 1) + beta
    np.testing.assert_allclose(run(net, {"bn": weights}, image, tmp_path / "n.onnx"), expected, atol=1e-5)


def test_dense_after_flatten_sees_position_by_position(tmp_path: Path) -> None:
    kernel, bias = RANDOM.standard_normal((48, 5)).astype(np.float32), np.arange(5, dtype=np.float32)
    image = RANDOM.standard_normal((2, 4, 4, 3))
    net = built(4, lambda n: n.dense(n.flatten(n.input, positions=16), "d", 5))
    expected = image.reshape(2, 48) @ kernel + bias
    np.testing.assert_allclose(run(net, {"d": (kernel, bias)}, image, tmp_path / "n.onnx"), expected, atol=1e-4)


def windows_of_three(image: np.ndarray) -> np.ndarray:
    return np.lib.stride_tricks.sliding_window_view(image, (3, 3), axis=(1, 2))[:, ::2, ::2].max(axis=(-2, -1))


def softmax(rows: np.ndarray) -> np.ndarray:
    return np.exp(rows) / np.exp(rows).sum(axis=1, keepdims=True)


@pytest.mark.parametrize(
    ("build", "expected"),
    [
        (lambda n: n.relu(n.input), lambda x: np.maximum(x, 0)),
        (lambda n: n.sigmoid(n.input), lambda x: 1 / (1 + np.exp(-x))),
        (lambda n: n.mean(n.input), lambda x: x.mean(axis=(1, 2), keepdims=True)),
        (lambda n: n.max_pool(n.input, 3, 2), windows_of_three),
        (lambda n: n.add(n.input, n.relu(n.input), scale=0.17), lambda x: x + 0.17 * np.maximum(x, 0)),
        (lambda n: n.add(n.input, n.input), lambda x: 2 * x),
        (lambda n: n.multiply(n.input, n.mean(n.input)), lambda x: x * x.mean(axis=(1, 2), keepdims=True)),
        (lambda n: n.concat(n.input, n.relu(n.input)), lambda x: np.concatenate([x, np.maximum(x, 0)], axis=3)),
        (lambda n: n.softmax(n.flatten(n.mean(n.input), positions=1)), lambda x: softmax(x.mean(axis=(1, 2)))),
    ],
)
def test_layers_without_weights(
    build: Callable[[Network], Value], expected: Callable[[np.ndarray], np.ndarray], tmp_path: Path
) -> None:
    image = RANDOM.standard_normal((2, 8, 8, 3))
    np.testing.assert_allclose(run(built(8, build), {}, image, tmp_path / "n.onnx"), expected(image), atol=1e-5)
