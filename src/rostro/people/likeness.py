"""Faces that are about to be enrolled under one name, and are enrolled under another: the usual sign of a mistake."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from rostro.core.errors import KnownFace
from rostro.core.types import Answer

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from rostro.core.types import Floats
    from rostro.gallery.base import Gallery

#: Templates that are looked at first; more, where the nearest ones are all the person's own.
_FIRST, _MORE, _MOST = 10, 8, 5_120


@dataclass(frozen=True, slots=True, repr=False)
class Remark(Answer):
    """A photo whose face is enrolled under another name, too.

    Attributes:
        photo: Its name.
        name: As whom it was to be enrolled.
        other: The name of the person whose enrolled face is the most like it.
        similarity: How alike the two faces are, at or above the threshold.
    """

    photo: str
    name: str
    other: str
    similarity: float

    def __repr__(self) -> str:
        return f"<Remark {self.photo}: {self.reason}>"

    @property
    def reason(self) -> str:
        """In words for a person."""
        return f"the face of {self.name} is enrolled as {self.other}, too (similarity {self.similarity:.3f})"

    @property
    def error(self) -> KnownFace:
        """What is said of the photo where such photos are refused."""
        reason = f"the face is enrolled as {self.other} (similarity {self.similarity:.3f})"
        return KnownFace(self.photo, reason, **self._values())

    def to_dict(self) -> dict[str, Any]:
        """``{"photo", "reason", "kind", "values"}``, as failures have it."""
        return {"photo": self.photo, "reason": self.reason, "kind": "known-face", "values": self._values()}

    def _values(self) -> dict[str, Any]:
        return {"name": self.other, "similarity": round(self.similarity, 4)}


def known_faces(
    gallery: Gallery, names: Sequence[str], photos: Sequence[str], vectors: Floats, threshold: float, *, strict: bool
) -> Iterator[Remark | None]:
    """Of faces that are to be enrolled together: who of them is enrolled under another name, in the gallery or before.

    Args:
        gallery: Before they are added to it.
        names: As whom they are to be enrolled.
        photos: Their photos' names.
        vectors: (len(names), d) unit rows.
        threshold: Similarity from which two faces count as one person's.
        strict: Whether those that are remarked on are not enrolled, so that later ones are not compared with them.
    """
    among = vectors @ vectors.T
    taken: list[int] = []
    nearest = _nearest_others(gallery, names, vectors, threshold)
    for number, (name, photo) in enumerate(zip(names, photos, strict=True)):
        best = nearest[number]
        for earlier in taken:
            if names[earlier] != name and among[number, earlier] >= max(threshold, best[1]):
                best = names[earlier], float(among[number, earlier])
        remark = None if best[0] is None else Remark(photo, name, best[0], min(best[1], 1.0))
        if remark is None or not strict:
            taken.append(number)
        yield remark


def _nearest_others(
    gallery: Gallery, names: Sequence[str], vectors: Floats, threshold: float
) -> list[tuple[str | None, float]]:
    """For each face the name of the most similar person of another name, and the similarity; (None, −1) below."""
    found: list[tuple[str | None, float]] = [(None, -1.0)] * len(names)
    left, count = list(range(len(names))), _FIRST
    while left and count <= _MOST:
        hits = [[hit for hit in row if hit.similarity >= threshold] for row in gallery.search(vectors[left], count)]
        known = gallery.names({hit.person for row in hits for hit in row})
        hidden = []  # by the person's own, of which there are more than were asked for
        for number, row in zip(left, hits, strict=True):
            others = [hit for hit in row if known.get(hit.person, names[number]) != names[number]]
            if others:
                found[number] = known[others[0].person], others[0].similarity
            elif len(row) == count:
                hidden.append(number)
        left, count = hidden, count * _MORE
    return found
