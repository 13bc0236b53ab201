"""How good are groups of unknown faces, and what do they cost? Rostro's rule beside others, on the same vectors.

    python benchmarks/grouping.py embed lfw celeba five-celebrities --work grouping/
    python benchmarks/grouping.py compare lfw celeba five-celebrities --work grouping/
    python benchmarks/grouping.py blurred --work grouping/
    python benchmarks/grouping.py time 1000 10000 100000

``embed`` puts one face of each photo into ``--work`` (LFW: the one nearest to the centre, its convention; otherwise the
dominant one). ``compare`` groups them and prints BCubed and pairwise precision, recall and F. Rostro's numbers were
chosen on CelebA; those of the others are their makers' (Immich: DBSCAN at a cosine distance of 0.5 and three faces) or
stand beside the result, several where there is no usual one. ``blurred`` adds 800 blurred copies to LFW. ``time`` draws
vectors like an album's, people of 1 to 200 photos, and prints CPU seconds and the most memory.

With ``--tail celeba`` the threshold follows from impostor scores of CelebA, so that nothing at all is known of LFW.
"""

from __future__ import annotations

import argparse
import os
import resource
import time
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

import cv2
import numpy as np

from rostro.people.grouping import group_faces, thresholds_among
from rostro.people.linkage import Groups
from rostro.people.neighbours import near_pairs
from rostro.quality.gate import Gate
from rostro.recognition.selection import FaceRule
from rostro.recognizer import Recognizer
from rostro.scoring.clustering import bcubed, pairwise
from rostro.scoring.impostor_tail import ImpostorTail, fit_tail
from rostro.scoring.operating_points import shipped, tail_of

DATA = Path(os.environ.get("ROSTRO_DATA", Path(__file__).parents[2] / "shared" / "data"))
BLURS = (2.5, 4.0, 5.5, 7.0)
SCORER = "lightqnet"


class Album:
    """Embedded faces and whose they are."""

    def __init__(self, path: Path) -> None:
        table = np.load(path)
        self.vectors = table["vectors"].astype(np.float32)
        self.qualities, self.names, self.space = table["qualities"], table["names"], str(table["space"])
        self.gate = Gate.shipped(self.space, SCORER)

    @property
    def owners(self) -> np.ndarray:
        """Whose each face is, as a number."""
        return np.unique(self.names, return_inverse=True)[1]


def listed(name: str) -> tuple[list[Path], list[str]]:
    if name == "celeba":
        rows = (line.split() for line in (DATA / "celeba" / "identity_CelebA.txt").read_text().splitlines())
        whose = sorted((DATA / "celeba" / "images" / row[0], row[1]) for row in rows if row)
        there = [(photo, who) for photo, who in whose if photo.is_file()]
        return [photo for photo, _ in there], [who for _, who in there]
    photos = sorted(path for path in (DATA / name).rglob("*") if path.suffix.lower() in {".jpg", ".jpeg", ".png"})
    return photos, [photo.parent.name for photo in photos]


def embed(name: str, path: Path) -> None:
    photos, names = listed(name.removesuffix("-blurred"))
    rule: FaceRule = "centre" if name.startswith("lfw") else "dominant"
    if name == "lfw-blurred":
        some = np.random.default_rng(0).choice(len(photos), 800, replace=False)
        photos, names = [photos[place] for place in some], [names[place] for place in some]
    vectors, qualities, whose = [], [], []
    with Recognizer() as recognizer:
        images = blurred(photos) if name == "lfw-blurred" else photos
        for who, found in zip(names, recognizer.photos(images, face=rule), strict=True):
            if found and len(found.faces):
                vectors.append(found.embeddings[0])
                qualities.append(found.qualities[0].value)
                whose.append(who)
        space = recognizer.space
    path.parent.mkdir(parents=True, exist_ok=True)
    np.savez(path, vectors=np.array(vectors), qualities=np.array(qualities), names=np.array(whose), space=space)
    print(f"{name}: {len(vectors):,} faces of {len(photos):,} photos, {len(set(whose)):,} people", flush=True)


def blurred(photos: list[Path]) -> Iterator[np.ndarray]:
    for place, photo in enumerate(photos):
        image = cv2.cvtColor(cv2.imread(str(photo)), cv2.COLOR_BGR2RGB)
        yield cv2.GaussianBlur(image, (0, 0), BLURS[place % len(BLURS)])


