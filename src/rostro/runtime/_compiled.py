"""Compiled forms, kept: what was compiled once is loaded at the next start, and its model is not even read.

To read SFace, put its int8 form together and look for what OpenVINO compiled of it takes a process 0.3 s; to load what
was compiled takes 0.06 s. A form lies in a folder of its model's sha256, under a name that follows from all that it was
made of and for, the code that makes forms included. It is believed as OpenVINO's own cache is: in folders that nobody
else can write to (`rostro.core.private`). A form that was cut off, or that OpenVINO refuses, is made anew.
"""

from __future__ import annotations

import hashlib
import json
from contextlib import suppress
from dataclasses import dataclass
from functools import cache
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rostro.core.errors import BadInput
from rostro.core.files import PRIVATE, write_file
from rostro.core.foreign import open_regular
from rostro.core.lazy import Lazy
from rostro.runtime._reading import FAILURES

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

#: Bytes of the sha256 that a form begins with.
_DIGEST = hashlib.sha256().digest_size


class Forms:
    """The compiled forms of one model. Safe to use from several threads and processes at once."""

    def __init__(self, folder: Path | None, *made_of: object) -> None:
        """Reads nothing.

        Args:
            folder: Where they lie, private; None keeps none.
            made_of: What all of them are made of and for; objects whose ``repr`` tells them apart.
        """
        self._folder = folder
        self._made_of = made_of

    def load(self, core: Any, device: str, config: Mapping[str, Any], *form: object) -> Any:
        """A compiled form; None where it is not there, or is none.

        Args:
            core: OpenVINO's.
            device: Its name of the device.
            config: What it was, or would be, compiled with.
            form: What it was made of besides ``made_of``.
        """
        data = self._read("form", *form, config)
        with suppress(*FAILURES):
            # given bytes, OpenVINO copies them; of a tensor it keeps no hold, and reads what is there no more
            return None if data is None else core.import_model(data, device, dict(config))
        return None

    def keep(self, compiled: Any, config: Mapping[str, Any], *form: object) -> None:
        """Keeps one; a read-only disk or a full one makes the next start slower, and nothing else."""
        if self._folder is not None:
            stream = BytesIO()
            with suppress(*FAILURES):
                compiled.export_model(stream)
                self._write(stream.getvalue(), "form", *form, config)

    def model(self, read: Callable[[], Any]) -> Model:
        """The model of which they are made, which is read only if nothing is known of it.

        Args:
            read: Gives an ``openvino.Model`` with one input.
        """
        data = self._read("outline")
        with suppress(*FAILURES, LookupError, TypeError, AttributeError):
            if data is not None:
                return Model(Outline.from_document(data), Lazy(read))
        whole = read()
        outline = Outline.of(whole)
        self._write(outline.document(), "outline")
        return Model(outline, Lazy(lambda: whole))

    def _read(self, kind: str, *form: object) -> bytes | None:
        if self._folder is None:
            return None
        try:
            with open_regular(self._file(kind, *form)) as file:
                told, data = file.read(_DIGEST), file.read()
        except OSError:
            return None
        return data if hashlib.sha256(data).digest() == told else None

    def _write(self, data: bytes, kind: str, *form: object) -> None:
        if self._folder is not None:
            with suppress(BadInput):
                write_file(self._file(kind, *form), hashlib.sha256(data).digest() + data, mode=PRIVATE)

    def _file(self, kind: str, *form: object) -> Path:
        facts = repr((_code(), self._made_of, form))
        return Path(self._folder or "", f"{hashlib.sha256(facts.encode()).hexdigest()[:32]}.{kind}")


@dataclass(frozen=True, slots=True)
class Outline:
    """What is asked of a model before anything is compiled of it.

    Attributes:
        shape: Of its input, as OpenVINO writes it: ``[1,3,?,?]``.
        dtype: Of its input, likewise: ``f32``.
        outputs: The names of each output.
    """

    shape: str
    dtype: str
    outputs: tuple[tuple[str, ...], ...]

    @classmethod
    def of(cls, model: Any) -> Outline:
        """Those of an ``openvino.Model``."""
        entry = model.input(0)
        names = tuple(tuple(sorted(output.get_names())) for output in model.outputs)
        return cls(str(entry.get_partial_shape()), entry.get_element_type().get_type_name(), names)

    @classmethod
    def from_document(cls, data: bytes) -> Outline:
        """One that was kept."""
        found = json.loads(data)
        return cls(found["shape"], found["dtype"], tuple(map(tuple, found["outputs"])))

    def document(self) -> bytes:
        """What is kept of it."""
        return json.dumps({"shape": self.shape, "dtype": self.dtype, "outputs": self.outputs}).encode()


class Model:
    """A model of which forms are compiled: its outline, and the whole of it once one must be compiled."""

    def __init__(self, outline: Outline, whole: Lazy[Any]) -> None:
        """Puts them together."""
        import openvino

        dtype = getattr(openvino.Type, outline.dtype)
        self._input = openvino.op.Parameter(dtype, openvino.PartialShape(outline.shape)).output(0)
        self._whole = whole
        self.names = [frozenset(names) for names in outline.outputs]

    def input(self, index: int) -> Any:
        """Its only input, as ``openvino.Model.input`` tells it: shape and type."""
        assert index == 0
        return self._input

    def clone(self) -> Any:
        """The whole of it, to be changed and compiled."""
        return self._whole().clone()


@cache
def _code() -> str:
    """What tells this version of the code that makes forms from any other: a fault that was mended is not kept on."""
    whole = hashlib.sha256()
    for file in sorted(Path(__file__).parent.glob("*.py*")):
        whole.update(hashlib.sha256(file.read_bytes()).digest())
    return whole.hexdigest()
