"""Photos come to an album: their faces join old groups, and groups that nobody touched are found anew.

All faces are grouped again wherever that is quick or much is new, so that photos that come in ten parts give the groups
that they give at once. In a large album, a few new faces are compared with those only that the gallery's search finds
near them; nothing leaves its group then, until so many came that all are grouped again.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from rostro.people.albums.contents import Contents
from rostro.people.albums.matching import moves_to
from rostro.people.albums.notes import State, ids_of, keep_state, notes_of, state_of
from rostro.people.commonness import Commonness
from rostro.people.grouping import BELOW, group_faces, join_faces

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from rostro.people.albums.changing import AlbumPeople
    from rostro.quality.gate import Gate

#: Albums of so many faces are grouped anew whenever photos come; it takes less than a second.
ALWAYS_UP_TO = 5_000
#: In larger ones, when so large a part of the faces came since.
PART = 0.05
#: Faces whose groups are looked for among the nearest of each new one.
_NEAR = 64
#: New faces that are looked up at a time.
_AT_ONCE = 256


@dataclass(frozen=True, slots=True)
class Regrouped:
    """What was done.

    Attributes:
        faces: How many there are.
        moved: How many changed hands.
        whole: Whether all were grouped anew.
        threshold: From which agreement on groups were joined.
    """

    faces: int
    moved: int
    whole: bool
    threshold: float


def regroup(
    people: AlbumPeople,
    new: Sequence[str],
    thresholds: Callable[[int], tuple[float, float]],
    gate: Gate | None,
    *,
    whole: bool | None = None,
) -> Regrouped:
    """Groups an album's faces.

    Args:
        people: The album's.
        new: Names of people with one new face each; they are to join others.
        thresholds: Of both passes, by how many faces there are.
        gate: Says which faces are too poor; None: none is.
        whole: Whether all faces are grouped anew; None: where that is quick, or many came since.
    """
    with people.grouping:  # one at a time; who names a group meanwhile does not wait for it
        state = state_of(people.gallery) or State()
        faces = people.gallery.info().templates
        if whole is None:
            late = faces - state.regrouped > PART * state.regrouped or faces - state.seen > len(new)
            whole = faces <= ALWAYS_UP_TO or late or state.common is None
        limits = thresholds(faces)
        moved = _whole(people, state, limits, gate) if whole else _some(people, new, state, limits, gate)
    return Regrouped(faces, moved, whole, limits[1])


def _whole(people: AlbumPeople, state: State, thresholds: tuple[float, float], gate: Gate | None) -> int:
    gallery = people.gallery
    contents = Contents.read(gallery, sorted(gallery.all_names()))
    if not len(contents):
        return 0
    labels = group_faces(
        contents.vectors, contents.hashes, thresholds, qualities=contents.qualities if gate else None, gate=gate,
        said=contents.said(contents.fixed),
    )  # fmt: skip
    moved = _apply(people, contents, labels, len(contents))
    if moved or state.regrouped != len(contents) or state.seen != len(contents):
        common = _commonness(contents, labels) if len(contents) > ALWAYS_UP_TO else None
        keep_state(gallery, State(len(contents), len(contents), common))
    return moved


def _some(
    people: AlbumPeople, new: Sequence[str], state: State, thresholds: tuple[float, float], gate: Gate | None
) -> int:
    if not new or state.common is None:
        return 0
    gallery, sought = people.gallery, set(new)
    mine = [(person, name) for person, name in gallery.all_names() if name in sought]
    fresh = Contents.read(gallery, mine)
    near: set[int] = {person for person, _ in mine}
    for start in range(0, len(fresh), _AT_ONCE):
        for hits in gallery.search(fresh.vectors[start : start + _AT_ONCE], _NEAR):
            near |= {hit.person for hit in hits if hit.similarity >= thresholds[1] - BELOW}
    contents = Contents.read(gallery, sorted(gallery.names(near).items()))
    is_new = np.array([name in sought for name in contents.names], np.bool_)
    labels = join_faces(
        contents.vectors, contents.hashes, is_new[contents.persons], thresholds,
        said=contents.said(~is_new), common=state.common, qualities=contents.qualities if gate else None, gate=gate,
    )  # fmt: skip
    moved = _apply(people, contents, labels, len(fresh))
    keep_state(gallery, replace(state, seen=gallery.info().templates))
    return moved


def _apply(people: AlbumPeople, contents: Contents, labels: np.ndarray, faces: int) -> int:
    """Has faces change hands, but for those of groups that somebody touched since they were read."""
    moves, made = moves_to(contents, labels, ids_of(people.gallery))
    with people.changes():
        touched = {person for person, note in notes_of(people.gallery).items() if note.fixed}
        before = {name for name, note in zip(contents.names, contents.notes, strict=True) if note.fixed}
        now = set(people.gallery.names(touched).values()) - before
        moves = [move for move in moves if move.name not in now and move.to not in now]
        if moves:
            people.note_change("group", faces=faces, moved=len(moves))
        return people.reassign(moves, made)


def _commonness(contents: Contents, labels: np.ndarray) -> Commonness:
    _, which = np.unique(labels, return_inverse=True)
    counts = np.bincount(which)
    sums = np.zeros((counts.size, contents.vectors.shape[1]), np.float32)
    np.add.at(sums, which, contents.vectors)
    return Commonness.of(sums, counts)
