"""One folder per person, split by a seed into photos to learn from, to choose by and to measure on.

Which part a photo is in follows from its content and the seed, not from its name, and two copies of one photo of a
person are in the same part. ``split.csv`` beside the checkpoint says which took part in the training, so that nobody is
asked about photos that were learned.
"""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass
from hashlib import sha256
from typing import TYPE_CHECKING, Any

import numpy as np

from rostro.core.errors import BadInput, PhotoError
from rostro.core.files import encoded, write_file
from rostro.photos.reading import photo_hash, printable

if TYPE_CHECKING:
    from pathlib import Path

    from rostro.photos.people import People

#: Part → its share of each person's photos; at least one where a person has two (``val``) or three (``test``).
SHARES = {"val": 0.2, "test": 0.2}
FILE = "split.csv"
_COLUMNS = ("part", "person", "photo", "sha256")


@dataclass(frozen=True, slots=True, eq=False)
class Split:
    """Which photos are in which part.

    Attributes:
        people: The photos.
        parts: Name of the part of each photo of `people`.
        hashes: sha256 of each photo; empty for one that cannot be read.
        seed: By which it was drawn.
    """

    people: People
    parts: tuple[str, ...]
    hashes: tuple[str, ...]
    seed: int

    def numbers(self, part: str) -> list[int]:
        """The numbers of a part's photos in `people`."""
        return [number for number, name in enumerate(self.parts) if name == part]

    def to_dict(self) -> dict[str, Any]:
        """How it was made, for the card."""
        return {"of": "one folder per person", "seed": self.seed, "train": round(1 - sum(SHARES.values()), 2), **SHARES}

    def sentence(self) -> str:
        """The same for people."""
        shares = ", ".join(f"{share:.0%} {part}" for part, share in SHARES.items())
        return f"one folder per person: split by seed {self.seed} ({shares}, the rest train), {FILE} says how"

    def write(self, folder: Path) -> None:
        """Writes ``split.csv``.

        Raises:
            BadInput: It cannot be written.
        """
        stream = io.StringIO()
        writer = csv.writer(stream, lineterminator="\n")
        writer.writerow(_COLUMNS)
        for part, owner, photo, digest in zip(
            self.parts, self.people.owners, self.people.photos, self.hashes, strict=True
        ):
            writer.writerow((part, printable(self.people.names[owner]), printable(str(photo)), digest))
        write_file(folder / FILE, encoded(stream.getvalue()))


def split(people: People, seed: int) -> Split:
    """Draws the parts of everybody's photos.

    Raises:
        BadInput: Nobody has two photos, so there is nothing to choose by.
    """
    hashes = tuple(map(_hash, people.photos))
    parts = ["train"] * len(people.photos)
    for person in range(len(people.names)):
        mine = [int(number) for number in np.flatnonzero(people.owners == person)]
        keys = {number: hashes[number] or printable(str(people.photos[number])) for number in mine}
        drawn = sorted(set(keys.values()), key=lambda key: sha256(f"{seed} {key}".encode()).digest())
        sizes = {part: max(1, round(share * len(drawn))) for part, share in SHARES.items()}
        if len(drawn) < 3:
            sizes = {"val": len(drawn) - 1, "test": 0}
        of_key = dict(zip(drawn, [part for part, size in sizes.items() for _ in range(size)], strict=False))
        for number, key in keys.items():
            parts[number] = of_key.get(key, "train")
    if "val" not in parts:
        raise BadInput("everybody has one photo only: nothing is left to choose by, and nothing to measure on")
    return Split(people, tuple(parts), hashes, seed)


def learned(folder: Path) -> frozenset[str]:
    """sha256 of the photos that took part in a training, where that split them itself; else nothing.

    Args:
        folder: Of the checkpoint.

    Raises:
        BadInput: ``split.csv`` is there and cannot be read.
    """
    file = folder / FILE
    if not file.exists():
        return frozenset()
    try:
        with file.open(encoding="utf-8", newline="") as stream:
            rows = list(csv.DictReader(stream))
        return frozenset(row["sha256"] for row in rows if row["part"] != "test" and row["sha256"])
    except (OSError, ValueError, csv.Error, KeyError) as error:
        raise BadInput(f"{file}: not the split of a training ({type(error).__name__}: {error})") from None


def _hash(photo: Path) -> str:
    try:
        return photo_hash(photo)
    except PhotoError:  # whoever learns from it says what is wrong with it
        return ""
