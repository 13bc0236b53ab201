"""Folders of people in parts: ``train``, ``val`` and perhaps ``test``, with the same people in each.

Or one folder per person, which is split into these.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from rostro.core.errors import BadInput
from rostro.photos.folders import read_people
from rostro.photos.left_out import no_pictures
from rostro.photos.people import People
from rostro.training.data.split import Split, split
from rostro.training.loop.checkpoint import make_folder
from rostro.training.loop.processes import is_first

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

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
        split: How they were drawn, where there was one folder per person.
        others: Files that lay among the photos and are no pictures.
    """

    classes: tuple[str, ...]
    parts: dict[str, Part]
    others: tuple[Path, ...] = ()
    split: Split | None = None

    def card(self) -> dict[str, Any]:
        """What a card says of the split; nothing where there were folders of parts."""
        return {} if self.split is None else self.split.to_dict()

    def tell(self, folder: Path, say: Callable[[str], None]) -> None:
        """Says what the parts are, and writes down how they were drawn.

        Args:
            folder: Of the checkpoint.
            say: Told a line for people.
        """
        if self.split is not None:
            say(self.split.sentence())
            if is_first():
                make_folder(folder)
                self.split.write(folder)
        say(self.balance())

    def balance(self) -> str:
        """How many photos the people have, for people to see who is rare."""
        counts = np.bincount(self.parts["train"].labels, minlength=len(self.classes))
        sizes = ", ".join(f"{name} {len(part.photos)}" for name, part in self.parts.items())
        few, many = int(counts.min()), int(counts.max())
        rare = self.classes[int(counts.argmin())]
        spread = f"{few} each" if few == many else f"from {few} ({rare}) to {many} each, {many / few:.1f} to 1"
        left = f"; left out: {no_pictures(self.others)}" if self.others else ""
        return f"{len(self.classes)} classes; photos: {sizes}; for training {spread}{left}"


def read_parts(root: Path, seed: int) -> Parts:
    """Reads the parts, or one folder per person, which is split.

    Args:
        root: Holds folders of parts, or of people.
        seed: Of the split.

    Raises:
        BadInput: Of ``train`` and ``val`` one is missing, a person's folder is empty, there is only one person, or a
            part has people whom ``train`` lacks.
    """
    folders = part_folders(root)
    if not any(folders.values()):
        return _split(root, seed)
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


def _split(root: Path, seed: int) -> Parts:
    people = read_whole(root)
    if len(people.names) < 2:
        raise BadInput(f"{root}: only one class ({people.names[0]}); there is nothing to tell apart")
    drawn = split(people, seed)
    parts = {}
    for part in PARTS:
        numbers = drawn.numbers(part)
        if numbers:
            parts[part] = Part(
                tuple(people.photos[number] for number in numbers), people.owners[numbers].astype(np.int64)
            )
    return Parts(people.names, parts, people.others, drawn)


def read_everybody(root: Path) -> People:
    """One folder per person; of folders of parts, who is in ``train`` and ``val``, for those who hold out themselves.

    Raises:
        BadInput: See `rostro.photos.folders.read_people`; or a person's folder is empty.
    """
    parts = part_folders(root)
    folders = [folder for part in ("train", "val") if (folder := parts[part]) is not None] or [root]
    found = [read_whole(folder) for folder in folders]
    items = [
        (people.names[owner], photo)
        for people in found
        for owner, photo in zip(people.owners, people.photos, strict=True)
    ]
    return People.of(items, others=(file for people in found for file in people.others))


def part_folders(root: Path) -> dict[str, Path | None]:
    """The folder of each part; None where there is none."""
    return {
        part: next((root / name for name in names if (root / name).is_dir()), None) for part, names in PARTS.items()
    }


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
