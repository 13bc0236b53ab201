"""The data of a training as all recipes see them: classes, and parts that come in batches."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np

from rostro.training.data.batches import PictureBatches, VectorBatches, data_hash

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from numpy.typing import NDArray

    from rostro.core.types import Floats
    from rostro.training.data.augment import Augmentation
    from rostro.training.data.batches import Batches, Pictures


class Examples(Protocol):
    """One part of the data."""

    @property
    def labels(self) -> NDArray[Any]:
        """(N, …) what each is."""

    @property
    def hashes(self) -> Sequence[str]:
        """sha256 of each photo."""

    def batches(self, batch: int, seed: int | None = None) -> Batches:
        """So many at a time; shuffled, and changed by chance, if there is a seed."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class PictureExamples:
    """Photos as pictures.

    Attributes:
        pictures: The photos.
        labels: (N, …) what they are.
        threads: For changing photos, and reading what is not kept.
        augmentation: How they are changed where they are shuffled.
        plan: The batches of an epoch, instead of a shuffled order.
        prepare: RGB uint8 (N, side, side, 3) → what the network takes, instead of [0, 1].
        named: sha256 of the photos that the pictures are of, where they are not the photos themselves.
    """

    pictures: Pictures
    labels: NDArray[Any]
    threads: int
    augmentation: Augmentation | None = None
    plan: Callable[[int], list[NDArray[np.int64]]] | None = None
    prepare: Callable[[NDArray[np.uint8]], Floats] | None = None
    named: Sequence[str] | None = None

    @property
    def hashes(self) -> Sequence[str]:
        """sha256 of each photo."""
        return self.pictures.hashes if self.named is None else self.named

    def batches(self, batch: int, seed: int | None = None) -> PictureBatches:
        """See `Examples.batches`."""
        return PictureBatches(
            self.pictures, self.labels, batch=batch, threads=self.threads, seed=seed, augmentation=self.augmentation,
            plan=None if seed is None else self.plan, prepare=self.prepare,
        )  # fmt: skip


@dataclass(frozen=True, slots=True, eq=False)
class VectorExamples:
    """The vectors of photos; photos that gave none are left out.

    Attributes:
        vectors: (N, d) float32.
        labels: (N, …) what they are.
        hashes: sha256 of each photo.
    """

    vectors: Floats
    labels: NDArray[Any]
    hashes: Sequence[str]

    def batches(self, batch: int, seed: int | None = None) -> VectorBatches:
        """See `Examples.batches`."""
        return VectorBatches(self.vectors, self.labels, batch=batch, seed=seed)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Data:
    """All parts.

    Attributes:
        classes: Names of the outputs, in order.
        parts: ``train``, ``val`` and, where there is one, ``test``.
        preprocessing: How photos became inputs, for the card.
        split: How the parts were drawn, for the card; empty where the folders said it.
    """

    classes: tuple[str, ...]
    parts: Mapping[str, Examples]
    preprocessing: dict[str, Any]
    split: dict[str, Any] = field(default_factory=dict)

    @property
    def hash(self) -> str:
        """sha256 over photos and labels, whatever their order."""
        parts = self.parts.values()
        return data_hash(
            [sha256 for part in parts for sha256 in part.hashes], np.concatenate([part.labels for part in parts])
        )

    @property
    def counts(self) -> dict[str, int]:
        """How many photos each part has."""
        return {name: len(part.labels) for name, part in self.parts.items()}

    def vectors(self, part: str) -> Floats:
        """The (N, d) vectors of a part, where photos became vectors."""
        examples = self.parts[part]
        assert isinstance(examples, VectorExamples)
        return examples.vectors
