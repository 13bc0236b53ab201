"""OpenVINO: the CPU engine. (first version: float32 only)"""

from __future__ import annotations

from queue import SimpleQueue
from typing import TYPE_CHECKING, Any

import numpy as np

from rostro.errors import EngineError
from rostro.runtime.base import Engine, EngineOptions

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from numpy.typing import NDArray


class OpenVINOEngine(Engine):
    """OpenVINO on the CPU: every sample of a batch is a request of its own, one stream per thread."""

    def __init__(
        self, model: Path, options: EngineOptions, *, outputs: Sequence[str] | None = None, ranges: Path | None = None
    ) -> None:
        import threading

        import openvino as ov

        self.device, self.precision = "CPU", "f32"
        self._core = ov.Core()
        self._model = self._core.read_model(model)
        self._threads = options.threads
        self._outputs = outputs
        self._pools: dict[tuple[int, ...], SimpleQueue[Any]] = {}
        self._lock = threading.Lock()
        self._names = [o.get_any_name() for o in self._model.outputs]
        self._order = [self._names.index(n) for n in outputs] if outputs else list(range(len(self._names)))

    def _pool(self, shape: tuple[int, ...]) -> SimpleQueue[Any]:
        with self._lock:
            if shape not in self._pools:
                model = self._model.clone()
                model.reshape([1, *shape])
                compiled = self._core.compile_model(
                    model,
                    "CPU",
                    {
                        "NUM_STREAMS": str(self._threads),
                        "INFERENCE_NUM_THREADS": str(self._threads),
                        "INFERENCE_PRECISION_HINT": "f32",
                    },
                )
                pool: SimpleQueue[Any] = SimpleQueue()
                for _ in range(self._threads * 2):
                    pool.put(compiled.create_infer_request())
                self._pools[shape] = pool
            return self._pools[shape]

    def run(self, batch: NDArray[Any]) -> tuple[NDArray[Any], ...]:
        pool = self._pool(batch.shape[1:])
        rows: list[list[NDArray[Any]] | None] = [None] * len(batch)
        waiting: list[tuple[int, Any]] = []

        def collect() -> None:
            i, request = waiting.pop(0)
            request.wait()
            rows[i] = [request.get_output_tensor(k).data[0].copy() for k in self._order]
            pool.put(request)

        for i, sample in enumerate(batch):
            if len(waiting) >= self._threads:
                collect()
            request = pool.get()
            request.start_async([sample[None]])
            waiting.append((i, request))
        while waiting:
            collect()
        if not len(batch):
            batch = np.zeros((1, *batch.shape[1:]), batch.dtype)
            return tuple(a[:0] for a in self.run(batch))
        return tuple(np.stack([row[k] for row in rows if row is not None]) for k in range(len(self._order)))

    @staticmethod
    def about() -> dict[str, str]:
        import openvino as ov

        return {"version": ov.__version__}
