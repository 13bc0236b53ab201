"""Does a search among N people name as many strangers as is said? LFW, on people whom the tail was not fitted to.

    python benchmarks/open_set.py [--embedder sface] [--alignment refined] [--splits 5] [--simulate 10000000]
        [--templates 3 6]

LFW's people are divided; the tail of impostor scores (`rostro.scoring.impostor_tail`) is fitted to some, and the others
are searched. The measured rate is the mean over all strangers of the chance that, of N of the other people drawn at
random with one photo each, somebody reaches the threshold: no draw adds noise of its own. People known under two names
in LFW are one person here; a search that finds somebody's other name is no error.

With ``--templates``: how much more often a stranger reaches one of several templates of a person, or their mean, than a
single one. Then the simulation: vectors drawn with the mean and covariance of the embedder's own on LFW, a tail fitted
to 4,000 of them, and searches among as many as ``--simulate`` says.
"""

from __future__ import annotations

import argparse
import os
from pathlib import Path

import numpy as np

from rostro.core.geometry import unit_rows
from rostro.evaluation.embeddings import Embedded, EmbeddingCache
from rostro.evaluation.system import System
from rostro.photos.folders import read_people
from rostro.recognizer import Recognizer
from rostro.scoring.impostor_tail import ImpostorTail, fit_tail
from rostro.scoring.open_set import rate_of_search, threshold_of_search

DATA = Path(os.environ.get("ROSTRO_DATA", Path(__file__).parents[2] / "shared" / "data"))
LISTED = 0.02
#: One person under two names, by the names or by LFW's list of errors and photos that are the same.
TWICE = (
    ("Carlos_Beltran", "Raul_Ibanez"), ("Chyung_Dai-chul", "Dai_Chul_Chyung"), ("Diana_Taurasi", "Shavon_Earp"),
    ("Cristina_Fernandez", "Cristina_Kirchner"), ("Emmy_Rossum", "Eva_Amurri"), ("Flor_Montulo", "Nora_Bendijo"),
    ("Felipe_De_Borbon", "Prince_Felipe"), ("Gabrielle_Rose", "Martha_Bowen"), ("John_Barnett", "John_Burnett"),
    ("Hasan_Wirayuda", "Hassan_Wirajuda"), ("John_Gruden", "Jon_Gruden"), ("Joseph_Blatter", "Sepp_Blatter"),
    ("Lane_Bryant", "Roseanne_Barr"), ("Mireya_Elisa_Moscoso_Rodriguez", "Mireya_Moscoso"), ("Nan_Wang", "Wang_Nan"),
    ("Odai_Hussein", "Uday_Hussein"),
)  # fmt: skip


def owners_of(embedded: Embedded) -> np.ndarray:
    """Whose each photo with a face is, two names of one person being one."""
    number = {name: place for place, name in enumerate(embedded.people.names)}
    same = np.arange(len(number))
    for first, second in TWICE:
        if first in number and second in number:
            same[number[second]] = number[first]
    return same[embedded.people.owners[embedded.found]]


def tail_of(vectors: np.ndarray, owners: np.ndarray) -> ImpostorTail:
    scores = vectors @ vectors.T
    scores[owners[:, None] == owners[None]] = -2
    floor = np.quantile(scores[::7], 1 - LISTED)
    first, second = np.nonzero(np.triu(scores >= floor, 1))
    return fit_tail(scores[first, second], first, second, owners)


class Searches:
    """Everybody of some people against everybody else: what part of each person's photos reaches a threshold."""

    def __init__(self, vectors: np.ndarray, owners: np.ndarray) -> None:
        order = np.argsort(owners, kind="stable")
        self.vectors, (_, self.starts, self.photos) = (
            vectors[order],
            np.unique(owners[order], return_index=True, return_counts=True),
        )
        self.owner = np.arange(self.photos.size).repeat(self.photos)

    def reached(self, threshold: float) -> np.ndarray:
        """(photos, people): the part of each person's photos that a photo reaches; 0 for its own person."""
        above = (self.vectors @ self.vectors.T >= threshold).astype(np.float32)
        part = np.add.reduceat(above, self.starts, axis=1) / self.photos
        part[np.arange(self.owner.size), self.owner] = 0
        return part

    def rates(self, threshold: float, people: int) -> tuple[float, float]:
        """(FPIR among so many of the other people, FMR): means over people of means over their photos."""
        part = self.reached(threshold)
        others = self.photos.size - 1
        named = 1 - np.exp(np.log1p(-np.minimum(part * (people / others), 1 - 1e-9)).sum(axis=1))
        weight = 1 / self.photos[self.owner] / self.photos.size
        return float(weight @ named), float(weight @ part.sum(axis=1)) / others


