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
#: Side of the crops that bands are counted on, and of the part that is looked at.
_SIDE, _LOOK = 112, 80
#: Cycles of that part from which detail is fine, and up to which it is looked at.
_COARSEST, _FINEST = 10, 16
_BRIGHTNESS = np.array([[0.299, 0.587, 0.114]], np.float32)
_BRIGHTNESS.setflags(write=False)


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
    return detail_of(gray(crops))


def gray(crops: Crops) -> Floats:
    """Brightness.

    Args:
        crops: RGB uint8 (N, H, W, 3).

    Returns:
        (N, H, W) float32 in [0, 255].
    """
    import cv2

    shades = np.empty(crops.shape[:3], np.float32)
    for shade, crop in zip(shades, crops, strict=True):
        shade[:] = cv2.transform(crop.astype(np.float32), _BRIGHTNESS)
    return shades


def detail_of(shades: Floats) -> NDArray[np.float64]:
    """See `fine_detail`.

    Only what lies below 16 cycles is looked at, so only those terms of the Fourier transform are computed, by two small
    products a face; the energy of all others together is known from that of the pixels.

    Args:
        shades: Brightness (N, 112, 112).
    """
    window, waves, sectors = _tables()
    faces = shades[:, 28:108, 16:96].astype(np.float64)
    faces = (faces - faces.mean(axis=(1, 2), keepdims=True)) / (faces.std(axis=(1, 2), keepdims=True) + 1e-3)
    faces *= window
    count = len(waves) // 2
    terms = waves @ (faces @ waves.T)  # rows: cosines, then sines, of y; columns: of x
    (cos_cos, cos_sin), (sin_cos, sin_sin) = (
        (rows[..., :count], rows[..., count:]) for rows in (terms[:, :count], terms[:, count:])
    )
    down = (cos_cos - sin_sin) ** 2 + (cos_sin + sin_cos) ** 2
    up = (cos_cos + sin_sin) ** 2 + (cos_sin - sin_cos) ** 2
    shares = np.stack([down, up], axis=1).reshape(len(faces), 2 * count * count) @ sectors
    total = np.square(faces).sum(axis=(1, 2)) * faces[0:1].size - cos_cos[:, 0, 0] ** 2 + 1e-9
    detail: NDArray[np.float64] = np.log(shares.min(axis=1, initial=np.inf) / total + 1e-9)
    return detail


@cache
def _tables() -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
    """The window (80, 80); cosines and sines of 0 to 15 cycles (32, 80); each direction's share of each term (512, 8).

    Terms are those of 0 to 15 cycles to the right, each with 0 to 15 downwards, then with 0 to 15 upwards. Those to the
    left are the same numbers.
    """
    side, count = np.hanning(_LOOK), _FINEST
    angles = 2 * np.pi * np.arange(count)[:, None] * np.arange(_LOOK) / _LOOK
    cycles = np.fft.fftfreq(_LOOK) * _LOOK
    radius, angle = np.hypot(cycles[:, None], cycles), np.arctan2(cycles[:, None], cycles)
    band = (radius >= _COARSEST) & (radius < _FINEST)
    turns = [np.abs((angle - k * np.pi / _SECTORS + np.pi / 2) % np.pi - np.pi / 2) for k in range(_SECTORS)]
    sectors = np.stack([(band & (turn < np.pi / _SECTORS)).astype(np.float64) for turn in turns], axis=-1)
    sectors /= sectors.sum(axis=(0, 1))
    down, right = np.arange(count)[:, None], np.arange(count)
    opposite = np.where(right > 0, 1.0, 0.0)[..., None]  # without cycles to the right, it is among these anyway
    below, above = (sectors[rows, right] + opposite * sectors[-rows, -right] for rows in (down, -down))
    above[0] = 0  # those without cycles downwards have been counted
    return (
        side[:, None] * side,
        np.concatenate([np.cos(angles), np.sin(angles)]),
        np.concatenate([below, above]).reshape(-1, _SECTORS),
    )
