"""How much fine detail faces show, whole and damaged: where the floor below which none is judged may lie.

    python benchmarks/fine_detail.py [--people 1600] [--celeba 3000]

Of each row the lowest value of `rostro.quality.detail.fine_detail`, its quantiles, and the share below the floor.
"""

from __future__ import annotations

import argparse
import os
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from _damage import ROWS

from rostro import Recognizer
from rostro.photos.reading import read_photo
from rostro.quality.detail import LEAST, fine_detail
from rostro.recognition.selection import select

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rostro.core.types import Crops, Face, Image

SHOWN = ("blurred 2", "blurred 3", "blurred 4", "blurred 6", "blurred 8", "moved 9", "moved 17", "moved 25", "small 11")
DATA = Path(os.environ.get("ROSTRO_DATA", Path(__file__).parents[2] / "shared" / "data"))


def centre(recognizer: Recognizer, image: Image) -> Face | None:
    """The face that is nearest to the photo's centre."""
    (faces,) = recognizer.detector.detect([image])
    height, width = image.shape[:2]
    return faces[select(faces, "centre", photo="", width=width, height=height)] if faces else None


def crops_of(recognizer: Recognizer, photos: Sequence[Path], row: str) -> list[Crops]:
    """The face nearest to the centre of each photo, which is damaged in that way."""
    crops = []
    for photo in photos:
        image: Image = read_photo(photo).image
        face = centre(recognizer, image)
        if face is not None and row != "upright":
            image = ROWS[row](image, face.box, np.random.default_rng(0))
            face = centre(recognizer, image)
        if face is not None:
            crops.append(recognizer.alignment.align(image, [face])[0])
    return crops


def main() -> None:
    """Prints the rows."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--people", type=int, default=1600)
    parser.add_argument("--celeba", type=int, default=3000)
    asked = parser.parse_args()
    people = sorted(path for path in (DATA / "lfw" / "images").iterdir() if path.is_dir())
    np.random.default_rng(7).shuffle(people)
    lfw = [sorted(person.iterdir())[0] for person in people[: asked.people]]
    celeba = sorted((DATA / "celeba").rglob("*.jpg"))
    np.random.default_rng(8).shuffle(celeba)
    recognizer = Recognizer(quality=None, turn=False)
    rows = [("LFW", "upright", lfw), ("CelebA", "upright", celeba[: asked.celeba])]
    for name, row, photos in [*rows, *(("LFW", row, lfw) for row in SHOWN)]:
        values = fine_detail(np.array(crops_of(recognizer, photos, row)))
        low, one, half, most = np.quantile(values, [0.001, 0.01, 0.5, 0.99])
        print(
            f"{name} {row:10s} {len(values):5d} faces: lowest {values.min():.2f}, 0.1 % {low:.2f}, 1 % {one:.2f}, "
            f"50 % {half:.2f}, 99 % {most:.2f}; below {LEAST}: {(values < LEAST).mean():.1%}",
            flush=True,
        )


if __name__ == "__main__":
    main()
