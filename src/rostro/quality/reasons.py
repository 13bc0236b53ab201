"""What is probably wrong with a face, in kinds that a person understands.

The scorer knows that a face is poor and not why. These are plain measures of the aligned crop and of the landmarks;
each limit lies where about one in a hundred photos of LFW or CelebA is beyond it, and most photos damaged in that way
are (``benchmarks/bad_photos.py`` prints how many).
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple, Self

import numpy as np

from rostro.quality.detail import LEAST, detail_of, gray

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from rostro.core.quality import Reason
    from rostro.core.types import Crops, Face, Floats, Image

#: Eyes brighter than the cheeks by more than this many standard deviations are a film negative's.
NEGATIVE = 0.35
#: Logarithm of the energy at 10 to 16 cycles a face, in the direction that has least: below it some is missing.
_FINE = -12.3
#: A face with so much less is called blurred; half of LFW's blurred by 2 pixels lack 0.1, those blurred by 3 lack 2.5.
_BLURRED = 0.5
_DARK = 35.0
_OVEREXPOSED = 0.3
_FLAT = 12.0
#: From this on, in all three colours, up to the lightest, a pixel is white.
_WHITE, _WHITEST = (252.0,) * 3, (255.0,) * 3
#: Distance of the eyes in pixels of the photo.
_SMALL = 12.0
#: Degrees between the eyes and the horizon.
_TILTED = 20.0
#: Nose beside the middle of eyes and mouth, in distances of the eyes.
_TURNED_AWAY = 0.55
#: Share of the box that is outside the photo.
_CUT_OFF = 0.1
_SIDE = 112


class Spots(NamedTuple):
    """Rows and columns of a place in a crop of 112 × 112."""

    top: int
    bottom: int
    left: int
    right: int

    def mean(self, gray: Floats) -> Floats:
        """Mean of each crop there."""
        mean: Floats = gray[:, self.top : self.bottom, self.left : self.right].mean(axis=(1, 2))
        return mean


_EYES = (Spots(46, 57, 32, 45), Spots(46, 57, 67, 80))
_CHEEKS = (Spots(66, 82, 28, 42), Spots(66, 82, 70, 84))


@dataclass(frozen=True, slots=True, eq=False)
class Measures:
    """What is measured of crops, once for all that is asked about them.

    Attributes:
        crops: RGB uint8 (N, 112, 112, 3), aligned by five points.
        shades: Their brightness, (N, 112, 112) float32.
        over_cheeks: (N,) see `eyes_over_cheeks`.
        detail: (N,) see `rostro.quality.detail.fine_detail`.
    """

    crops: Crops
    shades: Floats
    over_cheeks: Floats
    detail: NDArray[np.float64]

    @classmethod
    def of(cls, crops: Crops) -> Self:
        """Measures crops, RGB uint8 (N, 112, 112, 3)."""
        shades = gray(crops)
        return cls(crops, shades, _over_cheeks(shades), detail_of(shades))

    @property
    def hopeless(self) -> NDArray[np.bool_]:
        """(N,) faces that cannot be judged whatever a scorer says: negatives, and those without any fine detail."""
        found: NDArray[np.bool_] = (self.over_cheeks > NEGATIVE) | (self.detail < LEAST)
        return found

    def reasons(self, index: int, face: Face, *, width: int, height: int) -> tuple[Reason, ...]:
        """What is wrong with one face; empty where nothing is seen.

        Args:
            index: Of its crop.
            face: The face in its photo.
            width: The photo's width in pixels.
            height: Its height.
        """
        found: list[Reason] = []
        shades = self.shades[index]
        if self.over_cheeks[index] > NEGATIVE:
            found.append("negative")
        if shades.mean() < _DARK:
            found.append("dark")
        elif _white(self.crops[index]) > _OVEREXPOSED:
            found.append("overexposed")
        elif shades.std() < _FLAT:
            found.append("flat")
        if face.landmarks is not None:
            roll, yaw, eyes = pose(face.landmarks)
            if eyes < _SMALL:
                found.append("too-small")
            if abs(roll) > _TILTED:
                found.append("tilted")
            if abs(yaw) > _TURNED_AWAY:
                found.append("turned-away")
        if _outside(face, width, height) > _CUT_OFF:
            found.append("cut-off")
        if _FINE - self.detail[index] > _BLURRED and "too-small" not in found:
            found.append("blurred")
        return tuple(found)


def eyes_over_cheeks(crops: Crops) -> Floats:
    """How much brighter the eyes are than the cheeks, in standard deviations of the face; negative for a usual photo.

    Args:
        crops: RGB uint8 (N, 112, 112, 3), aligned by five points.

    Returns:
        (N,) float32.
    """
    return _over_cheeks(gray(crops))


def pose(landmarks: Floats) -> tuple[float, float, float]:
    """Roll in degrees, how far the nose is beside the middle, in distances of the eyes, and that distance in pixels.

    Roll is that of the eyes: positive where the right one (as seen) is lower.
    """
    left, right, nose = (landmarks[i].astype(np.float64) for i in range(3))
    across = right - left
    eyes = float(np.hypot(*across))
    middle = ((left + right) / 2 + (landmarks[3] + landmarks[4]) / 2) / 2
    yaw = float((nose - middle) @ across) / max(eyes * eyes, 1e-9)
    return math.degrees(math.atan2(across[1], across[0])), yaw, eyes


def _over_cheeks(shades: Floats) -> Floats:
    spread = shades[:, 20:108, 14:98].std(axis=(1, 2)) + 1e-3
    eyes, cheeks = (sum(spot.mean(shades) for spot in spots) / 2 for spots in (_EYES, _CHEEKS))
    difference: Floats = ((eyes - cheeks) / spread).astype(np.float32)
    return difference


def _white(crop: Image) -> float:
    """Share of pixels that are white, or nearly."""
    import cv2

    white = int(cv2.countNonZero(cv2.inRange(crop, _WHITE, _WHITEST)))
    return float(white / math.prod(crop.shape[:2]))


def _outside(face: Face, width: int, height: int) -> float:
    x1, y1, x2, y2 = face.box
    inside = max(0.0, min(x2, width) - max(x1, 0.0)) * max(0.0, min(y2, height) - max(y1, 0.0))
    return 1 - inside / face.area
