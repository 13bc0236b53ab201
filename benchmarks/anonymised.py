"""What is left of faces that were anonymised: found by other detectors, recognised by another embedder, not covered.

    python benchmarks/anonymised.py [--people 400] [--margin 0 0.1 0.25 0.4] [--style solid pixelated blurred]

*LFW*: two photos each of so many people. *Found again*: SCRFD or MTCNN, at its usual threshold, sees a face where the
face in the middle was. *Recognised*: the embedder crops where the face was before (whoever attacks may know) and finds
the similarity to another, open photo of the person at or above its measured threshold. *Guessed*: the attacker covers
the other photos, too, and takes the most alike of all people; 1 of so many would be chance. What lies around the face
(hair, clothes, the same background) helps that, too, so that it never falls to chance.

*Crowds*: six photos of WIDER FACE: boxes of which nine tenths are covered, by their width in pixels, and found again.

*Film*: photos of LFW moving about for a second each; in bursts of frames they are blurred, as by motion. Frames in
which the other detectors see a face, before and after; and the time that a frame takes.

*Doubt*: pairs of LFW whose faces can be judged: how often two photos of a person are less alike than what counts as
clearly somebody else (``--only``), and how often two of strangers are not.
"""

from __future__ import annotations

import argparse
import json
import os
import tempfile
import time
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import av
import cv2
import numpy as np

from rostro import Recognizer
from rostro.anonymisation.anonymiser import Anonymiser
from rostro.anonymisation.covering import Shapes, Style, covered, shapes, widened
from rostro.anonymisation.finding import Finder
from rostro.anonymisation.whom import CLEARLY
from rostro.evaluation.data.lfw import read_lfw
from rostro.photos.reading import read_photo
from rostro.recognition.pipeline import PhotoFaces
from rostro.video.writer import VideoWriter

if TYPE_CHECKING:
    from collections.abc import Iterator

    from rostro.core.types import Face, Floats, Image

DATA = Path(os.environ.get("ROSTRO_DATA", "../shared/data"))
WIDTHS = ((0, 8), (8, 16), (16, 10_000))
BATCH, RATE = 32, 25


