"""A vector as clients send it: numbers, or float32 values in base64."""

from __future__ import annotations

import binascii
from base64 import b64decode
from typing import Annotated, Any, Final

import numpy as np
from pydantic import BeforeValidator, WithJsonSchema

#: Numbers of the longest vectors; embedders have 4,096 at most.
_LONGEST: Final = 4096
#: What float32 holds.
_LARGEST: Final = 3e38


def numbers(given: Any) -> list[float]:
    """The numbers. Looked at here and not by the framework, which tells what is wrong with each of them.

    Raises:
        ValueError: It is no vector, or too long a one.
    """
    row = _decoded(given) if isinstance(given, str) else given
    if not isinstance(row, list) or not 0 < len(row) <= _LONGEST:
        raise ValueError(f"a vector is 1 to {_LONGEST} numbers, or these as float32 in base64, the lowest byte first")
    if not all(type(value) in {int, float} and abs(value) < _LARGEST for value in row):
        raise ValueError("a vector is finite numbers")
    return [float(value) for value in row]


def _decoded(text: str) -> list[float] | None:
    try:
        row = np.frombuffer(b64decode(text, validate=True), "<f4")
    except (binascii.Error, ValueError):
        return None
    return [float(value) for value in row]


#: For the fields of shapes.
Vector = Annotated[
    list[float],
    BeforeValidator(numbers),
    WithJsonSchema(
        {
            "anyOf": [
                {"type": "array", "items": {"type": "number"}, "minItems": 1, "maxItems": _LONGEST},
                {"type": "string", "format": "byte", "minLength": 4, "description": "float32, the lowest byte first"},
            ]
        }
    ),
]
