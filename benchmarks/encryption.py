"""What encrypting a gallery in a file costs, and what becomes of it when the process is killed.

    python benchmarks/encryption.py kill [--kills 200]
    python benchmarks/encryption.py speed [--people 25000] [--each 4] [--dims 512] [--pairs 25]

``kill``: processes that encrypt, rekey (wrapping only, and everything) and decrypt are killed at random moments; the
same call is then made until it is through. After each, everybody is there and found, and no name, photo hash, vector or
picture is in any file in clear; a killed call may have left the gallery as it was or as it was to be, never between.

``speed``: the same people in a plain and in an encrypted gallery; CPU time of searches in turns, and what opening,
listing, adding and erasing take. Vectors are made up.
"""

from __future__ import annotations

import argparse
import hashlib
import random
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from rostro.core.errors import GalleryError
from rostro.core.types import Template
from rostro.gallery.base import open_gallery
from rostro.gallery.keys import Key
from rostro.gallery.upkeep.check import find_damage
from rostro.people.encrypting import decrypt, encrypt, rekey
from rostro.people.pictures import Pictures

if TYPE_CHECKING:
    from collections.abc import Callable

    from rostro.gallery.base import Gallery

SPACE = "toy-00000000/none"
ONE, TWO = bytes(range(50, 82)), bytes(range(150, 182))

#: A call, as `rostro gallery encrypt` makes it; it says when it begins and when it is through.
CALL = """
import sys
from rostro.gallery.sqlite import encryption
from rostro.people.encrypting import decrypt, encrypt, rekey

encryption._ROWS = 20
path, what, key, new = sys.argv[1], sys.argv[2], *map(bytes.fromhex, sys.argv[3:])
print("ready", flush=True)
if what == "encrypt":
    encrypt(path, key)
elif what == "decrypt":
    decrypt(path, key)
else:
    rekey(path, key, new, everything=what == "rekey everything")
print("through", flush=True)
"""


def faces(number: int, dims: int = 64, count: int = 4) -> list[Template]:
    vectors = np.random.default_rng(number).normal(size=(count, dims)).astype(np.float32)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    return [
        Template(vector, hashlib.sha256(f"{number} {n}".encode()).hexdigest(), f"camera {number} {n}.jpg")
        for n, vector in enumerate(vectors)
    ]


def fill(path: Path, people: int) -> list[bytes]:
    """Enrols people with pictures; what would betray them in a file."""
    traces = []
    with open_gallery(str(path), space=SPACE) as gallery:
        gallery.add({f"Somebody {n:05}": faces(n) for n in range(people)})
        pictures = Pictures.beside(gallery)
        assert pictures is not None
        for n in range(0, people, 10):
            person = gallery.person(f"Somebody {n:05}").id
            pictures.keep(person, faces(n)[0].source_hash, np.full((16, 16, 3), n % 256, np.uint8))
    for n in range(people):
        traces.append(f"Somebody {n:05}".encode())
        for template in faces(n):
            half = np.asarray(template.vector, "<f2").tobytes()
            traces += [template.source_hash.encode(), bytes.fromhex(template.source_hash), half[:16], half[-16:]]
            traces += [np.asarray(template.vector, kind)[:8].tobytes() for kind in ("<f4", "<f8")]
    return [*traces, b"\xff\xd8\xff\xe0\x00\x10JFIF"]


def in_clear(folder: Path, traces: list[bytes]) -> int:
    content = b"".join(file.read_bytes() for file in folder.rglob("*") if file.is_file())
    return sum(trace in content for trace in traces)


