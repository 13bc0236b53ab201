"""onnxruntime: the engine for CUDA, TensorRT, CoreML and DirectML. Needs the extra ``onnx``, for CUDA ``cuda``.

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
from rostro.runtime._shaped import ShapedSessions
from rostro.runtime._shared import WORKING, cache_of, engine_error, output_order, read_contents
from rostro.runtime.base import Engine, EngineOptions
from rostro.runtime.onnx_forms import form_of

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from numpy.typing import NDArray

    from rostro.runtime.pictures import Pictures

PROVIDERS = {
    "cpu": "CPUExecutionProvider",
    "cuda": "CUDAExecutionProvider",
    "tensorrt": "TensorrtExecutionProvider",
    "coreml": "CoreMLExecutionProvider",
    "dml": "DmlExecutionProvider",
}
_DTYPES = {"tensor(float)": np.float32, "tensor(double)": np.float64, "tensor(uint8)": np.uint8}
#: Devices that gain from many samples in a call, and compute in float16 what they are given in float32.
_GPUS = ("cuda", "tensorrt")
_MOST = 64  # samples in a call, so that memory stays bounded
_ALIKE = 0.02  # of the largest number: by so much may a sample differ by itself and among others, by rounding alone


class ONNXRuntimeEngine(Engine, Forking):
    """Runs an ONNX model on the device asked for, or not at all: in float32, on a GPU in float16 if so asked.

    On an H200 float16 was no faster for networks of this size (SFace, 64 crops: 7.2 and 7.0 ms, copies included), and
    takes two seconds more to get ready.

    Samples share calls where the network keeps them apart. Its file does not always tell the truth about that, so it
    is tried once for each form.
    """

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
        pictures: Pictures | None = None,
    ) -> None:
        """See `Engine`; all samples that can share requests here do.

        Raises:
            MissingExtra: onnxruntime is not installed.
        """
        self._library = _import()
        gpu = options.device in _GPUS
        native = ("f32", "f16") if gpu else ("f32",)
        self.precision = choose_precision(options.precision, native, has_ranges=False, model=model.name)
        if options.device not in PROVIDERS:
            raise engine_error(model, f"no device {options.device!r}; there is: {', '.join(PROVIDERS)}")
        self.device = options.device.upper()
        self._provider = PROVIDERS[options.device]
        self._file = model
        self._threads = options.threads
        self._cache: Path | None = None
        self._outputs = outputs
        self._pictures = pictures
        self._lock = Mutex(reentrant=True)
        self._options = options
        self._sides_open, self._batches_open = False, gpu
        self._shares: bool | None = None  # whether samples may share a call; None: not tried yet
        self._session = Lazy(self._open)
        self._shaped = ShapedSessions(self._open) if gpu else None
        with WORKING:
            names = [output.name for output in self._session().get_outputs()]
        order = output_order(model, [frozenset([name]) for name in names], outputs)
        self._wanted = [names[i] for i in order]
        self.join_forks()

    def after_fork(self) -> None:
        """Opens a session anew in a forked child: the threads of this one are the parent's."""
        self._lock = Mutex(reentrant=True)
        abandon(self._session.forget(), *(self._shaped.forget() if self._shaped is not None else []))

    def run(self, batch: NDArray[Any]) -> tuple[NDArray[Any], ...]:
        """See `Engine.run`."""
        if not len(batch):
            return tuple(output[:0] for output in self.run(np.zeros((1, *batch.shape[1:]), batch.dtype)))
        with WORKING:
            return self._run_all(batch if self._pictures is None else self._pictures.numbers(batch))

    def _run_all(self, batch: NDArray[Any]) -> tuple[NDArray[Any], ...]:
        session = self._session_for(batch.shape[1:])
        entry = session.get_inputs()[0]
        samples = np.ascontiguousarray(batch, _DTYPES.get(entry.type, np.float32))
        try:
            step = _MOST if self._may_share(session, samples) else 1
            parts = [self._call(session, samples[start : start + step]) for start in range(0, len(samples), step)]
        except self._failures() as error:
            raise engine_error(self._file, f"cannot run on samples of shape {batch.shape[1:]}", error) from None
        return tuple(np.concatenate(output) for output in zip(*parts, strict=True))

    def _call(self, session: Any, samples: NDArray[Any]) -> list[NDArray[Any]]:
        """One call."""
        name = session.get_inputs()[0].name
        if self._shaped is not None:
            return self._shaped.call(name, samples, self._wanted)
        outputs: list[NDArray[Any]] = session.run(self._wanted, {name: samples})
        return outputs

    def _may_share(self, session: Any, samples: NDArray[Any]) -> bool:
        """Whether the network gives two samples together what it gives each of them; tried once, with the first two."""
        if session.get_inputs()[0].shape[0] == 1 or len(samples) == 1:
            return False
        if self._shares is None:
            self._shares = self._keeps_apart(session, samples[:2])
        return self._shares

    def _keeps_apart(self, session: Any, pair: NDArray[Any]) -> bool:
        if np.array_equal(pair[0], pair[1]):  # then they would say nothing
            pair = np.stack([pair[0], pair[0][..., ::-1]])
        single = [self._call(session, pair[i : i + 1]) for i in range(2)]
        try:
            both = self._call(session, pair)
        except self._failures():
            return False
        return all(
            len(together) == 2
            and all(len(alone) == 1 and together[i].shape == alone[0].shape for i, alone in enumerate(apart))
            and all(_alike(together[i], alone[0]) for i, alone in enumerate(apart))
            for together, apart in zip(both, zip(*single, strict=True), strict=True)
        )

    @staticmethod
    def about() -> dict[str, str]:
        """See `Engine.about`."""
        library = _import()
        there = [device for device, provider in PROVIDERS.items() if provider in library.get_available_providers()]
        precisions = "f32, f16" if set(there) & set(_GPUS) else "f32"
        return {"version": library.__version__, "devices": ", ".join(there).upper(), "precisions": precisions}

    def _open(self) -> Any:
        if self._provider not in self._library.get_available_providers():
            raise engine_error(self._file, f"the installed onnxruntime has no {self._provider}")
        options = self._library.SessionOptions()
        options.intra_op_num_threads = self._threads
        options.log_severity_level = 3  # errors; warnings about freed shapes are expected
        contents = read_contents(self._file, self._options.expected)
        self._cache = cache_of(self._options.cache_dir, lambda: contents.sha256)
        if self.device.lower() in _GPUS:
            self._library.preload_dlls()  # CUDA's libraries that pip installed, where it did
        try:
            model = form_of(
                contents.data,
                sides=self._sides_open,
                batch=self._batches_open,
                half=in_half if self.precision == "f16" else None,
            )
            session = self._library.InferenceSession(model, options, providers=self._providers(), enable_fallback=0)
        except self._failures() as error:
            raise engine_error(self._file, f"onnxruntime cannot open it on {self.device}", error) from None
        used = session.get_providers()[0]
        if used != self._provider:
            raise engine_error(self._file, f"{self.device} cannot be used: onnxruntime fell back to {used}")
        if len(session.get_inputs()) != 1:
            raise engine_error(self._file, f"has {len(session.get_inputs())} inputs, must have one")
        return session

    def _providers(self) -> list[Any]:
        """The device's provider, and for what TensorRT cannot run CUDA's; the processor's is never asked for."""
        if self._provider != PROVIDERS["tensorrt"]:
            # Trying every algorithm, as it does by itself, takes minutes for the shapes that photos come in.
            return [(self._provider, {"cudnn_conv_algo_search": "HEURISTIC"} if self.device == "CUDA" else {})]
        where = self._cache
        kept = {} if where is None else {"trt_engine_cache_enable": True, "trt_engine_cache_path": str(where)}
        return [(self._provider, {"trt_fp16_enable": self.precision == "f16", **kept}), PROVIDERS["cuda"]]

    def _session_for(self, sample: tuple[int, ...]) -> Any:
        """The session, reopened with open sides when the file fixes sides that differ from the sample's."""
        with self._lock:
            declared = self._session().get_inputs()[0].shape[1:]
            if len(declared) != len(sample):
                raise engine_error(self._file, f"takes samples of {len(declared)} dimensions, got shape {sample}")
            if any(isinstance(side, int) and side != given for side, given in zip(declared, sample, strict=True)):
                self._sides_open = True
                self._shares = None
                self._session.forget()
                if self._shaped is not None:
                    self._shaped.forget()
            return self._session()

    def _failures(self) -> tuple[type[Exception], ...]:
        """What onnxruntime raises: classes of its own that share no base, and two of Python's."""
        state = self._library.capi.onnxruntime_pybind11_state
        own = [kind for kind in vars(state).values() if isinstance(kind, type) and issubclass(kind, Exception)]
        return (*own, RuntimeError, ValueError)


def in_half(model: Any) -> Any:
    """An ONNX model that computes in float16; its inputs and outputs stay float32."""
    from onnxruntime.transformers.float16 import convert_float_to_float16

    return convert_float_to_float16(model, keep_io_types=True)


def _import() -> Any:
    """The library. By itself it keeps a number for this machine in the home folder, and looks for its maker's host."""
    os.environ["ORT_DISABLE_TELEMETRY"] = "1"
    try:
        import onnxruntime
    except ImportError:
        raise MissingExtra("onnxruntime", "onnx") from None
    return onnxruntime


def _alike(one: NDArray[Any], other: NDArray[Any]) -> bool:
    most = float(np.abs(other).max(initial=0.0))
    return bool(np.allclose(one, other, rtol=0.0, atol=max(_ALIKE * most, 1e-6)))
