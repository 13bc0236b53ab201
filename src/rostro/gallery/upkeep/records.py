"""Copies what a gallery keeps besides faces to another; see `rostro.gallery.records`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rostro.gallery.records import JOINED, LOG, NOBODY, ONE_EACH

if TYPE_CHECKING:
    from rostro.gallery.base import Gallery

#: Entries of the log that are copied at a time.
_AT_ONCE = 1_000


def copy_records(source: Gallery, target: Gallery) -> None:
    """Copies the records of people who are in both, and the gallery's own. What the target has stays.

    The log is copied where the target's is the beginning of it, or there is none: entries that follow others cannot be
    put in between.
    """
    ids = {name: person for person, name in target.all_names()}
    theirs = {person: ids[name] for person, name in source.all_names() if name in ids} | {NOBODY: NOBODY}
    for kind in ONE_EACH:
        bodies: dict[int, list[str]] = {}
        for record in source.records(kind):
            if record.person in theirs:
                bodies.setdefault(theirs[record.person], []).append(record.body)
        if bodies:
            joint = JOINED.get(kind)
            last = {person: some[-1] if joint is None else joint.join(some) for person, some in bodies.items()}
            target.keep_records(kind, last, only_missing=True)
    _copy_log(source, target)


def _copy_log(source: Gallery, target: Gallery) -> None:
    mine, theirs = 0, 0
    while page := target.records(LOG, [NOBODY], after=theirs, limit=_AT_ONCE):
        same = source.records(LOG, [NOBODY], after=mine, limit=len(page))
        if [record.body for record in page] != [record.body for record in same]:
            return
        mine, theirs = same[-1].id, page[-1].id
    while page := source.records(LOG, [NOBODY], after=mine, limit=_AT_ONCE):
        bodies = [record.body for record in page]
        target.append_records(LOG, lambda _, bodies=bodies: bodies)  # type: ignore[misc]
        mine = page[-1].id
