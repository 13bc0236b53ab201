"""LightQNet: a small network that learned how much each photo of a person helps to recognise them.

Paper: Chen, Yi, Lv: LightQNet: Lightweight Deep Face Quality Assessment for Risk-Controlled Face Recognition.
IEEE Signal Processing Letters 2021. Repository: KaenChan/lightqnet.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, ClassVar

import numpy as np

from rostro.models.entry import ModelFile
from rostro.quality.base import QualityScorer
from rostro.runtime.base import EngineOptions, open_engine

if TYPE_CHECKING:
    from rostro.core.types import Crops, Floats
    from rostro.models.store import ModelStore

_PAPER = "Chen, Yi, Lv: LightQNet: Lightweight Deep Face Quality Assessment. IEEE Signal Processing Letters 2021"
#: Side of the network's input.
_SIZE = 96
#: So many faces share a request: a tenth less time for each in float32, nearly half in bf16.
_TOGETHER = 4


def _file(name: str, sha256: str, size: int) -> ModelFile:
    return ModelFile(
        name=name,
        sha256=sha256,
        size=size,
        licence="MIT",
        commercial=True,
        paper=_PAPER,
        sources=(f"https://github.com/KaenChan/lightqnet/raw/1f27601e441b653ffb468114cdbd55b8aa2821ad/{name}",),
    )


class LightQNet(QualityScorer):
    """The larger of the published networks. Trained on MS-Celeb-1M.

    Its makers align by the eyes and the middle of the mouth; the places are those of the five-point template, which is
    fitted to the nose too, so its crops do as well and need not be made twice.
    """

    name = "lightqnet"
    about = "LightQNet dm100: 1.9 MB, what a photo helps to recognise"
    paper = _PAPER
    files: ClassVar[tuple[ModelFile, ...]] = (
        _file("lightqnet-dm100.pb", "057b8ea2714953b70745934bcd7a927f4676a827a55509a2adc64e7282f836f3", 1_875_662),
    )

    def __init__(self, store: ModelStore, engine: EngineOptions) -> None:
        """Fetches and compiles the network: by OpenVINO, whatever runs the embedder, for it alone reads the file.

        What a score means was measured in float32. With ``auto``, bf16 is taken where it is faster: of 1,589 faces,
        seven kinds of them, qualities moved by 0.001 on average and 0.018 at most, and none came to be refused or not.
        """
        super().__init__(store, engine)
        precision = "auto" if engine.precision == "auto" else "f32"
        options = replace(engine, name="openvino", precision=precision)
        self._engine = open_engine(store.path(self.files[0]), options, together=_TOGETHER)

    def score(self, crops: Crops) -> Floats:
        """See `QualityScorer.score`."""
        import cv2

        batch = np.empty((len(crops), _SIZE, _SIZE, 3), np.float32)
        for sample, crop in zip(batch, crops, strict=True):
            smaller = crop if len(crop) == _SIZE else cv2.resize(crop, (_SIZE, _SIZE), interpolation=cv2.INTER_AREA)
            sample[:] = cv2.cvtColor(smaller, cv2.COLOR_RGB2BGR)
        batch -= 128
        batch /= 128
        scores: Floats = self._engine.run(batch)[0].reshape(-1)
        return scores


class LightQNetSmall(LightQNet):
    """The smallest of the published networks: a sixth of the size, nearly as good."""

    name = "lightqnet_small"
    about = "LightQNet dm025: 0.3 MB, what a photo helps to recognise"
    files: ClassVar[tuple[ModelFile, ...]] = (
        _file("lightqnet-dm025.pb", "731eade9066ca76c78c9a989dd5d5c73d9dd2dfc3084bdb5fdfb6ad87cac6c10", 298_422),
    )
