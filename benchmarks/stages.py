"""Where the time goes from photo to embedding, stage by stage, and the picture of it.

    python benchmarks/stages.py [--count 160] [--scenes 8] [--picture docs/images/stages.svg]

Each stage runs over the same photos for itself, in portions as in the pipeline, and is asked for the processor time
of all its threads: that adds up to the whole, which wall-clock times of threads that overlap do not. Once for photos of
LFW (250 × 250, one face or two), once for scenes of 12 megapixels with 24 faces.

Below it the whole pipeline, judging included, stands beside its limit: the same networks alone, given what they were
given, in full requests of the form that they run in, and the same files decoded by libjpeg-turbo into memory that is
there, nothing else.
"""

from __future__ import annotations

import argparse
import statistics
import tempfile
import time
from collections import defaultdict
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from throughput import DATA, scenes

from rostro import Recognizer
from rostro.photos.reading import read_photo
from rostro.recognition.chunks import CHUNK
from rostro.reports.charts import COLOURS, drawing, standing_alone
from rostro.runtime.base import Engine, engines_of

#: Photos that the pipeline takes through a stage together: many small ones, one large one.
SMALL, LARGE = CHUNK, 1
STAGES = ("decode", "detect", "align", "embed")


def measure(recognizer: Recognizer, photos: list[Path], block: int) -> dict[str, float]:
    """Milliseconds of processor time per photo."""
    taken = dict.fromkeys(STAGES, 0.0)
    for warm in (True, True, True, False):  # shapes that come often have forms of their own by then
        for start in range(0, len(photos), block):
            marks = [time.process_time()]
            images = [read_photo(photo).image for photo in photos[start : start + block]]
            marks.append(time.process_time())
            found = recognizer.detector.detect(images)
            marks.append(time.process_time())
            crops = np.concatenate([recognizer.alignment.align(i, f) for i, f in zip(images, found, strict=True)])
            marks.append(time.process_time())
            recognizer.embedder.embed(crops)
            marks.append(time.process_time())
            if not warm:
                for stage, seconds in zip(STAGES, np.diff(marks), strict=True):
                    taken[stage] += seconds / len(photos) * 1e3
    return taken


def given(recognizer: Recognizer, photos: list[Path]) -> list[tuple[Engine, np.ndarray[Any, Any]]]:
    """What each network is given for the photos, all samples of a shape in one batch."""
    scorer = None if recognizer.judge is None else recognizer.judge.scorer
    parts = [part for part in (recognizer.detector, recognizer.embedder, scorer) if part is not None]
    engines = {id(engine): engine for part in parts for engine in engines_of(part)}
    seen: dict[tuple[int, tuple[int, ...]], list[np.ndarray[Any, Any]]] = defaultdict(list)

    def listening(engine: Engine) -> Any:
        run = engine.run

        def listen(batch: np.ndarray[Any, Any]) -> tuple[np.ndarray[Any, Any], ...]:
            seen[id(engine), batch.shape[1:]].append(batch.copy())
            return run(batch)

        return listen

    for engine in engines.values():
        engine.run = listening(engine)  # type: ignore[method-assign]
    list(recognizer.photos(photos))
    for engine in engines.values():
        del engine.run
    return [(engines[key], np.concatenate(batches)) for (key, _), batches in seen.items()]


def beside_limit(recognizer: Recognizer, photos: list[Path], rounds: int = 5) -> tuple[float, float, float]:
    """Milliseconds of processor time per photo of the pipeline and of its limit, and their ratio: medians, in turns."""
    inputs = given(recognizer, photos)
    room = {image.shape: image for photo in photos if (image := cv2.imread(str(photo))) is not None}
    shapes = [read_photo(photo).image.shape for photo in photos]

    def limit() -> None:
        for engine, batch in inputs:
            for start in range(0, len(batch), SMALL):
                engine.run(batch[start : start + SMALL])
        for photo, shape in zip(photos, shapes, strict=True):
            cv2.imread(str(photo), room[shape], cv2.IMREAD_COLOR_RGB)

    def pipeline() -> None:
        for _ in recognizer.photos(photos):
            pass

    taken: list[list[float]] = [[], []]
    for number in range(rounds + 1):  # the first warms up
        for times, run in zip(taken, (pipeline, limit), strict=True):
            started = time.process_time()
            run()
            if number:
                times.append((time.process_time() - started) / len(photos) * 1e3)
    whole, alone = map(statistics.median, taken)
    return whole, alone, statistics.median(one / other for one, other in zip(*taken, strict=True))


def picture(measured: dict[str, dict[str, float]]) -> str:
    """A bar for each kind of photo, its stages side by side as parts of the whole."""
    parts = []
    for row, (name, taken) in enumerate(measured.items()):
        whole, x, y = sum(taken.values()), 10.0, 80 * row + 10
        parts.append(f'<text x="10" y="{y + 14}">{name}: {whole:.1f} ms</text>')
        for (stage, value), colour in zip(taken.items(), COLOURS, strict=False):
            width = 620 * value / whole
            parts.append(f'<rect x="{x:.1f}" y="{y + 22}" width="{width:.1f}" height="30" fill="{colour}"/>')
            if width > 70:
                text = f"{stage} {value:.1f}"
                parts.append(
                    f'<text x="{x + width / 2:.1f}" y="{y + 42}" text-anchor="middle" fill="#fff">{text}</text>'
                )
            x += width
    for index, stage in enumerate(STAGES):
        x, y = 10 + 110 * index, 80 * len(measured) + 12
        parts.append(f'<rect x="{x}" y="{y}" width="12" height="12" fill="{COLOURS[index]}"/>')
        parts.append(f'<text x="{x + 18}" y="{y + 11}">{stage}</text>')
    return standing_alone(drawing(640, 80 * len(measured) + 40, "".join(parts)))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--photos", type=Path, default=DATA / "lfw" / "images")
    parser.add_argument("--count", type=int, default=160)
    parser.add_argument("--scenes", type=int, default=8)
    parser.add_argument("--picture", type=Path, help="an SVG file")
    options = parser.parse_args()
    listed = sorted(options.photos.rglob("*.jpg"))
    photos = listed[:: max(1, len(listed) // options.count)][: options.count]
    recognizer = Recognizer()
    with tempfile.TemporaryDirectory() as folder:
        kinds = {
            "a photo of 250 × 250": (photos, SMALL),
            "a photo of 4000 × 3000 with 24 faces": (scenes(listed[::40], options.scenes, Path(folder)), LARGE),
        }
        measured = {name: measure(recognizer, *chosen) for name, chosen in kinds.items()}
        limits = {name: beside_limit(recognizer, chosen) for name, (chosen, _) in kinds.items()}
    print("| processor time, ms | " + " | ".join(STAGES) + " | whole |\n|---|" + "---:|" * (len(STAGES) + 1))
    for name, taken in measured.items():
        print(f"| {name} | " + " | ".join(f"{value:.2f}" for value in (*taken.values(), sum(taken.values()))) + " |")
    print("\n| processor time, ms | pipeline | networks and libjpeg-turbo alone | ratio |\n|---|---:|---:|---:|")
    for name, (pipeline, alone, ratio) in limits.items():
        print(f"| {name} | {pipeline:.2f} | {alone:.2f} | {ratio:.2f} |")
    if options.picture:
        options.picture.write_text(picture(measured), encoding="utf-8")


if __name__ == "__main__":
    main()
