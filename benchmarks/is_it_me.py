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
from collections.abc import Iterator, Sequence
from functools import partial
from itertools import islice
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np

from rostro.core.errors import PhotoError
from rostro.recognition.pipeline import Failure
from rostro.recognition.selection import FaceRule
from rostro.recognizer import Recognizer
from rostro.training.base import Base, Found, Tools
from rostro.training.classifiers.bases import CheckpointBase
from rostro.training.classifiers.scores import auc
from rostro.training.loop.checkpoint import read_checkpoint
from rostro.training.recipes.is_it_me import IsItMeOptions, IsItMeRecipe

ROOT = Path(__file__).resolve().parents[1]
DATA = Path(os.environ.get("ROSTRO_DATA", ROOT / ".." / "shared" / "data"))
MOST = 20
STRANGERS = {"train": 150, "validation": 50, "asked": 200}


class Remembering:
    """A base that looks at each photo once: every person is told from the same strangers."""

    def __init__(self, space: str, known: dict[Path, Found | PhotoError]) -> None:
        self.space = space
        self._known = known

    @classmethod
    def of_embedder(cls, name: str, photos: Sequence[Path], face: FaceRule = "centre") -> Remembering:
        """An embedder; LFW's subject is the face over the centre, which is not always the largest."""
        faces = Recognizer(embedder=name)
        answers = faces.photos(photos, face=face)
        found = (a.error if isinstance(a, Failure) else Found(a.embeddings[0], a.faces[0].box) for a in answers)
        return cls(faces.space, dict(zip(photos, found, strict=True)))

    @classmethod
    def of_checkpoint(cls, path: Path, photos: Sequence[Path]) -> Remembering:
        """A network that was trained here, on whole photos."""
        base = CheckpointBase(read_checkpoint(path))
        return cls(base.space, dict(zip(photos, base.vectors(photos), strict=True)))

    def portraits(self, photos: Sequence[Path | bytes]) -> Iterator[Found | PhotoError]:
        """Nobody asks."""
        raise NotImplementedError

    def vectors(self, photos: Sequence[Path]) -> Iterator[Found | PhotoError]:
        """One answer per photo."""
        return (self._known[photo.resolve()] for photo in photos)


def link(photos: Sequence[Path], folder: Path) -> None:
    """Puts photos into a folder."""
    folder.mkdir(parents=True)
    for photo in photos:
        (folder / photo.name).symlink_to(photo)


def person(mine: Sequence[Path], strangers: Sequence[Path], base: Base, seed: int) -> tuple[float, float]:
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
        lent = Tools(open_base=lambda _: base)
        IsItMeRecipe(folder, folder / "out", IsItMeOptions(base="remembering", seed=seed, device="cpu"), lent).train()
        asked = [*me["asked"], *others["asked"]]
        answers = list(IsItMeRecipe.predict(read_checkpoint(folder / "out"), asked, lent))
    truth = np.arange(len(asked)) < len(me["asked"])
    seen = np.array([not isinstance(answer, PhotoError) for answer in answers])
    scores = np.array([0.0 if isinstance(a, PhotoError) else dict(a.probabilities)["me"] for a in answers])
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
    bases = [(str(path), partial(Remembering.of_checkpoint, path)) for path in asked.checkpoint]
    bases += [(name, partial(Remembering.of_embedder, name)) for name in asked.base.split(",")]
    for name, make in bases:
        base = make(photos)
        results = np.array([person(everybody[who], strangers, base, asked.seed) for who in chosen])
        areas, right = results[:, 0], results[:, 1]
        print(f"| {name} | {areas.mean():.4f} | {areas.min():.4f} | {100 * right.mean():.1f} % |", flush=True)


if __name__ == "__main__":
    main()
