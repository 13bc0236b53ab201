"""Writes ONNX files by hand: the few messages of the format that a plain network needs.

The format's own package is an extra, which nobody should need for a network that everybody gets. It is protocol
buffers: a message is a row of fields, each a key (number and kind) and a value.
"""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

#: Whoever changes what is written for the same network raises this; it is part of converted files' names.
VERSION = 1
_IR, _OPSET = 8, 13
_FLOAT, _INT64 = 1, 7
#: Kinds of an attribute, as the format numbers them.
_A_FLOAT, _AN_INT, _A_TEXT, _INTS = 1, 2, 3, 7


class OnnxGraph:
    """Collects nodes and constants, and writes them. Values go by name."""

    def __init__(self) -> None:
        self._nodes: list[bytes] = []
        self._constants: list[bytes] = []

    def node(self, kind: str, inputs: Sequence[str], output: str, **attributes: float | str | Sequence[int]) -> str:
        """Adds a node; returns the name of its output.

        Args:
            kind: As ONNX names it.
            inputs: Names of values and constants.
            output: Name of the only output.
            attributes: Integers, floats, text, or lists of integers.
        """
        fields = [_bytes(1, name) for name in inputs]
        fields += [_bytes(2, output), _bytes(3, output), _bytes(4, kind)]
        fields += [_bytes(5, _attribute(name, value)) for name, value in attributes.items()]
        self._nodes.append(b"".join(fields))
        return output

    def constant(self, name: str, array: NDArray[Any]) -> str:
        """Adds a constant, as float32 or, of integers, as int64; returns its name."""
        whole = np.issubdtype(array.dtype, np.integer)
        data = np.ascontiguousarray(array, "<i8" if whole else "<f4")
        dims = b"".join(_number(1, side) for side in array.shape)
        kind = _number(2, _INT64 if whole else _FLOAT)
        self._constants.append(dims + kind + _bytes(8, name) + _bytes(9, data.tobytes()))
        return name

    def to_bytes(self, inputs: Mapping[str, Sequence[int | str]], outputs: Mapping[str, Sequence[int | str]]) -> bytes:
        """The whole file.

        Args:
            inputs: Shapes of samples, without the number of samples, which may be any; a side that may be any has a
                name.
            outputs: The same of what comes out.
        """
        graph = b"".join(
            [_bytes(1, node) for node in self._nodes]
            + [_bytes(2, "rostro")]
            + [_bytes(5, constant) for constant in self._constants]
            + [_bytes(11, _value(name, shape)) for name, shape in inputs.items()]
            + [_bytes(12, _value(name, shape)) for name, shape in outputs.items()]
        )
        operators = _bytes(1, "") + _number(2, _OPSET)
        return _number(1, _IR) + _bytes(2, "rostro") + _bytes(7, graph) + _bytes(8, operators)


def _value(name: str, shape: Sequence[int | str]) -> bytes:
    sides = [_bytes(2, side) if isinstance(side, str) else _number(1, side) for side in ("N", *shape)]
    dims = b"".join(_bytes(1, side) for side in sides)
    return _bytes(1, name) + _bytes(2, _bytes(1, _number(1, _FLOAT) + _bytes(2, dims)))


def _attribute(name: str, value: float | str | Sequence[int]) -> bytes:
    if isinstance(value, str):
        return _bytes(1, name) + _bytes(4, value) + _number(20, _A_TEXT)
    if isinstance(value, float):
        return _bytes(1, name) + _key(2, 5) + struct.pack("<f", value) + _number(20, _A_FLOAT)
    if isinstance(value, int):
        return _bytes(1, name) + _number(3, value) + _number(20, _AN_INT)
    return _bytes(1, name) + b"".join(_number(8, item) for item in value) + _number(20, _INTS)


def _key(number: int, kind: int) -> bytes:
    return _varint(number << 3 | kind)


def _number(number: int, value: int) -> bytes:
    return _key(number, 0) + _varint(value % 2**64)  # the negative ones are two's complements


def _bytes(number: int, value: bytes | str) -> bytes:
    content = value.encode() if isinstance(value, str) else value
    return _key(number, 2) + _varint(len(content)) + content


def _varint(value: int) -> bytes:
    parts = bytearray()
    while value >= 0x80:
        parts.append(value & 0x7F | 0x80)
        value >>= 7
    return bytes([*parts, value])
