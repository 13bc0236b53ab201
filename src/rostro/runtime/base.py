"""What an engine is: a compiled model that maps a batch to arrays."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, ClassVar

from rostro.core.errors import BadInput, EngineError
from rostro.core.extras import need
from rostro.core.parts import Room
from rostro.runtime._shared import read_contents

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from pathlib import Path

    from numpy.typing import NDArray

    from rostro.runtime.pictures import Pictures

PRECISIONS = ("auto", "f32", "f16", "bf16", "int8")


@dataclass(frozen=True, slots=True, kw_only=True)
class EngineOptions:
    """How models are run.

    Attributes:
        name: The engine, one of `ENGINES`, and where it matters the device: ``openvino``, ``onnxruntime:cuda``.
        precision: ``auto`` takes the one that was measured to be the fastest on this machine, among those that were
            measured to lose nothing; ``f32``, ``f16`` (on GPUs) and ``bf16`` force one, ``int8`` too for the models
            that have an int8 form; `open_engine` runs the others in ``f32``.
        threads: CPU threads.
        cache_dir: Where compiled models are kept; None keeps none. It is not used where others can write there.
        expected: The sha256 that a file has which was checked; None for one that was not. An engine that reads the file
            itself compares it with the bytes that it loads, so that nothing can be put in its place in between.
    """

    name: str = "openvino"
    precision: str = "auto"
    threads: int = 1
    cache_dir: Path | None = None
    expected: Callable[[Path], str | None] = field(default=lambda path: None, compare=False, repr=False)

    @property
    def engine(self) -> str:
        """The engine's key: `name` without the device."""
        return self.name.partition(":")[0]

    @property
    def device(self) -> str:
        """The device asked for, in lower case; ``cpu`` unless `name` says otherwise."""
        return self.name.partition(":")[2].lower() or "cpu"


class Engine(ABC):
    """A model, ready to run. Safe to call from several threads at once.

    Class attributes:
        name: What options, cards and reports call it.
        package: The library that it needs besides rostro's own dependencies; empty: none.
        extra: The extra that installs it.
        checks: Whether it compares what it loads with `EngineOptions.expected` itself; otherwise `open_engine` does,
            just before.

    Attributes:
        device: What it runs on, for example ``CPU``.
        precision: The precision in use: ``f32``, ``f16``, ``bf16`` or ``int8``.
        measured: With ``auto``, milliseconds a request in each precision on this machine; empty where none was
            measured.
    """

    name: ClassVar[str]
    package: ClassVar[str] = ""
    extra: ClassVar[str] = ""
    checks: ClassVar[bool] = False
    device: str
    precision: str
    measured: Mapping[str, float] = MappingProxyType({})

    @abstractmethod
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
        """Compiles a model file.

        Args:
            model: An ONNX file (every engine), or what else the engine reads.
            options: Precision, threads, cache.
            outputs: Names of the outputs wanted, in that order; None for all of them in the model's own order.
            ranges: Activation ranges for int8 (see `rostro.runtime._quantisation`); None: the model has no int8 form.
            together: Samples that may share a request where many come at once, for a network whose weights are so
                large that it pays to read them once for all of those. The network must take batches, whatever batch
                size its file says.
            pictures: That samples are pictures, and what the model wants of them; None: samples are what it takes.

        Raises:
            EngineError: The file cannot be compiled for the device and precision.
        """

    @abstractmethod
    def run(self, batch: NDArray[Any]) -> tuple[NDArray[Any], ...]:
        """Runs a batch.

        Args:
            batch: (N, …) array for the model's only input, or uint8 (N, H, W, 3) where it was opened for `Pictures`. N
                may be 0 and may differ from call to call.

        Returns:
            One (N, …) array per output.
        """

    @classmethod
    def need(cls) -> None:
        """Says that its library is not installed, before a model is fetched for it.

        Raises:
            MissingExtra: It is not.
        """
        if cls.package:
            need(cls.extra, cls.package)

    @staticmethod
    @abstractmethod
    def about() -> dict[str, str]:
        """Version, devices and precisions, for ``rostro doctor``."""


ENGINES = Room(
    Engine,
    "engine",
    "rostro.engines",
    {
        "onnxruntime": "rostro.runtime.onnxruntime:ONNXRuntimeEngine",
        "openvino": "rostro.runtime.openvino:OpenVINOEngine",
    },
)


def open_engine(
    model: Path,
    options: EngineOptions,
    *,
    outputs: Sequence[str] | None = None,
    ranges: Path | None = None,
    together: int = 1,
    pictures: Pictures | None = None,
) -> Engine:
    """Compiles ``model`` with the engine that ``options`` names. There is no silent fall-back to another one.

    Int8 is asked of a whole system, and no part of it that was not measured in int8 may be run so: a model without
    ranges runs in float32, and whoever puts the parts together sees to it that one of them has what was asked for.

    Raises:
        UnknownModel: No engine of that name.
        MissingExtra: The engine's library is not installed.
        EngineError: The engine cannot run the model.
        ModelCorrupt: It is not the file that was checked.
    """
    if options.precision == "int8" and ranges is None:
        options = replace(options, precision="f32")
    kind = ENGINES.get(options.engine)
    if not kind.checks and options.expected(model) is not None:
        read_contents(model, options.expected)
    return kind(model, options, outputs=outputs, ranges=ranges, together=together, pictures=pictures)


def open_float32(
    model: Path, options: EngineOptions, *, outputs: Sequence[str] | None = None, engine: str | None = None
) -> Engine:
    """A small network in float32, whatever the embedder runs in: what its numbers mean was measured in it.

    Args:
        model: See `open_engine`.
        options: Threads, cache and what was checked.
        outputs: See `Engine`.
        engine: The engine for a file that others do not read; None: the one of ``options``.
    """
    return open_engine(model, replace(options, precision="f32", name=engine or options.name), outputs=outputs)


def check_precision(precision: str) -> str:
    """Returns the precision.

    Raises:
        BadInput: There is none of that name; says which there are.
    """
    if precision not in PRECISIONS:
        raise BadInput(f"a precision is {', '.join(PRECISIONS[:-1])} or {PRECISIONS[-1]}, got {precision!r}")
    return precision


def precisions_of(parts: Mapping[str, object], asked: str) -> dict[str, str]:
    """The precision that each part runs in, for answers and reports: ``{"detector": "f32", "embedder": "int8"}``.

    Args:
        parts: Detectors, embedders and the like, by what they are; those that no engine runs are left out.
        asked: What `EngineOptions.precision` says.

    Raises:
        EngineError: ``int8`` was asked for, and no part has it.
    """
    found = {name: dict.fromkeys(engine.precision for engine in engines_of(part)) for name, part in parts.items()}
    if asked == "int8" and not any(asked in precisions for precisions in found.values()):
        raise EngineError(
            f"int8: {' and '.join(parts)} have no int8 form (no measured ranges); 'auto' takes the fastest of each part"
        )
    return {name: "+".join(precisions) for name, precisions in found.items() if precisions}


def engines_of(part: object) -> list[Engine]:
    """The engines that a detector or embedder holds, for reports; and those of the embedders that it is made of."""
    found: list[Engine] = []
    for value in vars(part).values():
        if isinstance(value, Engine):
            found.append(value)
        elif isinstance(value, tuple):
            found += [engine for inner in value if hasattr(inner, "__dict__") for engine in engines_of(inner)]
    return found
