"""Memory and time over photos of as many shapes as there are photos.

    python benchmarks/shapes.py [--shapes 1500] [--largest 1600]

A photo of LFW lies in the middle of each, before itself, blurred; sides are drawn between 200 pixels and ``--largest``,
no two photos have one shape. Memory is compared with what it was after the first tenth. Besides, what a photo costs
where every shape is new is set beside the same number of photos of one shape with as many pixels.
"""

from __future__ import annotations

import argparse
import os
import tempfile
import time
from pathlib import Path

import cv2
import numpy as np
from memory import DATA, resident

from rostro import Recognizer


def written(photos: list[Path], shapes: list[tuple[int, int]], folder: Path) -> list[Path]:
    """A JPEG of each shape."""
    files = []
    for number, (height, width) in enumerate(shapes):
        image = cv2.imread(str(photos[number % len(photos)]))
        assert image is not None
        side = min(height, width)
        top, left = (height - side) // 2, (width - side) // 2
        picture = cv2.resize(cv2.GaussianBlur(image, (0, 0), 12), (width, height))
        picture[top : top + side, left : left + side] = cv2.resize(image, (side, side))
        files.append(folder / f"{number}-{height}-{width}.jpg")
        cv2.imwrite(str(files[-1]), picture)
    return files


def drawn(count: int, largest: int) -> list[tuple[int, int]]:
    """Sides (height, width), none twice."""
    random = np.random.default_rng(0)
    found: dict[tuple[int, int], None] = {}
    while len(found) < count:
        height, width = (int(side) for side in random.integers(200, largest + 1, 2))
        found[height, width] = None
    return list(found)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--photos", type=Path, default=DATA / "lfw" / "images")
    parser.add_argument("--shapes", type=int, default=1500)
    parser.add_argument("--largest", type=int, default=1600)
    options = parser.parse_args()

    photos = sorted(options.photos.rglob("*.jpg"))[:: max(1, 13_000 // options.shapes)]
    shapes = drawn(options.shapes, options.largest)
    side = round(float(np.sqrt(np.mean([height * width for height, width in shapes]))))
    with tempfile.TemporaryDirectory() as temporary:
        various = written(photos, shapes, Path(temporary))
        alike = written(photos, [(side, side)] * len(shapes), Path(temporary))
        recognizer = Recognizer()
        sizes: list[float] = []
        started = time.process_time()
        for number, _ in enumerate(recognizer.photos(various), start=1):
            if number % (options.shapes // 10) == 0:
                sizes.append(resident())
                print(f"{number} shapes: {sizes[-1]:.0f} MB", flush=True)
        each = (time.process_time() - started) / len(shapes)
        started = time.process_time()
        for _ in recognizer.photos(alike):
            pass
        same = (time.process_time() - started) / len(shapes)
    print(f"{os.cpu_count()} cores; at most {max(sizes) / sizes[0] - 1:+.1%} of what the first tenth took")
    print(f"{1e3 * each:.1f} ms of the processor a photo, {1e3 * same:.1f} where all are {side} × {side}")


if __name__ == "__main__":
    main()
