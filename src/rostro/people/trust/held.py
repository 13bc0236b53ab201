"""All templates of a gallery in arrays, a person's beside each other."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from numpy.typing import NDArray

from rostro.core.errors import UnknownPerson
from rostro.core.folding import name_order

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from rostro.core.types import Floats, Template
    from rostro.gallery.base import Gallery

    Indices = NDArray[np.int64]

#: People whose templates are read at a time.
_AT_ONCE = 500


class HeldFace(NamedTuple):
    """A template without its vector: whose, of which photo, and where in it."""

    person: int
    name: str
    photo: str
    sha256: str
    box: tuple[float, float, float, float] | None


@dataclass(frozen=True, slots=True, eq=False)
class Held:
    """What a gallery held when it was read, people in the order of their names.

    Attributes:
        vectors: (N, d) unit rows.
        owners: (N,) whose each is, a place in `names`; rising.
        starts: (P + 1,) where the templates of each person begin, and the end.
        names: (P,) of people.
        faces: (N,) what is known besides.
        qualities: (N,) in [0, 1].
    """

    vectors: Floats
    owners: Indices
    starts: Indices
    names: tuple[str, ...]
    faces: tuple[HeldFace, ...]
    qualities: Floats

    @classmethod
    def of(cls, gallery: Gallery) -> Held:
        """Reads a gallery, some people at a time. Whoever is erased meanwhile is left out."""
        everybody = sorted(gallery.all_names(), key=lambda person: name_order(person[1]))
        names, counts, qualities = [], [], []
        vectors: list[Floats] = []
        faces: list[HeldFace] = []
        for start in range(0, len(everybody), _AT_ONCE):
            ids = {name: person for person, name in everybody[start : start + _AT_ONCE]}
            for name, templates in _templates(gallery, list(ids)):
                names.append(name)
                counts.append(len(templates))
                vectors.append(np.stack([template.vector for template in templates]))
                qualities += [template.quality for template in templates]
                faces += [HeldFace(ids[name], name, one.photo, one.source_hash, one.box) for one in templates]
        return cls(
            np.concatenate(vectors) if vectors else np.empty((0, 0), np.float32),
            np.repeat(np.arange(len(counts)), counts),
            np.concatenate([[0], np.cumsum(counts, dtype=np.int64)]),
            tuple(names),
            tuple(faces),
            np.asarray(qualities, np.float32),
        )

    def __len__(self) -> int:
        return len(self.faces)

    def but(self, kept: NDArray[np.bool_]) -> tuple[Floats, Indices, Indices]:
        """Vectors, owners and starts of some of the templates only; owners are the same places in `names`."""
        owners = self.owners[kept]
        starts = np.searchsorted(owners, np.arange(len(self.names) + 1))
        return self.vectors[kept], owners, starts


def _templates(gallery: Gallery, names: Sequence[str]) -> Iterator[tuple[str, Sequence[Template]]]:
    """Templates of those who have some."""
    try:
        found = gallery.templates_of(names)
    except UnknownPerson:  # one was erased since they were listed
        found = {}
        for name in names:
            with suppress(UnknownPerson):
                found[name] = gallery.templates(name)
    for name in names:
        if found.get(name):
            yield name, found[name]