def whole(path: Path, key: bytes | None, people: int) -> None:
    with open_gallery(str(path), create=False, key=key) as gallery:
        here = {person.name: person.templates for person in gallery.people()}
        if here != {f"Somebody {n:05}": 4 for n in range(people)}:
            raise SystemExit(f"{people - len(here)} people are lost")
        for n in range(0, people, 20):
            ((hit,),) = gallery.search(faces(n)[2].vector[None], 1)
            if gallery.names([hit.person]) != {hit.person: f"Somebody {n:05}"}:
                raise SystemExit(f"Somebody {n} is not found")
        pictures = Pictures.beside(gallery)
        for n in range(0, people, 10):
            picture = pictures.picture(gallery.person(f"Somebody {n:05}").id) if pictures else None
            if not (picture or b"").startswith(b"\xff\xd8"):
                raise SystemExit(f"the picture of {n} is lost")
        found = list(find_damage(gallery))
    if found:
        raise SystemExit(f"damaged: {found[:5]}")


def kill(folder: Path, kills: int, people: int = 150) -> None:
    path, points, seen = folder / "people.db", random.Random(1), Counter[str]()
    traces = fill(path, people)
    steps = [("encrypt", ONE, ONE), ("rekey", ONE, TWO), ("rekey everything", TWO, ONE), ("decrypt", ONE, ONE)]
    calls: dict[str, Callable[[bytes, bytes], Any]] = {
        "encrypt": lambda key, _: encrypt(path, key),
        "rekey": lambda key, new: rekey(path, key, new),
        "rekey everything": lambda key, new: rekey(path, key, new, everything=True),
        "decrypt": lambda key, _: decrypt(path, key),
    }
    lasts = dict.fromkeys(calls, 0.3)
    done = 0
    while done < kills:
        for what, key, new in steps:
            for _ in range(3):
                command = [sys.executable, "-c", CALL, str(path), what, key.hex(), new.hex()]
                process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
                assert process.stdout is not None
                assert process.stdout.readline() == "ready\n"
                time.sleep(points.uniform(0.0, lasts[what]))
                process.kill()
                said = process.stdout.read()
                process.wait()
                done += 1
                seen[f"{what}: {_left(path, key, new)}"] += 1
                if "through" in said:
                    break
            start = time.perf_counter()
            calls[what](key, new)
            lasts[what] = 0.5 * lasts[what] + 0.6 * (time.perf_counter() - start)
            whole(path, None if what == "decrypt" else new, people)
            left = 0 if what == "decrypt" else in_clear(folder, traces)
            if left:
                raise SystemExit(f"{left} traces are in clear after {what}")
    print(f"killed {done} times: nobody lost, everybody found, check clean, 0 of {len(traces)} traces in clear")
    for state, times in sorted(seen.items()):
        print(f"  {state}: {times}")


def _left(path: Path, key: bytes, new: bytes) -> str:
    """In which state a killed call left the gallery."""
    for given, words in ((key, "opens by the key before"), (new, "opens by the new key")):
        try:
            with open_gallery(str(path), create=False, key=Key.of(given).for_any()) as gallery:
                state = gallery.info().encryption
        except GalleryError:
            continue
        if state.startswith("none"):
            return f"in clear{', unfinished' if 'goes on' in state else ''}"
        return f"encrypted, {words if key != new else 'opens'}{', unfinished' if 'goes on' in state else ''}"
    raise SystemExit("no key opens it any more")


