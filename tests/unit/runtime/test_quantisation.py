"""Int8: close to float32, really run in 8 bits, and refused when its ranges are wrong."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
import tiny_models as models

from rostro.core.errors import EngineError
from rostro.embedding.sface import SFace
from rostro.runtime._precision import largest_weight
from rostro.runtime._quantisation import measure_ranges, quantise, read_ranges
from rostro.runtime.base import EngineOptions
from rostro.runtime.openvino import OpenVINOEngine

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

needs_int8 = pytest.mark.skipif(not largest_weight(), reason="this processor has neither VNNI nor AVX2")


@pytest.fixture
def model(tmp_path: Path) -> Path:
    return models.small_net(tmp_path / "small.onnx")


@pytest.fixture
def batch() -> NDArray[np.float32]:
    return np.random.default_rng(5).standard_normal((40, 3, 16, 16)).astype(np.float32)


def written(path: Path, ranges: Any) -> Path:
    path.write_text(json.dumps({"ranges": ranges}), encoding="utf-8")
    return path


def test_ranges_are_measured_for_every_layer(model: Path, batch: NDArray[np.float32]) -> None:
    ranges = measure_ranges(model, batch)
    assert list(ranges) == ["x", "a1", "a2", "flat"]
    low, high = ranges["x"]
    assert low == pytest.approx(float(np.median(batch.min(axis=(1, 2, 3)))))
    assert high == pytest.approx(float(np.median(batch.max(axis=(1, 2, 3)))))


def test_ranges_hold_zero(model: Path, batch: NDArray[np.float32]) -> None:
    ranges = measure_ranges(model, np.abs(batch) + 1)
    assert ranges["x"][0] == 0.0


@needs_int8
def test_int8_is_close_to_float32(model: Path, batch: NDArray[np.float32], tmp_path: Path) -> None:
    ranges = written(tmp_path / "ranges.json", measure_ranges(model, batch[:20]))
    exact = OpenVINOEngine(model, EngineOptions(precision="f32"), ranges=ranges)
    rounded = OpenVINOEngine(model, EngineOptions(precision="auto"), ranges=ranges)
    assert exact.precision == "f32"
    if rounded.precision == "bf16":
        rounded = OpenVINOEngine(model, EngineOptions(precision="int8"), ranges=ranges)
    assert rounded.precision == "int8"
    a, b = exact.run(batch[20:])[0], rounded.run(batch[20:])[0]
    cosine = (a * b).sum(axis=1) / np.linalg.norm(a, axis=1) / np.linalg.norm(b, axis=1)
    assert cosine.min() > 0.99
    assert not np.array_equal(a, b)


@needs_int8
def test_every_layer_with_a_range_runs_in_8_bits(model: Path, batch: NDArray[np.float32]) -> None:
    import openvino

    core = openvino.Core()
    network = core.read_model(model)
    network.reshape([1, 3, 16, 16])
    quantise(network, measure_ranges(model, batch))
    compiled = core.compile_model(network, "CPU", {"INFERENCE_PRECISION_HINT": "f32"})
    layers = {
        node.get_friendly_name(): str(node.get_rt_info()["primitiveType"].astype(str))
        for node in compiled.get_runtime_model().get_ordered_ops()
        if node.get_rt_info()["layerType"].astype(str) in {"Convolution", "GroupConvolution", "FullyConnected"}
    }
    assert len(layers) == 4
    assert all(kernel.endswith("I8") for kernel in layers.values()), layers


@pytest.mark.parametrize("largest", [63, 127])
def test_weights_keep_to_the_largest_integer(model: Path, batch: NDArray[np.float32], largest: int) -> None:
    import openvino

    core = openvino.Core()
    network = core.read_model(model)
    network.reshape([1, 3, 16, 16])
    quantise(network, measure_ranges(model, batch), largest)
    seen = 0
    for node in network.get_ordered_ops():
        if node.get_type_name() != "FakeQuantize" or node.input_value(0).get_node().get_type_name() != "Constant":
            continue
        seen += 1
        weights, limit = (np.asarray(node.input_value(place).get_node().data) for place in (0, 2))
        rounded = np.rint(weights / limit * 127)
        assert np.abs(rounded).max() == largest
    assert seen == 4


@needs_int8
def test_sums_of_products_do_not_overflow(tmp_path: Path) -> None:
    """All inputs and weights at their largest: what saturates is smaller than the exact sum."""
    path = models.small_net(tmp_path / "small.onnx")
    batch = np.full((4, 3, 16, 16), 1.0, np.float32)
    ranges = written(tmp_path / "ranges.json", {"x": [0.0, 1.0]})
    exact = OpenVINOEngine(path, EngineOptions(precision="f32")).run(batch)[0]
    rounded = OpenVINOEngine(path, EngineOptions(precision="int8"), ranges=ranges).run(batch)[0]
    np.testing.assert_allclose(rounded, exact, atol=0.02 * np.abs(exact).max())


def test_layers_without_a_range_stay_exact(model: Path, batch: NDArray[np.float32]) -> None:
    import openvino

    network = openvino.Core().read_model(model)
    before = len(network.get_ops())
    quantise(network, {})
    assert len(network.get_ops()) == before


def test_ranges_of_another_model_are_refused(model: Path, tmp_path: Path) -> None:
    import openvino

    with pytest.raises(EngineError, match="enter no layer of this model: elsewhere"):
        quantise(openvino.Core().read_model(model), {"x": (-1.0, 1.0), "elsewhere": (0.0, 1.0)})


@pytest.mark.parametrize(
    "ranges",
    [{"x": [1.0, 1.0]}, {"x": [2.0, 1.0]}, {"x": [0.0, float("inf")]}, {"x": [1.0]}, {"x": "wide"}, [1, 2], None],
)
def test_wrong_ranges_are_refused(ranges: Any, tmp_path: Path) -> None:
    path = written(tmp_path / "ranges.json", ranges)
    with pytest.raises(EngineError, match=r"ranges\.json"):
        read_ranges(path)


def test_a_file_without_ranges_is_refused(tmp_path: Path) -> None:
    with pytest.raises(EngineError, match=r"absent\.json"):
        read_ranges(tmp_path / "absent.json")
    (tmp_path / "text.json").write_text("not json")
    with pytest.raises(EngineError, match=r"text\.json"):
        read_ranges(tmp_path / "text.json")


def test_the_shipped_ranges_are_for_the_shipped_weights() -> None:
    from importlib.resources import files

    text = files("rostro.embedding").joinpath("ranges/sface.json").read_text(encoding="utf-8")
    assert json.loads(text)["model"] == SFace.files[0].sha256
