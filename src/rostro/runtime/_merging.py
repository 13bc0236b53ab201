"""Makes one convolution of several small ones.

A detector's head often has a convolution for the scores, one for the boxes and one for the landmarks, each with one to
ten output channels, of the same input, and after each one over single channels. Convolutions compute eight channels or
more at a time, so that most of such small ones is filling. Side by side they are one; its channels are then told apart.
The numbers stay the same but for rounding.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from rostro.runtime._quantisation import constant_of

if TYPE_CHECKING:
    from collections.abc import Hashable, Sequence

    from numpy.typing import NDArray

#: Convolutions of so many output channels have no filling.
_ENOUGH = 16


class _Layer(NamedTuple):
    """A convolution and its bias.

    Attributes:
        source: The output that it reads.
        weights: (outputs, inputs, height, width), or (channels, 1, 1, height, width) of single channels.
        bias: (1, outputs, 1, 1).
        options: Strides, padding, dilation.
        result: Its output, bias included.
    """

    source: Any
    weights: NDArray[np.float32]
    bias: NDArray[np.float32]
    options: tuple[tuple[str, tuple[int, ...]], ...]
    result: Any

    @property
    def kind(self) -> Hashable:
        """What layers have in common that can be one."""
        return self.weights.shape[1:], self.options


def merge_convolutions(model: Any) -> None:
    """Merges the small convolutions of an ``openvino.Model`` that read the same output."""
    branches: dict[Hashable, list[list[_Layer]]] = {}
    for node in model.get_ordered_ops():
        first = _layer(node) if _is_small(node) else None
        if first is None:
            continue
        reader = _only_reader(first.result)
        second = None if reader is None else _layer(reader, single=True)
        branch = [first] if second is None else [first, second]
        if all(reader.get_node().get_type_name() != "Result" for reader in branch[-1].result.get_target_inputs()):
            place = (first.source.get_node().get_friendly_name(), first.source.get_index())
            branches.setdefault((place, *(layer.kind for layer in branch)), []).append(branch)
    merged = [alike for alike in branches.values() if len(alike) > 1]
    for alike in merged:
        _merge(alike)
    if merged:
        model.validate_nodes_and_infer_types()


def _is_small(node: Any) -> bool:
    """Asked of the shape, for most convolutions of most networks are not: their weights need not be looked at."""
    if node.get_type_name() != "Convolution":
        return False
    channels = node.get_output_partial_shape(0)[1]
    return bool(channels.is_static and channels.get_length() < _ENOUGH)


def _layer(node: Any, *, single: bool = False) -> _Layer | None:
    """The layer that begins with this node; None where it is none, or ``single`` and not of single channels."""
    kind = node.get_type_name()
    weights = constant_of(node.input_value(1)) if kind in {"Convolution", "GroupConvolution"} else None
    if weights is None:
        return None
    if single and kind == "Convolution":
        weights = weights[None]
    if single and weights.shape[1:3] != (1, 1):
        return None
    attributes = node.get_attributes()
    if attributes.pop("auto_pad") != "explicit":
        return None
    bias, result = np.zeros((1, len(weights), 1, 1), np.float32), node.output(0)
    reader = _only_reader(result)
    if reader is not None and reader.get_type_name() == "Add":
        added = constant_of(reader.input_value(1))
        if added is not None and added.shape == bias.shape:
            bias, result = added, reader.output(0)
    options = tuple((name, tuple(value)) for name, value in sorted(attributes.items()))
    return _Layer(node.input_value(0), weights, bias, options, result)


def _only_reader(output: Any) -> Any:
    """The one node that reads an output; None where there are others. ONNX' biases ask for a shape, no more."""
    nodes = [reader.get_node() for reader in output.get_target_inputs()]
    nodes = [node for node in nodes if node.get_type_name() != "ShapeOf"]
    return nodes[0] if len(nodes) == 1 else None


def _merge(branches: Sequence[Sequence[_Layer]]) -> None:
    from openvino import opset13 as ops

    output = branches[0][0].source
    for layers in zip(*branches, strict=True):
        weights = np.concatenate([layer.weights for layer in layers])
        convolution = ops.convolution if weights.ndim == 4 else ops.group_convolution
        output = ops.add(
            convolution(output, ops.constant(weights), **{name: list(value) for name, value in layers[0].options}),
            ops.constant(np.concatenate([layer.bias for layer in layers], axis=1)),
        ).output(0)
    channels = [branch[-1].bias.shape[1] for branch in branches]
    parts = ops.variadic_split(output, ops.constant(1), ops.constant(channels)).outputs()
    for branch, part in zip(branches, parts, strict=True):
        for reader in branch[-1].result.get_target_inputs():
            reader.replace_source_output(part)
