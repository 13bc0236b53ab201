"""Photos that are turned: faces found, the turn told, LFW's accuracy, and what the second look costs upright photos.

    python benchmarks/turned_photos.py [--detector yunet] [--folds 3] [--photos 400]

Every photo of so many folds of LFW's pairs is turned by 180°, 90°, 270° and 45°. Accuracy is that at the operating
point's threshold, of all pairs (a photo without a face is a wrong answer). The time is that of detecting, aligning and
embedding upright photos (decoded before), with and without looking again, and with judging.
"""

from __future__ import annotations

import argparse
import os
import time
from pathlib import Path

import numpy as np
from _damage import turned

from rostro import Recognizer
from rostro.evaluation.data.lfw import Pairs, read_lfw
from rostro.photos.reading import read_photo
from rostro.recognition.pipeline import PhotoFaces

BATCH = 16


def main() -> None:
    """Prints a line for each turn, and the times."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--detector", default="yunet")
    parser.add_argument("--lfw", type=Path, default=Path(os.environ.get("ROSTRO_DATA", "../shared/data")) / "lfw")
    parser.add_argument("--folds", type=int, default=3)
    parser.add_argument("--photos", type=int, default=400, help="upright photos for the time")
    options = parser.parse_args()
    pairs = read_lfw(options.lfw)
    kept = pairs.folds < options.folds
    pairs = Pairs(pairs.people, pairs.first[kept], pairs.second[kept], pairs.folds[kept])
    with Recognizer(detector=options.detector, quality="auto") as faces:
        for degrees in (0, 180, 90, 270, 45):
            _turn(faces, pairs, degrees)
    _time(options.detector, [pairs.people.photos[i] for i in np.unique(pairs.first)[: options.photos]])


def _turn(recognizer: Recognizer, pairs: Pairs, degrees: int) -> None:
    wanted = np.unique(np.concatenate([pairs.first, pairs.second]))
    random = np.random.default_rng(0)
    images = (
        np.ascontiguousarray(turned(degrees)(read_photo(pairs.people.photos[i]).image, (0, 0, 94, 94), random))
        for i in wanted
    )
    seen: dict[int, PhotoFaces] = {}
    for index, found in zip(wanted, recognizer.photos(images, face="centre"), strict=True):
        if isinstance(found, PhotoFaces):
            seen[int(index)] = found
    right, unjudged = 0, 0
    assert recognizer.judge is not None
    for a, b, genuine in zip(pairs.first, pairs.second, pairs.genuine, strict=True):
        one, two = seen.get(int(a)), seen.get(int(b))
        if one is None or two is None:
            continue
        similarity = float(one.embeddings[0] @ two.embeddings[0])
        right += (similarity >= recognizer.operating_point.threshold) == bool(genuine)
        values = (one.qualities[0].value, two.qualities[0].value)
        unjudged += recognizer.judge.gate.same(similarity, recognizer.operating_point.threshold, *values) is None
    told = sum(found.turned == degrees for found in seen.values())
    print(
        f"turned by {degrees:3d}°: {len(wanted)} photos, found {len(seen) / len(wanted):.4f}, turn told "
        f"{told / len(wanted):.4f}; right {right / len(pairs.first):.4f} of {len(pairs.first)} pairs by the threshold, "
        f"not judged {unjudged / len(pairs.first):.4f}",
        flush=True,
    )


def _time(detector: str, photos: list[Path]) -> None:
    images = [read_photo(photo).image for photo in photos]
    ways = (
        ("as they come", Recognizer(detector=detector, turn=False, quality=None)),
        ("turned where in doubt", Recognizer(detector=detector, quality=None)),
        ("judged by the length", Recognizer(detector=detector, quality="length")),
        ("judged", Recognizer(detector=detector)),
    )
    best = dict.fromkeys((name for name, _ in ways), np.inf)
    for _ in range(4):
        for name, faces in ways:
            start = time.process_time()
            for _found in faces.photos(images, face="centre"):
                pass
            best[name] = min(best[name], (time.process_time() - start) / len(images) * 1e3)
    first = best["as they come"]
    print("upright, CPU time a photo:", ", ".join(f"{n} {t:.2f} ms ({t / first - 1:+.1%})" for n, t in best.items()))


if __name__ == "__main__":
    main()
