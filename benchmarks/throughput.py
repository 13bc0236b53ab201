"""Photos per second, decode → embeddings of all faces: rostro against others, same files, same run.

    python benchmarks/throughput.py [--count 300] [--scenes 0] [--peer insightface-320=VENV/bin/python …]

Peers run in their own virtual environments (`throughput_peers` names them, and what each needs is the package of that
name); OpenCV alone, by its own documentation, runs in this one. All of them take turns, so that a machine whose speed
drifts is fair to all; medians and ratios are printed. Every system uses all cores as far as it knows how to.
``--scenes N`` makes N photos of 12 megapixels, each with 24 LFW photos pasted into a blurred one, instead.
"""

from __future__ import annotations

import argparse
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import cv2
import numpy as np

from rostro import Recognizer
from rostro.core.settings import Settings
from rostro.recognition.pipeline import PhotoFaces
from rostro.runtime.base import engines_of

DATA = Path(os.environ.get("ROSTRO_DATA", Path(__file__).resolve().parents[1] / ".." / "shared" / "data"))
#: The second and the third have the networks of insightface and uniface, or their embedder.
OURS = ("yunet+sface", "yunet+mobilefacenet", "scrfd+mobilefacenet")
PEERS = Path(__file__).with_name("throughput_peers.py")

#: Runs over all photos; gives seconds and faces.
Run = Callable[[], tuple[float, int]]


def peer(system: str, python: str, models: Path, listed: Path) -> Run:
    process = subprocess.Popen(
        [python, str(PEERS), system, str(models), str(listed)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    assert process.stdin is not None
    assert process.stdout is not None
    if process.stdout.readline() != "ready\n":
        raise SystemExit(f"{system}: {python} {PEERS.name} did not start")
    asked, said = process.stdin, process.stdout

    def run() -> tuple[float, int]:
        print("again", file=asked, flush=True)
        seconds, faces = said.readline().split()
        return float(seconds), int(faces)

    return run


def rostro(recognizer: Recognizer, photos: list[Path]) -> Run:
    def run() -> tuple[float, int]:
        started = time.perf_counter()
        found = sum(len(answer.faces) for answer in recognizer.photos(photos) if isinstance(answer, PhotoFaces))
        return time.perf_counter() - started, found

    list(recognizer.photos(photos[:10]))
    return run


def scenes(photos: list[Path], count: int, folder: Path) -> list[Path]:
    """Photos of 4000 × 3000 with 24 faces each."""
    made = []
    for number in range(count):
        chosen = [cv2.imread(str(photos[(number * 24 + n) % len(photos)])) for n in range(24)]
        scene = cv2.GaussianBlur(cv2.resize(chosen[0], (4000, 3000)), (0, 0), 40)
        random = np.random.default_rng(number)
        for n, photo in enumerate(chosen):
            side = int(random.integers(200, 600))
            x, y = n % 6 * 660 + int(random.integers(0, 640 - side + 1)), n // 6 * 740 + int(random.integers(0, 100))
            scene[y : y + side, x : x + side] = cv2.resize(photo, (side, side))
        made.append(folder / f"{number}.jpg")
        cv2.imwrite(str(made[-1]), scene, [cv2.IMWRITE_JPEG_QUALITY, 90])
    return made


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--photos", type=Path, default=DATA / "lfw" / "images")
    parser.add_argument("--count", type=int, default=300)
    parser.add_argument("--scenes", type=int, default=0)
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--system", action="append", help=f"DETECTOR[@SIDE]+EMBEDDER; default: {', '.join(OURS)}")
    parser.add_argument("--precision", action="append", help="default: auto")
    parser.add_argument("--peer", action="append", default=[], help="SYSTEM=PYTHON")
    options = parser.parse_args()

    listed = sorted(options.photos.rglob("*.jpg"))
    photos = listed[:: max(1, len(listed) // options.count)][: options.count]
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        if options.scenes:
            photos = scenes(photos, options.scenes, folder)
        (folder / "photos").write_text("\n".join(map(str, photos)), encoding="utf-8")
        models = folder / "models"
        models.mkdir()
        for file in (Settings.from_environment().home / "models").glob("*.onnx"):
            (models / file.name).symlink_to(file)
        systems: dict[str, Run] = {}
        for name, _, python in (one.partition("=") for one in [f"opencv={sys.executable}", *options.peer]):
            systems[name] = peer(name, python, models, folder / "photos")
        for system in options.system or OURS:
            detector, _, embedder = system.partition("+")
            detector, _, side = detector.partition("@")
            for precision in options.precision or ["auto"]:
                recognizer = Recognizer(
                    detector=detector, max_side=int(side) if side else None, embedder=embedder, precision=precision
                )
                used = "/".join(engine.precision for engine in engines_of(recognizer.embedder))
                name = f"rostro {detector}{side and f' at {side}'} + {embedder}, {used}"
                systems[name] = rostro(recognizer, photos)
        measured: dict[str, list[tuple[float, int]]] = {name: [] for name in systems}
        for _ in range(options.runs):
            for name, run in systems.items():
                measured[name].append(run())
    report(len(photos), measured)


def report(photos: int, measured: dict[str, list[tuple[float, int]]]) -> None:
    print(f"{photos} photos, {os.cpu_count()} cores, medians of {len(next(iter(measured.values())))} runs, in turns\n")
    print("| system | ms per photo | min–max | × OpenCV | faces |")
    print("|---|---:|---:|---:|---:|")
    base = statistics.median(seconds for seconds, _ in measured["opencv"])
    for name, runs in measured.items():
        times = [seconds / photos * 1e3 for seconds, _ in runs]
        ratio = base / statistics.median(seconds for seconds, _ in runs)
        spread = f"{min(times):.1f}–{max(times):.1f}"
        print(f"| {name} | {statistics.median(times):.1f} | {spread} | {ratio:.2f} | {runs[0][1]} |")


if __name__ == "__main__":
    main()
