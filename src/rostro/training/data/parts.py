"""Folders of people in parts: ``train``, ``val`` and perhaps ``test``, with the same people in each."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from rostro.core.errors import BadInput
from rostro.photos.folders import read_people
from rostro.photos.left_out import no_pictures

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from rostro.photos.people import People

#: Part → the folder names that it may have.
PARTS = {"train": ("train",), "val": ("val", "validation", "valid"), "test": ("test",)}
#: Folders that an error names.
_NAMED = 5


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
        others: Files that lay among the photos and are no pictures.
    """

    classes: tuple[str, ...]
    parts: dict[str, Part]
    others: tuple[Path, ...] = ()

    def balance(self) -> str:
        """How many photos the people have, for people to see who is rare."""
        counts = np.bincount(self.parts["train"].labels, minlength=len(self.classes))
        sizes = ", ".join(f"{name} {len(part.photos)}" for name, part in self.parts.items())
        few, many = int(counts.min()), int(counts.max())
        rare = self.classes[int(counts.argmin())]
        spread = f"{few} each" if few == many else f"from {few} ({rare}) to {many} each, {many / few:.1f} to 1"
        left = f"; left out: {no_pictures(self.others)}" if self.others else ""
        return f"{len(self.classes)} classes; photos: {sizes}; for training {spread}{left}"


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
    others: list[Path] = []
    for part, folder in folders.items():
        if folder is None:
            continue
        people = read_whole(folder)
        others += people.others
        if part == "train":
            classes = people.names
            if len(classes) < 2:
                raise BadInput(f"{folder}: only one class ({classes[0]}); there is nothing to tell apart")
        strangers = sorted(set(people.names) - set(classes))
        if strangers:
            raise BadInput(f"{folder}: {', '.join(strangers[:5])} not in {root / PARTS['train'][0]}; labels must match")
        number = np.array([classes.index(name) for name in people.names], np.int64)
        parts[part] = Part(people.photos, number[people.owners])
    return Parts(classes, parts, tuple(others))


def _folder(root: Path, names: tuple[str, ...]) -> Path | None:
    return next((root / name for name in names if (root / name).is_dir()), None)


def read_whole(folder: Path) -> People:
    """Reads a folder of people of whom everything is wanted, as training does: nobody is left out with a word only.

    Raises:
        BadInput: A person has no photos, a folder's name is nobody's, or a link leads out of a person's folder. Names
            them; and what `read_people` refuses.
    """
    people = read_people(folder)
    empty = [Path(error.photo).name for error in people.failed if error.values.get("why") == "no-photo"]
    if empty:
        raise BadInput(f"{folder}: no photos of {', '.join(empty[:_NAMED])}; remove the folder or fill it")
    if people.failed:
        raise BadInput("; ".join(map(str, people.failed[:_NAMED])))
    return people
