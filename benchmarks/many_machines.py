"""Photos on the workers of a Ray cluster: how fast with one, two and four, the same to the bit, and one killed.

python benchmarks/many_machines.py [--photos 2000] [--data FOLDER]
"""

from __future__ import annotations

import argparse
import hashlib
import os
import signal
import time
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from rostro import Recognizer
from rostro.cluster.address import Address
from rostro.cluster.fleet import Fleet
from rostro.core.settings import Settings
from rostro.recognition.elsewhere import BLOCK
from rostro.recognition.pipeline import PhotoFaces

if TYPE_CHECKING:
    from collections.abc import Iterable

    from rostro.recognition.pipeline import Failure


def digest(answers: Iterable[PhotoFaces | Failure]) -> tuple[str, int]:
    """Of all rows, in order, and how many there are."""
    told, faces = hashlib.sha256(), 0
    for answer in answers:
        told.update(answer.photo.encode())
        if isinstance(answer, PhotoFaces):
            told.update(np.ascontiguousarray(answer.embeddings).tobytes())
            faces += len(answer.faces)
    return told.hexdigest()[:16], faces


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--photos", type=int, default=2000)
    parser.add_argument("--data", type=Path, default=Path("../shared/data/lfw"))
    arguments = parser.parse_args()
    photos = sorted(map(str, arguments.data.rglob("*.jpg")))[: arguments.photos]
    for threads in (1, 2):
        here = Recognizer(settings=replace(Settings.from_environment(), threads=threads))
        list(here.photos(photos[:BLOCK]))
        began = time.perf_counter()
        rows = digest(here.photos(photos))
        took = time.perf_counter() - began
        print(f"one process, {threads} threads: {len(photos) / took:7.1f} photos/s, rows {rows}")
    for workers in (1, 2, 4):
        for killed in (False, True) if workers > 1 else (False,):
            address = Address.parse(f"ray://local?workers={workers}")
            recipe = Recognizer()._recipe(embed=True, face=None, keep=False, liveness=None)
            blocks = [photos[start : start + BLOCK] for start in range(0, len(photos), BLOCK)]
            with Fleet(address, recipe) as fleet:
                list(fleet.run([photos[:BLOCK]] * workers))  # models are loaded
                began, answers = time.perf_counter(), []
                for number, some in enumerate(fleet.run(blocks)):
                    answers += some
                    if killed and number == len(blocks) // 3:
                        os.kill(fleet.pids()[0], signal.SIGKILL)
                took = time.perf_counter() - began
            what = ", one killed" if killed else ""
            print(f"{workers} workers{what}: {len(photos) / took:7.1f} photos/s, rows {digest(answers)}")


if __name__ == "__main__":
    main()
