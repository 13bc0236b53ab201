"""Whether ``auto`` takes the fastest precision: its time beside that of each fixed one, with what kernels may use cut.

    python benchmarks/precisions.py [--rounds 12]

For each of ``ONEDNN_MAX_CPU_ISA`` = all, AVX512_CORE_VNNI, AVX512_CORE and AVX2 a process of its own opens the networks
of a photo, lets ``auto`` measure with an empty cache, and then runs every precision in turns: the processor's time of
all threads, the shortest of the rounds, so that a machine with other work can be measured. The last column is that of
the precision that ``auto`` took over that of the best.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from rostro.core.errors import EngineError
from rostro.core.settings import Settings
from rostro.detection.base import DETECTORS
from rostro.embedding.base import EMBEDDERS
from rostro.models.store import ModelStore
from rostro.quality.base import QUALITIES
from rostro.runtime.base import EngineOptions, engines_of

if TYPE_CHECKING:
    from collections.abc import Callable

LIMITS = ("", "AVX512_CORE_VNNI", "AVX512_CORE", "AVX2")
FIXED = ("f32", "bf16", "int8")
#: Crops, and photos, of a call: as many as a chunk of the pipeline has.
COUNT = 16


def works() -> dict[str, tuple[Callable[[ModelStore, EngineOptions], Any], Callable[[Any], object]]]:
    """What is compared: how it is opened, and what it is asked."""
    random = np.random.default_rng(0)
    crops = random.integers(0, 256, (COUNT, 112, 112, 3), np.uint8)
    large = random.integers(0, 256, (COUNT, 128, 128, 3), np.uint8)
    photos = list(random.integers(0, 256, (COUNT, 250, 250, 3), np.uint8))
    return {
        "yunet": (DETECTORS.get("yunet"), lambda part: part.detect(photos)),
        "sface": (EMBEDDERS.get("sface"), lambda part: part.represent(crops)),
        "mobilefacenet": (EMBEDDERS.get("mobilefacenet"), lambda part: part.represent(crops)),
        "retail0095": (EMBEDDERS.get("retail0095"), lambda part: part.represent(large)),
        "lightqnet": (QUALITIES.get("lightqnet"), lambda part: part.score(crops)),
    }


def measure(rounds: int) -> list[dict[str, Any]]:
    """In this process, with the limit that it was started with."""
    settings = Settings.from_environment()
    store = ModelStore(settings)
    rows = []
    with tempfile.TemporaryDirectory() as cache:
        options = EngineOptions(threads=len(os.sched_getaffinity(0)), cache_dir=Path(cache))
        for name, (kind, ask) in works().items():
            took = engines_of(kind(store, options))[0].precision
            runs: dict[str, Callable[[], object]] = {}
            for precision in FIXED:
                try:
                    part = kind(store, replace(options, precision=precision))
                except EngineError:
                    continue  # this processor does not have it
                if engines_of(part)[0].precision == precision:
                    runs[precision] = partial(ask, part)
            if name == "lightqnet" and took == "bf16":  # it takes bf16 by measuring alone
                runs[took] = partial(ask, kind(store, options))
            rows.append({"network": name, "auto": took, "ms": shortest(runs, rounds)})
    return rows


def shortest(runs: dict[str, Callable[[], object]], rounds: int) -> dict[str, float]:
    """Milliseconds of the processor for a sample, the shortest of the rounds, in turns."""
    best = dict.fromkeys(runs, float("inf"))
    for number in range(rounds + 5):  # the first make a form for the shape
        for name, run in runs.items():
            start = time.process_time()
            run()
            if number >= 5:
                best[name] = min(best[name], (time.process_time() - start) / COUNT * 1e3)
    return best


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=12)
    parser.add_argument("--here", action="store_true", help="measure in this process, and print JSON")
    options = parser.parse_args()
    if options.here:
        print(json.dumps(measure(options.rounds)))
        return
    print(
        "| kernels | network | auto takes | f32 | bf16 | int8 | auto over the best |\n|---|---|---|---:|---:|---:|---:|"
    )
    for limit in LIMITS:
        done = subprocess.run(
            [sys.executable, __file__, "--here", "--rounds", str(options.rounds)],
            env={**os.environ, "ONEDNN_MAX_CPU_ISA": limit or "ALL"},
            stdout=subprocess.PIPE,
            check=True,
        )
        for row in json.loads(done.stdout):
            ms = row["ms"]
            columns = [f"{ms[name]:.2f}" if name in ms else "" for name in FIXED]
            ratio = ms[row["auto"]] / min(ms.values())
            print(f"| {limit or 'all'} | {row['network']} | {row['auto']} | {' | '.join(columns)} | {ratio:.3f} |")


if __name__ == "__main__":
    main()
