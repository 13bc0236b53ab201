"""Int8 without a second model file: the user's own weights, rounded on their machine, and measured activation ranges.

Processors with VNNI multiply 8-bit integers two to three times as fast as float32 numbers, those with AVX2 one and a
half to two times. OpenVINO runs a layer in int8 when its input and its weights pass through ``FakeQuantize``. The
weights' ranges are read off the weights; the ranges of the activations depend on pictures, so a script measures them
once (``scripts/measure_ranges.py``) and a small JSON file beside the embedder carries them::

    {"model": "…", "measured_on": "…", "ranges": {"tensor name": [low, high], …}}

Layers whose input is not named there stay in float. Scheme: activations 8-bit asymmetric per tensor, weights 8-bit
symmetric per output channel (Jacob et al., "Quantization and Training of Neural Networks for Efficient
Integer-Arithmetic-Only Inference", CVPR 2018; Krishnamoorthi, arXiv:1806.08342); weights 7-bit where the sum of two
products of 8 bits overflows (`_precision.largest_weight`).
"""

from __future__ import annotations

from statistics import median
from typing import TYPE_CHECKING, Any

import numpy as np

from rostro.core.errors import BadInput, EngineError
from rostro.core.foreign import read_json, shaped

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from numpy.typing import NDArray

Ranges = dict[str, tuple[float, float]]

_ACTIVATION_LEVELS = 256
_LARGEST_WEIGHT = 127  # -127 … 127: symmetric, so zero stays zero
_LAYERS = {"Convolution", "GroupConvolution", "MatMul"}


def read_ranges(path: Path) -> Ranges:
    """Reads a file of activation ranges.

    Raises:
        EngineError: It cannot be read, or a range is not two numbers with low < high.
    """
    what = "a file of activation ranges"
    try:
        entries = read_json(path, what)
        with shaped(path, what):
            ranges = {str(name): (float(low), float(high)) for name, (low, high) in entries["ranges"].items()}
    except BadInput as error:
        raise EngineError(str(error)) from None
    for name, (low, high) in ranges.items():
        if not (np.isfinite([low, high]).all() and low < high):
            raise EngineError(f"{path}: range of {name!r} must be finite and rising, got [{low}, {high}]")
    return ranges


def quantise(model: Any, ranges: Mapping[str, tuple[float, float]], largest: int = _LARGEST_WEIGHT) -> None:
    """Marks the layers that have a range to be run in int8, in place.

    Args:
        model: An ``openvino.Model`` with static shapes.
        ranges: Tensor name → (low, high) of the activations that enter a layer.
        largest: Weights are rounded to integers from minus this to this, 127 at most.

    Raises:
        EngineError: A range names a tensor that enters no convolution or matrix product with constant weights.
    """
    unused = set(ranges)
    rounded: dict[str, Any] = {}
    for node in model.get_ordered_ops():
        if node.get_type_name() not in _LAYERS:
            continue
        name = next((name for name in node.input_value(0).get_names() if name in ranges), None)
        weights = constant_of(node.input_value(1))
        if name is None or weights is None:
            continue
        unused.discard(name)
        if name not in rounded:
            rounded[name] = _fake_quantize(node.input_value(0), *ranges[name], _ACTIVATION_LEVELS)
        node.input(0).replace_source_output(rounded[name])
        node.input(1).replace_source_output(_rounded_weights(weights, _output_axes(node), largest))
    if unused:
        raise EngineError(f"ranges name tensors that enter no layer of this model: {', '.join(sorted(unused))}")
    model.validate_nodes_and_infer_types()


def measure_ranges(file: Path, samples: NDArray[Any]) -> Ranges:
    """Ranges for every layer that could run in int8: the medians over samples of each sample's extremes.

    Rare extremes are clipped on purpose: that gives the other values finer steps. On SFace the median loses less than
    the extremes of all samples, percentiles of all values, or the least squared error of each tensor.

    Args:
        file: The model.
        samples: (N, …), as the model takes them, of representative pictures.
    """
    import openvino

    core = openvino.Core()
    model = core.read_model(file)
    names = _inputs_of_layers(model)
    model.add_outputs(names)
    lows: dict[str, list[float]] = {name: [] for name in names}
    highs: dict[str, list[float]] = {name: [] for name in names}
    model.reshape([1, *samples.shape[1:]])
    compiled = core.compile_model(model, "CPU", {"INFERENCE_PRECISION_HINT": "f32"})
    for sample in samples:
        outputs = compiled(sample[None])
        for name in names:
            lows[name].append(float(outputs[name].min()))
            highs[name].append(float(outputs[name].max()))
    # Zero must be exact: it is what convolutions pad with.
    limits = {name: (min(0.0, median(lows[name])), max(0.0, median(highs[name]))) for name in names}
    return {name: (low, high) for name, (low, high) in limits.items() if low < high}


def _inputs_of_layers(model: Any) -> list[str]:
    names: dict[str, None] = {}
    for node in model.get_ordered_ops():
        if node.get_type_name() in _LAYERS and constant_of(node.input_value(1)) is not None:
            names[node.input_value(0).get_any_name()] = None
    return list(names)


def _output_axes(node: Any) -> tuple[int, ...]:
    """The axes of a layer's weights that count its output channels."""
    kind = node.get_type_name()
    if kind == "GroupConvolution":  # (groups, outputs of a group, inputs of a group, height, width)
        return (0, 1)
    if kind == "MatMul":
        return (0,) if node.get_attributes()["transpose_b"] else (1,)
    return (0,)


def constant_of(output: Any) -> NDArray[np.float32] | None:
    """The weights behind ``output``, looking through the reshapes that the ONNX reader puts there."""
    shape = output.get_partial_shape()
    node = output.get_node()
    while node.get_type_name() in {"Reshape", "Convert"}:
        node = node.input_value(0).get_node()
    if node.get_type_name() != "Constant" or not shape.is_static:
        return None
    data: NDArray[np.float32] = np.asarray(node.data, np.float32).reshape(shape.to_shape())
    return data


def _rounded_weights(weights: NDArray[np.float32], output_axes: tuple[int, ...], largest: int) -> Any:
    """OpenVINO knows 255 levels as int8 and no fewer: for smaller integers the range is widened, its ends unused."""
    from openvino import opset13 as ops

    others = tuple(axis for axis in range(weights.ndim) if axis not in output_axes)
    limit = np.maximum(np.abs(weights).max(axis=others, keepdims=True), np.finfo(np.float32).tiny)
    limit *= _LARGEST_WEIGHT / largest
    return _fake_quantize(ops.constant(weights), -limit, limit, 2 * _LARGEST_WEIGHT + 1)


def _fake_quantize(source: Any, low: Any, high: Any, levels: int) -> Any:
    from openvino import opset13 as ops

    limits = [ops.constant(np.asarray(limit, np.float32)) for limit in (low, high)]
    return ops.fake_quantize(source, *limits, *limits, levels).output(0)
