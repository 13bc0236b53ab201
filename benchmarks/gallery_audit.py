"""What does an audit of a gallery find, and how often does it cry wolf?

    python benchmarks/grouping.py embed lfw celeba --work grouping/
    python benchmarks/gallery_audit.py planted lfw celeba --work grouping/
    python benchmarks/gallery_audit.py copies --work grouping/
    python benchmarks/gallery_audit.py time 1000 10000 100000

``planted`` makes a gallery of a set's people (vectors of `benchmarks/grouping.py`) and puts faults into it: 50 photos
under the names of others (half of them of people who are in the gallery with other photos, half of people who are not),
20 people under two names, and 20 blurred photos of their own people, which it embeds. It prints what share of each
is found, and the findings about anything else; those are false alarms, or faults that the set itself has.
``copies`` says how alike a photo and the same picture saved anew or made smaller are, and photos of one person at most.
``time`` draws vectors like a gallery's and prints CPU seconds and the most memory.
"""

from __future__ import annotations

import argparse
import hashlib
import resource
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import cv2
import grouping
import numpy as np

from rostro.core.types import Template
from rostro.gallery.base import Gallery, open_gallery
from rostro.people.trust.auditing import audit_gallery
from rostro.people.trust.findings import KINDS, GalleryAudit
from rostro.recognizer import Recognizer

#: (name, photo, vector, quality)
Row = tuple[str, str, np.ndarray, float]
#: Photo, or pair of names → fault.
Planted = dict[object, str]

WRONG, SPLIT, BLURRED = 50, 20, 20
SEEDS = 5


def gallery_of(rows: list[Row], space: str) -> Gallery:
    """A gallery in memory, of (name, photo, vector, quality)."""
    people: dict[str, list[Template]] = {}
    for name, photo, vector, quality in rows:
        digest = hashlib.sha256(f"{photo}".encode()).hexdigest()
        people.setdefault(name, []).append(Template(vector, digest, photo, quality))
    gallery = open_gallery(":memory:", space=space)
    gallery.add(people)
    return gallery


def blurred_rows(work: Path, name: str) -> list[tuple[str, np.ndarray, float]]:
    """(name, vector, quality) of blurred photos that were embedded by `benchmarks/grouping.py`."""
    path = work / f"{name}-blurred.npz"
    if not path.is_file():
        grouping.embed(f"{name}-blurred", path)
    album = grouping.Album(path)
    return list(zip(album.names.tolist(), album.vectors, album.qualities.tolist(), strict=True))


