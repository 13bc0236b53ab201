"""Two looks at a face together: where one is fooled, the other often is not."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

import numpy as np

from rostro.liveness.antispoof import AntiSpoof
from rostro.liveness.base import LivenessScorer
from rostro.liveness.minifasnet import MiniFASNetV2

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rostro.core.types import Face, Floats, Image
    from rostro.models.entry import ModelFile
    from rostro.models.store import ModelStore
    from rostro.runtime.base import EngineOptions


class Fusion(LivenessScorer):
    """The mean of MiniFASNet V2 and face-antispoof: better than either (``benchmarks/liveness.py``)."""

    name = "fusion"
    about = "Mean of MiniFASNet V2 and face-antispoof: 3.8 MB, living or a picture"
    paper = f"{MiniFASNetV2.paper}; {AntiSpoof.paper}"
    parts: ClassVar[tuple[type[LivenessScorer], ...]] = (MiniFASNetV2, AntiSpoof)
    files: ClassVar[tuple[ModelFile, ...]] = tuple(file for part in (MiniFASNetV2, AntiSpoof) for file in part.files)

    def __init__(self, store: ModelStore, engine: EngineOptions) -> None:
        """Fetches and compiles both networks."""
        super().__init__(store, engine)
        self._parts = tuple(part(store, engine) for part in self.parts)

    def score(self, photo_pixels: Image, faces: Sequence[Face]) -> Floats:
        """See `LivenessScorer.score`."""
        first, second = (part.score(photo_pixels, faces) for part in self._parts)
        mean: Floats = (first + second) * np.float32(0.5)
        return mean
