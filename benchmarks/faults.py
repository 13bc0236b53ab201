"""What becomes of a gallery in a file when things go wrong: killed processes, full disks, damaged files, many at once.

    python benchmarks/faults.py [kill] [disk] [damage] [crowd] [--kills 200] [--seconds 300] [--processes 8]

Each part prints what it did and ends with an error where a promise was broken. The tests run the same in small.
"""

from __future__ import annotations

import argparse
import random
import resource
import subprocess
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

import numpy as np

from rostro.core.errors import GalleryError
from rostro.core.types import Template
from rostro.gallery.base import open_gallery
from rostro.gallery.upkeep.check import find_damage

SPACE = "toy-00000000/none"
DIMS = 64

#: What every process of this script begins with: an index for galleries of hundreds, and vectors that a number gives.
COMMON = f"""
import random, sys, time
import numpy as np
from rostro.core.errors import GalleryError
from rostro.gallery.sqlite import erasure
from rostro.gallery.sqlite.search import index, scan
from rostro.gallery.base import open_gallery
from rostro.core.types import Template

index.EXACT_NUMBERS, index.TAIL, scan.SEGMENT = 200 * {DIMS}, 50, 500
erasure.WHOLE_UP_TO = 300_000

def faces(number):
    vectors = np.random.default_rng(number).normal(size=(3, {DIMS})).astype(np.float32)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    return [Template(vector, f"{{number}}-{{n}}", "a.jpg") for n, vector in enumerate(vectors)]
"""

#: Enrols people from a number on, says each after its commit, searches for it, and builds the index now and then.
ENROL = (
    COMMON
    + f"""
with open_gallery(sys.argv[1], space="{SPACE}") as gallery:
    number = int(sys.argv[2])
    print("ready", flush=True)
    while True:
        given = faces(number)
        gallery.add({{f"person {{number}}": given}})
        print(number, flush=True)
        assert gallery.search(given[0].vector[None], 1)[0][0].similarity > 0.999
        if number % 7 == 0:
            gallery.reindex()
        number += 1
"""
)

#: Adds, searches and removes its own people for a while, and checks every answer.
CROWD = (
    COMMON
    + f"""
url, me, seconds = sys.argv[1], sys.argv[2], float(sys.argv[3])
choice, mine, done = random.Random(me), [], 0
with open_gallery(url, space="{SPACE}") as gallery:
    end, number = time.monotonic() + seconds, int(me) * 10**9
    while time.monotonic() < end:
        do = choice.random()
        done += 1
        if do < 0.3 or not mine:
            number += 1
            assert gallery.add({{f"person {{number}}": faces(number)}}) == 3
            mine.append(number)
        elif do < 0.9:
            wanted = choice.choice(mine)
            person = gallery.person(f"person {{wanted}}").id
            for hits in gallery.search(np.stack([t.vector for t in faces(wanted)]), 2):
                assert hits[0].person == person and hits[0].similarity > 0.999, (wanted, hits)
        else:
            gone = [mine.pop(choice.randrange(len(mine))) for _ in range(min(len(mine), choice.randint(1, 3)))]
            assert gallery.remove(*(f"person {{n}}" for n in gone)) == 3 * len(gone)
            vectors = np.stack([t.vector for n in gone for t in faces(n)])
            assert all(not hits or hits[0].similarity < 0.9 for hits in gallery.search(vectors, 1))
    here = {{p.name: p.templates for p in gallery.people()}}
    assert all(here[f"person {{n}}"] == 3 for n in mine)
print(done)
"""
)


def sound(path: Path) -> None:
    with open_gallery(str(path), create=False) as gallery:
        found = list(find_damage(gallery))
    if found:
        raise SystemExit(f"{path} is damaged: {found[:5]}")


def faces(number: int) -> list[Template]:
    vectors = np.random.default_rng(number).normal(size=(3, DIMS)).astype(np.float32)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    return [Template(vector, f"{number}-{n}", "a.jpg") for n, vector in enumerate(vectors)]


def kill(folder: Path, kills: int) -> None:
    path, points, said = folder / "killed.db", random.Random(1), 0
    for _ in range(kills):
        process = subprocess.Popen(
            [sys.executable, "-c", ENROL, str(path), str(said)], stdout=subprocess.PIPE, text=True
        )
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
        time.sleep(points.uniform(0.0, 0.4))
        process.kill()
        lines = process.stdout.read().split()
        process.wait()
        with open_gallery(str(path), create=False) as gallery:
            here = {person.name: person.templates for person in gallery.people()}
        said = max([said, *(int(line) + 1 for line in lines)])
        if any(here.get(f"person {n}") != 3 for n in range(said)) or set(here.values()) > {3}:
            raise SystemExit("something that was committed is lost, or half of an addition is there")
        said = len(here)
        sound(path)
    print(f"killed {kills} times while enrolling and building the index: {said} people, none lost, check clean")