def speed(folder: Path, people: int, pairs: int, each: int, dims: int) -> None:
    places = {"plain": folder / "plain.db", "encrypted": folder / "encrypted.db"}
    random_ = np.random.default_rng(0)
    centres = random_.standard_normal((people, dims), np.float32)

    def vectors(of: slice) -> np.ndarray:
        some = centres[of][:, None] + np.float32(0.7) * random_.standard_normal(
            (len(centres[of]), each, dims), np.float32
        )
        return np.asarray(some / np.linalg.norm(some, axis=-1, keepdims=True))

    for name, path in places.items():
        random_ = np.random.default_rng(1)
        start = time.process_time()
        with open_gallery(str(path), space=SPACE, key=ONE if name == "encrypted" else None) as gallery:
            for first in range(0, people, 1000):
                block = vectors(slice(first, first + 1000))
                gallery.add(
                    {
                        f"Somebody {first + n:07}": [
                            Template(v, hashlib.sha256(f"{first + n} {k}".encode()).hexdigest(), f"{k}.jpg")
                            for k, v in enumerate(own)
                        ]
                        for n, own in enumerate(block)
                    }
                )
            added = time.process_time() - start
            gallery.search(block[0, :1], 5)
        size = path.stat().st_size / 1e6
        print(f"{name}: {each * people:,} templates added in {added:.1f} s of CPU, {size:.0f} MB", flush=True)
    opened = {}
    for name, path in places.items():
        before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        start, cpu = time.perf_counter(), time.process_time()
        opened[name] = open_gallery(str(path), create=False, key=ONE if name == "encrypted" else None)
        opened[name].search(block[0, :1], 5)
        took, cpu = time.perf_counter() - start, time.process_time() - cpu
        grown = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024
        print(f"{name}: opened and the first answer in {took:.3f} s ({cpu:.3f} s of CPU), +{grown:.0f} MB", flush=True)
    asks: dict[str, Callable[[Gallery, Any], Any]] = {
        "search of one, 5 wanted": lambda g, q: [g.search(q[n : n + 1], 5) for n in range(40)],
        "search of 64 at once": lambda g, q: g.search(np.repeat(q, 2, axis=0)[:64], 5),
        "search and names": lambda g, q: [g.names([h.person for h in g.search(q[n : n + 1], 5)[0]]) for n in range(40)],
        "one person by name": lambda g, _: [g.person(f"Somebody {n:07}") for n in range(200)],
    }
    for what, ask in asks.items():
        ratios: list[float] = []
        times: dict[str, list[float]] = {"plain": [], "encrypted": []}
        for pair in range(pairs):
            queries = vectors(slice(pair * 40, pair * 40 + 40))[:, 0]
            spent: dict[str, float] = {}
            for name in sorted(places, reverse=bool(pair % 2)):
                start = time.process_time()
                ask(opened[name], queries)
                spent[name] = time.process_time() - start
                times[name].append(spent[name])
            ratios.append(spent["encrypted"] / spent["plain"])
        ratios.sort()
        low, high = ratios[len(ratios) // 8], ratios[-1 - len(ratios) // 8]
        shown = ", ".join(f"{name} {1000 * statistics.median(of):.1f} ms" for name, of in times.items())
        middle = statistics.median(ratios)
        print(f"{what}: {shown} of CPU; {middle:.3f} times, {low:.3f} to {high:.3f} in most of {pairs}", flush=True)
    others: dict[str, Callable[[Gallery], Any]] = {
        "everybody's names": lambda g: sum(1 for _ in g.all_names()),
        "everybody": lambda g: len(g.people()),
        "erasing one": lambda g: g.remove("Somebody 0000003"),
    }
    for what, ask_one in others.items():
        for name, gallery in opened.items():
            start = time.process_time()
            ask_one(gallery)
            print(f"{what}, {name}: {time.process_time() - start:.2f} s of CPU", flush=True)
    for gallery in opened.values():
        gallery.close()
    start = time.process_time()
    encrypt(places["plain"], TWO)
    print(f"encrypting in place: {time.process_time() - start:.1f} s of CPU", flush=True)
    start = time.process_time()
    rekey(places["plain"], TWO, ONE)
    print(f"another wrapping: {time.process_time() - start:.1f} s of CPU", flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("parts", nargs="*", default=["kill", "speed"])
    parser.add_argument("--kills", type=int, default=200)
    parser.add_argument("--people", type=int, default=25_000)
    parser.add_argument("--each", type=int, default=4, help="templates a person")
    parser.add_argument("--dims", type=int, default=512)
    parser.add_argument("--pairs", type=int, default=25)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as temporary:
        if "kill" in options.parts:
            kill(Path(temporary), options.kills)
    with tempfile.TemporaryDirectory() as temporary:
        if "speed" in options.parts:
            speed(Path(temporary), options.people, options.pairs, options.each, options.dims)


if __name__ == "__main__":
    main()
