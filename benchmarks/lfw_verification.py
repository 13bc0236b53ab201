"""LFW's 6,000 pairs, view 2, on the raw 250 × 250 photos: the accuracy that everybody quotes.

    python benchmarks/lfw_verification.py [--embedder sface] [--detector yunet] [--precision auto] [--pairs 6000]

Of several faces the one nearest to the centre is taken (LFW's convention). A pair with a photo in which no face was
found counts as an error. The threshold of each fold is chosen on the nine others.
"""

from __future__ import annotations

import argparse
import os
import time
from pathlib import Path

import numpy as np

from rostro import Recognizer
from rostro.evaluation.data.lfw import read_lfw
from rostro.recognition.pipeline import PhotoFaces
from rostro.runtime.base import engines_of
from rostro.scoring import cosine
from rostro.scoring.folds import fold_accuracy

DATA = Path(os.environ.get("ROSTRO_DATA", Path(__file__).resolve().parents[1] / ".." / "shared" / "data"))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--root", type=Path, default=DATA / "lfw")
    parser.add_argument("--embedder", default="sface")
    parser.add_argument("--detector")
    parser.add_argument("--precision")
    options = parser.parse_args()

    pairs = read_lfw(options.root)
    recognizer = Recognizer(embedder=options.embedder, detector=options.detector, precision=options.precision)
    dims = recognizer.embedder.dims
    vectors = np.zeros((len(pairs.people.photos), dims), np.float32)
    found = np.zeros(len(vectors), bool)
    started = time.perf_counter()
    for index, answer in enumerate(recognizer.photos(pairs.people.photos, face="centre")):
        if isinstance(answer, PhotoFaces):
            vectors[index], found[index] = answer.embeddings[0], True
    seconds = time.perf_counter() - started

    scores = cosine.paired(vectors[pairs.first], vectors[pairs.second])
    scores[~(found[pairs.first] & found[pairs.second])] = -np.inf
    result = fold_accuracy(scores, pairs.genuine, pairs.folds)
    precision = "/".join(engine.precision for engine in engines_of(recognizer.embedder)) or "its own"
    print(f"{recognizer.detector_name} + {recognizer.space}, embedder in {precision}")
    print(f"photos: {len(vectors)}, without a detected face: {int((~found).sum())}, {seconds:.0f} s")
    print(f"pairs that could not be compared (counted as errors): {int(np.isneginf(scores).sum())}")
    print(f"10-fold accuracy: {result.mean:.2%} ± {result.standard_error:.2%} (standard error over folds)")


if __name__ == "__main__":
    main()
