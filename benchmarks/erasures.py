"""People erased while jobs enrol them, watchers keep pictures of them, and all of these are killed: what stays of them?

    python benchmarks/erasures.py [--erasures 500] [--seed 7]

Jobs enrol people with pictures, watchers keep what they see and search, each a process; one of them is killed every few
erasures, and another takes its place. Meanwhile people are erased whom a job is just enrolling, and others. In the end,
when nobody works any more and the gallery was opened once, every file is searched for the bytes of those who were
erased: names, hashes of photos, vectors (as stored, and as evaluations keep them), pictures. Exit code 1: some were
found, or somebody came back.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import random
import sqlite3
import subprocess
import sys
import tempfile
import time
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from rostro.core.errors import GalleryError, UnknownPerson
from rostro.core.types import Face
from rostro.evaluation.embeddings import EmbeddingCache
from rostro.gallery.base import open_gallery
from rostro.gallery.sqlite import erasure
from rostro.gallery.sqlite.search import index, scan
from rostro.people.cached_vectors import cache_file
from rostro.people.people import People
from rostro.people.soundness import check
from rostro.photos.writing import encode_picture
from rostro.recognition.pipeline import PhotoFaces

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from rostro.photos.reading import Source

SPACE = "toy-00000000/none"
DIMS = 64
PHOTOS = 12
#: People of one job, of whom the first photo of each comes first, then the second of each.
PEOPLE = 16

FACE = Face((0, 0, 16, 16), 0.9)


def small() -> None:
    """An index for galleries of hundreds, and both ways of erasing."""
    index.EXACT_NUMBERS, index.TAIL, scan.SEGMENT = 150 * DIMS, 40, 400
    erasure.WHOLE_UP_TO = 400_000


def name(person: int) -> str:
    """Nobody else's."""
    return f"Somebody {hashlib.sha256(f'name {person}'.encode()).hexdigest()[:24]} {person}"


def number_of(called: str) -> int:
    """Who is called so."""
    return int(called.rpartition(" ")[2])


def photo(person: int, number: int) -> bytes:
    """A photo's bytes."""
    return f"photo {number} of {person}".encode()


def vector(digest: str) -> np.ndarray:
    """What an embedder makes of it."""
    drawn = np.random.default_rng(int(digest[:15], 16)).normal(size=DIMS).astype(np.float32)
    return drawn / np.linalg.norm(drawn)


def crop(digest: str) -> np.ndarray:
    """What a detector cuts out of it."""
    return np.random.default_rng(int(digest[:15], 16)).integers(0, 255, (16, 16, 3)).astype(np.uint8)


def look(sources: Iterable[Source]) -> Iterator[PhotoFaces]:
    """A pipeline without models."""
    for source in sources:
        digest = hashlib.sha256(bytes(source)).hexdigest()  # type: ignore[arg-type]
        picture = crop(digest)
        yield PhotoFaces(digest[:8], digest, 16, 16, (FACE,), vector(digest)[None], picture, picture[None])


def job(url: str, first: int) -> None:
    """Enrols people from a number on, for ever."""
    small()
    with open_gallery(url, space=SPACE) as gallery:
        while True:
            people = range(first, first + PEOPLE)
            items = [(name(person), photo(person, number)) for number in range(PHOTOS) for person in people]
            People(gallery).enroller(look, keep_pictures=True).run(items, lambda: time.sleep(0.002))
            first += PEOPLE


def watcher(url: str, seed: int) -> None:
    """Keeps pictures of whoever is there, for ever, as `rostro.video.sightings` does; searches in between."""
    from rostro.video.events import FaceEvent
    from rostro.video.identity import Match
    from rostro.video.sightings import Sightings

    small()
    draw = random.Random(seed)
    with open_gallery(url, space=SPACE) as gallery:
        people = People(gallery)
        people.sweep()
        assert people.pictures is not None
        sightings = Sightings(people.pictures, gallery)
        for track in range(10**9):
            there = list(gallery.all_names())
            if not there:
                time.sleep(0.05)
                continue
            for person, called in draw.sample(there, min(len(there), 10)):
                seen = crop(hashlib.sha256(f"seen {called}".encode()).hexdigest())
                match = Match(person, called, 0.9)
                event = FaceEvent(draw.choice(["recognised", "left"]), 0.0, track % 50, FACE.box, match, seen, 0.9)
                sightings.keep(event)
            gallery.search(vector(f"{track:015x}")[None], 3)
            time.sleep(0.01)


def secrets_of(person: int) -> dict[str, bytes]:
    """What must not stay, by what it is."""
    told = {"name": name(person).encode()}
    pictures = [hashlib.sha256(f"seen {name(person)}".encode()).hexdigest()]
    for number in range(PHOTOS):
        digest = hashlib.sha256(photo(person, number)).hexdigest()
        told |= {
            f"hash {number}": digest.encode(),
            f"vector {number}": vector(digest).astype("<f2").tobytes()[:48],
            f"float32 {number}": vector(digest).astype("<f4").tobytes()[:48],
        }
        pictures.append(digest)
    for number, digest in enumerate(pictures):
        told[f"picture {number}"] = encode_picture(crop(digest), ".jpg")[-160:]
    return told


