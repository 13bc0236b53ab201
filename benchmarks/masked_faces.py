"""Masked faces in recognition: how many pairs of one person are missed, how many of two are taken for one.

    python benchmarks/masked_faces.py [--people 1000] [--pictures FOLDER]

Masks of three shapes and four colours are drawn onto LFW's photos by their landmarks (``_damage.masked``). Photos go
through the recogniser as it is by default, with its gate. Nobody here was among the people that the gate was fitted to:
of the shuffled people of ``bad_photos.py``, those of odd number below 1,600, and then such as have two photos from
there on.

For each pair of rows: pairs of different people (all of them), how many are called the same, with the interval over
people drawn again; pairs of one person, how many are called the same, another, or cannot be judged. Without the gate,
with it, and where in addition no pair is accepted in which the mask network calls both faces masked, poor ones or all.
"""

from __future__ import annotations

import argparse
import os
import time
import zlib
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import cv2
import numpy as np
from _damage import masked

from rostro import Recognizer
from rostro.attributes.aizoo import MaskDetector
from rostro.photos.reading import read_photo
from rostro.recognition.selection import select

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rostro.core.types import Face, Floats, Image
    from rostro.quality.gate import Gate

#: The people that gates were fitted to are the even ones among so many.
FITTED = 1600
DRAWS = 200
BATCH = 16
#: Row → shape and colour of everybody's mask; () is bare, None a mask drawn for each.
ROWS: dict[str, Any] = {
    "bare": (),
    "each another mask": None,
    "the same blue mask": ("surgical", "blue"),
    "the same black mask": ("cloth", "black"),
    "the same white mask": ("pointed", "white"),
}
#: Pairs of rows that are compared.
PAIRS = [
    ("bare", "bare"),
    ("bare", "each another mask"),
    *((row, row) for row in list(ROWS)[1:]),
]


@dataclass
class Seen:
    """One row's faces: an entry a face found."""

    photos: int
    person: np.ndarray
    unit: Floats
    quality: Floats
    worn: np.ndarray  # the mask network says so

    def those(self, keep: np.ndarray) -> Seen:
        """Some of them."""
        return Seen(self.photos, self.person[keep], self.unit[keep], self.quality[keep], self.worn[keep])

    def covered(self, below: float) -> np.ndarray:
        """Which faces are called covered, if only poorer ones than this are asked about."""
        return self.worn & (self.quality < below)


class Laboratory:
    """Draws masks and looks at what comes of it."""

    def __init__(self, pictures: Path | None) -> None:
        self.recognizer = Recognizer(detector="yunet", embedder="sface")
        self.masks = MaskDetector(self.recognizer.store, self.recognizer.engine_options)
        self._landmarks: dict[Path, Face | None] = {}
        self._pictures = pictures
        self.seconds = 0.0

    def look(self, photos: Sequence[Path], people: Sequence[int], row: str) -> Seen:
        """One row."""
        parts = [
            self._some(photos[at : at + BATCH], people[at : at + BATCH], row) for at in range(0, len(photos), BATCH)
        ]
        rows = [one for part in parts for one in part]
        person, unit, quality, worn = (np.array(column) for column in zip(*rows, strict=True))
        return Seen(len(photos), person, unit.astype(np.float32), quality.astype(np.float32), worn.astype(bool))

    def _some(self, photos: Sequence[Path], people: Sequence[int], row: str) -> list[tuple[Any, ...]]:
        images = [read_photo(photo).image for photo in photos]
        unknown = [(path, image) for path, image in zip(photos, images, strict=True) if path not in self._landmarks]
        found = self.recognizer.detector.detect([image for _, image in unknown]) if unknown else []
        for (path, image), faces in zip(unknown, found, strict=True):
            self._landmarks[path] = _centre(faces, image) if faces else None
        drawn, whose = [], []
        for path, image, person in zip(photos, images, people, strict=True):
            if (face := self._landmarks[path]) is not None:
                drawn.append(self._drawn(image, face, path, row))
                whose.append(person)
        answers = list(self.recognizer.photos(drawn, face="centre"))
        good = [(person, image, answer) for person, image, answer in zip(whose, drawn, answers, strict=True) if answer]
        begun = time.process_time()
        told = self.masks.tell([image for _, image, _ in good], [answer.faces[0] for *_, answer in good], {"mask"})
        self.seconds += time.process_time() - begun
        return [
            (person, answer.embeddings[0], answer.qualities[0].value, mask["mask"].to_dict()["value"] == "worn")
            for (person, _, answer), mask in zip(good, told, strict=True)
        ]

    def _drawn(self, image: Image, face: Face, path: Path, row: str) -> Image:
        if ROWS[row] == ():
            return image
        random = np.random.default_rng(zlib.crc32(f"{row}{path.name}".encode()))
        drawn = masked(face.landmarks, ROWS[row])(image, face.box, random)
        if self._pictures is not None:
            cv2.imwrite(str(self._pictures / f"{row} {path.stem}.png".replace(" ", "_")), drawn[..., ::-1])
        return drawn


