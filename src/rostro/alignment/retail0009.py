"""Better landmarks for faces that were found: a small network looks at each face again, on its own.

A detector places landmarks while it searches the whole photo; a network that is shown the face alone places them
better, and the better they are placed, the more alike two crops of one person are. It works with every detector,
those that give no landmarks too, and for every alignment that uses landmarks.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from rostro.alignment.base import Refiner
from rostro.landmarks.retail0009 import FILES, PAPER, FivePoints

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rostro.core.types import Crops, Face, Floats, Image
    from rostro.models.entry import ModelFile
    from rostro.models.store import ModelStore
    from rostro.runtime.base import EngineOptions


class Retail0009(Refiner):
    """Landmarks by `rostro.landmarks.retail0009`: a face without any gets some."""

    name = "retail0009"
    about = "landmarks-regression-retail-0009: the face alone, at 48 × 48"
    paper = PAPER
    files: ClassVar[tuple[ModelFile, ...]] = FILES

    def __init__(self, store: ModelStore, engine: EngineOptions) -> None:
        """See `Refiner`; of the options, threads and cache are used."""
        self._network = FivePoints(store, engine)

    def refine(self, images: Sequence[Image], found: Sequence[Sequence[Face]]) -> list[list[Face]]:
        """See `Refiner.refine`."""
        return self._network.place(images, found)

    def points(self, crops: Crops) -> Floats:
        """See `FivePoints.points`."""
        return self._network.points(crops)
