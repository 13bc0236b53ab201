"""Who groups without a name may be, of those in the same album who have one."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from rostro.people.album import Suggestion
from rostro.people.albums.notes import is_id, notes_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rostro.core.types import Floats
    from rostro.people.albums.album import Album
    from rostro.people.albums.shown import KeptGroup

#: Templates that are looked up besides as many as a group has itself, which come first …
_BESIDES = 20
#: … and how many at most: from a group as large as that on nobody else is seen.
_MOST = 1_000


def named_like(album: Album, groups: Sequence[tuple[KeptGroup, Floats]], threshold: float) -> dict[str, Suggestion]:
    """For groups the person of the album whose nearest face is the most like them.

    Nobody is suggested who is ignored, or of whom it was said that a face of the group is not theirs.

    Args:
        album: Theirs.
        groups: Each with its mean direction, (d,) of unit norm.
        threshold: Similarity from which somebody is suggested.

    Returns:
        Suggestions by the groups' ids; of some there are none.
    """
    if not groups:
        return {}
    count = min(_MOST, max(len(group) for group, _ in groups) + _BESIDES)
    rows = album.gallery.search(np.stack([mean for _, mean in groups]), count)
    people = {hit.person for row in rows for hit in row if hit.similarity >= threshold}
    names = {person: name for person, name in album.gallery.names(people).items() if not is_id(name)}
    notes = notes_of(album.gallery, names) if names else {}
    found = {}
    for (group, _), row in zip(groups, rows, strict=True):
        faces = {face.id for face in group.faces}
        for hit in row:
            note = notes.get(hit.person)
            if hit.similarity < threshold or hit.person not in names or hit.person == group.person:
                continue
            if note is None or not (note.ignored or note.apart & faces):
                found[group.id] = Suggestion(name=names[hit.person], similarity=min(hit.similarity, 1.0))
                break
    return found
