"""What the engines have in common."""

from __future__ import annotations

import ctypes
import hashlib
import os
import sys
import weakref
from dataclasses import dataclass
from threading import Lock
from typing import IO, TYPE_CHECKING, Any

import numpy as np

from rostro.core.errors import EngineError, ModelCorrupt
from rostro.core.foreign import open_regular
from rostro.core.forking import Gate
from rostro.core.private import private_folder

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

_IMPORT = Lock()
#: Bytes of a file that are asked for at once; Linux gives no more than two gigabytes.
_PART = 1 << 30

#: Engines at work. Their libraries have threads and locks of their own, which a fork in the middle would leave locked.
WORKING = Gate()


def engine_error(model: Path, what: str, error: BaseException | None = None) -> EngineError:
    """An error that names the model, what could not be done, and the library's reason on one line."""
    reason = "" if error is None else ": " + " ".join(str(error).split())[:400]
    return EngineError(f"{model.name}: {what}{reason}")


def output_order(model: Path, available: Sequence[frozenset[str]], wanted: Sequence[str] | None) -> list[int]:
    """Positions of the wanted outputs among the model's own.

    Args:
        model: For the error.
        available: The names of each output (a tensor may have several).
        wanted: Names in the order wanted; None for all.

    Raises:
        EngineError: The model has no output of that name.
    """
    if wanted is None:
        return list(range(len(available)))
    position = {name: i for i, names in enumerate(available) for name in names}
    missing = [name for name in wanted if name not in position]
    if missing:
        raise engine_error(model, f"no output {', '.join(missing)}; there is: {', '.join(sorted(position))}")
    return [position[name] for name in wanted]


@dataclass(frozen=True, slots=True, eq=False)
class Contents:
    """A model file as it was read, once.

    Attributes:
        data: Its bytes.
        weights: Those of the file of weights beside an OpenVINO network (``.xml`` and ``.bin``).
        sha256: Of both.
    """

    data: bytes
    weights: bytes | None
    sha256: str


class Original:
    """A model file that is opened now, and read when something must be made of it.

    By then another file may have taken its place, or none is there any more: the one that was opened is read.
    """

    def __init__(self, model: Path, expected: Callable[[Path], str | None]) -> None:
        """Opens it.

        Args:
            model: The file; beside one of OpenVINO's own lies another, with its weights.
            expected: See `EngineOptions.expected`.

        Raises:
            EngineError: It cannot be opened.
        """
        self._model = model
        self._expected = {file: expected(file) for file in _files(model)}
        self._opened: dict[Path, int] = {}
        self._close = weakref.finalize(self, _close, self._opened)
        if os.name != "nt":  # where a file that somebody has open cannot be replaced
            for file in self._expected:
                with _opened(model, file) as opened:
                    self._opened[file] = os.dup(opened.fileno())

    @property
    def sha256(self) -> str:
        """As `Contents.sha256`: of what was checked; of what was not it is told now, and holds from then on.

        Raises:
            EngineError: It cannot be read.
        """
        for file, known in self._expected.items():
            if known is None:
                self._expected[file] = hashlib.sha256(self._read(file)).hexdigest()
        whole = hashlib.sha256()
        for known in self._expected.values():
            whole.update(bytes.fromhex(known or ""))
        return whole.hexdigest()

    def contents(self) -> Contents:
        """Reads it.

        Raises:
            EngineError: It cannot be read.
            ModelCorrupt: It is not the one that was checked any more.
        """
        whole = hashlib.sha256()
        parts = []
        for file, wanted in self._expected.items():
            parts.append(self._read(file))
            found = hashlib.sha256(parts[-1])
            if wanted is not None and found.hexdigest() != wanted:
                raise ModelCorrupt(f"{file.name}: another file took its place after it was checked")
            whole.update(found.digest())
        self._close()
        return Contents(parts[0], parts[1] if len(parts) > 1 else None, whole.hexdigest())

    def _read(self, file: Path) -> bytes:
        descriptor = self._opened.get(file)
        try:
            if descriptor is None:
                with _opened(self._model, file) as opened:
                    return opened.read()
            parts, start = [], 0
            while part := os.pread(descriptor, _PART, start):  # a forked child shares the place where reading goes on
                parts.append(part)
                start += len(part)
            return parts[0] if len(parts) == 1 else b"".join(parts)
        except OSError as error:
            raise engine_error(self._model, "cannot be read", error) from None


def read_contents(model: Path, expected: Callable[[Path], str | None]) -> Contents:
    """Reads a model file; what was checked is what is loaded.

    Args:
        model: The file.
        expected: See `EngineOptions.expected`.

    Raises:
        EngineError: It cannot be read.
        ModelCorrupt: It is not the one that was checked any more.
    """
    return Original(model, expected).contents()


def _files(model: Path) -> list[Path]:
    return [model, model.with_suffix(".bin")] if model.suffix == ".xml" else [model]


def _opened(model: Path, file: Path) -> IO[bytes]:
    try:
        return open_regular(file)
    except (OSError, ValueError) as error:
        raise engine_error(model, "cannot be read", error) from None


def _close(descriptors: dict[Path, int]) -> None:
    while descriptors:
        os.close(descriptors.popitem()[1])


def cache_of(home: Path | None, sha256: Callable[[], str]) -> Path | None:
    """A folder for the compiled forms of these very bytes; None where others could put theirs there, to be run.

    Args:
        home: Where compiled forms are kept; None keeps none.
        sha256: The model's, see `Contents`; it is not asked for in vain.
    """
    if home is None or private_folder(home) is None:
        return None
    return private_folder(home / sha256()[:32])


def give_back_memory() -> None:
    """Gives memory that was freed back to the system.

    The C library of Linux keeps up to 64 MB for each thread that ever freed as much, and calls of many sizes leave it
    in pieces. Where there is no such call, there is no need for it either.
    """
    trim = getattr(ctypes.CDLL(None), "malloc_trim", None) if sys.platform == "linux" else None
    if trim is not None:
        trim(0)


def load_openvino() -> Any:
    """The module ``openvino`` without its model conversion tool.

    The tool takes two thirds of OpenVINO's import time and brings a telemetry package along. OpenVINO goes on without
    it when it cannot be imported, which is what ``None`` in ``sys.modules`` means to Python.
    """
    tool = "openvino.tools.ovc"
    with _IMPORT:
        hidden = sys.modules.setdefault(tool, None) is None  # type: ignore[arg-type]
        try:
            import openvino
        finally:
            if hidden:
                del sys.modules[tool]
        # OpenVINO makes its tables of types at their first use. Two threads that come first together wait for ever: the
        # one that makes a table needs Python's lock, the other holds that lock and waits for the table.
        openvino.Tensor(np.zeros(1, np.float32), shared_memory=True).element_type.to_dtype()
    return openvino
