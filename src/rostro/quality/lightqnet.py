"""LightQNet: a small network that learned how much each photo of a person helps to recognise them.

Paper: Chen, Yi, Lv: LightQNet: Lightweight Deep Face Quality Assessment for Risk-Controlled Face Recognition.
IEEE Signal Processing Letters 2021. Repository: KaenChan/lightqnet.
"""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from typing import TYPE_CHECKING, ClassVar

import numpy as np

from rostro.models.entry import ModelFile
from rostro.quality.base import ALIGNMENT, QualityScorer
from rostro.runtime.base import EngineOptions, open_engine
from rostro.runtime.pictures import Pictures

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from rostro.core.types import Crops, Floats, Image
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
        pictures = Pictures(mean=128, scale=128, bgr=True, planes=False)
        self._engine = open_engine(store.path(self.files[0]), options, together=_TOGETHER, pictures=pictures)

    def score(self, crops: Crops) -> Floats:
        """See `QualityScorer.score`."""
        batch = np.empty((len(crops), _SIZE, _SIZE, 3), np.uint8)
        for sample, crop in zip(batch, crops, strict=True):
            _shrink(crop, sample)
        scores: Floats = self._engine.run(batch)[0].reshape(-1)
        return scores


class LightQNetSmall(LightQNet):
    """The smallest of the published networks: a sixth of the size, nearly as good."""

    name = "lightqnet_small"
    about = "LightQNet dm025: 0.3 MB, what a photo helps to recognise"
    files: ClassVar[tuple[ModelFile, ...]] = (
        _file("lightqnet-dm025.pb", "731eade9066ca76c78c9a989dd5d5c73d9dd2dfc3084bdb5fdfb6ad87cac6c10", 298_422),
    )


def _shrink(crop: Image, smaller: Image) -> None:
    """Fills the network's input with the averages of a crop's pixels."""
    import cv2

    if len(crop) == ALIGNMENT.size:
        cv2.remap(crop, *_places(), cv2.INTER_LINEAR, dst=smaller)
    else:
        cv2.resize(crop, smaller.shape[1::-1], dst=smaller, interpolation=cv2.INTER_AREA)


@cache
def _places() -> tuple[NDArray[np.int16], NDArray[np.uint16]]:
    """Where in a crop of 112 pixels a side each of the 96 lies.

    The average over 7/6 of a pixel is a mixture of two neighbours: of seven pixels six are made, the first of 6/7 of
    one and 1/7 of the next, the last of 1/7 and 6/7. Mixing takes a third of the time of averaging, which knows nothing
    of that; pixels differ by 0.08 on average, scores by 0.0006 (571 faces of CelebA and five celebrities).
    """
    import cv2

    six = np.arange(_SIZE) % 6
    place = (np.arange(_SIZE) // 6 * 7 + six + (six + 1) / 7).astype(np.float32)
    across, down = np.meshgrid(place, place)
    return cv2.convertMaps(across, down, cv2.CV_16SC2)
