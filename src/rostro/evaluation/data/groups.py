"""Attributes of people or photos, from a CSV file: what error rates are split by."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from rostro.core.errors import BadInput
from rostro.core.files import open_text
from rostro.core.names import composed

if TYPE_CHECKING:
    from pathlib import Path

    from rostro.photos.people import People


@dataclass(frozen=True, slots=True, eq=False)
class Groups:
    """One attribute of every photo.

    Attributes:
        attribute: The column's name.
        names: The attribute's values, sorted.
        of_photo: (photos,) number of each photo's value in `names`; -1 where the file says nothing.
    """

    attribute: str
    names: tuple[str, ...]
    of_photo: NDArray[np.int32]


def read_groups(file: Path, people: People) -> list[Groups]:
    """Reads a CSV file whose first column is headed ``person`` or ``photo`` and whose others are attributes.

    Photos are named by their path, or by as much of its end as tells them apart. Rows of people or photos that are not
    in ``people`` are left out; an empty cell says nothing.

    Raises:
        BadInput: The file is missing or malformed, a row comes twice, or no row fits.
    """
    try:
        with open_text(file, newline="") as stream:
            rows = [row for row in csv.reader(stream) if row]
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise BadInput(f"{file}: cannot be read ({error})") from None
    if not rows or rows[0][0] not in {"person", "photo"} or len(rows[0]) < 2:
        raise BadInput(f"{file}: the first line is 'person' or 'photo' and the attributes, got {rows[:1]}")
    head, cells = rows[0], _by_key(file, rows)
    keys = _keys(people, head[0], cells)
    if not any(key in cells for key in keys):
        raise BadInput(f"{file}: names no {head[0]} of the evaluated photos")
    return [_column(name, [cells[key][i] if key in cells else "" for key in keys]) for i, name in enumerate(head[1:])]


def _by_key(file: Path, rows: list[list[str]]) -> dict[str, list[str]]:
    cells: dict[str, list[str]] = {}
    for number, row in enumerate(rows[1:], start=2):
        if len(row) != len(rows[0]):
            raise BadInput(f"{file}, line {number}: {len(row)} cells, the first line has {len(rows[0])}")
        key = composed(row[0])
        if key in cells:
            raise BadInput(f"{file}, line {number}: {row[0]!r} comes a second time")
        cells[key] = [cell.strip() for cell in row[1:]]
    return cells


def _keys(people: People, kind: str, cells: dict[str, list[str]]) -> list[str]:
    """The row that each photo reads from; an empty key reads from none."""
    if kind == "person":
        return [composed(people.names[owner]) for owner in people.owners]
    return [_key_of(photo, cells) for photo in people.photos]


def _key_of(photo: Path, cells: dict[str, list[str]]) -> str:
    parts = photo.parts
    ends = (composed("/".join(parts[start:])) for start in range(len(parts)))
    return next((end for end in (composed(photo.as_posix()), *ends) if end in cells), "")


def _column(attribute: str, values: list[str]) -> Groups:
    names = tuple(sorted({value for value in values if value}))
    number = {name: index for index, name in enumerate(names)}
    return Groups(attribute, names, np.array([number.get(value, -1) for value in values], np.int32))