def fill_cache(home: Path, hashes: Iterable[str]) -> None:
    """An evaluation of these photos has been made."""
    file = cache_file(home)
    EmbeddingCache(file)
    with closing(sqlite3.connect(file, timeout=10)) as sql, sql:
        rows = ((1, digest, vector(digest).astype("<f4").tobytes()) for digest in hashes)
        sql.executemany("INSERT OR REPLACE INTO embeddings VALUES (?, ?, ?, NULL)", rows)


def found(folder: Path, erased: Iterable[int]) -> dict[str, int]:
    """How often bytes of the erased are in any file of the folder, by kind and file."""
    contents = {file: file.read_bytes() for file in folder.rglob("*") if file.is_file()}
    counts: dict[str, int] = {}
    for person in erased:
        for what, secret in secrets_of(person).items():
            for file, content in contents.items():
                if times := content.count(secret):
                    place = f"{what.split()[0]} in {file.relative_to(folder)}"
                    counts[place] = counts.get(place, 0) + times
    return counts


class Workers:
    """Processes of each kind, one of which is killed now and then."""

    def __init__(self, url: str, folder: Path) -> None:
        self._url, self._folder = url, folder
        self._next = 0
        self.running: dict[str, subprocess.Popen[bytes]] = {}
        for kind in ("job", "job", "watcher"):
            self.start(kind)

    def start(self, kind: str) -> None:
        """One more."""
        number = self._next
        self._next += 1
        process = subprocess.Popen(
            [sys.executable, __file__, kind, self._url, str(number * 10_000 if kind == "job" else number)]
        )
        self.running[f"{kind} {number}"] = process

    def kill(self, which: str) -> None:
        """Ends one in the middle of whatever it does, and starts another of its kind."""
        process = self.running.pop(which)
        process.kill()
        process.wait()
        self.start(which.partition(" ")[0])

    def faults(self) -> list[str]:
        """Those that ended by themselves, which none should."""
        return [
            f"{name} ended ({process.returncode})"
            for name, process in self.running.items()
            if process.poll() is not None
        ]

    def end(self) -> None:
        """Kills all."""
        for process in self.running.values():
            process.kill()
            process.wait()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("kind", nargs="?", choices=["job", "watcher"], help=argparse.SUPPRESS)
    parser.add_argument("url", nargs="?", help=argparse.SUPPRESS)
    parser.add_argument("number", nargs="?", type=int, help=argparse.SUPPRESS)
    parser.add_argument("--erasures", type=int, default=500)
    parser.add_argument("--seed", type=int, default=7)
    chosen = parser.parse_args()
    if chosen.kind:
        (job if chosen.kind == "job" else watcher)(chosen.url, chosen.number)
        return
    small()
    with tempfile.TemporaryDirectory() as made:
        folder = Path(made)
        temporary, home = folder / "tmp", folder / "home"
        temporary.mkdir()
        os.environ |= {"TMPDIR": str(temporary), "ROSTRO_HOME": str(home)}
        raise SystemExit(erase_many(folder, home, chosen.erasures, random.Random(chosen.seed)))


def erase_many(folder: Path, home: Path, wanted: int, draw: random.Random) -> int:
    """Does what this script is for; gives its exit code."""
    url = str(folder / "people.db")
    erased: set[int] = set()
    kills = pending = 0
    started = time.monotonic()
    waits: list[float] = []
    with open_gallery(url, space=SPACE) as gallery:
        people = People(gallery, home)
        workers = Workers(url, folder)
        try:
            while len(erased) < wanted:
                there = [called for _, called in gallery.all_names()]
                if len(there) < 6:
                    time.sleep(0.05)
                    continue
                some = draw.sample(there[-PEOPLE:] if draw.random() < 0.7 else there, draw.choice([1, 1, 1, 3]))
                try:
                    fill_cache(home, [one.source_hash for called in some for one in gallery.templates(called)])
                    before = time.monotonic()
                    people.erase(*some)
                except UnknownPerson:
                    continue
                waits.append(time.monotonic() - before)
                pending += bool(people.pending())
                erased |= {number_of(called) for called in some}
                if draw.random() < 0.15:
                    kills += 1
                    workers.kill(draw.choice(list(workers.running)))
                time.sleep(draw.uniform(0, 0.1))
            faults = workers.faults()
        finally:
            workers.end()
        back = erased & {number_of(called) for _, called in gallery.all_names()}
    named = [said for said in check(url) if "nobody" in said or "ended" in said]
    with open_gallery(url, create=False) as gallery:
        People(gallery, home).sweep()
        left = {person for person, _ in gallery.all_names()}
        damage = check(gallery)
        crops = People(gallery).pictures
        owners = crops.owners() - left if crops is not None else set()
    counts = found(folder, erased)
    print(
        f"{len(erased)} people erased by {len(waits)} calls in {time.monotonic() - started:.0f} s; {kills} processes "
        f"killed, {len(left)} people stay; {pending} answers said that something was pending; a call took "
        f"{np.median(waits):.2f} s, at most {max(waits):.2f} s"
    )
    print(f"what kills left, named by gallery check and swept by the next: {len(named)}")
    print(f"bytes of the erased in any file: {json.dumps(counts) if counts else 0}")
    print(f"came back: {len(back)}; pictures of nobody: {len(owners)}; damage: {damage or 0}; faults: {faults or 0}")
    return int(bool(counts or back or owners or damage or faults))


if __name__ == "__main__":
    try:
        main()
    except GalleryError as error:
        sys.exit(str(error))
