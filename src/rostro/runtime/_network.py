"""A compiled form of a model, and its requests."""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray


class Network:
    """A compiled model and its idle requests. Safe to call from several threads at once."""

    def __init__(self, compiled: Any, order: Sequence[int]) -> None:
        self._compiled = compiled
        self._order = order
        self._idle: deque[Any] = deque()

    def run(self, samples: NDArray[Any], block: int, in_flight: int) -> tuple[NDArray[Any], ...]:
        """Runs ``block`` samples a request, ``in_flight`` requests at a time; the last block is filled with zeros."""
        import openvino

        rows = _Rows(len(samples))
        waiting: deque[tuple[int, Any, NDArray[Any]]] = deque()  # with its input, which must outlive the request
        for start in range(0, len(samples), block):
            if len(waiting) == in_flight:
                self._collect(rows, *waiting.popleft())
            part = samples[start : start + block]
            if len(part) < block:
                part = np.concatenate([part, np.zeros((block - len(part), *part.shape[1:]), part.dtype)])
            request = self._request()
            request.set_input_tensor(openvino.Tensor(part, shared_memory=True))
            request.start_async()
            waiting.append((start, request, part))
        while waiting:
            self._collect(rows, *waiting.popleft())
        return tuple(rows.outputs)

    def _request(self) -> Any:
        try:
            return self._idle.pop()
        except IndexError:
            return self._compiled.create_infer_request()

    def _collect(self, rows: _Rows, start: int, request: Any, part: NDArray[Any]) -> None:
        request.wait()
        outputs = [request.get_output_tensor(i).data for i in self._order]
        if any(output.shape[:1] != part.shape[:1] for output in outputs):
            raise RuntimeError(f"{len(part)} samples gave outputs of {[output.shape for output in outputs]}")
        rows.put(start, outputs)
        self._idle.append(request)


class _Rows:
    """Outputs of all samples, filled block by block."""

    def __init__(self, count: int) -> None:
        self._count = count
        self.outputs: list[NDArray[Any]] = []

    def put(self, start: int, block: Sequence[NDArray[Any]]) -> None:
        if not self.outputs:
            self.outputs = [np.empty((self._count, *part.shape[1:]), part.dtype) for part in block]
        for output, part in zip(self.outputs, block, strict=True):
            output[start : start + len(part)] = part[: self._count - start]
