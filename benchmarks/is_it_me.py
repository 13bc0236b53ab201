"""Is it me? Twenty photos or fewer of one person against strangers, over several people.

    python benchmarks/is_it_me.py [--people 10] [--base sface,edgeface] [--checkpoint trained-attributes/ …]

The ``--people`` with the most photos in ``--root`` (LFW), at most 20 photos of each: half of them to train with, a
quarter to choose the epoch by, the rest to be asked, beside strangers: 150 to train with, 50 to choose by and 200
others to be asked. Prints, for each base, the mean and the least over the people of the area under the ROC curve (AUC)
and the accuracy at a probability of a half, on photos that took no part in training. Bases are embedders, and
checkpoints of ``rostro train attributes`` as in the original project.
"""

from __future__ import annotations

import argparse
import os
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np

import rostro
from rostro.recognition.selection import FaceRule
from rostro.training.classifiers.scores import auc

ROOT = Path(__file__).resolve().parents[1]
DATA = Path(os.environ.get("ROSTRO_DATA", ROOT / ".." / "shared" / "data"))
MOST = 20
STRANGERS = {"train": 150, "validation": 50, "asked": 200}


class Remembering(rostro.Recognizer):
    """A recogniser that looks at each photo once: every person is told from the same strangers."""

    def __init__(self, embedder: str, photos: Sequence[Path], face: FaceRule = "centre") -> None:
        """Looks; LFW's subject is the face over the centre, which is not always the largest."""
        super().__init__(embedder=embedder)
        self._known = dict(zip(photos, super().photos(photos, face=face), strict=True))

    def photos(self, photos: Iterable[Any], **_: Any) -> Iterator[rostro.PhotoFaces | rostro.Failure]:
        """What was seen then."""
        return (self._known[Path(photo).resolve()] for photo in photos)


def link(photos: Sequence[Path], folder: Path) -> None:
    """Puts photos into a folder."""
    folder.mkdir(parents=True)
    for photo in photos:
        (folder / photo.name).symlink_to(photo)


def person(
    mine: Sequence[Path], strangers: Sequence[Path], base: str, recognizer: rostro.Recognizer, seed: int
) -> tuple[float, float]:
    """(AUC, accuracy) of one person on the photos that are asked."""
    mine = [mine[index] for index in np.random.default_rng(seed).permutation(len(mine))][:MOST]
    half, most = len(mine) // 2, len(mine) - len(mine) // 4
    me = {"train": mine[:half], "validation": mine[half:most], "asked": mine[most:]}
    left = iter(strangers)
    others = {part: list(islice(left, many)) for part, many in STRANGERS.items()}
    with TemporaryDirectory() as made:
        folder = Path(made)
        for part in STRANGERS:
            link(me[part], folder / part / "me")
            link(others[part], folder / part / "not_me")
        trained = rostro.train(
            "is_it_me", folder, output=folder / "out", base=base, recognizer=recognizer, seed=seed, device="cpu"
        )  # fmt: skip
        asked = [*me["asked"], *others["asked"]]
        answers = list(rostro.predict(trained, asked, recognizer=recognizer))
    truth = np.arange(len(asked)) < len(me["asked"])
    seen = np.array([bool(answer) for answer in answers])
    scores = np.array([dict(answer.probabilities)["me"] if answer else 0.0 for answer in answers])
    return auc(scores[seen], truth[seen]), float(((scores >= 0.5) == truth)[seen].mean())


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--root", type=Path, default=DATA / "lfw" / "images")
    parser.add_argument("--people", type=int, default=10)
    parser.add_argument("--base", default="sface,edgeface")
    parser.add_argument("--checkpoint", type=Path, action="append", default=[], help="May be given several times.")
    parser.add_argument("--seed", type=int, default=0)
    asked = parser.parse_args()
    everybody = {
        entry.name: sorted(path.resolve() for path in entry.glob("*.jpg"))
        for entry in sorted(asked.root.iterdir()) if entry.is_dir()
    }  # fmt: skip
    chosen = sorted(everybody, key=lambda name: (-len(everybody[name]), name))[: asked.people]
    pool = [photos[0] for name, photos in everybody.items() if name not in chosen]
    order = np.random.default_rng(asked.seed).permutation(len(pool))[: sum(STRANGERS.values())]
    strangers = [pool[index] for index in order]
    shown = ", ".join(f"{name.replace('_', ' ')} {min(len(everybody[name]), MOST)}" for name in chosen)
    print(f"photos: {shown}; strangers: " + ", ".join(f"{part} {n}" for part, n in STRANGERS.items()))
    print("| base | mean AUC | least | mean accuracy |\n|---|---:|---:|---:|")
    photos = [*strangers, *(photo for who in chosen for photo in everybody[who])]
    for base in [*map(str, asked.checkpoint), *asked.base.split(",")]:
        recognizer = rostro.Recognizer() if Path(base).exists() else Remembering(base, photos)
        results = np.array([person(everybody[who], strangers, base, recognizer, asked.seed) for who in chosen])
        areas, right = results[:, 0], results[:, 1]
        print(f"| {base} | {areas.mean():.4f} | {areas.min():.4f} | {100 * right.mean():.1f} % |", flush=True)


if __name__ == "__main__":
    main()