def main() -> None:
    """Draws, looks, prints."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--people", type=int, default=1000)
    parser.add_argument("--data", type=Path, default=Path(os.environ.get("ROSTRO_DATA", "../shared/data")))
    parser.add_argument("--pictures", type=Path, help="a folder for the photos with masks")
    options = parser.parse_args()
    laboratory = Laboratory(options.pictures)
    everybody = sorted(path for path in (options.data / "lfw" / "images").iterdir() if path.is_dir())
    np.random.default_rng(7).shuffle(everybody)
    files = {person: sorted(person.iterdir()) for person in everybody}
    people = everybody[1:FITTED:2] + [person for person in everybody[FITTED:] if len(files[person]) > 1]
    people = people[: options.people]
    first = [files[person][0] for person in people]
    second = [(n, files[person][1]) for n, person in enumerate(people) if len(files[person]) > 1]
    rows = {}
    again = {}
    for row in ROWS:
        rows[row] = laboratory.look(first, range(len(first)), row)
        if row in {"bare", "each another mask"}:
            again[row] = laboratory.look([path for _, path in second], [n for n, _ in second], row)
        seen = rows[row]
        gate = laboratory.recognizer.gate
        assert gate is not None, "SFace has one"
        print(f"{row:22s} found {len(seen.unit) / seen.photos:.4f}  called masked {seen.worn.mean():.4f}  "
              f"below the gate {(seen.quality < gate.refuse_below).mean():.4f}", flush=True)  # fmt: skip
    looked = sum(seen.photos for seen in [*rows.values(), *again.values()])
    print(f"mask network: {1000 * laboratory.seconds / looked:.2f} ms of CPU time a face")
    threshold = laboratory.recognizer.operating_point.threshold
    print(f"threshold {threshold:.4f}, stated FMR interval {laboratory.recognizer.operating_point.fmr_interval}")
    assert gate is not None, "SFace has one"
    # The third: faces that the mask network calls masked are covered, where their quality is below this.
    ways: list[tuple[str, Gate | None, float]] = [
        ("no gate", None, 0.0),
        ("gate", gate, 0.0),
        ("gate, and no two covered faces", gate, gate.sure_from),
        ("gate, and no two in masks", gate, 2.0),
    ]
    for a, b in PAIRS:
        for name, gated, refused_below in ways:
            rate, low, high, hits, pairs = _impostors(rows[a], rows[b], threshold, gated, refused_below)
            told = f"{a} / {b}: {name:32s} FMR {rate:.6f} [{low:.6f}, {high:.6f}] {hits} of {pairs}"
            if b in again:
                told += _genuine(rows[a], again[b], threshold, gated, refused_below)
            print(told, flush=True)


def _impostors(
    a: Seen, b: Seen, threshold: float, gate: Gate | None, refused_below: float
) -> tuple[float, float, float, int, int]:
    """Rate of the judged, its interval over people, accepted, pairs."""
    same = a is b
    if gate is not None:
        a, b = (seen.those(seen.quality >= gate.refuse_below) for seen in (a, b))
    if min(len(a.unit), len(b.unit)) < 2:
        return 0.0, 0.0, 1.0, 0, 0
    accepted = a.unit @ b.unit.T >= threshold + _margins(gate, a.quality[:, None], b.quality)
    valid = (a.person[:, None] != b.person) & ~(a.covered(refused_below)[:, None] & b.covered(refused_below))
    if same:
        valid = np.triu(valid)
    accepted &= valid
    pairs, hits = int(valid.sum()), int(accepted.sum())
    if not hits:
        return 0.0, 0.0, 3 / max(pairs, 1), 0, pairs
    random = np.random.default_rng(0)
    people = int(max(a.person.max(), b.person.max())) + 1
    first, second = a.person[np.nonzero(accepted)[0]], b.person[np.nonzero(accepted)[1]]
    rates = []
    for _ in range(DRAWS):
        drawn = random.multinomial(people, np.full(people, 1 / people)).astype(float)
        weight = drawn[a.person] @ valid @ drawn[b.person]
        rates.append((drawn[first] * drawn[second]).sum() / weight)
    low, high = np.quantile(rates, [0.025, 0.975])
    return hits / pairs, float(low), float(high), hits, pairs


def _genuine(a: Seen, b: Seen, threshold: float, gate: Gate | None, refused_below: float) -> str:
    place = {int(person): i for i, person in enumerate(a.person)}
    both = [(place[int(person)], j) for j, person in enumerate(b.person) if int(person) in place]
    i, j = (np.array(side) for side in zip(*both, strict=True))
    similarity = (a.unit[i] * b.unit[j]).sum(axis=1)
    qualities = a.quality[i], b.quality[j]
    lost = similarity < threshold
    same = similarity >= threshold + _margins(gate, *qualities)
    judged = np.ones(len(i), bool) if gate is None else np.minimum(*qualities) >= gate.refuse_below
    judged &= ~(same & a.covered(refused_below)[i] & b.covered(refused_below)[j])
    shares = (judged & same).mean(), (judged & lost).mean(), (~judged | ~(same | lost)).mean()
    return f"; one person, {len(i)} pairs: same {shares[0]:.4f}, another {shares[1]:.4f}, not judged {shares[2]:.4f}"


def _margins(gate: Gate | None, a: Floats, b: Floats) -> Any:
    return 0.0 if gate is None else gate.margins(np.minimum(a, b))


def _centre(found: Sequence[Face], image: Image) -> Face:
    return found[select(found, "centre", photo="", width=image.shape[1], height=image.shape[0])]


if __name__ == "__main__":
    main()
