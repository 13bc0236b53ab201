"""Reads a network of Caffe's (``.caffemodel``: layers and weights in one file) into ONNX.

Such a file is protocol buffers, the same message that the description beside it holds as text. It is read as data:
layers of the kinds below; anything else is refused by name.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from rostro.core.errors import BadInput
from rostro.nets.onnx_bytes import OnnxGraph

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from rostro.core.types import Floats

Fields = dict[int, list["int | bytes"]]

#: Whoever changes what is written for the same file raises this; it is part of converted files' names.
VERSION = 1
# Numbers of the fields, by Caffe's own ``caffe.proto``.
_LAYER, _OLD_LAYERS = 100, 2
_NAME, _KIND, _BOTTOM, _TOP, _BLOBS = 1, 2, 3, 4, 7
_SETTINGS = {"Concat": 104, "Convolution": 106, "Pooling": 121, "Reshape": 133, "Permute": 202}
_SIMPLE = {"ReLU": "Relu", "Sigmoid": "Sigmoid"}


class _Layer(NamedTuple):
    name: str
    kind: str
    bottoms: tuple[str, ...]
    tops: tuple[str, ...]
    settings: Fields
    blobs: tuple[Floats, ...]


def caffe_to_onnx(model: Path, *, size: int, outputs: dict[str, tuple[str, int, int]]) -> bytes:
    """The network as ONNX: input ``input`` (N, 3, size, size) float32.

    Args:
        model: The ``.caffemodel``.
        size: Side of the input in pixels.
        outputs: Our name of each output that is wanted → the layer's top, and its sides after the number of samples.

    Raises:
        BadInput: Not such a file, or it has layers that are not known here.
    """
    try:
        graph, names = OnnxGraph(), {"data": "input"}
        for layer in _layers(model.read_bytes()):
            if layer.kind == "Input":
                continue
            inputs = [names[bottom] for bottom in layer.bottoms]
            result = inputs[0] if layer.kind == "Split" else _write(graph, layer, inputs)
            names.update(dict.fromkeys(layer.tops, result))
        for ours, (top, *_) in outputs.items():
            graph.node("Identity", [names[top]], ours)
        return graph.to_bytes({"input": (3, size, size)}, {ours: sides for ours, (_, *sides) in outputs.items()})
    except (ValueError, KeyError, IndexError, TypeError) as error:
        raise BadInput(f"{model.name}: not a network of Caffe's that can be read: {error!r}") from None


def _write(graph: OnnxGraph, layer: _Layer, inputs: list[str]) -> str:
    """Writes a layer; its result bears its name, for a layer may write over what it reads."""
    name, settings = layer.name, layer.settings
    if layer.kind in _SIMPLE:
        return graph.node(_SIMPLE[layer.kind], inputs, name)
    if layer.kind == "Convolution":
        weights = [graph.constant(f"{name}:{place}", blob) for place, blob in enumerate(layer.blobs)]
        pad, stride = _number(settings, 3, 0), _number(settings, 6, 1)
        return graph.node(
            "Conv", [*inputs, *weights], name, pads=[pad] * 4, strides=[stride] * 2, group=_number(settings, 5, 1)
        )
    if layer.kind == "Pooling" and _number(settings, 1, 0) == 0:  # the largest
        side, stride, pad = _number(settings, 2, 0), _number(settings, 3, 1), _number(settings, 4, 0)
        return graph.node(
            "MaxPool", inputs, name, kernel_shape=[side] * 2, strides=[stride] * 2, pads=[pad] * 4, ceil_mode=1
        )
    if layer.kind == "Permute":
        return graph.node("Transpose", inputs, name, perm=_numbers(settings, 1))
    if layer.kind == "Reshape":
        (shape,) = settings[1]
        sides = np.array(_numbers(_fields(_data(shape)), 1), np.int64)
        return graph.node("Reshape", [*inputs, graph.constant(f"{name}:shape", sides)], name)
    if layer.kind == "Concat":
        return graph.node("Concat", inputs, name, axis=_number(settings, 2, 1))
    raise ValueError(f"a layer of the kind {layer.kind}")


def _layers(data: bytes) -> Iterator[_Layer]:
    network = _fields(data)
    if _OLD_LAYERS in network or _LAYER not in network:
        raise ValueError("no layers, or of the format before 2014")
    for message in network[_LAYER]:
        layer = _fields(_data(message))
        kind = _data(layer[_KIND][0]).decode()
        settings = [_fields(_data(given)) for given in layer.get(_SETTINGS.get(kind, -1), ())]
        yield _Layer(
            name=_data(layer[_NAME][0]).decode(),
            kind=kind,
            bottoms=tuple(_data(name).decode() for name in layer.get(_BOTTOM, ())),
            tops=tuple(_data(name).decode() for name in layer.get(_TOP, ())),
            settings=settings[0] if settings else {},
            blobs=tuple(_blob(_fields(_data(blob))) for blob in layer.get(_BLOBS, ())),
        )


def _blob(blob: Fields) -> Floats:
    (shape,) = blob[7]
    numbers: Floats = np.frombuffer(b"".join(map(_data, blob[5])), "<f4").astype(np.float32)
    return numbers.reshape(_numbers(_fields(_data(shape)), 1))


def _number(fields: Fields, number: int, otherwise: int) -> int:
    return (_numbers(fields, number) or [otherwise])[-1]


def _numbers(fields: Fields, number: int) -> list[int]:
    """All integers of a field, written one by one or packed; negative ones are two's complements."""
    found: list[int] = []
    for value in fields.get(number, ()):
        if isinstance(value, int):
            found.append(value)
        else:
            place = 0
            while place < len(value):
                one, place = _varint(value, place)
                found.append(one)
    return [value - 2**64 if value >= 2**63 else value for value in found]


def _data(value: int | bytes) -> bytes:
    if isinstance(value, int):
        raise ValueError("a number where a message belongs")
    return value


def _fields(data: bytes) -> Fields:
    """The fields of a message by their numbers."""
    found: Fields = {}
    place = 0
    while place < len(data):
        key, place = _varint(data, place)
        kind = key & 7
        value: int | bytes
        if kind == 0:
            value, place = _varint(data, place)
        elif kind in {1, 2, 5}:
            length, place = _varint(data, place) if kind == 2 else (8 if kind == 1 else 4, place)
            value = data[place : place + length]
            place += length
            if len(value) < length:
                raise ValueError("it ends in the middle")
        else:
            raise ValueError(f"a field of kind {kind}")
        found.setdefault(key >> 3, []).append(value)
    return found


def _varint(data: bytes, place: int) -> tuple[int, int]:
    value = shift = 0
    while True:
        byte = data[place]
        value |= (byte & 0x7F) << shift
        place, shift = place + 1, shift + 7
        if byte < 0x80:
            return value, place
