"""The zoo: every detector and every embedder on Labeled Faces in the Wild, on raw 250 × 250 photos.

    python benchmarks/zoo.py [--detectors all] [--embedders all] [--photos 500] [--runs 5]

Detectors: of ``--photos`` photos, how many have exactly one face and it lies over the photo's centre (LFW's subject),
how many have several with one over the centre, and in how many the subject was missed; milliseconds per photo, alone
and in batches of 16. Embedders: 10-fold accuracy on all 6,000 pairs, with the detector that suits them (embeddings are
kept, so a second run computes nothing twice); milliseconds per face, alone and in batches of 16; size of the files.

Writes the tables to ``docs/zoo.md`` and ``docs/es/zoo.md``, and the figures to
``src/rostro/recognition/measured.json``, which ``rostro models list`` shows. Models that are not installed are left out
and named.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np

from rostro import Recognizer
from rostro.core.errors import RostroError
from rostro.core.parts import Room
from rostro.core.types import Face, Image
from rostro.detection.base import DETECTORS
from rostro.embedding.base import EMBEDDERS
from rostro.evaluation.options import Options
from rostro.evaluation.run import open_protocol, run_protocol
from rostro.photos.reading import read_photo
from rostro.runtime.base import engines_of

ROOT = Path(__file__).resolve().parents[1]
DATA = Path(os.environ.get("ROSTRO_DATA", ROOT / ".." / "shared" / "data"))
BATCH = 16


def milliseconds(run: Callable[[], object], per: int, runs: int) -> float:
    """Median time of a call, per item, after one call to warm up."""
    run()
    times = []
    for _ in range(runs):
        started = time.perf_counter()
        run()
        times.append((time.perf_counter() - started) / per * 1000)
    return statistics.median(times)


def over_centre(face: Face, image: Image) -> bool:
    x1, y1, x2, y2 = face.box
    height, width = image.shape[:2]
    return bool(x1 < width / 2 < x2 and y1 < height / 2 < y2)


def detector_row(name: str, images: Sequence[Image], runs: int) -> dict[str, Any]:
    detector = Recognizer(detector=name).detector
    found = [
        faces for start in range(0, len(images), BATCH) for faces in detector.detect(images[start : start + BATCH])
    ]
    right = [any(over_centre(face, image) for face in faces) for faces, image in zip(found, images, strict=True)]
    return {
        "task": "detector",
        "exactly_one_right": sum(ok and len(faces) == 1 for ok, faces in zip(right, found, strict=True)) / len(images),
        "right_among_several": sum(ok and len(faces) > 1 for ok, faces in zip(right, found, strict=True)) / len(images),
        "missed": 1 - sum(right) / len(images),
        "ms_1": milliseconds(lambda: [detector.detect([image]) for image in images[:BATCH]], BATCH, runs),
        "ms_16": milliseconds(lambda: detector.detect(images[:BATCH]), BATCH, runs),
        "mb": sum(entry.size or 0 for entry in detector.files) / 1e6,
        "licence": ", ".join(dict.fromkeys(entry.licence for entry in detector.files)),
    }


def embedder_row(name: str, runs: int, options: Options) -> dict[str, Any]:
    recognizer = Recognizer(embedder=name)
    with TemporaryDirectory() as folder:
        result = run_protocol("lfw", open_protocol("lfw", DATA / "lfw", options), recognizer, options, Path(folder))
    accuracy = result.measurement.metric("accuracy")
    size = recognizer.alignment_spec.size
    crops = np.random.default_rng(0).integers(0, 256, (BATCH, size, size, 3), np.uint8)
    embedder = recognizer.embedder
    return {
        "task": "embedder",
        "lfw_accuracy": accuracy.value,
        "lfw_interval": None if accuracy.interval is None else [accuracy.interval.low, accuracy.interval.high],
        "failed": len(result.table.failures),
        "detector": recognizer.detector_name,
        "runs_in": "/".join(engine.precision for engine in engines_of(embedder)) or "f32",
        "dims": embedder.dims,
        "ms_1": milliseconds(lambda: [embedder.embed(crops[i : i + 1]) for i in range(BATCH)], BATCH, runs),
        "ms_16": milliseconds(lambda: embedder.embed(crops), BATCH, runs),
        "mb": sum(entry.size or 0 for entry in embedder.files) / 1e6,
        "licence": ", ".join(dict.fromkeys(entry.licence for entry in embedder.files)),
    }


def chosen(asked: str, room: Room[Any]) -> list[str]:
    return list(room) if asked == "all" else [name for name in asked.split(",") if name]


def measure(names: Sequence[str], row: Callable[[str], dict[str, Any]], left_out: list[str]) -> dict[str, Any]:
    rows = {}
    for name in names:
        print(f"{name} …", file=sys.stderr, flush=True)
        try:
            rows[name] = row(name)
        except RostroError as error:
            print(f"left out: {error}", file=sys.stderr)
            left_out.append(name)
    return rows


#: What the page says, in English and Spanish.
WORDS: dict[str, dict[str, Any]] = {
    "en": {
        "title": "# The zoo, measured",
        "how": """Made by `python benchmarks/zoo.py` on the photos of Labeled Faces in the Wild, raw, 250 × 250.
