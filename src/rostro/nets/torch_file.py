"""Reads the tensors of a torch state dict (``.pth``) without torch, and without running what the file says.

Such a file says how its tensors are put together as a *pickle*: a program for a stack machine that may call anything.
Here its instructions are parsed and the few that describe tensors are followed by hand; a program that names anything
but `_NAMES` is refused. Nothing of the file is ever imported or called, and Python's own unpickler is not used.

Both forms that torch writes are read: a zip archive, and the older one with one pickle after the other.
"""

from __future__ import annotations

import io
import pickletools
import struct
import zipfile
import zlib
from dataclasses import dataclass
from math import prod
from typing import IO, TYPE_CHECKING, Any, Final

import numpy as np

from rostro.core.errors import BadInput

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from pathlib import Path

    from numpy.typing import NDArray

    from rostro.nets.network import Layer, Network, Weights

#: What a program may name: pickle's words for it → ours.
_DICT, _TENSOR = "collections OrderedDict", "torch._utils _rebuild_tensor_v2"
_TYPES: Final = {
    "torch FloatStorage": "<f4",
    "torch HalfStorage": "<f2",
    "torch DoubleStorage": "<f8",
    "torch LongStorage": "<i8",
    "torch IntStorage": "<i4",
}
_NAMES: Final = {_DICT, _TENSOR, *_TYPES}
#: The number that files of the older form begin with.
_MAGIC = 0x1950A86A20F9469CFC6C
#: More than any network here has.
_MOST_INSTRUCTIONS, _MOST_BYTES = 1_000_000, 1 << 30
_PARSING = (
    ValueError, IndexError, KeyError, TypeError, AttributeError, OverflowError, RuntimeError, struct.error, zlib.error,
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class _Stored:
    """A row of numbers in the file."""

    dtype: str
    key: str
    count: int


@dataclass(frozen=True, slots=True)
class _Tensor:
    """A window on stored numbers."""

    stored: _Stored
    offset: int
    shape: tuple[int, ...]
    strides: tuple[int, ...]

    def of(self, numbers: NDArray[Any]) -> NDArray[Any]:
        row = tuple(prod(self.shape[place + 1 :]) for place in range(len(self.shape)))
        if any(side > 1 and own != step for side, own, step in zip(self.shape, row, self.strides, strict=True)):
            raise ValueError("a tensor that does not lie in one piece")
        part = numbers[self.offset : self.offset + prod(self.shape)]
        return np.array(part, numbers.dtype).reshape(self.shape)


def read_state(path: Path) -> dict[str, NDArray[Any]]:
    """The tensors of a state dict, by name.

    Raises:
        BadInput: Not such a file, or one that holds more than tensors.
    """
    try:
        if zipfile.is_zipfile(path):
            with zipfile.ZipFile(path) as archive:
                return _read_zip(archive)
        with path.open("rb") as file:
            return _read_older(file)
    except (*_PARSING, OSError, EOFError, zipfile.BadZipFile) as error:
        raise BadInput(f"{path.name}: not a torch file of tensors alone: {error}") from None


def read_torch(path: Path, network: Network, prefix: str = "") -> Weights:
    """The weights of a network whose layers are named as in a state dict.

    Args:
        path: The state dict.
        network: The description.
        prefix: What stands before all names in the file: ``module.`` where it was trained on several cards.

    Raises:
        BadInput: Not a state dict; or a layer is missing or of another shape.
    """
    state = read_state(path)
    return {layer.name: _weights(path.name, layer, state, prefix) for layer in network.weighted}


def _weights(file: str, layer: Layer, state: dict[str, NDArray[Any]], prefix: str) -> tuple[Any, ...]:
    arrays = []
    for part, shape in zip(_PARTS[layer.kind], layer.shapes, strict=False):
        name = f"{prefix}{layer.name}.{part}"
        if name not in state:
            raise BadInput(f"{file}: no {name}; this is not the file of that network")
        array = state[name]
        axes = _AXES.get(array.ndim)
        array = array.transpose(axes) if axes else array
        if array.shape != shape:
            raise BadInput(f"{file}: {name} has another shape than the network: {array.shape}, expected {shape}")
        arrays.append(np.ascontiguousarray(array, np.float32))
    return tuple(arrays)


#: Kind of a layer → its tensors, in the order of the description.
_PARTS: Final = {
    "conv": ("weight", "bias"),
    "dense": ("weight", "bias"),
    "batch_norm": ("weight", "bias", "running_mean", "running_var"),
    "prelu": ("weight",),
}
#: Torch's axes (out, in, height, width) and (out, in) in the description's order.
_AXES: Final = {4: (2, 3, 1, 0), 2: (1, 0)}


def _read_zip(archive: zipfile.ZipFile) -> dict[str, NDArray[Any]]:
    (program,) = [name for name in archive.namelist() if name.endswith("/data.pkl")]
    folder = program.removesuffix("data.pkl")

    def stored(what: _Stored) -> NDArray[Any]:
        info = archive.getinfo(f"{folder}data/{what.key}")
        if info.file_size != what.count * np.dtype(what.dtype).itemsize or info.file_size > _MOST_BYTES:
            raise ValueError(f"{info.filename} has {info.file_size} bytes")
        return np.frombuffer(archive.read(info), what.dtype)

    return _arrays(_follow(io.BytesIO(archive.read(program))), stored)


def _read_older(file: IO[bytes]) -> dict[str, NDArray[Any]]:
    if _follow(file) != _MAGIC:
        raise ValueError("it begins with another number")
    _follow(file)  # version of the form
    if _follow(file)["little_endian"] is not True:
        raise ValueError("bytes in another order")
    state, keys = _follow(file), _follow(file)
    wanted = {tensor.stored.key: tensor.stored for tensor in state.values()}
    numbers: dict[str, NDArray[Any]] = {}
    for key in keys:
        what = wanted[key]
        (count,) = struct.unpack("<q", file.read(8))
        if count != what.count:
            raise ValueError(f"{key} holds {count} numbers, not {what.count}")
        size = count * np.dtype(what.dtype).itemsize
        if not 0 <= size <= _MOST_BYTES:
            raise ValueError(f"{key} has {size} bytes")
        numbers[key] = np.frombuffer(file.read(size), what.dtype)
    return _arrays(state, lambda what: numbers[what.key])


def _arrays(state: Any, stored: Callable[[_Stored], NDArray[Any]]) -> dict[str, NDArray[Any]]:
    if not isinstance(state, dict) or not all(isinstance(tensor, _Tensor) for tensor in state.values()):
        raise ValueError("it holds more than tensors")
    return {str(name): tensor.of(stored(tensor.stored)) for name, tensor in state.items()}


class _Mark:
    """Where a row of arguments begins on the stack."""


def _follow(file: IO[bytes]) -> Any:
    """What one program describes: numbers, text, lists, dictionaries, `_Stored` and `_Tensor`."""
    machine = _Machine()
    for number, (code, argument, _) in enumerate(pickletools.genops(file)):
        if number > _MOST_INSTRUCTIONS:
            raise ValueError("its program is too long")
        machine.step(code.name, argument)
    return machine.stack[-1]


class _Machine:
    """The stack, and what the few instructions that are followed do to it."""

    def __init__(self) -> None:
        self.stack: list[Any] = []
        self._memo: dict[int, Any] = {}

    def step(self, code: str, argument: Any) -> None:
        """Follows one instruction."""
        if code in _PUSHED:
            self.stack.append(argument)
        elif code in _CONSTANTS:
            self.stack.append(_CONSTANTS[code]())
        elif code in {"BINPUT", "LONG_BINPUT"}:
            self._memo[argument] = self.stack[-1]
        elif code in {"BINGET", "LONG_BINGET"}:
            self.stack.append(self._memo[argument])
        elif code not in {"PROTO", "STOP", "FRAME"}:
            getattr(self, f"_{code.lower()}", self._unknown(code))(argument)

    @staticmethod
    def _unknown(code: str) -> Callable[[Any], None]:
        def refuse(_: Any) -> None:
            raise ValueError(f"its program does more than describe tensors ({code})")

        return refuse

    def _pop(self, count: int) -> list[Any]:
        taken = self.stack[-count:]
        del self.stack[-count:]
        return taken

    def _to_mark(self) -> list[Any]:
        taken: list[Any] = []
        while not isinstance(last := self.stack.pop(), _Mark):
            taken.append(last)
        return taken[::-1]

    def _global(self, name: str) -> None:
        if name not in _NAMES:
            raise ValueError(f"its program names {name}")
        self.stack.append(name)

    def _tuple(self, _: Any) -> None:
        self.stack.append(tuple(self._to_mark()))

    def _tuple1(self, _: Any) -> None:
        self.stack.append(tuple(self._pop(1)))

    def _tuple2(self, _: Any) -> None:
        self.stack.append(tuple(self._pop(2)))

    def _tuple3(self, _: Any) -> None:
        self.stack.append(tuple(self._pop(3)))

    def _appends(self, _: Any) -> None:
        items = self._to_mark()
        self.stack[-1].extend(items)

    def _setitem(self, _: Any) -> None:
        key, value = self._pop(2)
        self.stack[-1][key] = value

    def _setitems(self, _: Any) -> None:
        items = self._to_mark()
        self.stack[-1].update(zip(items[::2], items[1::2], strict=True))

    def _build(self, _: Any) -> None:
        self.stack.pop()  # attributes of the dictionary: notes on versions

    def _binpersid(self, _: Any) -> None:
        kind, dtype, key, _place, count, *_ = self.stack.pop()
        if kind != "storage":
            raise ValueError("its program refers to something else than numbers")
        self.stack.append(_Stored(_TYPES[dtype], str(key), int(count)))

    def _reduce(self, _: Any) -> None:
        name, arguments = self._pop(2)
        if name == _DICT and not arguments:
            self.stack.append({})
        elif name == _TENSOR:
            stored, offset, shape, strides = arguments[:4]
            if not isinstance(stored, _Stored):
                raise ValueError("a tensor without numbers")
            self.stack.append(_Tensor(stored, int(offset), _sides(shape), _sides(strides)))
        else:
            raise ValueError(f"its program calls {name}")


def _sides(values: Iterable[Any]) -> tuple[int, ...]:
    sides = tuple(map(int, values))
    if any(side < 0 for side in sides):
        raise ValueError("a negative side")
    return sides


#: Instructions that put their argument on the stack.
_PUSHED: Final = {"BININT", "BININT1", "BININT2", "LONG1", "BINUNICODE", "SHORT_BINUNICODE"}
#: Instructions that put a constant on it.
_CONSTANTS: Final[dict[str, Callable[[], Any]]] = {
    "NONE": lambda: None,
    "NEWTRUE": lambda: True,
    "NEWFALSE": lambda: False,
    "EMPTY_TUPLE": tuple,
    "EMPTY_LIST": list,
    "EMPTY_DICT": dict,
    "MARK": _Mark,
}
