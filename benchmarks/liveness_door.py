"""A door: short films of living people and of a film on a screen, watched with and without asking for living faces.

    python benchmarks/liveness_door.py [FOLDER] [--frames 5]

Takes the frames ``videoXXNNN`` of ``FOLDER/live`` and ``FOLDER/attack`` (default: ``liveness`` in ROSTRO_DATA). The
first frame of each living film enrols who is in it; then every run of some frames after it is a film of its own. Runs
overlap, and all are of few films: what is printed says of how many.
"""

from __future__ import annotations

import argparse
import os
import re
import shutil
import tempfile
from collections import defaultdict
from pathlib import Path

import rostro
from rostro.video.sources import open_source
from rostro.video.watch import watch

#: Frames a second of what the frames were taken from; every second one is there.
RATE = 12.0


def films(folder: Path) -> dict[str, list[Path]]:
    """Name of a film → its frames."""
    found: dict[str, list[Path]] = defaultdict(list)
    for photo in sorted(folder.glob("video*.jpg")):
        name = re.sub(r"\d+$", "", photo.stem)
        found[name].append(photo)
    return found


def main() -> None:
    parser = argparse.ArgumentParser()
    default = Path(os.environ.get("ROSTRO_DATA", "../shared/data")) / "liveness"
    parser.add_argument("folder", nargs="?", type=Path, default=default)
    parser.add_argument("--frames", type=int, default=5, help="of each film")
    options = parser.parse_args()
    for asked in (False, True):
        named, tracks, of = measure(options.folder, options.frames, require_live=asked)
        print(
            f"require_live={asked}:",
            *(f"{kind}: {named[kind]} of {tracks[kind]} tracks named, from {of[kind]} films;" for kind in of),
        )


def measure(folder: Path, frames: int, *, require_live: bool) -> tuple[dict[str, int], dict[str, int], dict[str, int]]:
    """Tracks that were named, tracks, and films, of the living and of attacks."""
    of = {kind: films(folder / kind) for kind in ("live", "attack")}
    named, tracks = dict.fromkeys(of, 0), dict.fromkeys(of, 0)
    with tempfile.TemporaryDirectory() as place:
        recognizer = rostro.Recognizer(gallery=Path(place) / "people.db", require_live=require_live)
        with recognizer:
            for name, photos in of["live"].items():
                recognizer.enroll(photos[0], name=name)
            for kind, found in of.items():
                for name, photos in found.items():
                    for start in range(1, len(photos) - frames + 1):
                        film = Path(place) / f"{kind}-{name}-{start}"
                        film.mkdir()
                        for photo in photos[start : start + frames]:
                            shutil.copy(photo, film)
                        seen = watch(open_source(str(film), rate=RATE), recognizer=recognizer)
                        known = sum(number for number, _ in seen.people.values())
                        named[kind] += known
                        tracks[kind] += known + seen.strangers
    return named, tracks, {kind: len(found) for kind, found in of.items()}


if __name__ == "__main__":
    main()
