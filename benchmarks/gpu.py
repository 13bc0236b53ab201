"""What a GPU brings: photos per second, networks alone, and search among millions, beside the processor's in one run.

    python benchmarks/gpu.py [--photos FOLDER] [--count 2000] [--search 1000000 10000000]

Needs the extra ``cuda`` (``onnxruntime-gpu``); the search needs a torch that sees the GPU. Rows that cannot be had are
named. Agreement is that of the GPU's embeddings with the processor's in float32, face by face.
"""

from __future__ import annotations

import argparse
import os
import statistics
import time
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from rostro import Recognizer
from rostro.core.errors import RostroError
from rostro.recognition.pipeline import PhotoFaces

DATA = Path(os.environ.get("ROSTRO_DATA", Path(__file__).resolve().parents[1] / ".." / "shared" / "data"))
SYSTEMS = ("yunet+sface", "scrfd+mobilefacenet")
RUNS = (("onnxruntime:cuda", "f32"), ("onnxruntime:cuda", "auto"), ("openvino", "f32"), ("openvino", "auto"))
BATCHES = (1, 8, 64)
SIDE = 320  # of the pictures that the detector alone is given


def whole(system: str, engine: str, precision: str, photos: list[Path], rounds: int) -> tuple[float, list[Any]]:
    """Photos per second from file to embeddings, the median of the rounds; and the answers."""
    detector, _, embedder = system.partition("+")
    recognizer = Recognizer(
        detector=detector, embedder=embedder, engine=engine, precision=precision, quality="none", gallery=":memory:"
    )
    list(recognizer.photos(photos[:64]))
    speeds, answers = [], []
    for _ in range(rounds):
        started = time.perf_counter()
        answers = list(recognizer.photos(photos))
        speeds.append(len(photos) / (time.perf_counter() - started))
    return statistics.median(speeds), answers


def agreement(answers: list[Any], reference: list[Any]) -> str:
    """How many photos show the same number of faces, and how alike the faces' embeddings are."""
    same = [len(one.faces) == len(two.faces) for one, two in zip(answers, reference, strict=True)]
    pairs = [
        (one.embeddings[_from_the_left(one)], two.embeddings[_from_the_left(two)])
        for one, two, alike in zip(answers, reference, same, strict=True)
        if alike and isinstance(one, PhotoFaces) and isinstance(two, PhotoFaces)
    ]
    if not pairs:
        return "no faces to compare"
    mine, others = (np.concatenate(side) for side in zip(*pairs, strict=True))
    cosines = (mine * others).sum(1) / np.linalg.norm(mine, axis=1) / np.linalg.norm(others, axis=1)
    low, middle = np.quantile(cosines, [0.01, 0.5])
    return f"same number of faces in {np.mean(same):.2%}, cosine {middle:.5f}, lowest hundredth {low:.5f}"


def _from_the_left(answer: PhotoFaces) -> list[int]:
    """Scores that are all but equal may come in another order."""
    return sorted(range(len(answer)), key=lambda number: answer.faces[number].box[0])


def alone(system: str, engine: str, precision: str) -> None:
    """Samples per second of the two networks by themselves, for batches of some sizes."""
    detector, _, embedder = system.partition("+")
    recognizer = Recognizer(detector=detector, embedder=embedder, engine=engine, precision=precision)
    random = np.random.default_rng(0)
    for batch in BATCHES:
        pictures = [random.integers(0, 256, (SIDE, SIDE, 3), np.uint8) for _ in range(batch)]
        crops = random.integers(0, 256, (batch, 112, 112, 3), np.uint8)
        found = []
        for run in (partial(recognizer.detector.detect, pictures), partial(recognizer.embedder.embed, crops)):
            for _ in range(3):
                run()
            started, rounds = time.perf_counter(), 0
            while time.perf_counter() - started < 0.7:
                run()
                rounds += 1
            found.append(batch * rounds / (time.perf_counter() - started))
        print(f"  batch {batch:3}: {found[0]:9,.0f} pictures/s of {SIDE} px, {found[1]:9,.0f} crops/s", flush=True)


def search(count: int, dims: int, questions: int = 1024) -> None:
    """The nearest of ``count`` drawn vectors by one matrix product in float16; for one face and for many at once."""
    import torch

    if not torch.cuda.is_available():
        print(f"search among {count:,}: torch sees no GPU")
        return
    torch.manual_seed(0)
    rows = torch.nn.functional.normalize(torch.randn(count, dims, device="cuda", dtype=torch.float16), dim=1)
    planted = torch.randint(count, (questions,), device="cuda")
    asked = torch.nn.functional.normalize(
        rows[planted].float() + 0.5 / dims**0.5 * torch.randn(questions, dims, device="cuda")
    )
    asked = asked.half()
    for block in (1, 64):
        found, took = [], []
        for start in range(0, questions if block > 1 else 128, block):
            torch.cuda.synchronize()
            started = time.perf_counter()
            best = (asked[start : start + block] @ rows.T).topk(10, dim=1).indices
            torch.cuda.synchronize()
            took.append(time.perf_counter() - started)
            found.append(best[:, 0])
        names = torch.cat(found)
        right = float((names == planted[: len(names)]).float().mean())
        print(
            f"search among {count:,} of {dims}, {block} at once: p50 {statistics.median(took) * 1e3:.2f} ms, "
            f"{block / statistics.median(took):,.0f} faces/s, {right:.2%} found, "
            f"{torch.cuda.max_memory_allocated() / 2**30:.1f} GiB", flush=True,
        )  # fmt: skip
    del rows
    torch.cuda.empty_cache()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--photos", type=Path, default=DATA / "lfw" / "images")
    parser.add_argument("--count", type=int, default=2000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--search", type=int, nargs="*", default=[1_000_000, 10_000_000])
    parser.add_argument("--run", action="append", help="ENGINE=PRECISION; default: all of them")
    parser.add_argument("--system", action="append", help=f"default: {', '.join(SYSTEMS)}")
    parser.add_argument("--dims", type=int, default=128)
    options = parser.parse_args()

    listed = sorted(options.photos.rglob("*.jpg"))
    photos = (listed * (options.count // max(1, len(listed)) + 1))[: options.count]
    for count in options.search:
        try:
            search(count, options.dims)
        except ImportError:
            print("search: torch is not installed")
    print(f"{len(photos)} photos, {os.cpu_count()} cores", flush=True)
    runs = [tuple(run.split("=")) for run in options.run or []] or list(RUNS)
    for system in options.system or SYSTEMS:
        reference: list[Any] = []
        for engine, precision in runs:
            try:
                speed, answers = whole(system, engine, precision, photos, options.rounds)
            except RostroError as error:
                print(f"{system} on {engine} {precision}: {error}", flush=True)
                continue
            reference = reference or answers
            print(
                f"{system} on {engine} {precision}: {speed:,.0f} photos/s; {agreement(answers, reference)}", flush=True
            )
            alone(system, engine, precision)


if __name__ == "__main__":
    main()
