"""Samples share a call of onnxruntime only where the network keeps them apart, whatever its file says."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper, numpy_helper

from rostro.core.errors import EngineError
from rostro.runtime._shaped import ShapedSessions
from rostro.runtime.base import EngineOptions
from rostro.runtime.onnx_forms import form_of
from rostro.runtime.onnxruntime import ONNXRuntimeEngine, in_half

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray


def reshaping(target: Path, batch: int | str, shape: list[int]) -> Path:
    """x (batch, 3, 8, 8) → ReLU → reshape, as YuNet and EdgeFace have it with a 1 for the batch."""
    nodes = [helper.make_node("Relu", ["x"], ["r"]), helper.make_node("Reshape", ["r", "shape"], ["y"])]
    graph = helper.make_graph(
        nodes, "net",
        [helper.make_tensor_value_info("x", TensorProto.FLOAT, [batch, 3, 8, 8])],
        [helper.make_tensor_value_info("y", TensorProto.FLOAT, None)],
        [numpy_helper.from_array(np.array(shape, np.int64), "shape")],
    )  # fmt: skip
    onnx.save(helper.make_model(graph, opset_imports=[helper.make_opsetid("", 13)], ir_version=8), target)
    return target


def photos(count: int) -> NDArray[np.float32]:
    return np.random.default_rng(0).standard_normal((count, 3, 8, 8)).astype(np.float32)


@pytest.mark.parametrize("shape", [[1, -1, 3], [1, 3, 64], [-1, 3], [1, -1]])
def test_a_file_that_promises_batches_and_mixes_them_is_run_sample_by_sample(tmp_path: Path, shape: list[int]) -> None:
    engine = ONNXRuntimeEngine(reshaping(tmp_path / "net.onnx", "n", shape), EngineOptions())
    batch = photos(5)
    if shape == [-1, 3]:  # rows of a sample are no samples: they are given as they come
        assert engine.run(batch)[0].shape == (5 * 64, 3)
        return
    (rows,) = engine.run(batch)
    expected = np.maximum(batch, 0).reshape(5, *shape[1:])
    np.testing.assert_array_equal(rows, expected)


@pytest.mark.parametrize("shape", [[1, -1, 3], [1, 3, 64], [1, -1]])
def test_an_open_batch_opens_the_reshapes_too(tmp_path: Path, shape: list[int]) -> None:
    import onnxruntime

    file = reshaping(tmp_path / "net.onnx", 1, shape)
    session = onnxruntime.InferenceSession(form_of(file, batch=True), providers=["CPUExecutionProvider"])
    (rows,) = session.run(None, {"x": photos(4)})
    np.testing.assert_array_equal(rows, np.maximum(photos(4), 0).reshape(4, *shape[1:]))


def test_half_computes_in_float16_and_speaks_float32(tmp_path: Path) -> None:
    import onnxruntime

    file = reshaping(tmp_path / "net.onnx", "n", [0, -1])
    session = onnxruntime.InferenceSession(form_of(file, half=in_half), providers=["CPUExecutionProvider"])
    (rows,) = session.run(None, {"x": photos(4)})
    expected = np.maximum(photos(4), 0).reshape(4, -1)
    assert rows.dtype == np.float32
    np.testing.assert_array_equal(rows, expected.astype(np.float16).astype(np.float32))


def test_nothing_asked_for_is_the_file_itself(tmp_path: Path) -> None:
    file = reshaping(tmp_path / "net.onnx", "n", [0, -1])
    assert form_of(file) == str(file)


@pytest.mark.parametrize("device", ["cuda", "tensorrt", "coreml", "dml"])
def test_a_device_that_is_not_there_is_named(tmp_path: Path, device: str) -> None:
    import onnxruntime

    if any(device in name.lower() for name in onnxruntime.get_available_providers()):
        pytest.skip(f"this onnxruntime was built for {device}")
    with pytest.raises(EngineError, match="the installed onnxruntime has no"):
        ONNXRuntimeEngine(reshaping(tmp_path / "net.onnx", 1, [1, -1]), EngineOptions(name=f"onnxruntime:{device}"))


def test_each_shape_has_its_session_and_few_are_kept(tmp_path: Path) -> None:
    """Here on the processor; what differs on a GPU is the provider."""
    import onnxruntime

    file = reshaping(tmp_path / "net.onnx", "n", [0, -1])
    opened = []

    def session() -> onnxruntime.InferenceSession:
        opened.append(
            onnxruntime.InferenceSession(form_of(file, batch=True, sides=True), providers=["CPUExecutionProvider"])
        )
        return opened[-1]

    shaped = ShapedSessions(session)
    for count in (1, 2, 3, 4, 5, 16, 17, 64, 63, 5, 1):
        (rows,) = shaped.call("x", photos(count), ["y"])
        np.testing.assert_array_equal(rows, np.maximum(photos(count), 0).reshape(count, -1))
    assert len(opened) == len(shaped) == 4, "for 1, 4, 16 and 64 samples"
    for side in range(1, 40):
        batch = np.ones((2, 3, side, 4), np.float32)
        assert shaped.call("x", batch, ["y"])[0].shape == (2, 3 * side * 4)
    assert len(shaped) == 12
    assert len(shaped.forget()) == 12
    assert len(shaped) == 0


def test_threads_that_meet_get_their_own_rows(tmp_path: Path) -> None:
    import onnxruntime

    file = reshaping(tmp_path / "net.onnx", "n", [0, -1])
    shaped = ShapedSessions(lambda: onnxruntime.InferenceSession(file, providers=["CPUExecutionProvider"]))

    def ask(number: int) -> bool:
        batch = photos(1 + number % 9) * (number + 1)
        return np.array_equal(shaped.call("x", batch, ["y"])[0], np.maximum(batch, 0).reshape(len(batch), -1))

    with ThreadPoolExecutor(8) as pool:
        assert all(pool.map(ask, range(100)))


def test_half_precision_is_not_for_processors(tmp_path: Path) -> None:
    with pytest.raises(EngineError, match="f16"):
        ONNXRuntimeEngine(reshaping(tmp_path / "net.onnx", 1, [1, -1]), EngineOptions(precision="f16"))
