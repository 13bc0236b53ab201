"""A session for each shape: what onnxruntime needs on a GPU.

There a session gets ready for a shape, which takes a second, and does so again whenever another shape came in between:
on an H200, 64 and 16 crops in turns took SFace 700 ms a call, with a session each 7 ms. Whatever thread calls: one call
at a time is what a GPU does anyway, and a thread of its own would make the session get ready again, too.
"""

from __future__ import annotations

from collections import OrderedDict
from typing import TYPE_CHECKING, Any

import numpy as np

from rostro.core.forking import Mutex

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from numpy.typing import NDArray

#: Sessions kept; each holds the network's weights on the device.
_KEPT = 12


class ShapedSessions:
    """Runs batches, each by the session of its shape. Safe to call from several threads at once."""

    def __init__(self, open_session: Callable[[], Any]) -> None:
        """Opens nothing yet.

        Args:
            open_session: Opens a session that takes any shape.
        """
        self._open = open_session
        self._lock = Mutex()
        self._sessions: OrderedDict[tuple[int, ...], Any] = OrderedDict()

    def __len__(self) -> int:
        """How many sessions are open."""
        return len(self._sessions)

    def call(self, name: str, samples: NDArray[Any], outputs: Sequence[str]) -> list[NDArray[Any]]:
        """One call; a batch is filled up with zeros to a power of four, for each number of samples is a shape, too.

        Args:
            name: The input's name.
            samples: (N, …) of the input's type; N at least 1.
            outputs: The outputs wanted.

        Returns:
            One (N, …) array per output.
        """
        count = len(samples)
        if count > 1:
            bits = (count - 1).bit_length()
            missing = (1 << bits + bits % 2) - count
            samples = np.concatenate([samples, np.zeros((missing, *samples.shape[1:]), samples.dtype)])
        with self._lock:
            session = self._session(samples.shape)
            binding = session.io_binding()
            binding.bind_cpu_input(name, samples)
            for output in outputs:
                binding.bind_output(output)
            session.run_with_iobinding(binding)
            return [output[:count] for output in binding.copy_outputs_to_cpu()]

    def forget(self) -> list[Any]:
        """Lets go of all sessions and gives them back."""
        gone = list(self._sessions.values())
        self._sessions = OrderedDict()
        self._lock = Mutex()
        return gone

    def _session(self, shape: tuple[int, ...]) -> Any:
        if shape not in self._sessions:
            while len(self._sessions) >= _KEPT:
                self._sessions.popitem(last=False)
            self._sessions[shape] = self._open()
        self._sessions.move_to_end(shape)
        return self._sessions[shape]