def disk(folder: Path) -> None:
    """No file may grow beyond a limit, which SQLite meets as it meets a full disk."""
    path = folder / "full.db"
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    added, refused = 0, Counter[str]()
    try:
        with open_gallery(str(path), space=SPACE) as gallery:
            for limit in range(200_000, 1_000_000, 50_000):
                resource.setrlimit(resource.RLIMIT_FSIZE, (limit, before[1]))
                while True:
                    try:
                        gallery.add({f"person {added}": faces(added)})
                        added += 1
                    except GalleryError as error:
                        refused[str(error).rpartition(": ")[2]] += 1
                        break
                for number in range(0, added, 50):
                    assert gallery.search(faces(number)[0].vector[None], 1)[0][0].similarity > 0.999
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
    with open_gallery(str(path), create=False) as gallery:
        assert len(gallery.people()) == added
    sound(path)
    print(f"disk full {refused.total()} times ({dict(refused)}): {added} people, none lost or half there, check clean")


def damage(folder: Path) -> None:
    """The index deleted or garbled at random places: the same answers. The gallery garbled: answers or an error."""
    path, points = folder / "damaged.db", random.Random(2)
    with open_gallery(str(path), space=SPACE) as gallery:
        gallery.add({f"person {number}": faces(number) for number in range(300)})
        vectors = np.stack([faces(number)[0].vector for number in range(0, 300, 7)])
        expected = gallery.search(vectors, 3)
    index = Path(f"{path}.index")
    script = COMMON + "g = open_gallery(sys.argv[1]); g.search(np.zeros((1, 64), np.float32), 1)"
    subprocess.run([sys.executable, "-c", script, str(path)], check=True)
    good, content = index.read_bytes(), path.read_bytes()
    for turn in range(100):
        bad = bytearray(good)
        for _ in range(points.randrange(1, 20)):
            bad[points.randrange(len(bad))] ^= 1 << points.randrange(8)
        index.write_bytes(bad if turn % 3 else bad[: points.randrange(len(bad))])
        if turn % 10 == 0:
            index.unlink()
        with open_gallery(str(path)) as gallery:
            if gallery.search(vectors, 3) != expected:
                raise SystemExit("a damaged index changed the answers")
    said = Counter[str]()
    for _ in range(100):
        bad = bytearray(content)
        place = points.randrange(len(bad) - 4096)
        bad[place : place + 4096] = points.randbytes(4096)
        (folder / "broken.db").write_bytes(bad)
        try:
            with open_gallery(str(folder / "broken.db")) as gallery:
                said["named" if list(find_damage(gallery)) else "not noticed"] += 1
        except GalleryError:
            said["refused"] += 1
    print(f"index deleted or garbled 100 times: the same answers; a page of the gallery 100 times: {dict(said)}")


def crowd(folder: Path, processes: int, seconds: int) -> None:
    path = folder / "crowd.db"
    commands = [[sys.executable, "-c", CROWD, str(path), str(n), str(seconds)] for n in range(1, processes + 1)]
    running = [
        subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) for command in commands
    ]
    outputs = [process.communicate() for process in running]
    errors = [error for process, (_, error) in zip(running, outputs, strict=True) if process.returncode]
    if errors:
        raise SystemExit(f"{len(errors)} of {processes} processes failed; the first:\n{errors[0]}")
    sound(path)
    done = sum(int(output) for output, _ in outputs)
    print(f"{processes} processes for {seconds} s: {done} additions, searches and removals, every answer right")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("parts", nargs="*", default=["kill", "disk", "damage", "crowd"])
    parser.add_argument("--kills", type=int, default=200)
    parser.add_argument("--seconds", type=int, default=300)
    parser.add_argument("--processes", type=int, default=8)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        if "kill" in options.parts:
            kill(folder, options.kills)
        if "disk" in options.parts:
            disk(folder)
        if "damage" in options.parts:
            damage(folder)
        if "crowd" in options.parts:
            crowd(folder, options.processes, options.seconds)


if __name__ == "__main__":
    main()
