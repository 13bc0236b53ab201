"""Folders of people in parts: ``train``, ``val`` and perhaps ``test``, with the same people in each."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from rostro.core.errors import BadInput
from rostro.photos.folders import read_people
from rostro.photos.listing import find_photos

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

#: Part → the folder names that it may have.
PARTS = {"train": ("train",), "val": ("val", "validation", "valid"), "test": ("test",)}


@dataclass(frozen=True, slots=True, eq=False)
class Part:
    """The photos of one part, and the number of each one's class."""

    photos: tuple[Path, ...]
    labels: NDArray[np.int64]


@dataclass(frozen=True, slots=True, eq=False)
class Parts:
    """All parts.

    Attributes:
        classes: Names of the people of ``train``, sorted.
        parts: ``train``, ``val`` and, where there is one, ``test``.
    """

    classes: tuple[str, ...]
    parts: dict[str, Part]

    def balance(self) -> str:
        """How many photos the people have, for people to see who is rare."""
        counts = np.bincount(self.parts["train"].labels, minlength=len(self.classes))
        sizes = ", ".join(f"{name} {len(part.photos)}" for name, part in self.parts.items())
        few, many = int(counts.min()), int(counts.max())
        rare = self.classes[int(counts.argmin())]
        spread = f"{few} each" if few == many else f"from {few} ({rare}) to {many} each, {many / few:.1f} to 1"
        return f"{len(self.classes)} classes; photos: {sizes}; for training {spread}"


def read_parts(root: Path) -> Parts:
    """Reads the parts.

    Raises:
        BadInput: ``train`` or ``val`` is missing, a person's folder is empty, there is only one person, or a part has
            people whom ``train`` lacks.
    """
    folders = {part: _folder(root, names) for part, names in PARTS.items()}
    for part in ("train", "val"):
        if folders[part] is None:
            raise BadInput(f"{root}: no folder {PARTS[part][0]} here")
    classes: tuple[str, ...] = ()
    parts: dict[str, Part] = {}
    for part, folder in folders.items():
        if folder is None:
            continue
        refuse_empty(folder)
        people = read_people(folder)
        if part == "train":
            classes = people.names
            if len(classes) < 2:
                raise BadInput(f"{folder}: only one class ({classes[0]}); there is nothing to tell apart")
        strangers = sorted(set(people.names) - set(classes))
        if strangers:
            raise BadInput(f"{folder}: {', '.join(strangers[:5])} not in {root / PARTS['train'][0]}; labels must match")
        number = np.array([classes.index(name) for name in people.names], np.int64)
        parts[part] = Part(people.photos, number[people.owners])
    return Parts(classes, parts)


def _folder(root: Path, names: tuple[str, ...]) -> Path | None:
    return next((root / name for name in names if (root / name).is_dir()), None)


def refuse_empty(folder: Path) -> None:
    """Refuses a folder of people if one of them has no photos.

    Raises:
        BadInput: Names them.
    """
    inside = sorted(entry for entry in folder.iterdir() if entry.is_dir() and not entry.name.startswith("."))
    empty = [entry.name for entry in inside if next(find_photos([entry]), None) is None]
    if empty:
        raise BadInput(f"{folder}: no photos of {', '.join(empty[:5])}; remove the folder or fill it")
