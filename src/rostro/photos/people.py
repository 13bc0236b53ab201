"""What a set of photos of known people is."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from rostro.core.errors import BadInput, PhotoError
from rostro.core.order import natural

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path


@dataclass(frozen=True, slots=True, eq=False)
class People:
    """Photos and whose they are.

    Attributes:
        photos: The photo files.
        owners: (photos,) number of each photo's person in `names`.
        names: Names of the people, sorted (2 before 10), each with at least one photo.
        failed: Folders and links that gave nobody a photo, and why.
        others: Files that lay among the photos and are no pictures.
    """

    photos: tuple[Path, ...]
    owners: NDArray[np.int32]
    names: tuple[str, ...]
    failed: tuple[PhotoError, ...] = ()
    others: tuple[Path, ...] = ()
    _counts: NDArray[np.int64] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        counts = np.bincount(self.owners, minlength=len(self.names))
        if len(self.photos) != self.owners.size or counts.size != len(self.names) or not counts.all():
            raise BadInput("every photo has one person, and every person has a photo")
        object.__setattr__(self, "_counts", counts)

    @classmethod
    def of(
        cls, items: Iterable[tuple[str, Path]], *, failed: Iterable[PhotoError] = (), others: Iterable[Path] = ()
    ) -> People:
        """From (person's name, photo) pairs in any order; photos of a person keep theirs."""
        listed = sorted(items, key=lambda item: natural(item[0]))
        names = sorted({name for name, _ in listed}, key=natural)
        number = {name: index for index, name in enumerate(names)}
        owners = np.array([number[name] for name, _ in listed], np.int32)
        return cls(tuple(photo for _, photo in listed), owners, tuple(names), tuple(failed), tuple(others))

    @property
    def counts(self) -> NDArray[np.int64]:
        """(names,) photos of each person."""
        return self._counts

    def only(self, chosen: NDArray[Any]) -> People:
        """The same with some photos only; people who have none left are gone.

        Args:
            chosen: Indices or a mask of photos.
        """
        kept = np.arange(len(self.photos))[chosen]
        items = ((self.names[self.owners[index]], self.photos[index]) for index in kept)
        return People.of(items, failed=self.failed, others=self.others)
