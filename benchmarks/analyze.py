"""Age, gender and liveness of the faces of photos: rostro against deepface's ``analyze``, same files, same run.

    python benchmarks/analyze.py --peer VENV/bin/python [--count 300] [--runs 3]

deepface runs in its own virtual environment (``pip install deepface onnxruntime flask``), with YuNet as its detector,
as rostro has. Its networks for age and gender are VGG-Face with another last layer; their files (540 MB each) come from
hosts that not every machine reaches. What they cost does not hang on their numbers: where they are not in
``--weights``, networks of the same shapes with random numbers take their place, and this says so. Its two MiniFASNets
get the published numbers, from rostro's store.

The systems take turns. Seconds by the clock, and of the processor, which others' work on the same machine hardly sways.
``--what`` prints besides what each thing costs rostro alone.
"""

from __future__ import annotations

import argparse
import os
import statistics
import subprocess
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import onnx

from rostro import Recognizer
from rostro.liveness.base import LIVENESS
from rostro.nets.minifasnet import minifasnet_v1se, minifasnet_v2
from rostro.nets.network import Network
from rostro.nets.onnx_file import write_onnx
from rostro.nets.torch_file import read_torch
from rostro.nets.vgg16 import vgg16
from rostro.recognition.analysis import PhotoAnalysis

DATA = Path(os.environ.get("ROSTRO_DATA", Path(__file__).resolve().parents[1] / ".." / "shared" / "data"))
ASKED = ("age", "gender", "liveness")
#: Files of deepface, how many classes the network of each has, and by which network of rostro's they are made.
GUESSED = {"age_model_weights.onnx": 101, "gender_model_weights.onnx": 2}
SPOOFING = {
    "2.7_80x80_MiniFASNetV2.onnx": ("minifasnet_v2", minifasnet_v2),
    "4_0_0_80x80_MiniFASNetV1SE.onnx": ("minifasnet_v1se", minifasnet_v1se),
}
YUNET = "face_detection_yunet_2023mar.onnx"

#: Runs over all photos; gives seconds by the clock and of the processor, faces, and photos without an answer.
Run = Callable[[], tuple[float, float, int, int]]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--photos", type=Path, default=DATA / "lfw" / "images")
    parser.add_argument("--count", type=int, default=300)
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--peer", type=Path, help="the Python of an environment with deepface")
    parser.add_argument("--weights", type=Path, help="folder with deepface's own files, where they can be had")
    parser.add_argument("--what", action="store_true", help="also what each thing costs rostro alone")
    options = parser.parse_args()
    listed = sorted(options.photos.rglob("*.jpg"))
    photos = listed[:: max(1, len(listed) // options.count)][: options.count]
    systems: dict[str, Run] = {}
    with tempfile.TemporaryDirectory() as temporary, Recognizer(quality=None) as recognizer:
        folder = Path(temporary)
        systems["rostro"] = ours(recognizer, photos, ASKED)
        if options.peer is not None:
            prepare(folder, recognizer, options.weights)
            (folder / "photos").write_text("\n".join(map(str, photos)), encoding="utf-8")
            systems["deepface"] = theirs(options.peer, folder)
        measured: dict[str, list[tuple[float, float, int, int]]] = {name: [] for name in systems}
        for _ in range(options.runs):
            for name, run in systems.items():
                measured[name].append(run())
        report(len(photos), measured)
        if options.what:
            for what in (("age",), ("gender",), ("age", "gender"), ("mask",), ("pose",), ("eyes",), ("liveness",)):
                _, seconds, _, _ = ours(recognizer, photos, what)()
                print(f"rostro, {' and '.join(what)}: {1e3 * seconds / len(photos):.1f} ms of the processor a photo")


def ours(recognizer: Recognizer, photos: list[Path], what: tuple[str, ...]) -> Run:
    def run() -> tuple[float, float, int, int]:
        clock, processor = time.perf_counter(), time.process_time()
        answers = [answer for answer in recognizer.analyses(photos, what=what) if isinstance(answer, PhotoAnalysis)]
        times = time.perf_counter() - clock, time.process_time() - processor
        return *times, sum(len(answer.faces) for answer in answers), len(photos) - len(answers)

    list(recognizer.analyses(photos[:10], what=what))
    return run


def theirs(python: Path, folder: Path) -> Run:
    script = Path(__file__).with_name("analyze_peers.py")
    process = subprocess.Popen(
        [python, script, folder, folder / "photos"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    assert process.stdin is not None
    assert process.stdout is not None
    if process.stdout.readline() != "ready\n":
        raise SystemExit(f"{python} {script.name} did not start")
    asked, said = process.stdin, process.stdout

    def run() -> tuple[float, float, int, int]:
        print("again", file=asked, flush=True)
        clock, processor, faces, refused = said.readline().split()
        return float(clock), float(processor), int(faces), int(refused)

    return run


def prepare(home: Path, recognizer: Recognizer, own: Path | None) -> None:
    """Deepface's files: YuNet's and MiniFASNet's as they are, the others where they are given, else by their shapes."""
    weights = home / ".deepface" / "weights"
    weights.mkdir(parents=True)
    (weights / YUNET).symlink_to(recognizer.settings.home / "models" / YUNET)
    for name, (scorer, network) in SPOOFING.items():
        file = recognizer.store.path(LIVENESS.get(scorer).files[0])
        channels_last(network(), read_torch(file, network(), "module."), weights / name)
    for name, classes in GUESSED.items():
        if own is not None and (own / name).is_file():
            (weights / name).symlink_to((own / name).resolve())
            continue
        print(f"{name}: VGG-Face with {classes} classes and random numbers")
        network_of = vgg16(classes)
        network_of.outputs = {"probabilities": network_of.outputs["probabilities"]}
        random = np.random.default_rng(0)
        numbers: dict[str, Any] = {
            layer.name: tuple(random.normal(0, 0.02, shape).astype(np.float32) for shape in layer.shapes)
            for layer in network_of.weighted
        }
        channels_last(network_of, numbers, weights / name)


def channels_last(network: Network, numbers: dict[str, Any], target: Path) -> None:
    """As deepface's graphs are: (N, height, width, 3)."""
    write_onnx(network, numbers, target)
    model = onnx.load(target)
    (given,) = model.graph.input
    for node in model.graph.node:
        node.input[:] = ["channels_first" if name == given.name else name for name in node.input]
    model.graph.node.insert(0, onnx.helper.make_node("Transpose", [given.name], ["channels_first"], perm=[0, 3, 1, 2]))
    given.CopyFrom(onnx.helper.make_tensor_value_info(given.name, 1, ["N", network.size, network.size, 3]))
    onnx.save(model, target)


def report(photos: int, measured: dict[str, list[tuple[float, float, int, int]]]) -> None:
    print(f"{photos} photos, {os.cpu_count()} cores, medians of {len(measured['rostro'])} runs, in turns\n")
    print("| system | ms per photo | of the processor | faces | refused |")
    print("|---|---:|---:|---:|---:|")
    medians = {}
    for name, runs in measured.items():
        clock, processor = (statistics.median(run[column] for run in runs) / photos * 1e3 for column in (0, 1))
        medians[name] = clock, processor
        print(f"| {name} | {clock:.1f} | {processor:.1f} | {runs[0][2]} | {runs[0][3]} |")
    if len(medians) > 1:
        (clock, processor), (their_clock, their_processor) = medians["rostro"], medians["deepface"]
        ratios = f"{their_clock / clock:.1f} times as fast, {their_processor / processor:.1f} by the processor"
        print(f"\nrostro is {ratios}")


if __name__ == "__main__":
    main()
