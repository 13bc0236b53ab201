"""How large and how central a face must be to be the one that is meant: measured on LFW, whose person is in the middle.

    python benchmarks/dominant_face.py [--lfw ../shared/data/lfw]

Photos with several faces are looked at as they are, and cut by random windows that keep the whole face of the person,
so that it is not always in the middle. Prints how many are decided, and how often for somebody else.
"""

from __future__ import annotations

import argparse
import os
from pathlib import Path

import numpy as np

from rostro import Recognizer
from rostro.core.types import Face
from rostro.recognition import selection

Seen = tuple[list[Face], float, float, int]


def main() -> None:
    """Prints a row for each rule."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--lfw", type=Path, default=Path(os.environ.get("ROSTRO_DATA", "../shared/data")) / "lfw")
    options = parser.parse_args()
    photos = sorted((options.lfw / "images").rglob("*.jpg"))
    several: list[Seen] = []
    for found in Recognizer().photos(photos, embed=False):
        if len(found.faces) > 1:
            where = {"photo": found.photo, "width": found.width, "height": found.height}
            meant = selection.select(found.faces, "centre", **where)
            several.append((list(found.faces), found.width, found.height, meant))
    random = np.random.default_rng(0)
    cut = [window for _ in range(3) for seen in several if len((window := _window(seen, random))[0]) > 1]
    print(f"{len(photos)} photos, {len(several)} with several faces; {len(cut)} windows with several faces")
    for area in (1.25, 1.5, 1.75, 2.0, 2.5):
        for centre in (10.0, 0.1, 0.0):
            selection.DOMINANT_AREA, selection.DOMINANT_CENTRE = area, centre
            print(f"{area:5.2f} × the area, centre within {centre:4.1f}:", _told(several), "| windows:", _told(cut))


def _told(several: list[Seen]) -> str:
    decided = [(selection.dominant(faces, width=w, height=h), meant) for faces, w, h, meant in several]
    wrong = sum(chosen not in {None, meant} for chosen, meant in decided)
    return f"{np.mean([chosen is not None for chosen, _ in decided]):.3f} decided, {wrong} wrong"


def _window(seen: Seen, random: np.random.Generator) -> Seen:
    """A square window of 60 to 100 % of the photo's width that holds the whole face of the person."""
    faces, width, height, meant = seen
    side = random.uniform(0.6, 1.0) * width
    x1, y1, x2, y2 = faces[meant].box
    left, top = (
        random.uniform(*sorted((max(0.0, high - side), max(0.0, min(whole - side, low)))))
        for low, high, whole in ((x1, x2, width), (y1, y2, height))
    )
    kept, place = [], 0
    for index, face in enumerate(faces):
        x, y = face.centre[0] - left, face.centre[1] - top
        if index == meant:
            place = len(kept)
        if index == meant or (0 < x < side and 0 < y < side):
            a, b, c, d = face.box
            kept.append(Face((a - left, b - top, c - left, d - top), face.score))
    return kept, side, side, place


if __name__ == "__main__":
    main()