def tail_on(album: Album) -> ImpostorTail:
    """The tail of impostor scores of an album's people."""
    scores = album.vectors @ album.vectors.T
    owners = album.owners
    scores[owners[:, None] == owners[None]] = -2
    floor = np.quantile(scores[::7], 1 - 0.02)
    first, second = np.nonzero(np.triu(scores >= floor, 1))
    return fit_tail(scores[first, second], first, second, owners)


def whisper(album: Album, threshold: float) -> np.ndarray:
    """Chinese whispers (Biemann 2006): every face takes the label that its neighbours say loudest, in random order."""
    count = len(album.vectors)
    first, second = near_pairs(album.vectors, threshold, most=count)
    weight = np.einsum("pd,pd->p", album.vectors[first], album.vectors[second])
    one, other = np.concatenate([first, second]), np.concatenate([second, first])
    order = np.argsort(one, kind="stable")
    other, weight = other[order], np.tile(weight, 2)[order]
    starts = np.searchsorted(one[order], np.arange(count + 1))
    label, random = np.arange(count), np.random.default_rng(0)
    for _ in range(20):
        for face in random.permutation(count):
            mine = slice(starts[face], starts[face + 1])
            if mine.stop > mine.start:
                said, place = np.unique(label[other[mine]], return_inverse=True)
                label[face] = said[np.argmax(np.bincount(place, weight[mine]))]
    return label


def average(album: Album, threshold: float) -> np.ndarray:
    from sklearn.cluster import AgglomerativeClustering

    model = AgglomerativeClustering(
        n_clusters=None, metric="precomputed", linkage="average", distance_threshold=1 - threshold
    )
    return np.asarray(model.fit_predict(1 - album.vectors @ album.vectors.T))


def dbscan(album: Album, distance: float, core: int) -> np.ndarray:
    """With two faces to a core these are connected components."""
    from sklearn.cluster import DBSCAN

    return alone(DBSCAN(eps=distance, min_samples=core, metric="cosine").fit_predict(album.vectors))


def hdbscan(album: Album, least: int) -> np.ndarray:
    from sklearn.cluster import HDBSCAN

    return alone(HDBSCAN(min_cluster_size=least, min_samples=1, copy=True).fit_predict(album.vectors))


def alone(labels: np.ndarray) -> np.ndarray:
    """The faces that were left as noise, each in a group of its own."""
    noise = labels < 0
    labels = labels.copy()
    labels[noise] = labels.max() + 1 + np.arange(noise.sum())
    return labels


def ours(album: Album, tail: ImpostorTail, *, guarded: bool = True) -> np.ndarray:
    count = len(album.vectors)
    return group_faces(
        album.vectors, np.arange(count), thresholds_among(count, tail, shipped(album.space).at().threshold),
        qualities=album.qualities if guarded else None, gate=album.gate,
    )  # fmt: skip


def one_pass(album: Album, threshold: float) -> np.ndarray:
    groups = Groups.alone(album.vectors, np.arange(len(album.vectors)))
    groups.grow(*near_pairs(album.vectors, threshold), threshold)
    return groups.label


HEAD = "| rule | BCubed P | R | F | pairwise P | R | F | groups | CPU s |\n|---|" + "---:|" * 8


def row(name: str, owners: np.ndarray, rule: Callable[[], np.ndarray]) -> None:
    started = time.process_time()
    labels = rule()
    spent = time.process_time() - started
    figures = [
        f"{value:.4f}"
        for a in (bcubed(labels, owners), pairwise(labels, owners))
        for value in (a.precision, a.recall, a.f)
    ]
    print(f"| {name} | {' | '.join(figures)} | {np.unique(labels).size:,} | {spent:.1f} |", flush=True)


