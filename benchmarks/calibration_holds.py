"""Does a threshold hold on other people? Sets it on half of LFW's people and measures it on the other half.

    python benchmarks/calibration_holds.py --embedder sface,edgeface

For each embedder: the threshold for FMR 1e-3 on a random half of the people, the 95 % confidence interval that
``rostro calibrate`` states for its false match rate, the false match rate measured on the other half, and whether it
lies inside. Then the same for many random halves: an interval of 95 % for the *true* rate holds about 83 % of
measurements that are as uncertain as itself (both halves err), and more where it errs on the wide side.
"""

from __future__ import annotations

import argparse
import os
from pathlib import Path

import numpy as np

from rostro.evaluation.calibration import operating_points
from rostro.evaluation.embeddings import Embedded, EmbeddingCache
from rostro.evaluation.options import Options
from rostro.evaluation.pairs import score_all_pairs
from rostro.evaluation.system import System
from rostro.evaluation.table import make_table
from rostro.photos.folders import read_people
from rostro.recognizer import Recognizer
from rostro.scoring.verification import rates_at

DATA = Path(os.environ.get("ROSTRO_DATA", Path(__file__).parents[2] / "shared" / "data"))


def split(embedded: Embedded, seed: int) -> tuple[Embedded, Embedded]:
    """Two halves that share no person."""
    people = np.random.default_rng(seed).permutation(len(embedded.people.names))
    first = np.isin(embedded.people.owners, people[: people.size // 2])
    return embedded.only(first), embedded.only(~first)


def trial(
    embedded: Embedded, system: System, fmr: float, seed: int, replicates: int
) -> tuple[float, list[float], float]:
    """(threshold, stated interval, false match rate on the other half)."""
    mine, others = split(embedded, seed)
    scores = score_all_pairs(mine)
    header = {"system": system.to_dict(), "data_hash": "", "floor": scores.floor}
    rows = (scores.probe, scores.reference, scores.scores)
    table = make_table(mine, header, rows, histogram=scores.counts)
    (point,) = operating_points(table, fmr, "", Options(replicates=replicates), others=())["points"]
    measured = rates_at(score_all_pairs(others).counts, point["threshold"]).fmr
    return point["threshold"], point["fmr_interval"], measured


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--embedder", default="sface")
    parser.add_argument("--root", type=Path, default=DATA / "lfw" / "images")
    parser.add_argument("--fmr", type=float, default=1e-3)
    parser.add_argument("--splits", type=int, default=20)
    parser.add_argument("--replicates", type=int, default=300)
    asked = parser.parse_args()
    people = read_people(asked.root)
    print(f"{len(people.photos)} photos of {len(people.names)} people in halves, target FMR {asked.fmr:g}")
    print(
        f"{'embedder':16} {'threshold':>9}  {'stated interval':^21}  {'other half':>10}  inside  "
        f"of {asked.splits} halves"
    )
    for name in asked.embedder.split(","):
        recognizer = Recognizer(embedder=name)
        system = System.of(recognizer, "centre")
        cache = EmbeddingCache(recognizer.settings.home / "evaluation" / "embeddings.db")
        embedded = cache.embed(recognizer, system, people)
        trials = [trial(embedded, system, asked.fmr, seed, asked.replicates) for seed in range(asked.splits)]
        inside = [low <= measured <= high for _, (low, high), measured in trials]
        threshold, (low, high), measured = trials[0]
        print(
            f"{name:16} {threshold:9.4f}  {low:9.3e} - {high:9.3e}  {measured:10.3e}  {'yes' if inside[0] else 'no':6}"
            f"  {sum(inside)} inside, mean FMR {np.mean([t[2] for t in trials]):.3e}",
            flush=True,
        )


if __name__ == "__main__":
    main()
