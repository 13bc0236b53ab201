"""Measures the activation ranges that an embedder's int8 form needs: ``python scripts/measure_ranges.py sface``.

Takes photos on which no accuracy is reported (CelebA and five celebrities, from ``ROSTRO_DATA``), crops the face
nearest the centre of each as the embedder wants it, and writes ``src/rostro/embedding/ranges/NAME.json``. The same
photos give the same file. Why it is done this way: ``docs/decisions/0002-int8.md``.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from rostro import Recognizer
from rostro.recognition.pipeline import PhotoFaces
from rostro.runtime._quantisation import measure_ranges

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    from rostro.core.types import Crops
    from rostro.embedding.base import Embedder
    from rostro.runtime.pictures import Pictures

ROOT = Path(__file__).resolve().parents[1]
DATA = Path(os.environ.get("ROSTRO_DATA", ROOT / ".." / "shared" / "data"))
CELEBA_EVERY = 72


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("embedder")
    name = parser.parse_args().embedder

    celebrities = sorted(DATA.glob("five-celebrities/*/*/*"))
    celeba = sorted(DATA.glob("celeba/images/**/*.jpg"))[::CELEBA_EVERY]
    recognizer = Recognizer(embedder=name, precision="f32", gallery=":memory:")
    crops = [crop for crop in central_crops(recognizer, [*celebrities, *celeba]) if len(crop)]
    if not crops:
        print(f"no faces found in {DATA}; set ROSTRO_DATA", file=sys.stderr)
        return 2

    ranges = measure_ranges(
        recognizer.store.path(recognizer.embedder.files[0]), network_input(recognizer.embedder, np.concatenate(crops))
    )
    about = f"{len(crops)} faces: {len(celebrities)} photos of five celebrities, {len(celeba)} of CelebA"
    rounded = {tensor: [float(f"{limit:.4g}") for limit in limits] for tensor, limits in ranges.items()}
    target = ROOT / "src" / "rostro" / "embedding" / "ranges" / f"{name}.json"
    target.parent.mkdir(exist_ok=True)
    document = {"model": recognizer.embedder.files[0].sha256, "measured_on": about, "ranges": rounded}
    target.write_text(json.dumps(document, indent=1) + "\n", encoding="utf-8")
    print(f"{len(ranges)} ranges from {len(crops)} faces: {target}")
    return 0


def central_crops(recognizer: Recognizer, photos: list[Path]) -> Iterator[Crops]:
    for answer in recognizer.pipeline.run(photos, face="centre", keep=True):
        if isinstance(answer, PhotoFaces):
            yield answer.kept_crops
        else:
            print(f"{answer.photo}: {answer.reason}", file=sys.stderr)


def network_input(embedder: Embedder, crops: Crops) -> NDArray[Any]:
    """What the network takes: pixels in its own order and scale."""
    seen: list[NDArray[Any]] = []
    pictures: Pictures | None = embedder._engine._pictures  # type: ignore[attr-defined]

    class Listener:
        def run(self, batch: NDArray[Any]) -> tuple[NDArray[Any], ...]:
            seen.append(batch)
            return (np.zeros((len(batch), embedder.dims), np.float32),)

    embedder._engine = Listener()  # type: ignore[attr-defined]
    embedder.represent(crops)
    batch = np.concatenate(seen)
    return batch if pictures is None else pictures.numbers(batch)


if __name__ == "__main__":
    raise SystemExit(main())
