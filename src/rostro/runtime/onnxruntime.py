"""onnxruntime: the engine for CUDA, CoreML and DirectML. Needs the extra ``onnx``.

The device is part of the engine's name, ``onnxruntime:cuda``; the package that is installed must have been built for
it (``onnxruntime-gpu``, ``onnxruntime-directml``).
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

import numpy as np

from rostro.core.errors import MissingExtra
from rostro.core.forking import Forking, Mutex, abandon
from rostro.core.lazy import Lazy
from rostro.runtime._precision import choose_precision
from rostro.runtime._shared import WORKING, engine_error, output_order, read_contents
from rostro.runtime.base import Engine, EngineOptions

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from numpy.typing import NDArray

PROVIDERS = {
    "cpu": "CPUExecutionProvider",
    "cuda": "CUDAExecutionProvider",
    "coreml": "CoreMLExecutionProvider",
    "dml": "DmlExecutionProvider",
}
_DTYPES = {"tensor(float)": np.float32, "tensor(double)": np.float64, "tensor(uint8)": np.uint8}
_MOST = 64  # samples in a call, so that memory stays bounded


class ONNXRuntimeEngine(Engine, Forking):
    """Runs an ONNX model in float32 on the device asked for, or not at all."""

    name = "onnxruntime"
    package, extra = "onnxruntime", "onnx"
    checks = True

    def __init__(
        self,
        model: Path,
        options: EngineOptions,
        *,
        outputs: Sequence[str] | None = None,
        ranges: Path | None = None,
        together: int = 1,
    ) -> None:
        """See `Engine`; all samples share requests here.

        Raises:
            MissingExtra: onnxruntime is not installed.
        """
        self._library = _import()
        self.precision = choose_precision(options.precision, ("f32",), has_ranges=False, model=model.name)
        if options.device not in PROVIDERS:
            raise engine_error(model, f"no device {options.device!r}; there is: {', '.join(PROVIDERS)}")
        self.device = options.device.upper()
        self._provider = PROVIDERS[options.device]
        self._file = model
        self._threads = options.threads
        self._outputs = outputs
        self._lock = Mutex(reentrant=True)
        self._options = options
        self._open_sides = False
        self._session = Lazy(self._open)
        with WORKING:
            names = [output.name for output in self._session().get_outputs()]
        order = output_order(model, [frozenset([name]) for name in names], outputs)
        self._wanted = [names[i] for i in order]
        self.join_forks()

    def after_fork(self) -> None:
        """Opens a session anew in a forked child: the threads of this one are the parent's."""
        self._lock = Mutex(reentrant=True)
        abandon(self._session.forget())

    def run(self, batch: NDArray[Any]) -> tuple[NDArray[Any], ...]:
        """See `Engine.run`."""
        if not len(batch):
            return tuple(output[:0] for output in self.run(np.zeros((1, *batch.shape[1:]), batch.dtype)))
        with WORKING:
            return self._run_all(batch)

    def _run_all(self, batch: NDArray[Any]) -> tuple[NDArray[Any], ...]:
        session = self._session_for(batch.shape[1:])
        entry = session.get_inputs()[0]
        samples = np.ascontiguousarray(batch, _DTYPES.get(entry.type, np.float32))
        step = 1 if entry.shape[0] == 1 else _MOST
        try:
            parts = [
                session.run(self._wanted, {entry.name: samples[start : start + step]})
                for start in range(0, len(samples), step)
            ]
        except self._failures() as error:
            raise engine_error(self._file, f"cannot run on samples of shape {batch.shape[1:]}", error) from None
        return tuple(np.concatenate(output) for output in zip(*parts, strict=True))

    @staticmethod
    def about() -> dict[str, str]:
        """See `Engine.about`."""
        library = _import()
        there = [device for device, provider in PROVIDERS.items() if provider in library.get_available_providers()]
        return {"version": library.__version__, "devices": ", ".join(there).upper(), "precisions": "f32"}

    def _open(self) -> Any:
        if self._provider not in self._library.get_available_providers():
            raise engine_error(self._file, f"the installed onnxruntime has no {self._provider}")
        options = self._library.SessionOptions()
        options.intra_op_num_threads = self._threads
        options.log_severity_level = 3  # errors; warnings about freed shapes are expected
        model = read_contents(self._file, self._options.expected).data
        if self._open_sides:
            model = _with_open_sides(model)
        try:
            session = self._library.InferenceSession(model, options, providers=[self._provider])
        except self._failures() as error:
            raise engine_error(self._file, f"onnxruntime cannot open it on {self.device}", error) from None
        used = session.get_providers()[0]
        if used != self._provider:
            raise engine_error(self._file, f"{self.device} cannot be used: onnxruntime fell back to {used}")
        if len(session.get_inputs()) != 1:
            raise engine_error(self._file, f"has {len(session.get_inputs())} inputs, must have one")
        return session

    def _session_for(self, sample: tuple[int, ...]) -> Any:
        """The session, reopened with open sides when the file fixes sides that differ from the sample's."""
        with self._lock:
            declared = self._session().get_inputs()[0].shape[1:]
            if len(declared) != len(sample):
                raise engine_error(self._file, f"takes samples of {len(declared)} dimensions, got shape {sample}")
            if any(isinstance(side, int) and side != given for side, given in zip(declared, sample, strict=True)):
                self._open_sides = True
                self._session.forget()
            return self._session()

    def _failures(self) -> tuple[type[Exception], ...]:
        """What onnxruntime raises: classes of its own that share no base, and two of Python's."""
        state = self._library.capi.onnxruntime_pybind11_state
        own = [kind for kind in vars(state).values() if isinstance(kind, type) and issubclass(kind, Exception)]
        return (*own, RuntimeError, ValueError)


def _import() -> Any:
    """The library. By itself it keeps a number for this machine in the home folder, and looks for its maker's host."""
    os.environ["ORT_DISABLE_TELEMETRY"] = "1"
    try:
        import onnxruntime
    except ImportError:
        raise MissingExtra("onnxruntime", "onnx") from None
    return onnxruntime


def _with_open_sides(content: bytes) -> bytes:
    """The model with the sides of its input open, but not the first (samples) and the channels."""
    try:
        import onnx
    except ImportError:
        raise MissingExtra("onnx", "onnx") from None
    model = onnx.load_from_string(content)
    for entry in model.graph.input:
        for number, side in enumerate(entry.type.tensor_type.shape.dim):
            if number > 0 and side.dim_value > 4:
                side.dim_param = f"side_{number}"
    for entry in model.graph.output:
        entry.type.tensor_type.ClearField("shape")
    del model.graph.value_info[:]
    data: bytes = model.SerializeToString()
    return data
