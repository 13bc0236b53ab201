"""A compiled form of a model, and its requests."""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray


_KEPT = 2**21  # numbers of a request's own memory that stay with it


class Network:
    """A compiled model and its idle requests. Safe to call from several threads at once."""

    def __init__(self, compiled: Any, order: Sequence[int]) -> None:
        self._compiled = compiled
        self._order = order
        self._dtype = compiled.input(0).get_element_type().to_dtype()
        self._idle: deque[_Request] = deque()

    def run(self, samples: NDArray[Any], block: int, in_flight: int) -> tuple[NDArray[Any], ...]:
        """Runs ``block`` samples a request, ``in_flight`` requests at a time; the last block is filled with zeros."""
        rows = _Rows(len(samples))
        waiting: deque[tuple[int, _Request]] = deque()
        for start in range(0, len(samples), block):
            if len(waiting) == in_flight:
                self._collect(rows, *waiting.popleft())
            request = self._request()
            request.start(samples[start : start + block], block)
            waiting.append((start, request))
        while waiting:
            self._collect(rows, *waiting.popleft())
        return tuple(rows.outputs)

    def _request(self) -> _Request:
        try:
            return self._idle.pop()
        except IndexError:
            return _Request(self._compiled.create_infer_request(), self._dtype)

    def _collect(self, rows: _Rows, start: int, request: _Request) -> None:
        rows.put(start, request.outputs(self._order))
        self._idle.append(request)


class _Request:
    """A request and its input, which must outlive each run.

    Samples of the network's own type are read where they are. Others are copied into memory that the request keeps:
    converted one request at a time they stay in the processor's cache.
    """

    def __init__(self, request: Any, dtype: Any) -> None:
        self._request = request
        self._own = np.empty(0, dtype)
        self._given: NDArray[Any] | None = None

    def start(self, part: NDArray[Any], block: int) -> None:
        import openvino

        if part.dtype == self._own.dtype and len(part) == block:
            self._given = part
            self._request.set_input_tensor(openvino.Tensor(part, shared_memory=True))
        else:
            if self._own.shape != (block, *part.shape[1:]):
                self._own = np.empty((block, *part.shape[1:]), self._own.dtype)
            self._own[: len(part)] = part
            self._own[len(part) :] = 0
            if self._given is not self._own:
                self._given = self._own
                self._request.set_input_tensor(openvino.Tensor(self._own, shared_memory=True))
        self._request.start_async()

    def outputs(self, order: Sequence[int]) -> list[NDArray[Any]]:
        """Those of the run that was started, once it has ended; gone with the next one."""
        self._request.wait()
        outputs = [self._request.get_output_tensor(i).data for i in order]
        count = 0 if self._given is None else len(self._given)
        if self._given is not self._own:
            self._given = None  # samples may be many photos'
        if self._own.size > _KEPT:
            self._own = self._own[:0].copy()
            self._given = None
        if any(output.shape[:1] != (count,) for output in outputs):
            raise RuntimeError(f"{count} samples gave outputs of {[output.shape for output in outputs]}")
        return outputs


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
