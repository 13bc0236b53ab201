"""Do albums stay? Photos in parts, in any order, again, and killed in the middle; and what large albums cost.

    python benchmarks/grouping.py embed lfw --work grouping/
    python benchmarks/albums.py parts --vectors grouping/lfw.npz
    python benchmarks/albums.py kill --vectors grouping/lfw.npz --kills 50
    python benchmarks/albums.py time 1000 10000 100000

``parts`` groups the same faces at once, again, shuffled, and in ten parts, without names and with the largest groups
named by what most of their faces are called; it prints BCubed and pairwise F against the run at once, and BCubed F
against the truth. ``kill`` takes faces in and names groups in another process, which is killed at random moments; then
every name that was answered must be there, every face that was answered, and the groups must be those of one run.
``time`` draws vectors like an album's and prints CPU seconds: of all faces at once, of ten new ones, of one name, of
the first hundred groups, of the list of all.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
from grouping import Album as Embedded
from grouping import drawn

from rostro.core.types import Template
from rostro.people.album import group_id
from rostro.people.albums.album import Album
from rostro.people.albums.regrouping import regroup
from rostro.people.albums.shown import kept_face
from rostro.people.grouping import thresholds_among
from rostro.scoring.clustering import bcubed, pairwise
from rostro.scoring.operating_points import shipped, tail_of

SPACE = "sface-0ba9fbfa/five_point-112"
BOX = (0.0, 0.0, 100.0, 100.0)
#: Groups that are named after each part.
NAMED = 20
#: Faces that come in one transaction, as `Intake` has it.
AT_ONCE = 64


def thresholds(faces: int) -> tuple[float, float]:
    return thresholds_among(faces, tail_of(SPACE), shipped(SPACE).at().threshold)


def templates(embedded: Embedded, which: Iterable[int]) -> list[Template]:
    return [
        Template(embedded.vectors[one], f"{one:064x}", f"{one}.jpg", float(embedded.qualities[one]), BOX)
        for one in which
    ]


def take_in(album: Album, faces: list[Template], gate: object, told: Callable[[int], None] = lambda face: None) -> None:
    """As a recogniser does with photos that it looked at."""
    known = album.gallery.known_sources([face.source_hash for face in faces])
    new = [face for face in faces if face.source_hash not in known]
    names = [group_id([kept_face(face)]) for face in new]
    for start in range(0, len(new), AT_ONCE):
        some = slice(start, start + AT_ONCE)
        album.people.take_in({name: [face] for name, face in zip(names[some], new[some], strict=True)})
        for face in new[some]:
            told(int(face.source_hash, 16))
    regroup(album.people, names, thresholds, gate)  # type: ignore[arg-type]


def name_largest(album: Album, owners: np.ndarray, told: Callable[[str, str], None] = lambda id, name: None) -> None:
    for summary in album.groups(named=False, limit=NAMED):
        faces = [int(face.sha256, 16) for face in album.group(summary.id).faces]
        (owner, _) = Counter(int(owners[face]) for face in faces).most_common(1)[0]
        told(album.name(summary.id, f"Person {owner}"), f"Person {owner}")


def labels_of(album: Album, faces: int) -> np.ndarray:
    labels = np.full(faces, -1)
    people = sorted(album.gallery.all_names())
    for start in range(0, len(people), 1_000):
        some = [name for _, name in people[start : start + 1_000]]
        for place, held in enumerate(album.gallery.templates_of(some).values(), start):
            for template in held:
                labels[int(template.source_hash, 16)] = place
    assert (labels >= 0).all(), "a face is lost"
    return labels


def parts(embedded: Embedded) -> None:
    owners, count = embedded.owners, len(embedded.owners)
    print(f"{count:,} faces of {owners.max() + 1:,} people\n")
    print("| how | BCubed F to one run | pairwise F to one run | BCubed F to the truth | the same ids | CPU s |")
    print("|---|" + "---:|" * 5, flush=True)
    first: np.ndarray | None = None
    ids: set[str] = set()
    plans = [("at once", 1, None, False), ("at once, again", 1, None, False), ("shuffled", 1, 1, False),
             ("ten parts", 10, None, False), ("ten parts, shuffled", 10, 2, False),
             ("ten parts, shuffled", 10, 3, False), ("ten parts, names between", 10, 2, True)]  # fmt: skip
    for how, pieces, seed, named in plans:
        order = np.arange(count) if seed is None else np.random.default_rng(seed).permutation(count)
        with (
            tempfile.TemporaryDirectory() as folder,
            Album.open(Path(folder, "a.db"), create=True, space=SPACE) as album,
        ):
            started = time.process_time()
            for part in np.array_split(order, pieces):
                take_in(album, templates(embedded, part), embedded.gate)
                if named:
                    name_largest(album, owners)
            spent = time.process_time() - started
            if how.endswith("again"):
                take_in(album, templates(embedded, order), embedded.gate)
            labels = labels_of(album, count)
            mine = {group.id for group in album.groups()}
            if named:
                print(f"  {len(album.groups(named=True))} people have names")
        if first is None:
            first, ids = labels, mine
        same = f"{len(mine & ids):,} of {len(ids):,}"
        print(f"| {how} | {bcubed(labels, first).f:.4f} | {pairwise(labels, first).f:.4f} | "
              f"{bcubed(labels, owners).f:.4f} | {same} | {spent:.1f} |", flush=True)  # fmt: skip


def work(embedded: Embedded, where: Path) -> None:
    """What is killed: takes parts in and names groups; notes what was answered."""
    order = np.random.default_rng(7).permutation(len(embedded.owners))
    with (where / "log").open("a") as log, Album.open(where / "a.db", create=True, space=SPACE) as album:

        def note(*what: object) -> None:
            log.write(json.dumps(what) + "\n")
            log.flush()

        parts = np.array_split(order, 10)
        there = [len(album.gallery.known_sources([f"{one:064x}" for one in part])) == len(part) for part in parts]
        begun = max(0, (there.index(False) if False in there else len(parts)) - 1)
        for part in parts[begun:]:  # what is there is not taken in again; what came last may not be grouped yet
            take_in(album, templates(embedded, part), embedded.gate, lambda face: note("face", face))
            name_largest(album, embedded.owners, lambda id, name: note("name", id, name))
        note("end")


def kill(embedded: Embedded, vectors: Path, kills: int) -> None:
    """One album after another, until so many processes were killed."""
    random = np.random.default_rng(0)
    print("| kills | names answered | people with names | BCubed F to the run that nobody killed | to the truth |")
    print("|---:|" + "---:|" * 4, flush=True)
    with tempfile.TemporaryDirectory() as folder:
        work(embedded, Path(folder))
        with Album.open(Path(folder, "a.db")) as album:
            unhurt = labels_of(album, len(embedded.owners))
    while kills > 0:
        with tempfile.TemporaryDirectory() as folder:
            done = _killed(Path(folder), vectors, kills, random)
            kills -= done
            names = sum(what[0] == "name" for what in _answered(Path(folder)))
            with Album.open(Path(folder, "a.db")) as album:
                labels, named = labels_of(album, len(embedded.owners)), len(album.groups(named=True))
        print(f"| {done} | {names} | {named} | {bcubed(labels, unhurt).f:.4f} | "
              f"{bcubed(labels, embedded.owners).f:.4f} |", flush=True)  # fmt: skip
    print(f"Unhurt, to the truth: {bcubed(unhurt, embedded.owners).f:.4f}")


def _killed(where: Path, vectors: Path, kills: int, random: np.random.Generator) -> int:
    """Takes faces in, killed again and again, to the end; how often."""
    done = 0
    command = [sys.executable, __file__, "work", "--vectors", str(vectors), "--where", str(where)]
    while True:
        process, size = subprocess.Popen(command), _size(where)
        if done < kills:
            while _size(where) == size and process.poll() is None:  # until it writes
                time.sleep(0.01)
            time.sleep(float(random.uniform(0.0, 1.0)))
            if process.poll() is None:
                os.kill(process.pid, signal.SIGKILL)
                done += 1
        ended = process.wait() == 0
        check(where)
        if ended:
            return done


def _answered(where: Path) -> list[list[str | int]]:
    """What the log says was answered; a line that was cut off was not."""
    log = where / "log"
    return [json.loads(line) for line in log.read_text().splitlines() if line.endswith("]")] if log.exists() else []


def _size(where: Path) -> int:
    log = where / "log"
    return log.stat().st_size if log.exists() else 0


def check(where: Path) -> None:
    """Everything that was answered is there, whoever was killed since."""
    if not (told := _answered(where)):
        return
    with Album.open(where / "a.db") as album:
        assert not album.gallery.damage()
        faces = [f"{what[1]:064x}" for what in told if what[0] == "face"]
        assert album.gallery.known_sources(faces).keys() == set(faces), "a face is lost"
        kept = {group.name: group.id for group in album.groups(named=True)}
        for _, group, name in (what for what in told if what[0] == "name"):
            assert name in kept, f"{name} is lost"
            assert group in kept.values(), f"{group} of {name} is lost"


@contextmanager
def clock(spent: list[float]) -> Iterator[None]:
    """Notes the CPU seconds that the block takes."""
    started = time.process_time()
    yield
    spent.append(time.process_time() - started)


def timed(sizes: list[int]) -> None:
    print("| faces | groups | all at once, CPU s | again, nothing new | ten new faces | one name | first 100 groups | "
          "all groups | most memory, MB | file, MB |\n|---:|" + "---:|" * 9)  # fmt: skip
    for count in sizes:
        vectors, _ = drawn(count + 10)
        faces = [Template(vector, f"{one:064x}", f"{one}.jpg", 0.9, BOX) for one, vector in enumerate(vectors)]
        with (
            tempfile.TemporaryDirectory() as folder,
            Album.open(Path(folder, "a.db"), create=True, space=SPACE) as album,
        ):
            spent: list[float] = []
            with clock(spent):
                take_in(album, faces[:-10], None)
            with clock(spent):
                regroup(album.people, [], thresholds, None)
            album.gallery.search(vectors[:1], 1)  # the index is made once
            with clock(spent):
                take_in(album, faces[-10:], None)
            largest = album.groups(limit=1)[0].id
            with clock(spent):
                album.name(largest, "Ada")
            with clock(spent):
                album.groups(limit=100)
            with clock(spent):
                groups = album.groups()
            size = Path(folder, "a.db").stat().st_size / 1e6
        most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        told = [f"{count:,}", f"{len(groups):,}", *(f"{one:.2f}" for one in spent), f"{most:,.0f}", f"{size:.0f}"]
        print(f"| {' | '.join(told)} |", flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("what", choices=["parts", "kill", "work", "time"])
    parser.add_argument("sizes", nargs="*", type=int, help="Numbers of faces, for 'time'.")
    parser.add_argument("--vectors", type=Path, help="What benchmarks/grouping.py embedded.")
    parser.add_argument("--kills", type=int, default=50)
    parser.add_argument("--where", type=Path, help="For the process that is killed.")
    asked = parser.parse_args()
    if asked.what == "time":
        timed(asked.sizes)
        return
    embedded = Embedded(asked.vectors)
    if asked.what == "parts":
        parts(embedded)
    elif asked.what == "work":
        work(embedded, asked.where)
    else:
        kill(embedded, asked.vectors, asked.kills)


if __name__ == "__main__":
    main()