def lfw(vectors: np.ndarray, owners: np.ndarray, splits: int, sizes: tuple[int, ...], fpir: float) -> None:
    people = np.unique(owners)
    print(
        f"| fitted to | N | threshold | stated FPIR | 95 % | measured | simple formula | inside, of {splits} splits |"
    )
    print("|---:|---:|---:|---:|:---:|---:|---:|---:|", flush=True)
    for searched in sizes:
        # Half of the people, or as many fewer as leave enough to search.
        count = min(people.size // 2, people.size - searched - 80)
        rows = []
        for seed in range(splits):
            drawn = np.random.default_rng(seed).permutation(people)
            mine = np.isin(owners, drawn[:count])
            tail = tail_of(vectors[mine], owners[mine])
            told = threshold_of_search(tail, fpir, searched)
            measured, rate = Searches(vectors[~mine], owners[~mine]).rates(told.threshold, searched)
            rows.append((told, measured, 1 - (1 - rate) ** searched))
        told, measured, simple = rows[0]
        inside = sum(measured in told.interval for told, measured, _ in rows)
        print(
            f"| {count:,} | {searched:,} | {told.threshold:.4f} | {told.fpir:.2%} | {told.interval.low:.2%} to "
            f"{told.interval.high:.2%}{' (extrapolated)' if told.extrapolated else ''} | {measured:.2%}, mean of all "
            f"{np.mean([m for _, m, _ in rows]):.2%} | {simple:.2%} | {inside} |",
            flush=True,
        )


def simulate(vectors: np.ndarray, owners: np.ndarray, most: int, probes: int, fpir: float) -> None:
    """Searches among many drawn vectors; the tail knows 4,000 of them."""
    random = np.random.default_rng(0)
    firsts = np.unique(owners, return_index=True)[1]
    mean, covariance = vectors[firsts].mean(axis=0), np.cov(vectors[firsts].T)
    root = np.linalg.cholesky(covariance + 1e-9 * np.eye(len(mean))).astype(np.float32)

    def draw(count: int) -> np.ndarray:
        drawn = random.standard_normal((count, len(mean)), np.float32) @ root.T + mean.astype(np.float32)
        return unit_rows(drawn)

    tail = tail_of(draw(4000), np.arange(4000))
    strangers = draw(probes)
    best = np.full(probes, -1, np.float32)
    done, block = 0, 100_000
    sizes = [size for size in (1_000, 10_000, 100_000, 1_000_000, 10_000_000) if size <= most]
    print(f"\nDrawn vectors, {probes:,} strangers, a tail of 4,000 people (shows {tail.least_rate:.1e} at least)\n")
    print("| N | threshold | stated FPIR | 95 % | named |\n|---:|---:|---:|:---:|---:|", flush=True)
    for size in sizes:
        while done < size:
            count = min(block, size - done)
            best = np.maximum(best, (strangers @ draw(count).T).max(axis=1))
            done += count
        for wanted in (fpir, 10 * fpir):
            told = threshold_of_search(tail, wanted, size)
            print(
                f"| {size:,} | {told.threshold:.4f} | {told.fpir:.2%} | {told.interval.low:.2%} to "
                f"{told.interval.high:.2%}{' (extrapolated)' if told.extrapolated else ''} "
                f"| {(best >= told.threshold).mean():.2%} |",
                flush=True,
            )


def several(vectors: np.ndarray, owners: np.ndarray, counts: list[int], draws: int = 5) -> None:
    """Strangers against people with so many templates: the best of them, and their mean, beside a single one."""
    random = np.random.default_rng(0)
    photos = [np.flatnonzero(owners == owner) for owner in np.unique(owners)]
    for count in counts:
        known = [rows for rows in photos if len(rows) >= count]
        strangers = vectors[[rows[0] for rows in photos if len(rows) < count]]
        print(f"\n{count} templates of {len(known)} people, {len(strangers)} strangers: threshold, FMR, best, mean")
        for threshold in (0.38, 0.42, 0.46):
            single = best = mean = 0.0
            for _ in range(draws):
                drawn = np.array([random.choice(rows, count, replace=False) for rows in known])
                scores = (strangers @ vectors[drawn.ravel()].T).reshape(len(strangers), -1, count)
                middles = unit_rows(vectors[drawn].mean(axis=1))
                single += (scores[..., 0] >= threshold).mean() / draws
                best += (scores.max(axis=2) >= threshold).mean() / draws
                mean += (strangers @ middles.T >= threshold).mean() / draws
            print(f"  {threshold:.2f}  {single:.6f}  {best / single:.2f} times  {mean / single:.2f} times")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--root", type=Path, default=DATA / "lfw" / "images")
    parser.add_argument("--embedder", default="sface")
    parser.add_argument("--alignment")
    parser.add_argument("--precision")
    parser.add_argument("--fpir", type=float, default=0.01)
    parser.add_argument("--splits", type=int, default=5)
    parser.add_argument("--people", type=int, nargs="*", default=[10, 100, 1000, 3000])
    parser.add_argument("--simulate", type=int, default=0, help="Search among up to so many drawn vectors.")
    parser.add_argument("--strangers", type=int, default=2000, help="Searches of the simulation.")
    parser.add_argument("--templates", type=int, nargs="*", default=[], help="Templates a person.")
    asked = parser.parse_args()
    recognizer = Recognizer(embedder=asked.embedder, alignment=asked.alignment, precision=asked.precision, quality=None)
    cache = EmbeddingCache(recognizer.settings.home / "evaluation" / "embeddings.db")
    embedded = cache.embed(recognizer, System.of(recognizer, "centre"), read_people(asked.root))
    vectors, owners = embedded.vectors[embedded.found], owners_of(embedded)
    people = np.unique(owners).size
    print(f"{recognizer.space}: {len(vectors):,} photos of {people:,} people of LFW\n")
    lfw(vectors, owners, asked.splits, tuple(asked.people), asked.fpir)
    whole = tail_of(vectors, owners)
    print(f"\nThe tail of all begins at {whole.start:.4f}, shape {whole.fit.shape:.3f}, spread {whole.fit.spread:.2f}")
    for searched in (1_000, 10_000, 100_000, 10_000_000):
        told = threshold_of_search(whole, asked.fpir, searched)
        there = rate_of_search(whole, told.threshold, searched)
        print(
            f"  {searched:,} people FPIR {there.fpir:.2%} is at {told.threshold:.4f} (95 %: {told.interval.low:.2%} to "
            f"{told.interval.high:.2%}){', extrapolated' if told.extrapolated else ''}"
        )
    several(vectors, owners, asked.templates)
    if asked.simulate:
        simulate(vectors, owners, asked.simulate, asked.strangers, asked.fpir)


if __name__ == "__main__":
    main()