def main() -> None:
    """Prints a line for each style and margin."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--people", type=int, default=400)
    parser.add_argument("--style", nargs="+", default=["solid", "pixelated", "blurred"])
    parser.add_argument("--margin", nargs="+", type=float, default=[0.0, 0.1, 0.25, 0.4])
    parser.add_argument("--scenes", type=int, default=30, help="of the film")
    parser.add_argument("--embedder", default="edgeface")
    parser.add_argument("--doubt", action="store_true", help="also how often --only errs; takes minutes")
    options = parser.parse_args()
    ours = Finder(Recognizer())
    attacker = Recognizer(detector="scrfd", embedder=options.embedder, quality=None, turn=False)
    others = {"SCRFD": attacker, "MTCNN": Recognizer(detector="mtcnn", quality=None, turn=False)}
    if options.people:
        _lfw(ours, attacker, others, options)
    _crowds(ours, options)
    if options.scenes:
        _film(others, options)
    if options.doubt:
        _doubt()


def _lfw(ours: Finder, attacker: Recognizer, others: dict[str, Recognizer], options: argparse.Namespace) -> None:
    folders = [sorted(folder.iterdir()) for folder in sorted((DATA / "lfw" / "images").iterdir())]
    pairs = [(photos[0], photos[1]) for photos in folders if len(photos) > 1]
    chosen = np.random.default_rng(0).permutation(len(pairs))[: options.people]
    images = [tuple(read_photo(photo).image for photo in pairs[i]) for i in chosen]
    seen = [tuple(_middle(attacker, image) for image in pair) for pair in images]
    whole = [i for i, pair in enumerate(seen) if all(face is not None for face in pair)]
    images = [images[i] for i in whole]
    places = [tuple(face for face in seen[i] if face is not None) for i in whole]
    found = [tuple([face.box for face in ours.in_photo(image)] for image in pair) for pair in images]
    bare = [sum(not _hides(boxes[k], places[i][k]) for k in (0, 1)) for i, boxes in enumerate(found)]
    print(f"LFW: {len(images)} people, two photos each; faces not covered at all: {sum(bare)} of {2 * len(images)}")
    threshold = attacker.operating_point.threshold
    opened = [_vectors(attacker, [pair[k] for pair in images], [pair[k] for pair in places]) for k in (0, 1)]
    own = (opened[0] * opened[1]).sum(axis=1)
    first = (opened[0] @ opened[1].T).argmax(axis=1) == np.arange(len(images))
    print(f"  open: recognised {(own >= threshold).mean():.3f} by {options.embedder}, guessed {first.mean():.3f}")
    for style in options.style:
        for margin in options.margin:
            hidden = [
                tuple(covered(pair[k], shapes([(box, True) for box in boxes[k]], (), margin), style) for k in (0, 1))
                for pair, boxes in zip(images, found, strict=True)
            ]
            again = {
                name: np.mean([_found_again(finds, a[0], p[0]) for a, p in zip(hidden, places, strict=True)])
                for name, finds in others.items()
            }
            shut = [_vectors(attacker, [pair[k] for pair in hidden], [pair[k] for pair in places]) for k in (0, 1)]
            known = ((shut[0] * opened[1]).sum(axis=1) >= threshold).mean()
            guess = ((shut[0] @ shut[1].T).argmax(axis=1) == np.arange(len(images))).mean()
            told = ", ".join(f"by {name} {share:.3f}" for name, share in again.items())
            print(
                f"  {style}, margin {margin}: found again {told}; recognised {known:.3f}; guessed {guess:.3f}",
                flush=True,
            )


def _middle(recognizer: Recognizer, image: Image) -> Face | None:
    """The face in the middle: that of the person after whom the photo is named."""
    height, width = image.shape[:2]
    faces = [
        face
        for face in recognizer.detect(image)
        if face.box[0] < width / 2 < face.box[2] and face.box[1] < height / 2 < face.box[3]
    ]
    return max(faces, key=lambda face: face.area, default=None)


def _hides(boxes: list[tuple[float, float, float, float]], face: Face) -> bool:
    x, y = face.centre
    return any(box[0] < x < box[2] and box[1] < y < box[3] for box in boxes)


def _share(face: Face, box: tuple[float, float, float, float]) -> float:
    """How much of the smaller one a face and a box have in common."""
    x1, y1, x2, y2 = face.box
    u1, v1, u2, v2 = box
    common = max(0.0, min(x2, u2) - max(x1, u1)) * max(0.0, min(y2, v2) - max(y1, v1))
    return common / max(1e-9, min(face.area, (u2 - u1) * (v2 - v1)))


def _found_again(recognizer: Recognizer, image: Image, place: Face) -> bool:
    return any(_share(face, place.box) > 0.5 for face in recognizer.detect(image))


def _vectors(recognizer: Recognizer, images: list[Image], places: list[Face]) -> Floats:
    parts = []
    for at in range(0, len(images), BATCH):
        crops = [
            recognizer.alignment.align(image, [face])
            for image, face in zip(images[at : at + BATCH], places[at : at + BATCH], strict=True)
        ]
        parts.append(recognizer.embedder.embed(np.concatenate(crops)))
    vectors: Floats = np.concatenate(parts)
    return vectors


def _crowds(ours: Finder, options: argparse.Namespace) -> None:
    folder = DATA / "crowds"
    truth = json.loads((folder / "faces.json").read_text(encoding="utf-8"))
    strong = {
        "SCRFD": Recognizer(detector="scrfd", max_side=2048, turn=False),
        "MTCNN": Recognizer(detector="mtcnn", max_side=2048, turn=False),
    }
    images = {name: read_photo(folder / name).image for name in truth}
    found = {name: [face.box for face in ours.in_photo(image)] for name, image in images.items()}
    total = sum(map(len, truth.values()))
    print(f"crowds: {len(images)} photos, {total} faces marked, {sum(map(len, found.values()))} boxes covered")
    usual = Recognizer()
    with_own = {name: [widened(face.box, 0.25) for face in usual.detect(image)] for name, image in images.items()}
    count = sum(map(len, with_own.values()))
    print(f"  the detector as it is, {count} boxes, margin 0.25: covered {_by_width(images, truth, with_own)}")
    more = {
        name: [widened(box, 0.25) for box in (*found[name], *(face.box for face in strong["MTCNN"].detect(image)))]
        for name, image in images.items()
    }
    print(f"  with MTCNN besides, margin 0.25: covered {_by_width(images, truth, more)}")
    before = _again(strong, images, truth)
    print("  open: found by " + ", ".join(f"{name} {told}" for name, told in before.items()))
    for margin in options.margin:
        wide = {name: [widened(box, margin) for box in boxes] for name, boxes in found.items()}
        print(f"  margin {margin}: covered {_by_width(images, truth, wide)}", flush=True)
        for style in options.style if margin == 0.25 else ():
            hidden = {name: covered(image, Shapes(wide[name]), _as_style(style)) for name, image in images.items()}
            after = _again(strong, hidden, truth)
            told = ", ".join(f"by {name} {told}" for name, told in after.items())
            print(f"  {style}, margin {margin}: found again {told}", flush=True)


def _as_style(style: str) -> Style:
    from rostro.anonymisation.covering import check_style

    return check_style(style)


def _by_width(
    images: dict[str, Image],
    truth: dict[str, list[dict[str, object]]],
    boxes: dict[str, list[tuple[float, float, float, float]]],
) -> str:
    """Faces of which nine tenths are covered, of so many, by width."""
    hit: dict[tuple[int, int], list[bool]] = {width: [] for width in WIDTHS}
    for name, image in images.items():
        mask = covered(np.full_like(image, 255), Shapes(boxes[name]), "solid")[..., 0] == 0
        for row in truth[name]:
            x1, y1, x2, y2 = (int(edge) for edge in row["box"])  # type: ignore[attr-defined]
            width = next(one for one in WIDTHS if one[0] <= x2 - x1 < one[1])
            hit[width].append(bool(mask[y1 : y2 + 1, x1 : x2 + 1].mean() >= 0.9))
    return ", ".join(
        f"{sum(told)} of {len(told)} of {low} to {high - 1} pixels" for (low, high), told in hit.items() if told
    )


def _again(
    finders: dict[str, Recognizer], images: dict[str, Image], truth: dict[str, list[dict[str, object]]]
) -> dict[str, str]:
    """How many of the marked faces each detector sees."""
    told = {}
    for finder, recognizer in finders.items():
        seen = 0
        for name, image in images.items():
            faces = recognizer.detect(image)
            seen += sum(any(_share(face, row["box"]) > 0.5 for face in faces) for row in truth[name])  # type: ignore[arg-type]
        told[finder] = f"{seen} of {sum(map(len, truth.values()))}"
    return told


def _film(others: dict[str, Recognizer], options: argparse.Namespace) -> None:
    photos = sorted((DATA / "lfw" / "images").glob("*/*_0001.jpg"))
    random = np.random.default_rng(1)
    chosen = [photos[i] for i in random.permutation(len(photos))[: options.scenes]]
    with tempfile.TemporaryDirectory(prefix="rostro-") as folder:
        source = Path(folder, "film.mp4")
        with VideoWriter(source, rate=RATE) as video:
            for scene, photo in enumerate(chosen):
                image = cv2.resize(read_photo(photo).image, (400, 400), interpolation=cv2.INTER_CUBIC)
                for step in range(RATE):
                    frame = _moved(image, step, blurred=7 <= step < 12 or 18 <= step < 21)
                    video.write((scene * RATE + step) / RATE, partial(np.copy, frame))
        before = list(_frames(source))
        print(f"film: {len(chosen)} scenes, {len(before)} frames of {before[0].shape[1]} × {before[0].shape[0]} pixels")
        places = {name: [finds.detect(frame) for frame in before] for name, finds in others.items()}
        told = ", ".join(f"{name} sees a face in {sum(map(bool, faces))}" for name, faces in places.items())
        print(f"  open: {told}")
        for style in options.style:
            start = time.process_time()
            summary = Anonymiser(style=_as_style(style)).run([source], Path(folder, style))
            spent = (time.process_time() - start) / len(before) * 1e3
            after = list(_frames(Path(folder, style, "film.mp4")))
            told = ", ".join(
                f"{name} in {sum(_any_again(others[name], *pair) for pair in zip(after, faces, strict=True))}"
                for name, faces in places.items()
            )
            print(
                f"  {style}: found again by {told}; {summary.uncovered} frames told as doubtful, {spent:.0f} ms of CPU "
                "a frame",
                flush=True,
            )


def _any_again(recognizer: Recognizer, image: Image, places: list[Face]) -> bool:
    """Whether a face is seen where one was before; what looks like one elsewhere was there before, too, or is none."""
    faces = recognizer.detect(image) if places else []
    return any(_share(face, place.box) > 0.5 for face in faces for place in places)


def _moved(image: Image, step: int, *, blurred: bool) -> Image:
    """A frame of 640 × 480: the photo a little further, on grey."""
    frame = np.full((480, 640, 3), 90, np.uint8)
    left, top = round(120 + 100 * np.sin(step / 8)), round(40 + 30 * np.cos(step / 5))
    frame[top : top + 400, left : left + 400] = image
    return cv2.blur(frame, (41, 5)) if blurred else frame


def _frames(path: Path) -> Iterator[Image]:
    with av.open(str(path)) as film:
        for frame in film.decode(video=0):
            yield np.asarray(frame.to_ndarray(format="rgb24"), np.uint8)


def _doubt() -> None:
    pairs = read_lfw(DATA / "lfw")
    kept = pairs.folds < 6
    first, second, genuine = pairs.first[kept], pairs.second[kept], pairs.genuine[kept]
    recognizer = Recognizer()
    wanted = np.unique(np.concatenate([first, second]))
    seen = {}
    photos = [pairs.people.photos[i] for i in wanted]
    for i, answer in zip(wanted, recognizer.photos(photos, face="centre"), strict=True):
        if isinstance(answer, PhotoFaces):
            seen[int(i)] = answer
    assert recognizer.gate is not None
    alike: dict[bool, list[float]] = {True: [], False: []}
    for a, b, same in zip(first, second, genuine, strict=True):
        one, two = seen.get(int(a)), seen.get(int(b))
        if one is None or two is None:
            continue
        if min(one.qualities[0].value, two.qualities[0].value) >= recognizer.gate.refuse_below:
            alike[bool(same)].append(float(one.embeddings[0] @ two.embeddings[0]))
    level = CLEARLY * recognizer.operating_point.threshold
    own, strangers = np.array(alike[True]), np.array(alike[False])
    print(
        f"doubt: below {level:.3f} are {(own < level).sum()} of {len(own)} pairs of a person, "
        f"at or above it {(strangers >= level).sum()} of {len(strangers)} of strangers"
    )


if __name__ == "__main__":
    main()
