"""Photos per second, decode → embedding: rostro against OpenCV's own YuNet + SFace, same files, same run.

    python benchmarks/throughput.py [--count 300] [--runs 5]

The two take turns, so that a machine whose speed drifts is fair to both; medians and ratios are printed.
OpenCV uses all cores too (``cv2.setNumThreads``). Both take the face nearest to the centre.
"""

from __future__ import annotations

import argparse
import os
import statistics
import time
from pathlib import Path

import cv2
import numpy as np

from rostro import Recognizer
from rostro.detection.yunet import YuNet
from rostro.embedding.sface import SFace
from rostro.recognition.pipeline import PhotoFaces
from rostro.runtime.base import engines_of

DATA = Path(os.environ.get("ROSTRO_DATA", Path(__file__).resolve().parents[1] / ".." / "shared" / "data"))


def opencv(photos: list[Path], faces: Recognizer) -> dict[str, np.ndarray]:
    """What one writes with OpenCV alone, after its own documentation."""
    detector = cv2.FaceDetectorYN.create(str(faces.store.path(YuNet.files[0])), "", (320, 320), 0.6, 0.3, 5000)
    recognizer = cv2.FaceRecognizerSF.create(str(faces.store.path(SFace.files[0])), "")
    vectors = {}
    for photo in photos:
        image = cv2.imread(str(photo))
        height, width = image.shape[:2]
        detector.setInputSize((width, height))
        _, rows = detector.detect(image)
        if rows is None:
            continue
        centres = rows[:, :2] + rows[:, 2:4] / 2
        row = rows[np.argmin(((centres - (width / 2, height / 2)) ** 2).sum(axis=1))]
        vector = recognizer.feature(recognizer.alignCrop(image, row))[0]
        vectors[str(photo)] = vector / np.linalg.norm(vector)
    return vectors


def rostro(photos: list[Path], faces: Recognizer) -> dict[str, np.ndarray]:
    found = (answer for answer in faces.photos(photos, face="centre") if isinstance(answer, PhotoFaces))
    return {answer.photo: answer.embeddings[0] for answer in found}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--photos", type=Path, default=DATA / "lfw" / "images")
    parser.add_argument("--count", type=int, default=300)
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--precision", action="append", help="default: f32 and auto")
    options = parser.parse_args()

    listed = sorted(options.photos.rglob("*.jpg"))
    photos = listed[:: max(1, len(listed) // options.count)][: options.count]
    cv2.setNumThreads(os.cpu_count() or 1)
    systems = {"OpenCV YuNet + SFace": (opencv, Recognizer())}
    for precision in options.precision or ["f32", "auto"]:
        recognizer = Recognizer(precision=precision)
        used = "/".join(engine.precision for engine in engines_of(recognizer.embedder))
        systems[f"rostro {precision} (embedder in {used})"] = (rostro, recognizer)

    times: dict[str, list[float]] = {name: [] for name in systems}
    vectors = {name: run(photos, faces) for name, (run, faces) in systems.items()}  # warm up, and what they answer
    for _ in range(options.runs):
        for name, (run, faces) in systems.items():
            started = time.perf_counter()
            run(photos, faces)
            times[name].append((time.perf_counter() - started) / len(photos) * 1000)

    reference = next(iter(systems))
    base = statistics.median(times[reference])
    print(f"{len(photos)} photos, {os.cpu_count()} cores, {options.runs} runs each, in turns\n")
    print("| system | ms per photo (median) | min–max | × OpenCV | faces | cosine with OpenCV's (median, min) |")
    print("|---|---|---|---|---|---|")
    for name, values in times.items():
        both = vectors[name].keys() & vectors[reference].keys()
        cosines = [float(vectors[name][photo] @ vectors[reference][photo]) for photo in both]
        median = statistics.median(values)
        print(
            f"| {name} | {median:.1f} | {min(values):.1f}–{max(values):.1f} | {base / median:.2f} | "
            f"{len(vectors[name])} | {statistics.median(cosines):.4f}, {min(cosines):.4f} |"
        )


if __name__ == "__main__":
    main()
