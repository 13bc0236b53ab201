"""What a short command need not wait for: habits of Python and its libraries that pay in programs that run for long."""

from __future__ import annotations

import atexit
import gc
import os
from typing import Any, Final

#: Objects that a command makes until it is at work: where photos are embedded 80,000, nearly all of them for good.
_OBJECTS: Final = 150_000
#: OpenBLAS, by which numpy multiplies: its threads look for work for 2²⁰ ticks, 0.4 ms, before they sleep. Unasked they
#: do for 2²⁶: importing numpy alone keeps a second processor busy for 25 ms, and so does each product of matrices. With
#: the least there is, 2⁴, products in series are slower, for each wakes the threads; with 2²⁰ they are as fast.
_SLEEP_SOON: Final = {"OPENBLAS_THREAD_TIMEOUT": "20"}


def start_briskly() -> None:
    """Before numpy is imported: nothing looks for garbage while everything is made, and idle threads sleep."""
    for name, value in _SLEEP_SOON.items():
        os.environ.setdefault(name, value)
    if gc.get_threshold()[0] < _OBJECTS and gc.isenabled():
        usual = gc.get_threshold()

        def at_work(phase: str, info: dict[str, Any]) -> None:
            gc.callbacks.remove(at_work)
            gc.set_threshold(*usual)

        gc.callbacks.append(at_work)
        gc.set_threshold(_OBJECTS, *usual[1:])
    atexit.register(gc.freeze)  # when the process ends its memory goes with it; what must be closed was closed
