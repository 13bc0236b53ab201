"""CelebA in its official form: 40 attributes per photo, the parts, the identities; photos in a folder or a zip.

Source: Liu et al., Deep Learning Face Attributes in the Wild (2015). For research only.
"""

from __future__ import annotations

import zipfile
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from rostro.core.errors import BadInput
from rostro.core.files import read_text
from rostro.models.archive import BROKEN

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

PARTS = ("train", "val", "test")
#: Where the photos may be, in the folder.
_FOLDERS = ("images", "img_align_celeba", "img_align_celeba/img_align_celeba")
_ZIP = "img_align_celeba.zip"


@dataclass(frozen=True, slots=True, eq=False)
class CelebA:
    """The table.

    Attributes:
        names: (N,) file names of the photos.
        attributes: Names of the attributes, in the file's order.
        labels: (N, attributes) bool.
        parts: (N,) 0 train, 1 validation, 2 test.
        identities: (N,) numbers of the people; None without ``identity_CelebA.txt``.
    """

    root: Path
    names: tuple[str, ...]
    attributes: tuple[str, ...]
    labels: NDArray[np.bool_]
    parts: NDArray[np.int8]
    identities: NDArray[np.int64] | None

    def rows(self, part: str) -> NDArray[np.int64]:
        """Numbers of the photos of ``train``, ``val`` or ``test``."""
        return np.flatnonzero(self.parts == PARTS.index(part))

    def photo(self, row: int) -> Path | bytes:
        """A photo: its path, or its bytes out of the zip.

        Raises:
            BadInput: Neither a folder of photos nor a zip is there, or the zip lacks the photo.
        """
        folder = next((self.root / name for name in _FOLDERS if (self.root / name).is_dir()), None)
        if folder is not None:
            return folder / self.names[row]
        try:
            with zipfile.ZipFile(self.root / _ZIP) as archive:
                return archive.read(f"img_align_celeba/{self.names[row]}")
        except (*BROKEN, OSError, KeyError) as error:
            raise BadInput(f"{self.root}: no photo {self.names[row]} in images/ or {_ZIP} ({error})") from None


def read_celeba(root: Path) -> CelebA:
    """Reads the tables: ``list_attr_celeba.txt``, ``list_eval_partition.txt`` and, if it is there, the identities.

    Raises:
        BadInput: A file is missing or broken, or the files name other photos; says the file and the line.
    """
    lines = _lines(root / "list_attr_celeba.txt")
    if len(lines) < 3 or not lines[0].strip().isdecimal():
        raise BadInput(f"{root / 'list_attr_celeba.txt'}: the first line is the number of photos")
    attributes = tuple(lines[1].split())
    names, rows = [], []
    for number, line in enumerate(lines[2:], 3):
        name, *values = line.split()
        if len(values) != len(attributes) or not set(values) <= {"1", "-1"}:
            raise BadInput(
                f"{root / 'list_attr_celeba.txt'}: line {number} is not a name and {len(attributes)} of 1, -1"
            )
        names.append(name)
        rows.append([value == "1" for value in values])
    if len(names) != int(lines[0]):
        raise BadInput(f"{root / 'list_attr_celeba.txt'}: {len(names)} photos, the first line says {lines[0].strip()}")
    parts = _column(root / "list_eval_partition.txt", names, most=2)
    identity = root / "identity_CelebA.txt"
    identities = _column(identity, names) if identity.is_file() else None
    return CelebA(root, tuple(names), attributes, np.array(rows, bool), parts.astype(np.int8), identities)


def _column(path: Path, names: list[str], most: int | None = None) -> NDArray[np.int64]:
    """The whole number that a file gives each photo."""
    values: dict[str, int] = {}
    for number, line in enumerate(_lines(path), 1):
        name, _, value = line.strip().partition(" ")
        if not value.strip().isdecimal() or (most is not None and int(value) > most):
            raise BadInput(
                f"{path}: line {number} is not a photo's name and a number{f' up to {most}' if most else ''}"
            )
        values[name] = int(value)
    missing = next((name for name in names if name not in values), None)
    if missing is not None:
        raise BadInput(f"{path}: {missing} is missing; labels must match the photos of list_attr_celeba.txt")
    return np.array([values[name] for name in names], np.int64)


def _lines(path: Path) -> list[str]:
    try:
        return [line for line in read_text(path).splitlines() if line.strip()]
    except (OSError, UnicodeDecodeError) as error:
        raise BadInput(f"{path}: cannot be read ({error})") from None
