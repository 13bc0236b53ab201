"""Few photos: a ``head`` on the photos of five celebrities, all of them and three of each.

    python benchmarks/few_photos.py [--base sface,edgeface] [--photos 3] [--draws 10]

Trains ``rostro train head`` on ``train/`` of ``--root`` and counts who is named rightly among the photos of ``val/``;
then on ``--photos`` photos of each person, drawn ``--draws`` times. A photo in which no face is found counts as wrong,
and so does a face that is said to be nobody's. For comparison: version 4 of UPNA's project (a perceptron of 100 and 10
neurons on FaceNet's vectors) reached 0.43 to 0.50 on seven people.
"""

from __future__ import annotations

import argparse
import os
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
from is_it_me import Remembering, link

import rostro
from rostro.photos.folders import read_people
from rostro.photos.people import People

ROOT = Path(__file__).resolve().parents[1]
DATA = Path(os.environ.get("ROSTRO_DATA", ROOT / ".." / "shared" / "data"))


def trial(learn: dict[str, list[Path]], asked: People, recognizer: Remembering) -> tuple[float, float]:
    """(accuracy, accuracy when everybody is somebody) on the asked photos."""
    with TemporaryDirectory() as made:
        folder = Path(made)
        for name, photos in learn.items():
            link(photos, folder / "train" / name)
            link([p for p, owner in zip(asked.photos, asked.owners, strict=True) if asked.names[owner] == name],
                 folder / "val" / name)  # fmt: skip
        trained = rostro.train("head", folder, output=folder / "out", recognizer=recognizer)
        answers = list(rostro.predict(trained, asked.photos, recognizer=recognizer))
    said = [(answer.labels, answer.probabilities[0][0]) if answer else ((), "") for answer in answers]
    truth = [asked.names[owner] for owner in asked.owners]
    named = np.mean([labels == (name,) for (labels, _), name in zip(said, truth, strict=True)])
    likeliest = np.mean([best == name for (_, best), name in zip(said, truth, strict=True)])
    return float(named), float(likeliest)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--root", type=Path, default=DATA / "five-celebrities")
    parser.add_argument("--base", default="sface,edgeface")
    parser.add_argument("--photos", type=int, default=3)
    parser.add_argument("--draws", type=int, default=10)
    given = parser.parse_args()
    train, val = (read_people((given.root / part).resolve()) for part in ("train", "val"))
    everybody = {
        name: [photo for photo, owner in zip(train.photos, train.owners, strict=True) if train.names[owner] == name]
        for name in train.names
    }
    print(f"{len(train.photos)} photos to learn from, {len(val.photos)} to be asked, {len(train.names)} people")
    print(f"| base | all photos | {given.photos} photos each: mean | least | most likely name: mean |")
    print("|---|---:|---:|---:|---:|")
    for name in given.base.split(","):
        recognizer = Remembering(name, [*train.photos, *val.photos], "largest")
        whole, _ = trial(everybody, val, recognizer)
        few = []
        for draw in range(given.draws):
            rng = np.random.default_rng(draw)
            few.append(trial({
                who: [photos[i] for i in rng.permutation(len(photos))[: given.photos]]
                for who, photos in everybody.items()
            }, val, recognizer))  # fmt: skip
        named, likeliest = np.array(few).T
        shown = " | ".join(f"{100 * value:.1f} %" for value in (whole, named.mean(), named.min(), likeliest.mean()))
        print(f"| {name} | {shown} |", flush=True)


if __name__ == "__main__":
    main()
