"""OpenVINO: the engine for CPUs. Reads ONNX, TensorFlow graphs and TFLite.

Intel's GPUs and NPUs are taken when they are named, ``openvino:gpu`` and ``openvino:npu``.
"""

from __future__ import annotations

import math
from collections import Counter, OrderedDict
from contextlib import suppress
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np

from rostro.core.forking import Forking, Mutex, abandon
from rostro.core.lazy import Lazy
from rostro.runtime import _timing
from rostro.runtime._compiled import Forms
from rostro.runtime._merging import merge_convolutions
from rostro.runtime._network import Network
from rostro.runtime._precision import kernel_limits, largest_weight, native_precisions, possible_precisions
from rostro.runtime._quantisation import quantise, read_ranges
from rostro.runtime._reading import FAILURES, read_model
from rostro.runtime._shared import (
    WORKING,
    Original,
    cache_of,
    engine_error,
    give_back_memory,
    load_openvino,
    output_order,
)
from rostro.runtime.base import Engine, EngineOptions

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from numpy.typing import NDArray

    from rostro.runtime.pictures import Pictures

Shape = tuple[int, ...]

_OFTEN = 64  # samples of a shape after which compiling for that shape alone has paid for itself
_LARGE = 2**20  # numbers in a sample that gains so much more
_OFTEN_IF_LARGE = 16  # that fewer of its shape are enough
_KEPT = 4  # networks kept that are compiled for one shape alone
_KEPT_NUMBERS = 10_000_000  # and as many as have samples of so many numbers in all: theirs is most of the memory
_LATELY = 512  # samples after which what was seen before them counts half
_CACHED = "96"  # kernels that a flexible form keeps, enough for two shapes in turns: 1 MB each, without end else
_NEW_SHAPES = 32  # of a flexible form, after which freed memory goes back to the system
_SMALL = 2**15  # numbers in a request that outweigh its cost; samples smaller than that share requests
_MOST = 16  # samples that may share a request
_ANY = 256  # the side at which a precision is measured where the file leaves it open; halved often, it stays whole


