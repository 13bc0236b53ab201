"""What does a threshold for the best of k templates keep to? Strangers against one enrolled person with k photos.

    python benchmarks/grouping.py embed lfw --work grouping/
    python benchmarks/one_person.py --work grouping/

Of LFW's people with at least 10 photos, k are enrolled, drawn anew `DRAWS` times; every photo of everybody else is
compared with each of them, and the best of the k scores counts. Shown are the false match rate at the threshold of one
comparison, the same at that of `rostro.scoring.best_of`, with its 95 % interval over people drawn with replacement,
and how many of their own other photos are not matched. The rate promised is that of the point. Both halves: the shipped
tail follows from all of LFW, so the second table fits a tail to one half of the people and shows the other half.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import numpy as np
from grouping import Album, tail_on

from rostro.core.decisions import OperatingPoint
from rostro.scoring.best_of import best_of
from rostro.scoring.impostor_tail import ImpostorTail
from rostro.scoring.operating_points import shipped, tail_of

DRAWS = 5
LEAST = 10


def part(album: Album, people: np.ndarray) -> Album:
    """The faces of some people."""
    some = object.__new__(Album)
    kept = np.isin(album.owners, people)
    some.vectors, some.qualities, some.names = album.vectors[kept], album.qualities[kept], album.names[kept]
    some.space, some.gate = album.space, album.gate
    return some


def scores(album: Album, templates: int, seed: int) -> tuple[list[np.ndarray], np.ndarray]:
    """Best scores of strangers with each enrolled person, a row a person; and of their own other photos."""
    random, owners = np.random.default_rng(seed), album.owners
    strangers, own = [], []
    for person in np.flatnonzero(np.bincount(owners) >= LEAST):
        mine = random.permutation(np.flatnonzero(owners == person))
        enrolled, rest = album.vectors[mine[:templates]], mine[templates:]
        strangers.append((album.vectors[owners != person] @ enrolled.T).max(axis=1))
        own.append((album.vectors[rest] @ enrolled.T).max(axis=1))
    return strangers, np.concatenate(own)


def show(album: Album, point: OperatingPoint, tail: ImpostorTail) -> None:
    print("| k | threshold | FMR at one's threshold | FMR | 95 % | not matched |")
    print("|---:|---:|---:|---:|:---:|---:|")
    for templates in (1, 2, 3, 5, 8):
        found = best_of(point, templates, tail)
        before, after, missed = [], [], []
        for seed in range(DRAWS):
            strangers, own = scores(album, templates, seed)
            before.append([float((row >= point.threshold).mean()) for row in strangers])
            after.append([float((row >= found.threshold).mean()) for row in strangers])
            missed.append(float((own < found.threshold).mean()))
        rates = np.mean(after, axis=0)
        random = np.random.default_rng(0)
        means = [rates[random.integers(len(rates), size=len(rates))].mean() for _ in range(1000)]
        low, high = np.quantile(means, [0.025, 0.975])
        print(
            f"| {templates} | {found.threshold:.3f} | {np.mean(before):.2e} | {rates.mean():.2e} "
            f"| {low:.1e} to {high:.1e} | {np.mean(missed):.2%} |"
        )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--work", type=Path, required=True)
    work = parser.parse_args().work
    album = Album(work / "lfw.npz")
    people = np.random.default_rng(0).permutation(np.unique(album.owners))
    fitted, shown = (part(album, half) for half in np.array_split(people, 2))
    for fmr in (1e-3, 1e-4):
        point = shipped(album.space).at(fmr)
        print(f"\nFMR {fmr:g}, the shipped tail, all of LFW")
        show(album, point, tail_of(album.space))
        tail = tail_on(fitted)
        own = OperatingPoint(album.space, tail.threshold(fmr), fmr, None, None, "half", 0, tail.pairs)
        print(f"\nFMR {fmr:g}, a tail of {tail.people:,} people, the others")
        show(shown, own, tail)


if __name__ == "__main__":
    main()
