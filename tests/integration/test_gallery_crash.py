"""A process that is killed while it enrols loses nothing that was committed, and the next run completes the work."""

from __future__ import annotations

import random
import sqlite3
import subprocess
import sys
import time
from typing import TYPE_CHECKING

from rostro.gallery.base import open_gallery

if TYPE_CHECKING:
    from pathlib import Path

PEOPLE = 800

#: Enrols people one by one, skips those who are there, and says each name after its commit.
ENROL = f"""
import sys
import numpy as np
from rostro.gallery.base import open_gallery
from rostro.core.types import Template

with open_gallery(sys.argv[1], space="toy-00000000/none") as gallery:
    known = gallery.known_sources([f"{{number:064x}}" for number in range({PEOPLE})])
    print("ready", flush=True)
    for number in range({PEOPLE}):
        source = f"{{number:064x}}"
        if source in known:
            continue
        vectors = np.random.default_rng(number).normal(size=(3, 128)).astype(np.float32)
        vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
        boxes = [(0.0, 0.0, 1.0, 1.0 + place) for place in range(3)]
        faces = [Template(vector=v, source_hash=source, photo="a.jpg", box=b) for v, b in zip(vectors, boxes)]
        gallery.add({{f"person {{number}}": faces}})
        print(f"person {{number}}", flush=True)
"""


def start(path: Path) -> subprocess.Popen[str]:
    return subprocess.Popen([sys.executable, "-c", ENROL, str(path)], stdout=subprocess.PIPE, text=True)


def test_killed_twenty_times_while_enrolling(tmp_path: Path) -> None:
    path = tmp_path / "people.db"
    points = random.Random(7)
    said: set[str] = set()
    for _ in range(20):
        process = start(path)
        assert process.stdout is not None
        lines = [process.stdout.readline() for _ in range(points.randrange(1, 20))]  # "ready", then people
        time.sleep(points.uniform(0.0, 0.005))
        process.kill()
        lines += process.stdout.readlines()
        process.wait()
        assert lines[0] == "ready\n"
        said |= {line.strip() for line in lines[1:]}
        with sqlite3.connect(path) as sql:
            assert sql.execute("PRAGMA integrity_check").fetchone() == ("ok",)
            assert sql.execute("PRAGMA foreign_key_check").fetchall() == []
        with open_gallery(str(path)) as gallery:
            people = gallery.people()
        assert said <= {person.name for person in people}
        assert {person.templates for person in people} <= {3}  # an add is all or nothing
    assert 100 <= len(said) < PEOPLE  # it was killed in the middle of the work, not before or after it

    process = start(path)
    process.communicate()
    assert process.returncode == 0
    with open_gallery(str(path)) as gallery:
        assert {person.name for person in gallery.people()} == {f"person {number}" for number in range(PEOPLE)}
        assert {person.templates for person in gallery.people()} == {3}


#: Adds, searches and removes its own people, with an index for galleries of hundreds; checks every answer.
MIXED = """
import random, sys, time
import numpy as np
from rostro.gallery.sqlite.search import index, scan
from rostro.gallery.base import open_gallery
from rostro.core.types import Template

index.EXACT_NUMBERS, index.TAIL, index.CANDIDATES, scan.SEGMENT = 100 * 64, 30, 60, 150
url, me, seconds = sys.argv[1], sys.argv[2], float(sys.argv[3])
choice, mine = random.Random(me), {}
with open_gallery(url, space="toy-00000000/none") as gallery:
    print("ready", flush=True)
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        do = choice.random()
        if do < 0.5 or not mine:
            name = f"{me}-{time.time_ns()}"
            vectors = np.random.default_rng().normal(size=(3, 64)).astype(np.float32)
            vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
            assert gallery.add({name: [Template(v, f"{name}-{n}", "a.jpg") for n, v in enumerate(vectors)]}) == 3
            mine[name] = vectors
        elif do < 0.95:
            name = choice.choice(list(mine))
            person = gallery.person(name).id
            for hits in gallery.search(mine[name], 2):
                assert hits[0].person == person and hits[0].similarity > 0.999, (name, hits)
        else:
            name = choice.choice(list(mine))
            vectors = mine.pop(name)
            assert gallery.remove(name) == 3
            assert all(not hits or hits[0].similarity < 0.9 for hits in gallery.search(vectors, 1))
    assert {name: 3 for name in mine}.items() <= {p.name: p.templates for p in gallery.people()}.items()
"""


def test_four_processes_add_search_and_remove_at_once(tmp_path: Path) -> None:
    path = tmp_path / "people.db"
    commands = [[sys.executable, "-c", MIXED, str(path), str(number), "4"] for number in range(4)]
    processes = [subprocess.Popen(command) for command in commands]
    assert [process.wait() for process in processes] == [0, 0, 0, 0]
    with open_gallery(str(path)) as gallery:
        assert gallery.damage() == []


def test_killed_while_it_adds_searches_removes_and_builds_its_index(tmp_path: Path) -> None:
    path = tmp_path / "people.db"
    points = random.Random(3)
    for turn in range(6):
        process = subprocess.Popen(
            [sys.executable, "-c", MIXED, str(path), str(turn), "60"], stdout=subprocess.PIPE, text=True
        )
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
        time.sleep(points.uniform(0.1, 0.6))
        process.kill()
        process.communicate()
        with open_gallery(str(path)) as gallery:
            assert gallery.damage() == []
            assert {person.templates for person in gallery.people()} == {3}
    subprocess.run([sys.executable, "-c", MIXED, str(path), "last", "1"], check=True)
