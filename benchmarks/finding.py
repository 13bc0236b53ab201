"""How many photos of one person does `find` find, and how many of strangers? On LFW and CelebA, by rate.

    python benchmarks/grouping.py embed lfw celeba --work grouping/
    python benchmarks/finding.py --work grouping/

Of everybody with enough photos (LFW: 10, CelebA: 4), 1 or 3 are looked by, and all other photos are looked through. The
shipped tail is of LFW; CelebA's photos are smaller and resemble each other more.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import numpy as np
from grouping import Album

from rostro.recognition.searching import wanted_rate
from rostro.scoring.operating_points import shipped, tail_of

LEAST = {"lfw": 10, "celeba": 4}
RATES = (0.01, 0.03, 0.1, 0.3)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--work", type=Path, required=True)
    work = parser.parse_args().work
    for name, least in LEAST.items():
        album = Album(work / f"{name}.npz")
        tail, one, owners = tail_of(album.space), shipped(album.space).at().threshold, album.owners
        people = np.flatnonzero(np.bincount(owners) >= least)
        print(f"\n{name}: {len(owners):,} faces, {len(people)} people looked for")
        print("| photos looked by | rate | threshold | found | searches with a stranger | strangers a search |")
        print("|---:|---:|---:|---:|---:|---:|")
        for shown in (1, 3):
            random = np.random.default_rng(0)
            own, others = [], []
            for person in people:
                mine = random.permutation(np.flatnonzero(owners == person))
                scores = (album.vectors @ album.vectors[mine[:shown]].T).max(axis=1)
                own.append(scores[mine[shown:]])
                others.append(scores[owners != person])
            for rate in RATES:
                threshold = max(wanted_rate(tail, rate, (len(owners) - shown) * shown).threshold, one)
                strangers = [int((row >= threshold).sum()) for row in others]
                print(
                    f"| {shown} | {rate:g} | {threshold:.3f} | {(np.concatenate(own) >= threshold).mean():.1%} "
                    f"| {np.mean(np.array(strangers) > 0):.1%} | {np.mean(strangers):.2f} |"
                )


if __name__ == "__main__":
    main()