def compare(name: str, album: Album, tail: ImpostorTail) -> None:
    owners = album.owners
    first, second = thresholds_among(len(owners), tail, shipped(album.space).at().threshold)
    print(
        f"\n{name}: {len(owners):,} faces of {owners.max() + 1:,} people; thresholds {first:.3f}, then {second:.3f}"
        f"\n\n{HEAD}"
    )
    row("**rostro**", owners, lambda: ours(album, tail))
    row("rostro without the quality guard", owners, lambda: ours(album, tail, guarded=False))
    row("rostro's linkage, one pass, the same threshold", owners, lambda: one_pass(album, second))
    row("DBSCAN as Immich: 0.5, 3", owners, lambda: dbscan(album, 0.5, 3))
    row("HDBSCAN, least 2", owners, lambda: hdbscan(album, 2))
    row("HDBSCAN, least 3", owners, lambda: hdbscan(album, 3))
    for threshold in (0.45, 0.5, 0.55, second):
        row(f"Chinese whispers {threshold:.3f}", owners, partial(whisper, album, threshold))
    for threshold in (0.45, 0.5, 0.55, second):
        row(f"connected components {threshold:.3f}", owners, partial(dbscan, album, 1 - threshold, 2))
    for threshold in (0.42, 0.46, second):
        row(f"average linkage {threshold:.3f}", owners, partial(average, album, threshold))


def with_blurred(work: Path) -> None:
    album, more = Album(work / "lfw.npz"), Album(work / "lfw-blurred.npz")
    sharp = len(album.vectors)
    for field in ("vectors", "qualities", "names"):
        setattr(album, field, np.concatenate([getattr(album, field), getattr(more, field)]))
    tail, owners = tail_of(album.space), album.owners
    print(f"\nLFW and {len(owners) - sharp} blurred photos\n\n{HEAD}")
    row("rostro", owners, lambda: ours(album, tail))
    row("without the quality guard", owners, lambda: ours(album, tail, guarded=False))
    row("rostro, of the sharp ones", owners[:sharp], lambda: ours(album, tail)[:sharp])
    row(
        "without the quality guard, of the sharp ones", owners[:sharp], lambda: ours(album, tail, guarded=False)[:sharp]
    )


def drawn(faces: int, seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    """Vectors of people with 1 to 200 photos, most of them few, with cosines like SFace's: 0.1 and 0.6."""
    random = np.random.default_rng(seed)
    sizes = np.minimum(random.zipf(1.8, faces), 200)
    owners = np.arange(faces).repeat(sizes)[:faces]
    shared = random.normal(size=128)
    centres = random.normal(size=(owners.max() + 1, 128))
    vectors = 0.33 * shared + 0.7 * centres[owners] + 0.63 * random.normal(size=(faces, 128))
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    order = random.permutation(faces)
    return vectors[order].astype(np.float32), owners[order]


def timed(sizes: list[int]) -> None:
    tail = tail_of("sface-0ba9fbfa/five_point-112")
    print("| faces | people | thresholds | BCubed F | CPU s | s | most memory, MB |\n|---:|" + "---:|" * 6)
    for faces in sizes:
        vectors, owners = drawn(faces)
        started, clock = time.process_time(), time.perf_counter()
        thresholds = thresholds_among(faces, tail)
        labels = group_faces(vectors, np.arange(faces), thresholds)
        spent, passed = time.process_time() - started, time.perf_counter() - clock
        most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        print(
            f"| {faces:,} | {owners.max() + 1:,} | {thresholds[0]:.3f}, {thresholds[1]:.3f} | "
            f"{bcubed(labels, owners).f:.4f} | {spent:.1f} | {passed:.1f} | {most:,.0f} |",
            flush=True,
        )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("what", choices=["embed", "compare", "blurred", "time"])
    parser.add_argument("on", nargs="*", help="Albums, or numbers of faces.")
    parser.add_argument("--work", type=Path, default=Path("grouping"))
    parser.add_argument("--tail", help="An embedded album whose impostors give the thresholds, instead of the shipped.")
    asked = parser.parse_args()
    if asked.what == "time":
        timed([int(number) for number in asked.on])
    elif asked.what == "blurred":
        if not (asked.work / "lfw-blurred.npz").is_file():
            embed("lfw-blurred", asked.work / "lfw-blurred.npz")
        with_blurred(asked.work)
    for name in asked.on if asked.what in {"embed", "compare"} else ():
        path = asked.work / f"{name}.npz"
        if asked.what == "embed":
            embed(name, path)
            continue
        album = Album(path)
        tail = tail_on(Album(asked.work / f"{asked.tail}.npz")) if asked.tail else tail_of(album.space)
        compare(name, album, tail)


if __name__ == "__main__":
    main()
