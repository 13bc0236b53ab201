"""Labeled Faces in the Wild: lists of pairs in folds.

Source: Huang, Ramesh, Berg, Learned-Miller, "Labeled Faces in the Wild", 2007; the format of ``pairs.txt`` is that of
http://vis-www.cs.umass.edu/lfw/README.txt. ``pairsDevTest.txt`` and one's own lists in that format are read too.
"""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from rostro.core.errors import BadInput
from rostro.core.files import BOM, read_text
from rostro.core.names import composed
from rostro.photos.people import People

#: Folders that hold the photos, as LFW is usually unpacked.
IMAGE_FOLDERS = ("images", "lfw", "lfw-deepfunneled", "lfw_funneled", ".")


@dataclass(frozen=True, slots=True, eq=False)
class Pairs:
    """Pairs of photos to compare.

    Attributes:
        people: The photos in them.
        first: (N,) number of each pair's first photo in `people`.
        second: (N,) number of its second photo.
        folds: (N,) number of its fold, from 0.
    """

    people: People
    first: NDArray[np.int32]
    second: NDArray[np.int32]
    folds: NDArray[np.int32]

    @property
    def genuine(self) -> NDArray[np.bool_]:
        """(N,) whether both photos are of one person."""
        same: NDArray[np.bool_] = self.people.owners[self.first] == self.people.owners[self.second]
        return same


def read_lfw(root: Path) -> Pairs:
    """Reads view 2: ``pairs.txt`` and the photos ``NAME/NAME_0001.jpg`` in one of `IMAGE_FOLDERS`.

    Raises:
        BadInput: The list is missing or malformed (names the line), or photos are missing (names some).
    """
    file = root / "pairs.txt"
    try:
        text = read_text(file)
    except (OSError, UnicodeDecodeError) as error:
        raise BadInput(f"{file}: cannot be read ({error})") from None
    rows = parse_pairs(text, str(file))
    images = _images(root, rows[0][1])
    photos = {photo: _path(images, *photo) for row in rows for photo in row[1:]}
    missing = [str(path) for path in photos.values() if not path.is_file()]
    if missing:
        raise BadInput(f"{file}: {len(missing)} of its {len(photos)} photos are missing, the first is {missing[0]}")
    people = People.of((name, path) for (name, _), path in sorted(photos.items()))
    number = {path: index for index, path in enumerate(people.photos)}
    columns: Any = zip(*((fold, number[photos[a]], number[photos[b]]) for fold, a, b in rows), strict=True)
    folds, first, second = (np.array(column, np.int32) for column in columns)
    return Pairs(people, first, second, folds)


def parse_pairs(text: str, name: str = "pairs.txt") -> list[tuple[int, tuple[str, int], tuple[str, int]]]:
    """Parses a list of pairs.

    The first line says ``folds pairs`` or ``pairs`` (one fold). Each fold is that many genuine pairs, ``NAME 1 4``,
    then that many impostor pairs, ``NAME 1 OTHER 2``.

    Returns:
        (fold, (name, photo number), (name, photo number)) of each pair.

    Raises:
        BadInput: Names the line that is wrong.
    """
    lines = text.removeprefix(BOM).rstrip().splitlines()
    head = lines[0].split() if lines else []
    if len(head) not in {1, 2} or not all(_is_number(word) for word in head):
        raise BadInput(f"{name}: the first line is the number of folds and of pairs, got {lines[0] if lines else ''!r}")
    folds, each = (1, int(head[0])) if len(head) == 1 else (int(head[0]), int(head[1]))
    if len(lines) - 1 != 2 * folds * each or folds * each == 0:
        raise BadInput(f"{name}: 2 × {folds} × {each} pairs are announced, {len(lines) - 1} lines follow")
    rows = []
    for index, line in enumerate(lines[1:]):
        fold, within = divmod(index, 2 * each)
        rows.append((fold, *_pair(composed(line).split(), genuine=within < each, where=f"{name}, line {index + 2}")))
    return rows


def _pair(words: list[str], *, genuine: bool, where: str) -> tuple[tuple[str, int], tuple[str, int]]:
    if len(words) != (3 if genuine else 4) or not all(_is_number(word) for word in (words[1], words[-1])):
        form = "NAME 1 4" if genuine else "NAME 1 OTHER 2"
        raise BadInput(f"{where}: a pair like {form!r} is expected here, got {' '.join(words)!r}")
    first = words[0], int(words[1])
    second = words[-2] if not genuine else words[0], int(words[-1])
    if first == second or (first[0] == second[0]) != genuine:
        raise BadInput(f"{where}: {' '.join(words)!r} is not a pair of {'two photos' if genuine else 'two people'}")
    return first, second


def _is_number(word: str) -> bool:
    return word.isascii() and word.isdigit()


def _path(images: Path, name: str, number: int) -> Path:
    """Where a photo is; folders from a Mac write names in another form of Unicode than most lists do."""
    written = (images / form / f"{form}_{number:04d}.jpg" for form in (name, unicodedata.normalize("NFD", name)))
    return next((path for path in written if path.is_file()), images / name / f"{name}_{number:04d}.jpg")


def _images(root: Path, photo: tuple[str, int]) -> Path:
    for folder in IMAGE_FOLDERS:
        if _path(root / folder, *photo).parent.is_dir():
            return root / folder
    raise BadInput(f"{root}: no photos of {photo[0]}; they belong into {root / IMAGE_FOLDERS[0] / photo[0]}")