class OpenVINOEngine(Engine, Forking):
    """Runs a model on the CPU, unless another device is named: a stream per thread, a request per sample.

    Small samples share a request, and those of a network that asks for it.

    Compiling takes a few tenths of a second, so it is done as rarely as shapes allow. A network whose file fixes the
    shape is compiled once, for it. One that is given other shapes than its file says, as a detector is, gets a
    flexible form that takes all of them, and a form of its own for each shape that comes often: about a quarter
    faster. The forms differ by rounding only.

    Memory is bounded, however many shapes come: forms of their own are few, and the flexible form keeps few kernels.
    """

    name = "openvino"
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
        """See `Engine`."""
        openvino = load_openvino()
        self.device = options.device.upper()
        self._core = Lazy(openvino.Core)
        self._check_device(model)
        native = native_precisions(self._core().get_property(self.device, "OPTIMIZATION_CAPABILITIES"), self.device)
        precisions = possible_precisions(options.precision, native, has_ranges=ranges is not None, model=model.name)
        self._ranges = read_ranges(ranges) if ranges is not None and "int8" in precisions else None
        self._together = together
        self._pictures = pictures
        self._file = model
        self._options = options
        with WORKING:
            original = Original(model, options.expected)
            self._cache = cache_of(options.cache_dir, lambda: original.sha256)
            kept = self._cache if self.device == "CPU" else None  # a GPU has a cache of its own for more than forms
            self._forms = Forms(kept, "openvino", _machine(self._core(), self.device), outputs, pictures)
            self._model = self._forms.model(lambda: self._read(original, outputs))
            self._order = output_order(model, self._model.names, outputs)
            self.measured = self._measured(precisions) if len(precisions) > 1 else {}
        self.precision = _timing.fastest(self.measured) if self.measured else precisions[0]
        if self.precision != "int8":
            self._ranges = None
        self._lock = Mutex()
        self._seen: Counter[Shape] = Counter()
        self._exact: OrderedDict[Shape, Network] = OrderedDict()
        self._flexible: Network | None = None
        self._flexible_shape: list[int] = []
        self._new_shapes = 0
        self.join_forks()

    def after_fork(self) -> None:
        """Compiles anew in a forked child: the threads that a compiled form waits for are the parent's."""
        abandon(*self._exact.values(), self._flexible, self._core.forget())
        self._lock = Mutex()
        self._exact = OrderedDict()
        self._flexible = None

    def run(self, batch: NDArray[Any]) -> tuple[NDArray[Any], ...]:
        """See `Engine.run`."""
        if not len(batch):
            return tuple(output[:0] for output in self.run(np.zeros((1, *batch.shape[1:]), batch.dtype)))
        with WORKING:
            return self._run_all(np.ascontiguousarray(batch, self._given_type()))

    def _run_all(self, samples: NDArray[Any]) -> tuple[NDArray[Any], ...]:
        """In requests of one sample, or of several where that is faster."""
        shared = len(samples) - len(samples) % self._together
        if self._together == 1 or shared < 2 * self._together:
            return self._run(samples, self._block(samples))
        parts = [self._run(samples[:shared], self._together)]
        if shared < len(samples):
            parts.append(self._run(samples[shared:], 1))
        return tuple(np.concatenate(outputs) for outputs in zip(*parts, strict=True))

    def _block(self, samples: NDArray[Any]) -> int:
        """Small samples share a request."""
        # A file that fixes its batch at 1 may have that 1 in its own reshapes too: YuNet mixes up a batch's samples.
        batches = self._model.input(0).get_partial_shape()[0].is_dynamic
        return max(1, min(_MOST, _SMALL // samples[0].size)) if batches else 1

    def _run(self, samples: NDArray[Any], block: int) -> tuple[NDArray[Any], ...]:
        """Runs samples, ``block`` of them in each request."""
        network = self._network((block, *samples.shape[1:]), len(samples))
        try:
            return network.run(samples, block, in_flight=self._options.threads + 1)
        except FAILURES as error:
            raise engine_error(self._file, f"cannot run on samples of shape {samples.shape[1:]}", error) from None

    @staticmethod
    def about() -> dict[str, str]:
        """See `Engine.about`."""
        openvino = load_openvino()
        core = openvino.Core()
        names = [f"{device} ({core.get_property(device, 'FULL_DEVICE_NAME')})" for device in core.available_devices]
        return {
            "version": openvino.__version__.partition("-")[0],
            "devices": ", ".join(names),
            "precisions": ", ".join(native_precisions(core.get_property("CPU", "OPTIMIZATION_CAPABILITIES"))),
        }

    def _read(self, original: Original, outputs: Sequence[str] | None) -> Any:
        return read_model(self._core(), self._file, original.contents(), outputs)

    def _check_device(self, model: Path) -> None:
        there = self._core().available_devices
        if self.device not in there:
            raise engine_error(model, f"OpenVINO finds no {self.device.lower()} here, only {', '.join(there)}")

    def _measured(self, precisions: Sequence[str]) -> dict[str, float]:
        """Milliseconds a request in each precision on this processor: as they are known, or measured now.

        Empty where the answer has no place to be kept: measuring takes longer than what a program then does.
        """
        if self._options.cache_dir is None:
            return {}
        key = _timing.Key(
            model=self._file,
            machine=_machine(self._core(), self.device),
            precisions=tuple(precisions),
            ranges=self._ranges or {},
            batch=self._together,
        )
        known = _timing.known(self._options.cache_dir, key)
        if known is None and _timing.can_keep(self._options.cache_dir):
            sides = [side.get_length() if side.is_static else _ANY for side in self._given_shape()]
            shape = (self._together, *sides[1:])
            sample = np.random.default_rng(0).integers(0, 256, shape).astype(self._given_type())
            runs = {name: partial(self._compile(shape, name).run, sample, len(sample), 1) for name in precisions}
            known = _timing.measure(runs, _timing.clock(self.device))
            _timing.keep(self._options.cache_dir, key, known)
        return known or {}

    def _given_type(self) -> Any:
        """The type of samples."""
        return np.uint8 if self._pictures is not None else self._model.input(0).get_element_type().to_dtype()

    def _given_shape(self) -> list[Any]:
        """The sides of the model's input, in the order of samples."""
        sides = list(self._model.input(0).get_partial_shape())
        return sides if self._pictures is None else self._pictures.given(sides)

    def _network(self, shape: Shape, samples: int) -> Network:
        """The compiled form for requests of ``shape``, of which ``samples`` more will be run."""
        with self._lock:
            if shape in self._exact:
                self._exact.move_to_end(shape)
                return self._exact[shape]
            often = _OFTEN_IF_LARGE if math.prod(shape) > _LARGE else _OFTEN
            if self._seen_lately(shape, samples) >= often or shape[1:] == self._declared():
                return self._exact_network(shape)
            return self._flexible_network(shape)

    def _seen_lately(self, shape: Shape, samples: int) -> int:
        """How many samples of the shape there were of late, with these; in the end, all would be frequent."""
        if self._seen.total() >= _LATELY:
            self._seen = Counter({shape: half for shape, count in self._seen.items() if (half := count // 2)})
        if shape not in self._seen:
            self._new_shapes += 1
        self._seen[shape] += samples
        return self._seen[shape]

    def _exact_network(self, shape: Shape) -> Network:
        """A new form for one shape alone; the ones that were asked for longest ago make room."""
        while self._exact and (len(self._exact) >= _KEPT or sum(map(math.prod, [shape, *self._exact])) > _KEPT_NUMBERS):
            gone, _ = self._exact.popitem(last=False)
            del self._seen[gone]
        self._exact[shape] = self._compile(shape)
        return self._exact[shape]

    def _declared(self) -> Shape | None:
        """A sample's shape as the file fixes it; None where it leaves something open."""
        sample = self._given_shape()[1:]
        return None if any(side.is_dynamic for side in sample) else tuple(side.get_length() for side in sample)

    def _flexible_network(self, shape: Shape) -> Network:
        """The form whose sides are open wherever shapes differed so far; -1 stands for an open side."""
        known = self._flexible_shape
        if not known:
            sample = self._given_shape()[1:]
            known = [shape[0], *(-1 if side.is_dynamic else side.get_length() for side in sample)]
        if len(known) != len(shape):
            raise engine_error(self._file, f"takes samples of {len(known) - 1} dimensions, got shape {shape[1:]}")
        if self._new_shapes >= _NEW_SHAPES:
            self._new_shapes = 0
            give_back_memory()
        wanted = [old if old == new else -1 for old, new in zip(known, shape, strict=True)]
        if self._flexible is None or wanted != self._flexible_shape:
            self._flexible = self._compile(wanted)
            self._flexible_shape = wanted
        return self._flexible

    def _compile(self, shape: Sequence[int], precision: str | None = None) -> Network:
        precision = precision or self.precision
        config: dict[str, Any] = {"INFERENCE_PRECISION_HINT": "f32" if precision == "int8" else precision}
        if self.device == "CPU":
            config |= {"NUM_STREAMS": self._options.threads, "INFERENCE_NUM_THREADS": self._options.threads}
            config["ENABLE_CPU_PINNING"] = False  # each process would take the same processors, the first ones
            if -1 in shape:
                config["CPU_RUNTIME_CACHE_CAPACITY"] = _CACHED
        ranges = self._ranges if precision == "int8" else None
        form = (tuple(shape), precision, ranges, ranges and largest_weight())
        kept = self._forms.load(self._core(), self.device, config, *form)
        if kept is not None:
            return Network(kept, self._order)
        model = self._model.clone()
        try:
            model.reshape(list(shape) if self._pictures is None else self._pictures.taken(shape))
            if ranges is not None:
                quantise(model, ranges, largest_weight())
            else:
                merge_convolutions(model)
            if self._pictures is not None:
                self._pictures.put_before(model, read_bytes=precision == "int8")
            compiled = self._compiled(model, config)
            self._forms.keep(compiled, config, *form)
            return Network(compiled, self._order)
        except FAILURES as error:
            raise engine_error(self._file, f"cannot take samples of shape {tuple(shape[1:])}", error) from None

    def _compiled(self, model: Any, config: dict[str, Any]) -> Any:
        """By the device's own cache, where that can be used: a read-only disk or a full one only makes it slower."""
        if self._cache is not None and self.device != "CPU":
            with suppress(RuntimeError):
                return self._core().compile_model(model, self.device, {**config, "CACHE_DIR": str(self._cache)})
        return self._core().compile_model(model, self.device, config)


def _machine(core: Any, device: str) -> str:
    """What decides how fast a precision is: library, processor, and what its kernels may use of it."""
    facts = (core.get_versions(device)[device].build_number, core.get_property(device, "FULL_DEVICE_NAME"))
    return " ".join([*facts, *core.get_property(device, "OPTIMIZATION_CAPABILITIES"), *kernel_limits()])
