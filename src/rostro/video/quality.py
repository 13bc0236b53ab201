"""How much a face in a frame can tell: large, sharp and frontal faces more than small, blurred and turned ones."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from rostro.core.types import Face, Image

#: Pixels between the eyes from which more tell nothing more: an embedder's crop has about 35.
_EYES = 32.0
#: Variance of the Laplacian of the crop from which it counts as sharp.
_SHARP = 120.0
#: Turned further than this (see `_frontal`), half of a face is hidden.
_TURNED = 0.6


def quality(face: Face, crop: Image) -> float:
    """In [0, 1]: the detector's score × size × frontality × sharpness.

    Args:
        face: The face in its frame.
        crop: Its aligned crop, RGB uint8.
    """
    return face.score * min(1.0, eye_distance(face) / _EYES) * _frontal(face) * _sharpness(crop)


def eye_distance(face: Face) -> float:
    """Pixels between the eyes; of a face without landmarks, as far as its box lets one guess."""
    if face.landmarks is None:
        return 0.4 * face.width
    return float(np.linalg.norm(face.landmarks[1] - face.landmarks[0]))


def _frontal(face: Face) -> float:
    """1 where the nose is halfway between the eyes, 0 where it is beside one of them."""
    if face.landmarks is None:
        return 1.0
    eyes, nose = face.landmarks[:2].astype(np.float64), face.landmarks[2].astype(np.float64)
    axis = eyes[1] - eyes[0]
    length = float(axis @ axis)
    if length == 0:
        return 0.0
    aside = abs(float((nose - eyes.mean(axis=0)) @ axis) / length)
    return max(0.0, 1 - (aside / _TURNED) ** 2)


def _sharpness(crop: Image) -> float:
    import cv2

    variance = float(cv2.Laplacian(cv2.cvtColor(crop, cv2.COLOR_RGB2GRAY), cv2.CV_32F).var())
    return 0.3 + 0.7 * min(1.0, variance / _SHARP)
