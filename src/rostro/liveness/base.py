"""What a liveness scorer is."""

from __future__ import annotations

import hashlib
from abc import ABC, abstractmethod
from typing import TYPE_CHECKING, ClassVar

from rostro.core.parts import Room

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rostro.core.types import Face, Floats, Image
    from rostro.models.entry import ModelFile
    from rostro.models.store import ModelStore
    from rostro.runtime.base import EngineOptions


class LivenessScorer(ABC):
    """Looks at faces *in their photo* and says how alive they look. Safe to call from several threads at once.

    What gives a picture of a person away is often around the face: an edge of paper, the frame of a screen. So a scorer
    gets the photo and the faces' boxes, not aligned crops.

    Class attributes:
        name: What options, calibrations and reports call it.
        about: One line for people.
        paper: What to cite.
        files: The model files it needs.
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
    def score(self, photo_pixels: Image, faces: Sequence[Face]) -> Floats:
        """How alive faces look, not calibrated.

        Args:
            photo_pixels: RGB uint8 (H, W, 3).
            faces: (N,) faces of the photo; their boxes are read, and may reach outside. N may be 0.

        Returns:
            (N,) float32 in [0, 1], higher is more alive.
        """

    @property
    def weights_hash(self) -> str:
        """sha256 of what its files hash to, as stored: another network is another scorer."""
        return hashlib.sha256("".join(map(self.store.hash_of, self.files)).encode()).hexdigest()


LIVENESS = Room(
    LivenessScorer,
    "liveness scorer",
    "rostro.liveness",
    {
        "antispoof": "rostro.liveness.antispoof:AntiSpoof",
        "fusion": "rostro.liveness.fusion:Fusion",
        "minifasnet_v1se": "rostro.liveness.minifasnet:MiniFASNetV1SE",
        "minifasnet_v2": "rostro.liveness.minifasnet:MiniFASNetV2",
    },
)
