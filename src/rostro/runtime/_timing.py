"""Which precision is fastest here: measured once, and kept beside the compiled models.

A flag in a processor's list is no measurement: a processor that has bf16 may be slower in it than in float32, and
int8 pays for some networks only.
"""

from __future__ import annotations

import hashlib
import json
import math
import os
from contextlib import suppress
from dataclasses import dataclass
from time import get_clock_info, perf_counter, process_time
from typing import TYPE_CHECKING, Any

from rostro.core.errors import BadInput
from rostro.core.files import write_file
from rostro.core.foreign import read_json

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

#: Seconds that measuring each form may take, once it is compiled; a run that takes longer is measured three times.
_BUDGET = 0.04
_LEAST_ROUNDS = 3
_MOST_ROUNDS = 200
#: Seconds that a clock must tell apart; that of the processor's time tells 16 ms apart on Windows.
_FINE = 1e-5
#: A form that is slower by no more than this is as fast: the more exact one is taken.
_AS_FAST = 1.03
#: How times are measured; answers of another way are not asked for again.
_WAY = "processor time"
#: The most exact first.
_EXACT = ("f32", "f16", "bf16", "int8")


@dataclass(frozen=True, slots=True, kw_only=True)
class Key:
    """What an answer was measured for.

    Attributes:
        model: The model's file.
        machine: Engine, its version, the processor and what its kernels may use.
        precisions: Those that were compared.
        ranges: The int8 form's activation ranges.
        batch: Samples in a request.
    """

    model: Path
    machine: str
    precisions: tuple[str, ...]
    ranges: Mapping[str, Any]
    batch: int

    @property
    def file_name(self) -> str:
        """The name of the file that keeps the answer."""
        stat = self.model.stat()
        facts = [_WAY, self.model.name, stat.st_size, stat.st_mtime_ns, self.machine, self.precisions, self.batch]
        facts.append(sorted(self.ranges.items()))
        return f"speed-{hashlib.sha256(json.dumps(facts).encode()).hexdigest()[:24]}.json"


def fastest(milliseconds: Mapping[str, float]) -> str:
    """The most exact precision among those that are as fast as the fastest.

    Args:
        milliseconds: Those of each precision; at least one.
    """
    limit = _AS_FAST * min(milliseconds.values())
    return min((name for name, time in milliseconds.items() if time <= limit), key=_EXACT.index)


def clock(device: str) -> Callable[[], float]:
    """What precisions are compared by: on a processor its time, which other programs' work does not lengthen as much.

    Args:
        device: ``CPU``, or one whose work takes none of the processor's time.
    """
    fine = get_clock_info("process_time").resolution <= _FINE
    return process_time if device == "CPU" and fine else perf_counter


def measure(runs: Mapping[str, Callable[[], object]], now: Callable[[], float] = perf_counter) -> dict[str, float]:
    """The shortest time of each, in milliseconds, taken in turns: what else the machine does hits all of them alike.

    Args:
        runs: What is measured.
        now: Seconds; see `clock`.
    """
    for run in runs.values():
        run()  # the first run allocates
    best = dict.fromkeys(runs, math.inf)
    spent = 0.0
    for number in range(_MOST_ROUNDS):
        for name, run in runs.items():
            start = now()
            run()
            taken = now() - start
            spent += taken
            best[name] = min(best[name], taken)
        if number + 1 >= _LEAST_ROUNDS and spent > _BUDGET * len(runs):
            break
    return {name: round(1e3 * time, 4) for name, time in best.items()}


def can_keep(folder: Path) -> bool:
    """Whether the answer would be there at the next start; where it would not, measuring takes longer than it saves."""
    there = next((place for place in (folder, *folder.parents) if place.exists()), folder)
    return os.access(there, os.W_OK)


def known(folder: Path, key: Key) -> dict[str, float] | None:
    """What was measured earlier; None where nothing was, or it cannot be read."""
    try:
        kept = read_json(folder / key.file_name, "a measured speed")["milliseconds"]
        times = {name: float(kept[name]) for name in key.precisions}
    except (BadInput, ValueError, KeyError, TypeError):
        return None
    return times if all(math.isfinite(time) and time > 0 for time in times.values()) else None


def keep(folder: Path, key: Key, milliseconds: Mapping[str, float]) -> None:
    """Keeps what was measured; a disk that cannot be written to makes the next start slower, and nothing else."""
    document = {"model": key.model.name, "machine": key.machine, "batch": key.batch, "milliseconds": milliseconds}
    with suppress(OSError):
        folder.mkdir(parents=True, exist_ok=True)
        write_file(folder / key.file_name, json.dumps(document, indent=1).encode())
