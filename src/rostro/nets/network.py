"""A network as a list of layers: names, shapes and wiring, no numbers and no framework.

One description serves everything that needs to know the network: reading its weights from a Keras file
(`rostro.nets.keras_file`), writing it as ONNX (`rostro.nets.onnx_file`), counting its parameters, training it.
Names and shapes are those of the original Keras models: convolution kernels (height, width, in, out), dense kernels
(in, out), batch normalisation as gamma (unless ``scale=False``), beta, moving mean, moving variance.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from math import prod
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from rostro.core.types import Floats

Shapes = tuple[tuple[int, ...], ...]
#: Weights of a network: layer → its arrays, in the layer's order.
Weights = dict[str, "tuple[Floats, ...]"]


#: The fewest channels that a trained layer has or reads, but for the photo's three. With fewer, oneDNN 3.12 (torch
#: 2.13.0) destroys memory on processors with AVX-512, in the backward pass of a strided 1 × 1 convolution: a few of
#: ``Conv2d(8, 16, 1, stride=2, bias=False)``, channels last, on (8, 8, 56, 56), and the process is dead. So do 4 and 12
#: channels; 16, 24 and 64 do not, nor does any with ``ONEDNN_MAX_CPU_ISA=AVX2``.
LEAST_CHANNELS = 16


@dataclass(frozen=True, slots=True)
class Value:
    """What flows between layers: the layer that makes it, and how many channels it has."""

    name: str
    channels: int


@dataclass(frozen=True, slots=True)
class Layer:
    """One layer.

    Attributes:
        name: Unique; for layers with weights, their name in the original model.
        kind: What it does; the methods of `Network` say which there are.
        inputs: Names of the layers that it reads.
        options: The kind's own, for example ``stride``.
        shapes: Shapes of its weights, in order.
    """

    name: str
    kind: str
    inputs: tuple[str, ...]
    options: Mapping[str, Any] = field(default_factory=dict)
    shapes: Shapes = ()


class Network:
    """Collects layers. Each method appends one and returns its value.

    Attributes:
        size: Side of the square input in pixels; three channels.
        input: The input's value.
        layers: In an order in which they can run.
        outputs: Name of an output → the value that it is.
        maps: Whether outputs have positions; otherwise one row each. Such a network takes inputs of any size.
    """

    def __init__(self, size: int) -> None:
        """An empty network for inputs of ``size`` × ``size`` pixels."""
        self.size = size
        self.input = Value("input", 3)
        self.layers: list[Layer] = []
        self.outputs: dict[str, Value] = {}
        self.maps = False

    @property
    def parameters(self) -> int:
        """How many numbers its weights hold, as a Keras summary counts them (moving averages included)."""
        return sum(prod(shape) for layer in self.layers for shape in layer.shapes)

    @property
    def weighted(self) -> list[Layer]:
        """The layers that have weights."""
        return [layer for layer in self.layers if layer.shapes]

    def only(self, output: str) -> Network:
        """The same network with one output, and without the layers that it does not need.

        Raises:
            KeyError: There is no such output.
        """
        needed = {self.outputs[output].name}
        for layer in reversed(self.layers):
            if layer.name in needed:
                needed.update(layer.inputs)
        part = Network(self.size)
        part.layers = [layer for layer in self.layers if layer.name in needed]
        part.outputs = {output: self.outputs[output]}
        return part

    def conv(
        self,
        x: Value,
        name: str,
        filters: int,
        kernel: int | tuple[int, int],
        *,
        stride: int = 1,
        padding: str | int = "same",
        groups: int = 1,
        bias: bool = True,
    ) -> Value:
        """Convolution.

        Args:
            x: What it reads.
            name: The layer's name.
            filters: Channels of the result.
            kernel: Its height and width.
            stride: In both directions.
            padding: Keras' ``same`` (at stride 2 it pads more at the end), ``valid``, or pixels on every side.
            groups: Parts of the channels that do not see each other; as many as channels make it depthwise.
            bias: Whether it has one.
        """
        height, width = (kernel, kernel) if isinstance(kernel, int) else kernel
        shapes: Shapes = ((height, width, x.channels // groups, filters), (filters,))
        shapes = shapes if bias else shapes[:1]
        return self._append(
            "conv", [x], filters, name=name, shapes=shapes, stride=stride, padding=padding, groups=groups
        )

    def batch_norm(self, x: Value, name: str, *, epsilon: float = 1e-3, scale: bool = True) -> Value:
        """Batch normalisation by the moving averages; ``scale``: whether it has a gamma."""
        shapes = ((x.channels,),) * (4 if scale else 3)
        return self._append("batch_norm", [x], x.channels, name=name, shapes=shapes, epsilon=epsilon)

    def dense(self, x: Value, name: str, units: int, *, bias: bool = True) -> Value:
        """Every output from every input."""
        shapes: Shapes = ((x.channels, units), (units,))
        return self._append("dense", [x], units, name=name, shapes=shapes if bias else shapes[:1])

    def relu(self, x: Value) -> Value:
        """What is negative becomes 0."""
        return self._append("relu", [x], x.channels)

    def prelu(self, x: Value, name: str) -> Value:
        """What is negative is multiplied with a number that is learned, one per channel."""
        return self._append("prelu", [x], x.channels, name=name, shapes=((x.channels,),))

    def sigmoid(self, x: Value) -> Value:
        """``1 / (1 + exp(-x))``."""
        return self._append("sigmoid", [x], x.channels)

    def softmax(self, x: Value) -> Value:
        """Probabilities, over the channels."""
        return self._append("softmax", [x], x.channels)

    def max_pool(self, x: Value, kernel: int, stride: int) -> Value:
        """Maximum over windows that lie wholly inside."""
        return self._append("max_pool", [x], x.channels, kernel=kernel, stride=stride)

    def mean(self, x: Value) -> Value:
        """Average over all positions; one position is left."""
        return self._append("mean", [x], x.channels)

    def flatten(self, x: Value, positions: int) -> Value:
        """All positions after one another, each with all its channels."""
        return self._append("flatten", [x], positions * x.channels)

    def add(self, x: Value, y: Value, *, scale: float = 1.0) -> Value:
        """``x + scale · y``."""
        return self._append("add", [x, y], x.channels, scale=scale)

    def multiply(self, x: Value, y: Value) -> Value:
        """``x · y``, where y may have a single position."""
        return self._append("multiply", [x, y], x.channels)

    def blend(self, name: str, *values: Value) -> Value:
        """A sum of values, each multiplied with a number that is learned."""
        return self._append("blend", values, values[0].channels, name=name, shapes=((len(values),),))

    def upsample(self, x: Value) -> Value:
        """Each position becomes four."""
        return self._append("upsample", [x], x.channels)

    def concat(self, *values: Value) -> Value:
        """The channels of all, one after the other."""
        return self._append("concat", values, sum(value.channels for value in values))

    def _append(
        self, kind: str, inputs: Sequence[Value], channels: int, *, name: str = "", shapes: Shapes = (), **options: Any
    ) -> Value:
        name = name or f"{kind}_{len(self.layers)}"
        self.layers.append(Layer(name, kind, tuple(value.name for value in inputs), options, shapes))
        return Value(name, channels)
