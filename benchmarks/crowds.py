"""Detectors on photos of crowds: average precision on WIDER FACE's hard set, and what it costs.

    python benchmarks/crowds.py [--detector eresfd@2048 yunet@2048 …] [--enlarge 2]

Six photos of WIDER FACE's validation part (``crowds/`` of ROSTRO_DATA). Average precision as WIDER's own script has it:
boxes by score over all photos, an overlap of half, faces outside of the set neither right nor wrong. ``--enlarge``
gives the photos that much larger, for detectors that do not enlarge by themselves. Milliseconds are processor time a
photo. Six photos are few: a difference of one point says nothing.
"""

from __future__ import annotations

import argparse
import json
import os
import time
from pathlib import Path
from typing import Any

import cv2
import numpy as np

from rostro import Recognizer
from rostro.core.geometry import overlap
from rostro.core.types import Face, Image
from rostro.photos.reading import read_photo

DATA = Path(os.environ.get("ROSTRO_DATA", Path(__file__).resolve().parents[1] / ".." / "shared" / "data"))
SIZES = ((0, 10), (10, 20), (20, 40), (40, 10_000))


def average_precision(found: list[list[Face]], truth: list[list[dict[str, Any]]]) -> float:
    """Area under precision by recall, precision made falling as in PASCAL VOC."""
    outcomes: list[tuple[float, bool]] = []
    wanted = 0
    for faces, people in zip(found, truth, strict=True):
        boxes = np.array([person["box"] for person in people], np.float32)
        counts = np.array([person["hard"] for person in people])
        wanted += int(counts.sum())
        taken = np.zeros(len(people), bool)
        for face in faces:
            overlaps = overlap(np.array([face.box], np.float32), boxes)[0]
            best = int(overlaps.argmax())
            if overlaps[best] >= 0.5:
                if not counts[best]:
                    continue
                outcomes.append((face.score, not taken[best]))
                taken[best] = True
            else:
                outcomes.append((face.score, False))
    outcomes.sort(key=lambda outcome: -outcome[0])
    right = np.cumsum([outcome for _, outcome in outcomes])
    recall, precision = right / wanted, right / np.arange(1, len(right) + 1)
    precision = np.maximum.accumulate(precision[::-1])[::-1]
    return float(np.sum(np.diff(recall, prepend=0.0) * precision))


def found_by_size(found: list[list[Face]], truth: list[list[dict[str, Any]]], score: float) -> str:
    """Share of all faces, by their height, that some box of at least the score overlaps by half."""
    hits: dict[tuple[int, int], list[bool]] = {size: [] for size in SIZES}
    for faces, people in zip(found, truth, strict=True):
        mine = np.array([face.box for face in faces if face.score >= score], np.float32).reshape(-1, 4)
        for person in people:
            box = np.array([person["box"]], np.float32)
            height = box[0, 3] - box[0, 1]
            size = next(size for size in SIZES if size[0] <= height < size[1])
            hits[size].append(bool((overlap(box, mine) >= 0.5).any()))
    return ", ".join(
        f"{low}-{high if high < 9999 else ''} px {np.mean(its):.3f} of {len(its)}"
        for (low, high), its in hits.items()
        if its
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument(
        "--detector", nargs="*", default=["eresfd@2048", "eresfd@1024", "yunet@2048", "yunet@1280", "scrfd@1280"]
    )
    parser.add_argument("--enlarge", type=float, default=1.0)
    options = parser.parse_args()
    truth: dict[str, list[dict[str, Any]]] = json.loads((DATA / "crowds" / "faces.json").read_text())
    images: list[Image] = [read_photo(DATA / "crowds" / name).image for name in truth]
    if options.enlarge != 1:
        images = [cv2.resize(image, None, fx=options.enlarge, fy=options.enlarge) for image in images]
    people = [
        [{**person, "box": [side * options.enlarge for side in person["box"]]} for person in its]
        for its in truth.values()
    ]
    for name in options.detector:
        detector, _, side = name.partition("@")
        usual_side = int(side) if side else None
        recognizer = Recognizer(detector=detector, max_side=usual_side, precision="f32")
        recognizer.detector.detect(images[:1])
        started = time.process_time()
        for image in images:
            recognizer.detector.detect([image])
        spent = 1e3 * (time.process_time() - started) / len(images)
        recognizer = Recognizer(detector=detector, max_side=usual_side, min_score=0.05, precision="f32")
        find = getattr(recognizer.detector, "find", recognizer.detector.detect)  # landmarks of thousands are not needed
        found = [find([image])[0] for image in images]
        usual = type(recognizer.detector).default_score
        print(
            f"{name}: hard AP {average_precision(found, people):.3f}, {spent:,.0f} ms; at {usual}: "
            f"{found_by_size(found, people, usual)}", flush=True,
        )  # fmt: skip


if __name__ == "__main__":
    main()
