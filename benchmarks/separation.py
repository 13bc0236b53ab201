"""How well do embedders tell people apart, and what does it cost? LFW and CelebA, one line for each.

    python benchmarks/separation.py [--systems sface sface/refined retail0095 sface+retail0095] [--detector yunet]

A system is an embedder, perhaps with an alignment after a slash. Columns:

- LFW, 6,000 pairs, ten folds, on the raw photos (the face nearest to the centre);
- TPIR at FPIR 1 % and 0.1 %: of LFW's people with two photos or more, 800 are enrolled with one each, their other
  photos are searched, and all other people's as strangers; the mean of 8 draws;
- CelebA, the first 6,000 photos at 89 × 109: TAR at FMR 1e-4 and 1e-5 over all pairs of photos with a face;
- milliseconds for aligning and embedding one face of LFW, one at a time (median of 200), everything else idle or not.

What was embedded once is not embedded again (the cache of ``rostro evaluate``).
"""

from __future__ import annotations

import argparse
import os
import time
from pathlib import Path

import numpy as np

from rostro.core.errors import RostroError
from rostro.evaluation.data.lfw import read_lfw
from rostro.evaluation.embeddings import Embedded, EmbeddingCache
from rostro.evaluation.system import System
from rostro.photos.folders import read_people
from rostro.photos.people import People
from rostro.recognition.pipeline import PhotoFaces
from rostro.recognizer import Recognizer
from rostro.runtime.base import engines_of
from rostro.scoring import cosine
from rostro.scoring.folds import fold_accuracy

DATA = Path(os.environ.get("ROSTRO_DATA", Path(__file__).parents[2] / "shared" / "data"))
SYSTEMS = (
    "sface", "sface/refined", "retail0095/five_point-128,width=96", "retail0095", "sface+retail0095",
    "mobilefacenet", "mobilefacenet/refined", "edgeface", "edgeface/refined", "edgeface+sface",
)  # fmt: skip
ENROLLED, DRAWS, FPIRS = 800, 8, (0.01, 0.001)
CELEBA, FMRS = 6000, (1e-4, 1e-5)
TIMED = 200


def ten_fold(embedded: Embedded, root: Path) -> float:
    pairs = read_lfw(root)
    place = {photo: index for index, photo in enumerate(embedded.people.photos)}
    order = np.array([place[photo] for photo in pairs.people.photos])
    first, second = order[pairs.first], order[pairs.second]
    scores = cosine.paired(embedded.vectors[first], embedded.vectors[second])
    scores[~(embedded.found[first] & embedded.found[second])] = -np.inf
    return float(fold_accuracy(scores, pairs.genuine, pairs.folds).mean)


def identification(embedded: Embedded) -> np.ndarray:
    """TPIR at each FPIR: the own person comes first, above what that part of the strangers reach."""
    owners, vectors = embedded.people.owners, embedded.vectors
    several = np.flatnonzero(embedded.people.counts > 1)
    rates = []
    for seed in range(DRAWS):
        random = np.random.default_rng(seed)
        people = np.sort(random.permutation(several)[:ENROLLED])
        templates = np.array([random.choice(np.flatnonzero(owners == person)) for person in people])
        scores = vectors @ vectors[templates].T
        known = np.isin(owners, people)
        strangers = np.sort(scores[~known].max(axis=1))[::-1]
        probes = np.setdiff1d(np.flatnonzero(known), templates)
        own = scores[probes, np.searchsorted(people, owners[probes])]
        first = own >= scores[probes].max(axis=1)
        rates.append([np.mean(first & (own > strangers[int(fpir * strangers.size)])) for fpir in FPIRS])
    means: np.ndarray = np.mean(rates, axis=0)
    return means


def all_pairs(embedded: Embedded) -> list[float]:
    vectors, owners = embedded.vectors[embedded.found], embedded.people.owners[embedded.found]
    upper = np.triu_indices(len(vectors), 1)
    scores, genuine = (vectors @ vectors.T)[upper], owners[upper[0]] == owners[upper[1]]
    impostors = scores[~genuine]
    counts = [max(1, int(fmr * impostors.size)) for fmr in FMRS]
    top = np.sort(-np.partition(-impostors, max(counts))[: max(counts) + 1])[::-1]
    return [float((scores[genuine] > top[count]).mean()) for count in counts]


def celeba(root: Path) -> People:
    names = dict(line.split() for line in (root / "identity_CelebA.txt").read_text().splitlines())
    return People.of((names[photo.name], photo) for photo in sorted(root.glob("images/**/*.jpg"))[:CELEBA])


def milliseconds(recognizer: Recognizer, photos: list[Path]) -> float:
    found = [a for a in recognizer.photos(photos, embed=False, face="centre", keep=True) if isinstance(a, PhotoFaces)]
    times = []
    for answer in found:
        started = time.perf_counter()
        recognizer.embedder.embed(recognizer.alignment.align(answer.kept_image, answer.faces))
        times.append(time.perf_counter() - started)
    return 1000 * float(np.median(times))


def row(name: str, detector: str | None, precision: str | None) -> str:
    embedder, _, alignment = name.partition("/")
    recognizer = Recognizer(embedder=embedder, alignment=alignment or None, detector=detector, precision=precision)
    cache = EmbeddingCache(recognizer.settings.home / "evaluation" / "embeddings.db")
    system = System.of(recognizer, "centre")
    on_lfw = cache.embed(recognizer, system, read_people(DATA / "lfw" / "images"))
    searched, matched = identification(on_lfw), all_pairs(cache.embed(recognizer, system, celeba(DATA / "celeba")))
    part = recognizer.embedder
    precisions = "/".join(engine.precision for engine in engines_of(part))
    licences = ", ".join(dict.fromkeys(file.licence for file in part.files))
    figures = [100 * ten_fold(on_lfw, DATA / "lfw"), *(100 * searched), *(100 * rate for rate in matched)]
    return (
        f"| {name} | {licences} | {precisions} | {figures[0]:.2f} | {figures[1]:.1f} | {figures[2]:.1f} "
        f"| {figures[3]:.1f} | {figures[4]:.1f} | {milliseconds(recognizer, list(on_lfw.people.photos[:TIMED])):.1f} |"
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--systems", nargs="+", default=list(SYSTEMS))
    parser.add_argument("--detector")
    parser.add_argument("--precision")
    asked = parser.parse_args()
    print("| system | licence | precision | LFW 10-fold | TPIR, FPIR 1 % | 0.1 % | CelebA TAR, 1e-4 | 1e-5 | ms |")
    print("|---|---|---|---:|---:|---:|---:|---:|---:|", flush=True)
    for name in asked.systems:
        try:
            print(row(name, asked.detector, asked.precision), flush=True)
        except RostroError as error:  # weights that are not installed and cannot be had
            print(f"| {name} | {error} |", flush=True)


if __name__ == "__main__":
    main()
