"""Which group of before is which group of now: ids stay with most of their faces."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from rostro.gallery.single import FaceMove
from rostro.people.albums.notes import free_id
from rostro.people.linkage import places

if TYPE_CHECKING:
    from collections.abc import Collection

    from rostro.people.albums.contents import Contents

    Indices = NDArray[np.int64]


def moves_to(contents: Contents, labels: Indices, ids: Collection[str]) -> tuple[list[FaceMove], set[str]]:
    """What is to be done so that faces are grouped as was found.

    A group that somebody touched takes its faces; otherwise whoever has most of the faces stays, first the largest
    part. Of equal ones, that person stays whose id follows from the faces, so that albums that were made in another
    order have the same ids.

    Args:
        contents: Faces as they are grouped.
        labels: (N,) as they are to be.
        ids: Of all groups of the album: no new one has one of them.

    Returns:
        Faces that change hands, and the names of people who are not there yet.
    """
    groups = places(labels)
    which = np.empty(len(contents), np.int64)
    for number, faces in enumerate(groups):
        which[faces] = number
    people = len(contents.names)
    keys, counts = np.unique(which * max(people, 1) + contents.persons, return_counts=True)
    group, person = keys // max(people, 1), keys % max(people, 1)
    own = np.array([contents.least(faces) for faces in groups], dtype=object)
    called = np.array(contents.names, dtype=object)
    held = contents.fixed[person] if people else np.empty(0, np.bool_)
    order = np.lexsort((person, called[person] != own[group], -counts, ~held))
    taken: dict[int, int] = {}
    given: set[int] = set()
    for pair in order:
        if int(group[pair]) not in taken and int(person[pair]) not in given:
            taken[int(group[pair])] = int(person[pair])
            given.add(int(person[pair]))
    moves: list[FaceMove] = []
    new: set[str] = set()
    names = {*contents.names, *ids}
    for number, faces in enumerate(groups):
        if number in taken:
            to = contents.names[taken[number]]
        else:
            to = free_id(str(own[number]), names)
            new.add(to)
            names.add(to)
        for face in faces[contents.persons[faces] != taken.get(number, -1)]:
            name = contents.names[int(contents.persons[face])]
            moves.append(FaceMove(name, contents.hashes[face], contents.boxes[face], to))
    return moves, new
