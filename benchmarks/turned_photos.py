"""Photos that are turned: faces found, the turn told, LFW's accuracy, and what the second look costs upright photos.

    python benchmarks/turned_photos.py [--detector yunet] [--folds 3] [--photos 400]

Every photo of so many folds of LFW's pairs is turned by 180°, 90°, 270° and 45°. Accuracy is that at the operating
point's threshold, of all pairs (a photo without a face is a wrong answer). The time is that of detecting, aligning and
embedding upright photos, one after another, with and without the turner.
"""

from __future__ import annotations

import argparse
import os
import time
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from _damage import turned

from rostro import Recognizer
from rostro.evaluation.data.lfw import Pairs, read_lfw
from rostro.photos.reading import read_photo
from rostro.recognition.selection import select
from rostro.recognition.turning import Look, Turner

if TYPE_CHECKING:
    from rostro.core.types import Floats, Image

BATCH = 16


def main() -> None:
    """Prints a line for each turn, and the times."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--detector", default="yunet")
    parser.add_argument("--lfw", type=Path, default=Path(os.environ.get("ROSTRO_DATA", "../shared/data")) / "lfw")
    parser.add_argument("--folds", type=int, default=3)
    parser.add_argument("--photos", type=int, default=400, help="upright photos for the time")
    options = parser.parse_args()
    faces = Recognizer(detector=options.detector)
    turner = Turner(faces.detector)
    pairs = read_lfw(options.lfw)
    kept = pairs.folds < options.folds
    pairs = Pairs(pairs.people, pairs.first[kept], pairs.second[kept], pairs.folds[kept])
    for degrees in (0, 180, 90, 270, 45):
        _turn(faces, turner, pairs, degrees)
    _time(faces, turner, [pairs.people.photos[i] for i in np.unique(pairs.first)[: options.photos]])


def _turn(faces: Recognizer, turner: Turner, pairs: Pairs, degrees: int) -> None:
    wanted = np.unique(np.concatenate([pairs.first, pairs.second]))
    random = np.random.default_rng(0)
    vectors: dict[int, Floats] = {}
    told = again = 0
    for at in range(0, len(wanted), BATCH):
        block = wanted[at : at + BATCH]
        images = [
            np.ascontiguousarray(turned(degrees)(read_photo(pairs.people.photos[i]).image, (0, 0, 94, 94), random))
            for i in block
        ]
        looks = turner.look(images)
        told += sum(look.turned == degrees for look in looks)
        again += sum(look.turned != 0 for look in looks)
        for index, look in zip(block, looks, strict=True):
            if look.faces:
                vectors[int(index)] = _vector(faces, look)
    right = 0
    for a, b, genuine in zip(pairs.first, pairs.second, pairs.genuine, strict=True):
        if int(a) in vectors and int(b) in vectors:
            same = float(vectors[int(a)] @ vectors[int(b)]) >= faces.operating_point.threshold
            right += same == bool(genuine)
    print(
        f"turned by {degrees:3d}°: {len(wanted)} photos, found {len(vectors) / len(wanted):.4f}, turn told "
        f"{told / len(wanted):.4f}, turned back {again}; right {right / len(pairs.first):.4f} of {len(pairs.first)}",
        flush=True,
    )


def _vector(faces: Recognizer, look: Look) -> Floats:
    height, width = look.image.shape[:2]
    face = look.faces[select(look.faces, "centre", photo="", width=width, height=height)]
    vector: Floats = faces.embedder.embed(faces.alignment.align(look.image, [face]))[0]
    return vector


def _time(faces: Recognizer, turner: Turner, photos: list[Path]) -> None:
    images: list[Image] = [read_photo(photo).image for photo in photos]
    looked: list[list[float]] = [[], []]
    for _ in range(3):
        for number, look in enumerate((_once, turner.look)):
            start = time.process_time()
            for at in range(0, len(images), BATCH):
                some = images[at : at + BATCH]
                seen = _once(faces, some) if look is _once else turner.look(some)
                crops = [faces.alignment.align(one.image, one.faces[:1]) for one in seen]
                faces.embedder.embed(np.concatenate(crops))
            looked[number].append(time.process_time() - start)
    before, after = (min(times) / len(images) * 1e3 for times in looked)
    print(f"upright, CPU time a photo: {before:.2f} ms, with the turner {after:.2f} ms: {after / before - 1:+.1%}")


def _once(faces: Recognizer, images: list[Image]) -> list[Look]:
    return [
        Look(0, image, tuple(found), tuple(found))
        for image, found in zip(images, faces.detector.detect(images), strict=True)
    ]


if __name__ == "__main__":
    main()
