"""How well living people are told from pictures of them, and what a look costs: APCER, BPCER, AUC, ms a face.

    python benchmarks/liveness.py [FOLDER] [--ship] [--living FOLDER ...]

Takes ``FOLDER/live`` and ``FOLDER/attack`` (default: ``liveness`` in ROSTRO_DATA). Files named ``videoXXNNN`` are
frames of the film XX, others are photos, each of somebody else. ``--ship`` writes the thresholds that come with rostro.
``--living`` says how many of 300 photos of each folder, all of living people, are refused by the default.
"""

from __future__ import annotations

import argparse
import os
import re
import time
from pathlib import Path

import numpy as np

import rostro
from rostro.liveness.base import LIVENESS
from rostro.liveness.point import SHIPPED, LivenessPoint
from rostro.photos.listing import find_photos
from rostro.photos.reading import read_photo
from rostro.scoring.presentation_attack import ErrorRate, Scored, counts_of, errors_at, threshold_at_bpcer
from rostro.scoring.verification import auc

#: A long side that no frame reaches: nothing is refused.
_NO_LIMIT = 1 << 40


def subject_of(photo: Path) -> str:
    """The film that a frame is of, or the photo itself."""
    film = re.fullmatch(r"(video[a-z]+)\d+", photo.stem)
    return film[1] if film else photo.stem


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument(
        "folder", nargs="?", type=Path, default=Path(os.environ.get("ROSTRO_DATA", "../shared/data")) / "liveness"
    )
    parser.add_argument("--ship", action="store_true")
    parser.add_argument("--living", nargs="*", type=Path, default=[])
    options = parser.parse_args()
    recognizer = rostro.Recognizer()
    looks, without = [], {"live": 0, "attack": 0}
    for kind in without:
        photos = sorted((options.folder / kind).glob("*.jpg"))
        for photo, found in zip(photos, recognizer.photos(photos, embed=False), strict=True):
            if not found.faces:
                without[kind] += 1
                continue
            image = read_photo(photo, max_bytes=_NO_LIMIT, max_pixels=_NO_LIMIT).image
            looks.append((kind, subject_of(photo), image, max(found.faces, key=lambda face: face.area)))
    print(f"without a face, in no rate: {without['live']} live, {without['attack']} attack")
    for name in LIVENESS:
        scorer = LIVENESS.get(name)(recognizer.store, recognizer.engine_options)
        start, scores = time.process_time(), []
        for _, _, image, face in looks:
            scores.append(float(scorer.score(image, [face])[0]))
        cost = (time.process_time() - start) / len(looks)
        live, attack = (
            Scored.of(
                *zip(*[(s, look[1]) for s, look in zip(scores, looks, strict=True) if look[0] == kind], strict=True)
            )
            for kind in ("live", "attack")
        )
        attacks = {"attack": attack}
        errors = errors_at(threshold_at_bpcer(live, 0.05), live, attacks)
        print(
            f"{name:16} AUC {auc(counts_of(live, attacks)):.4f}  threshold {errors.threshold:.3f}  "
            f"APCER {shown(errors.attacks['attack'])}  BPCER {shown(errors.living)}  {1000 * cost:.1f} ms CPU a face"
        )
        if (SHIPPED / f"{name}.json").is_file():
            shipped = errors_at(LivenessPoint.shipped(name).threshold, live, attacks)
            print(
                f"{'':16} at the shipped threshold {shipped.threshold:.3f}: APCER {shown(shipped.attacks['attack'])}  "
                f"BPCER {shown(shipped.living)}"
            )
        if options.ship:
            words = (
                f"{live.scores.size} frames of {errors.living.subjects} living people and films, {attack.scores.size} "
                f"of {errors.attacks['attack'].subjects} attacks (phones, prints, an ID card, a replayed film): few"
            )
            LivenessPoint(name, scorer.weights_hash, errors, words).write(SHIPPED / f"{name}.json")
    for folder in options.living:
        print(f"{folder}: refused {shown(refused(recognizer, folder))}")


def refused(recognizer: rostro.Recognizer, folder: Path) -> ErrorRate:
    """How many of 300 photos of living people are refused."""
    photos = list(find_photos([folder]))
    some = photos[:: max(1, len(photos) // 300)][:300]
    answers = recognizer.photos(some, embed=False, face="largest", liveness=True)
    wrong = np.array([not answer.liveness[0] for answer in answers if isinstance(answer, rostro.PhotoFaces)])
    return ErrorRate.of(wrong, np.arange(len(wrong)))


def shown(rate: ErrorRate) -> str:
    low, high = rate.interval
    return (
        f"{rate.rate:.1%} [{low:.1%}, {high:.1%}] ({rate.wrong} of {rate.frames} frames, {rate.subjects_wrong:.2g} of "
        f"{rate.subjects} people and films)"
    )


if __name__ == "__main__":
    main()
