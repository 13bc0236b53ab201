"""What a quality scorer is."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import TYPE_CHECKING, ClassVar

from rostro.core.parts import Room
from rostro.core.types import AlignmentSpec

if TYPE_CHECKING:
    from rostro.core.types import Crops, Floats
    from rostro.models.entry import ModelFile
    from rostro.models.store import ModelStore
    from rostro.runtime.base import EngineOptions

#: The crops that scorers look at, whatever the embedder's own are.
ALIGNMENT = AlignmentSpec("five_point", 112)


class QualityScorer(ABC):
    """Looks at aligned crops and says how good they are. Safe to call from several threads at once.

    Class attributes:
        name: What options, calibrations and reports call it.
        about: One line for people.
        paper: What to cite.
        files: The model files it needs, the network first; none where it needs none.
    """

    name: ClassVar[str]
    about: ClassVar[str]
    paper: ClassVar[str]
    files: ClassVar[tuple[ModelFile, ...]]

    def __init__(self, store: ModelStore, engine: EngineOptions) -> None:
        """Fetches and compiles the model files."""
        self.store = store
        self.engine_options = engine

    @abstractmethod
    def score(self, crops: Crops) -> Floats:
        """The network's own scores, not calibrated.

        Args:
            crops: RGB uint8 (N, size, size, 3), aligned as `ALIGNMENT` says, of any size; N may be 0.

        Returns:
            (N,) float32 in [0, 1], higher is better.
        """

    @property
    def weights_hash(self) -> str:
        """sha256 of the network's file, as stored; that of nothing where there is none."""
        return self.store.hash_of(self.files[0])


QUALITIES = Room(
    QualityScorer,
    "quality scorer",
    "rostro.qualities",
    {
        "lightqnet": "rostro.quality.lightqnet:LightQNet",
        "lightqnet_small": "rostro.quality.lightqnet:LightQNetSmall",
        "detail": "rostro.quality.detail:Detail",
    },
)
