"""Resident memory while many photos are enrolled: it must not grow with the length of the list.

    python benchmarks/memory.py [--count 100000] [--folder FOLDER]

The photos are made while they are enrolled, from those of LFW: round n of the list has every photo once, each shifted,
lit and encoded a little differently. The same number always gives the same bytes, so that a run that was cut off, and
is started again with the same folder, skips what it has. Memory is compared with what it was after 5,000 photos.
"""

from __future__ import annotations

import argparse
import csv
import os
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import cv2
import numpy as np

from rostro import Recognizer

DATA = Path(os.environ.get("ROSTRO_DATA", Path(__file__).resolve().parents[1] / ".." / "shared" / "data"))

#: After how many photos memory counts as settled.
SETTLED = 5_000

#: Photos that are on disk at a time; the pipeline reads a few hundred ahead.
_KEPT = 4_096


def varied(photos: list[Path], count: int, folder: Path) -> Iterator[tuple[str, Path]]:
    """(person, photo file) ``count`` times; a file is deleted when `_KEPT` newer ones were made."""
    for number in range(count):
        source = photos[number % len(photos)]
        random = np.random.default_rng(number)
        image = cv2.imread(str(source))
        assert image is not None, source
        move = np.array([[1, 0, random.uniform(-3, 3)], [0, 1, random.uniform(-3, 3)]], np.float32)
        image = cv2.warpAffine(image, move, image.shape[1::-1], borderMode=cv2.BORDER_REPLICATE)
        image = cv2.convertScaleAbs(image, alpha=random.uniform(0.9, 1.1), beta=random.uniform(-8, 8))
        path = folder / f"{number}.jpg"
        cv2.imwrite(str(path), image, [cv2.IMWRITE_JPEG_QUALITY, int(random.integers(85, 96))])
        (folder / f"{number - _KEPT}.jpg").unlink(missing_ok=True)
        yield source.parent.name, path


def resident() -> float:
    """MB of this process that are in memory now."""
    pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 1e6


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--photos", type=Path, default=DATA / "lfw" / "images")
    parser.add_argument("--count", type=int, default=100_000)
    parser.add_argument("--every", type=int, default=500, help="photos between two looks at memory")
    parser.add_argument("--folder", type=Path, help="where the gallery and the samples stay; default: nowhere")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as temporary:
        folder = options.folder or Path(temporary)
        folder.mkdir(parents=True, exist_ok=True)
        recognizer = Recognizer(gallery=str(folder / "people.db"))
        done, samples, started = 0, [], time.monotonic()
        with (folder / "samples.csv").open("a", newline="", encoding="utf-8") as file:
            table = csv.writer(file)

            def look() -> None:
                nonlocal done
                done += 1
                if done % options.every == 0:
                    samples.append((done, resident()))
                    table.writerow([done, f"{resident():.1f}", f"{time.monotonic() - started:.0f}"])
                    file.flush()

            photos = sorted(options.photos.rglob("*.jpg"))
            with recognizer:
                enroller = recognizer.people.enroller(lambda sources: recognizer.photos(sources, face="largest"))
                enrolment = enroller.run(varied(photos, options.count, Path(temporary)), look)
    settled = next((memory for photos, memory in samples if photos >= SETTLED), samples[0][1])
    most = max(memory for photos, memory in samples if photos >= min(SETTLED, samples[-1][0]))
    print(
        f"{done} photos: {enrolment.templates} templates, {enrolment.skipped} skipped, {len(enrolment.failed)} failed"
    )
    print(f"{settled:.0f} MB after {SETTLED}, at most {most:.0f} MB later: {100 * (most / settled - 1):+.1f} %")


if __name__ == "__main__":
    main()
