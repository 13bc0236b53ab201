"""How much fine detail a face shows, by its spectrum.

What blurs or moves a face takes its fine detail away, in every direction or in one. So little of it as in no ordinary
photo means that there is nothing to tell people apart by, whatever a scorer says.
"""

from __future__ import annotations

from functools import cache
from hashlib import sha256
from typing import TYPE_CHECKING, ClassVar

import numpy as np

from rostro.quality.base import QualityScorer

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from rostro.core.types import Crops, Floats
    from rostro.models.entry import ModelFile

#: Below this a face cannot be judged. Of 1,600 photos of LFW none lies below -12.5, of 3,000 of CelebA none below
#: -13.9; of LFW's, blurred by 4 or 6 pixels, all lie below -14.2, of those blurred by 3, four in five
#: (``benchmarks/fine_detail.py``).
LEAST = -14.2
#: From this on there is nothing to be wished for: half of LFW lies above.
_PLENTY = -10.0
_SECTORS = 8
#: Side of the crops that bands are counted on.
_SIDE = 112


class Detail(QualityScorer):
    """Fine detail alone: needs no file, and nothing measured for the embedder."""

    name = "detail"
    about = "Fine detail of the face, without a network: for embedders that nothing better was measured for"
    paper = "energy in a band of spatial frequencies, as benchmarks/bad_photos.py measured it"
    files: ClassVar[tuple[ModelFile, ...]] = ()

    def score(self, crops: Crops) -> Floats:
        """See `QualityScorer.score`."""
        import cv2

        if crops.shape[1] != _SIDE:
            crops = np.array([cv2.resize(crop, (_SIDE, _SIDE)) for crop in crops], np.uint8).reshape(
                -1, _SIDE, _SIDE, 3
            )
        scores: Floats = np.clip((fine_detail(crops) - LEAST) / (_PLENTY - LEAST), 0, 1).astype(np.float32)
        return scores

    @property
    def weights_hash(self) -> str:
        """There are no weights: that of nothing."""
        return sha256(b"").hexdigest()


def fine_detail(crops: Crops) -> NDArray[np.float64]:
    """Logarithm of the weakest direction's mean share of the energy at 10 to 16 cycles of the face.

    Args:
        crops: RGB uint8 (N, 112, 112, 3), aligned by five points.

    Returns:
        (N,): about -10 for sharp photos, -12.3 where one in a hundred of LFW lies, -15 when blurred by 3 pixels.
    """
    window, whole, sectors = _masks()
    gray = crops[:, 28:108, 16:96].astype(np.float32) @ np.array([0.299, 0.587, 0.114], np.float32)
    faces = gray.astype(np.float64)
    faces = (faces - faces.mean(axis=(1, 2), keepdims=True)) / (faces.std(axis=(1, 2), keepdims=True) + 1e-3)
    power = np.abs(np.fft.fft2(faces * window)) ** 2
    total = power[:, whole].sum(axis=1) + 1e-9
    weakest = np.min([power[:, sector].mean(axis=1) for sector in sectors], axis=0)
    detail: NDArray[np.float64] = np.log(weakest / total + 1e-9)
    return detail


@cache
def _masks() -> tuple[NDArray[np.float64], NDArray[np.bool_], tuple[NDArray[np.bool_], ...]]:
    side = np.hanning(80)
    cycles = np.fft.fftfreq(80) * 80
    radius, angle = np.hypot(cycles[:, None], cycles), np.arctan2(cycles[:, None], cycles)
    band = (radius >= 10) & (radius < 16)
    turns = [np.abs((angle - k * np.pi / _SECTORS + np.pi / 2) % np.pi - np.pi / 2) for k in range(_SECTORS)]
    sectors = tuple(band & (turn < np.pi / _SECTORS) for turn in turns)
    return side[:, None] * side, radius > 0.5, sectors