def plant(album: grouping.Album, blurred: list[tuple[str, np.ndarray, float]], seed: int) -> tuple[list[Row], Planted]:
    """The rows of a gallery with faults, and what was planted."""
    random = np.random.default_rng(seed)
    names = album.names.tolist()
    owners = list(names)
    photos = Counter(names)
    several = [place for place, name in enumerate(names) if photos[name] >= 3]
    single = [place for place, name in enumerate(names) if photos[name] == 1]
    hosts = sorted(name for name, count in photos.items() if count >= 2)
    planted: Planted = {}
    known = random.choice(several, WRONG // 2, replace=False)
    unknown = random.choice(single, WRONG - WRONG // 2, replace=False)
    for place, host in zip([*known, *unknown], random.choice(hosts, WRONG, replace=False), strict=True):
        if owners[place] == host:
            continue
        planted[f"{place}"] = "wrong, known" if place in known else "wrong, unknown"
        owners[place] = host
    touched = {owners[int(str(place))] for place in planted} | {names[int(str(place))] for place in planted}
    free = sorted(name for name in hosts if name not in touched)
    for name in random.choice(free, SPLIT, replace=False).tolist():
        mine = [place for place, named in enumerate(names) if named == name]
        for place in mine[: len(mine) // 2]:
            owners[place] = f"{name}, again"
        planted[frozenset((name, f"{name}, again"))] = "two names"
        touched.add(name)
    rows: list[Row] = [
        (owner, f"{place}", vector, float(quality))
        for place, (owner, vector, quality) in enumerate(zip(owners, album.vectors, album.qualities, strict=True))
    ]
    for number in random.permutation(len(blurred))[:BLURRED].tolist():
        name, vector, quality = blurred[number]
        rows.append((name, f"blurred {number}", vector, quality))
        planted[f"blurred {number}"] = "blurred"
    return rows, planted


def told(audit: GalleryAudit, planted: Planted) -> tuple[Counter[str], Counter[tuple[str, str]], Counter[str]]:
    """Found of each fault, found by whatever kind of finding, and findings about nothing that was planted."""
    found: dict[object, str] = {}
    false: Counter[str] = Counter()
    for finding in audit.findings:
        first = finding.faces[: max(1, len(finding.mends) // 2)] if finding.kind == "outlier" else finding.faces[:1]
        keys: list[object] = [face.photo for face in first] if finding.kind != "twice" else []
        if finding.kind in {"one-person", "alike"}:
            keys = [frozenset(finding.people)]
        there = [key for key in keys if key in planted]
        for key in there:
            found.setdefault(key, finding.kind)
        if not there:
            false[finding.kind] += 1
    every = Counter(planted.values())
    by = Counter((planted[key], kind) for key, kind in found.items())
    return every, by, false


def planted(work: Path, name: str) -> None:
    album = grouping.Album(work / f"{name}.npz")
    blurred = blurred_rows(work, "lfw") if name == "lfw" else []
    clean = audit_gallery(gallery_of([*zip(album.names.tolist(), map(str, range(len(album.names))), album.vectors,
                                           album.qualities.tolist(), strict=True)], album.space))  # fmt: skip
    people = len(set(album.names.tolist()))
    print(f"\n{name}: {len(album.names):,} photos of {people:,} people; search threshold {clean.threshold:.3f}, "
          f"one person from {clean.same_person:.3f}; {clean.found:,} of {clean.tried:,} found")  # fmt: skip
    print("as it is:", dict(clean.counts), flush=True)
    every: Counter[str] = Counter()
    by: Counter[tuple[str, str]] = Counter()
    false: Counter[str] = Counter()
    for seed in range(SEEDS):
        rows, faults = plant(album, blurred, seed)
        a, b, c = told(audit_gallery(gallery_of(rows, album.space)), faults)
        every, by, false = every + a, by + b, false + c
    print(f"\n| planted ({SEEDS} draws) | | found | by |\n|---|---:|---:|---|")
    for fault, count in every.items():
        kinds = {kind: by[fault, kind] for kind in KINDS if by[fault, kind]}
        print(f"| {fault} | {count} | {sum(kinds.values()) / count:.1%} | {kinds} |")
    print("about anything else, a draw:", {kind: count / SEEDS for kind, count in false.items()}, flush=True)


def copies(work: Path) -> None:
    """How alike copies are, and different photos of one person."""
    album = grouping.Album(work / "lfw.npz")
    photos, _ = grouping.listed("lfw")
    some = [photos[place] for place in np.random.default_rng(0).choice(len(photos), 300, replace=False)]
    images = [np.asarray(cv2.imread(str(photo))) for photo in some]
    changed: dict[str, Callable[[np.ndarray], np.ndarray]] = {
        "saved anew, quality 90": lambda image: again(image, 90),
        "saved anew, quality 50": lambda image: again(image, 50),
        "saved anew, quality 20": lambda image: again(image, 20),
        "three quarters of the size": lambda image: cv2.resize(image, None, fx=0.75, fy=0.75),
        "half the size": lambda image: cv2.resize(image, None, fx=0.5, fy=0.5, interpolation=cv2.INTER_AREA),
    }
    with Recognizer() as recognizer:

        def vectors(pictures: list[np.ndarray]) -> list[np.ndarray | None]:
            given = (cv2.cvtColor(picture, cv2.COLOR_BGR2RGB) for picture in pictures)
            return [found.embeddings[0] if found else None for found in recognizer.photos(given, face="centre")]

        before = vectors(images)
        for name, change in changed.items():
            pairs = zip(before, vectors([change(image) for image in images]), strict=True)
            scores = np.sort([float(a @ b) for a, b in pairs if a is not None and b is not None])
            print(f"{name}: median {np.median(scores):.3f}, lowest twentieth {scores[len(scores) // 20]:.3f}")
    scores = album.vectors @ album.vectors.T
    same = np.triu(album.owners[:, None] == album.owners[None], 1)
    genuine = np.sort(scores[same])
    print(f"{genuine.size:,} pairs of one person: above 0.90 {np.mean(genuine > 0.9):.4%}, above 0.95 "
          f"{np.mean(genuine > 0.95):.4%}, the highest {genuine[-10:].round(3)}")  # fmt: skip


def again(image: np.ndarray, quality: int) -> np.ndarray:
    return np.asarray(
        cv2.imdecode(cv2.imencode(".jpg", image, [cv2.IMWRITE_JPEG_QUALITY, quality])[1], cv2.IMREAD_COLOR)
    )


def timed(sizes: list[int]) -> None:
    print("| templates | people | search threshold | one person from | findings | CPU s | s | most memory, MB |")
    print("|---:|" + "---:|" * 7)
    for count in sizes:
        vectors, owners = grouping.drawn(count)
        rows = [(f"{owner}", f"{place}", vector, 1.0)
                for place, (owner, vector) in enumerate(zip(owners.tolist(), vectors, strict=True))]  # fmt: skip
        with gallery_of(rows, "sface-0ba9fbfa/five_point-112") as gallery:
            del rows
            started, clock = time.process_time(), time.perf_counter()
            audit = audit_gallery(gallery)
            spent, passed = time.process_time() - started, time.perf_counter() - clock
        most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        print(f"| {count:,} | {len(audit.people):,} | {audit.threshold:.3f} | {audit.same_person:.3f} | "
              f"{len(audit.findings):,} | {spent:.1f} | {passed:.1f} | {most:,.0f} |", flush=True)  # fmt: skip


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("what", choices=["planted", "copies", "time"])
    parser.add_argument("on", nargs="*", help="Sets, or numbers of templates.")
    parser.add_argument("--work", type=Path, default=Path("grouping"))
    asked = parser.parse_args()
    if asked.what == "time":
        timed([int(number) for number in asked.on])
    elif asked.what == "copies":
        copies(asked.work)
    else:
        for name in asked.on:
            planted(asked.work, name)


if __name__ == "__main__":
    main()
