"""face-antispoof: one network of the MiniFAS family, for living or not.

Source: github.com/johnraivenolazo/face-antispoof-onnx, trained on CelebA-Spoof (Zhang et al.: CelebA-Spoof: Large-Scale
Face Anti-Spoofing Dataset with Rich Annotations. ECCV 2020), which is research data.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

import numpy as np

from rostro.liveness._crops import reflected
from rostro.liveness.base import LivenessScorer
from rostro.models.entry import ModelFile
from rostro.runtime.base import open_float32

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rostro.core.types import Face, Floats, Image
    from rostro.models.store import ModelStore
    from rostro.runtime.base import EngineOptions

_FOLDER = (
    "https://github.com/johnraivenolazo/face-antispoof-onnx/raw/2b9830bb0eccafddcf0abcedf5c6ad506f0a1142/"
    "models/best/97.80"
)
#: Side of the network's input, and of its view in longer sides of the face's box.
_SIZE, _SCALE = 128, 1.5


class AntiSpoof(LivenessScorer):
    """Takes RGB in [0, 1]; gives logits of living and not."""

    name = "antispoof"
    about = "face-antispoof (MiniFAS, 128 px): 1.9 MB, living or a picture"
    paper = "face-antispoof-onnx; Zhang et al.: CelebA-Spoof. ECCV 2020"
    files: ClassVar[tuple[ModelFile, ...]] = (
        ModelFile(
            name="face-antispoof-97.80.onnx",
            sha256="c7752c4c6315e7779fc6f3124e8d352e7583b0a55bcd1497a4162b0a54150c2c",
            size=1_912_594,
            licence="Apache-2.0",
            commercial=True,
            paper=paper,
            sources=(f"{_FOLDER}/best_model.onnx",),
        ),
    )

    def __init__(self, store: ModelStore, engine: EngineOptions) -> None:
        """Fetches and compiles the network."""
        super().__init__(store, engine)
        self._engine = open_float32(store.path(self.files[0]), engine)

    def score(self, photo_pixels: Image, faces: Sequence[Face]) -> Floats:
        """See `LivenessScorer.score`."""
        batch = np.empty((len(faces), 3, _SIZE, _SIZE), np.float32)
        for sample, face in zip(batch, faces, strict=True):
            sample[:] = reflected(photo_pixels, face, _SCALE, _SIZE).transpose(2, 0, 1)
        living, not_living = self._engine.run(batch / 255)[0].reshape(-1, 2).T.astype(np.float64)
        scores: Floats = (1 / (1 + np.exp(np.clip(not_living - living, -80, 80)))).astype(np.float32)
        return scores
