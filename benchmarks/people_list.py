"""How long a page of people takes, by how many there are: all names are read, folded and sorted for each.

    python benchmarks/people_list.py [--people 1000 100000 1000000]

The gallery is a new file of SQLite. Prints a line per question.
"""

from __future__ import annotations

import argparse
import itertools
import tempfile
import time

import numpy as np

from rostro.core.types import Template
from rostro.gallery.base import open_gallery
from rostro.people.people import People

FIRST = ("José", "Ana", "Ángela", "Bob", "Søren", "Łukasz", "María", "Juan", "Ada", "Grace", "Noor", "Zoë", "Íñigo")
LAST = ("Muñoz", "Lovelace", "Hopper", "Pérez", "García", "Smith", "Nguyễn", "Müller", "Öztürk", "Khan")
#: People that are added at a time.
_BLOCK = 20_000


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--people", type=int, nargs="+", default=[1_000, 100_000, 1_000_000])
    for count in parser.parse_args().people:
        with tempfile.TemporaryDirectory() as folder, open_gallery(f"{folder}/people.db", space="none") as gallery:
            names = (f"{first} {last} {n}" for n, first, last in _combinations(count))
            vector = np.eye(1, 8, dtype=np.float32)[0]
            numbers = itertools.count()
            while block := list(itertools.islice(names, _BLOCK)):
                gallery.add({name: [Template(vector, f"{next(numbers):064x}", "a.jpg")] for name in block})
            _measure(People(gallery), count)


def _combinations(count: int) -> list[tuple[int, str, str]]:
    return [(n, FIRST[n % len(FIRST)], LAST[n // 7 % len(LAST)]) for n in range(count)]


def _measure(people: People, count: int) -> None:
    for what, search, after in (("first page", "", ""), ("search", "munoz", ""), ("next page", "", "José Muñoz 7")):
        started = time.perf_counter()
        page = people.page(search=search, after=after)
        seconds = time.perf_counter() - started
        print(f"{count:>9,} people  {what:<11} {seconds:8.3f} s  ({page.total:,} match)")


if __name__ == "__main__":
    main()