Times are medians on {cores} cores of one machine ({precision}): compare them with each other, not with others.""",
        "detectors": "## Detectors, {photos} photos",
        "found": ["detector", "one face, the right one", "several, one right", "missed"],
        "several": "Several faces are often right: many photos of LFW show bystanders.",
        "embedders": "## Embedders, 10-fold accuracy on 6,000 pairs",
        "accuracy": ["embedder", "accuracy (95 %)", "no face", "detector", "dims"],
        "costs": ["ms alone", "ms in 16", "MB", "licence"],
        "left_out": "Left out, because their files are not here:",
        "haar": "comes with OpenCV (Apache-2.0)",
    },
    "es": {
        "title": "# El zoo, medido",
        "how": """Lo produce `python benchmarks/zoo.py` con las fotos de Labeled Faces in the Wild sin recortar.
Los tiempos son medianas en {cores} núcleos de una máquina ({precision}): compárelos entre sí, no con otros.""",
        "detectors": "## Detectores, {photos} fotos",
        "found": ["detector", "un rostro, el correcto", "varios, uno correcto", "no hallado"],
        "several": "Hallar varios rostros suele ser correcto: en muchas fotos de LFW hay más gente.",
        "embedders": "## Extractores, exactitud en 10 particiones de 6 000 pares",
        "accuracy": ["extractor", "exactitud (95 %)", "sin rostro", "detector", "dimensiones"],
        "costs": ["ms de una en una", "ms de 16 en 16", "MB", "licencia"],
        "left_out": "Faltan, porque aquí no están sus archivos:",
        "haar": "viene con OpenCV (Apache-2.0)",
    },
}


def page(detectors: dict[str, Any], embedders: dict[str, Any], left_out: list[str], photos: int, language: str) -> str:
    words = WORDS[language]

    def decimal(text: str) -> str:
        return text.replace(".", ",").replace("%", " %") if language == "es" else text

    def cells(*values: str) -> str:
        return f"| {' | '.join(values)} |"

    def table(columns: Sequence[str]) -> list[str]:
        return ["", cells(*columns), "|---" * len(columns) + "|"]

    def costs(row: dict[str, Any]) -> list[str]:
        return [*(decimal(f"{row[key]:.1f}") for key in ("ms_1", "ms_16", "mb")), row["licence"] or words["haar"]]

    precision = ", ".join(sorted({row["runs_in"] for row in embedders.values()}))
    lines = [words["title"], "", words["how"].format(cores=os.cpu_count(), precision=precision), ""]
    lines += [words["detectors"].format(photos=photos), *table([*words["found"], *words["costs"]])]
    for name, row in sorted(detectors.items(), key=lambda item: item[1]["missed"]):
        shares = (decimal(f"{row[key]:.1%}") for key in ("exactly_one_right", "right_among_several", "missed"))
        lines.append(cells(f"`{name}`", *shares, *costs(row)))
    lines += ["", words["several"], "", words["embedders"], *table([*words["accuracy"], *words["costs"]])]
    for name, row in sorted(embedders.items(), key=lambda item: -item[1]["lfw_accuracy"]):
        accuracy, low, high = (decimal(f"{part:.2%}") for part in (row["lfw_accuracy"], *row["lfw_interval"]))
        what = (f"{accuracy} [{low}; {high}]", str(row["failed"]), f"`{row['detector']}`", str(row["dims"]))
        lines.append(cells(f"`{name}`", *what, *costs(row)))
    if left_out:
        lines += ["", words["left_out"], "", *(f"- `{name}`" for name in left_out)]
    return "\n".join(lines) + "\n"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--detectors", default="all")
    parser.add_argument("--embedders", default="all")
    parser.add_argument("--photos", type=int, default=500)
    parser.add_argument("--runs", type=int, default=5)
    options = parser.parse_args()

    listed = sorted((DATA / "lfw" / "images").glob("*/*.jpg"))
    sample = listed[:: max(1, len(listed) // options.photos)][: options.photos]
    images = [read_photo(path).image for path in sample]
    left_out: list[str] = []
    detectors = measure(
        chosen(options.detectors, DETECTORS), lambda name: detector_row(name, images, options.runs), left_out
    )
    embedders = measure(
        chosen(options.embedders, EMBEDDERS), lambda name: embedder_row(name, options.runs, Options()), left_out
    )
    for language, path in (("en", "docs/zoo.md"), ("es", "docs/es/zoo.md")):
        text = page(detectors, embedders, left_out, len(images), language)
        (ROOT / path).write_text(text, encoding="utf-8")
    measured = {
        name: {k: round(v, 5) if isinstance(v, float) else v for k, v in row.items()}
        for name, row in (detectors | embedders).items()
    }
    (ROOT / "src" / "rostro" / "weights" / "measured.json").write_text(json.dumps(measured, indent=1) + "\n")
    print(page(detectors, embedders, left_out, len(images), "en"))


if __name__ == "__main__":
    main()
