"""The similarity that brings five landmarks onto the ArcFace template: what most modern embedders were trained on.

Paper: Deng et al.: ArcFace: Additive Angular Margin Loss for Deep Face Recognition. CVPR 2019. Least squares: Umeyama:
Least-Squares Estimation of Transformation Parameters Between Two Point Patterns. PAMI 1991.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from rostro.alignment.base import Alignment
from rostro.core.errors import BadInput
from rostro.core.types import AlignmentSpec

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from rostro.core.types import Crops, Face, Floats, Image

#: Where the landmarks belong in a crop of 112 × 112 pixels.
TEMPLATE = np.array(
    [[38.2946, 51.6963], [73.5318, 51.5014], [56.0252, 71.7366], [41.5493, 92.3655], [70.7299, 92.2041]], np.float32
)
TEMPLATE.setflags(write=False)
TEMPLATE_SIZE = 112


class FivePoint(Alignment):
    """Rotation, uniform scale and shift by least squares over the five landmarks."""

    name = "five_point"
    about = "five landmarks onto the ArcFace template (scaled for sizes other than 112)"
    needs_landmarks = True

    def __init__(self, size: int, *, width: float = TEMPLATE_SIZE) -> None:
        """Says what is cut out.

        Args:
            size: Side of the crop in pixels.
            width: How much of the template's 112 columns is shown, about its middle: 96 cuts eight off at either side
                and stretches the rest to a square, as networks want it that learned from crops of 96 × 112.

        Raises:
            BadInput: The width is not above 0.
        """
        if not width > 0:
            raise BadInput(f"the width of a five_point crop is above 0, got {width:g}")
        super().__init__(size)
        self.width = width

    @property
    def spec(self) -> AlignmentSpec:
        """See `Alignment.spec`."""
        return AlignmentSpec(self.name, self.size, {} if self.width == TEMPLATE_SIZE else {"width": self.width})

    def align(self, image: Image, faces: Sequence[Face]) -> Crops:
        """See `Alignment.align`."""
        import cv2

        crops = np.empty((len(faces), self.size, self.size, 3), np.uint8)
        cut = np.array([(TEMPLATE_SIZE - self.width) / 2, 0], np.float32)
        template = (TEMPLATE - cut) * (self.size / TEMPLATE_SIZE)
        matrices = similarities(_landmarks(faces), template)
        matrices[:, 0] *= TEMPLATE_SIZE / self.width  # exactly 1 where nothing is stretched
        for crop, matrix in zip(crops, matrices, strict=True):
            cv2.warpAffine(image, matrix, (self.size, self.size), dst=crop, flags=cv2.INTER_LINEAR)
        return crops


def similarities(points: Floats, template: Floats) -> NDArray[np.float64]:
    """The similarity transforms that bring each set of points onto the template, by least squares.

    In two dimensions, with points as complex numbers, the best z → a z + b has the closed form
    a = Σ conj(p) t / Σ |p|², over centred points; it is Umeyama's solution without reflection.

    Args:
        points: (N, K, 2).
        template: (K, 2).

    Returns:
        (N, 2, 3) matrices for ``cv2.warpAffine``: crop point = M @ (x, y, 1).
    """
    source = np.ascontiguousarray(points, np.float64).view(np.complex128)[..., 0]
    target = np.ascontiguousarray(template, np.float64).view(np.complex128)[..., 0]
    source_mean, target_mean = source.mean(axis=1), target.mean()
    centred = source - source_mean[:, None]
    flat = centred.view(np.float64)
    power = np.maximum(np.einsum("nk,nk->n", flat, flat), np.finfo(np.float64).tiny)
    a = centred.conj() @ (target - target_mean) / power
    b = target_mean - a * source_mean
    matrices = np.empty((len(a), 2, 3))
    matrices[:, 0, 0] = matrices[:, 1, 1] = a.real
    matrices[:, 0, 1], matrices[:, 1, 0] = -a.imag, a.imag
    matrices[:, 0, 2], matrices[:, 1, 2] = b.real, b.imag
    return matrices


def _landmarks(faces: Sequence[Face]) -> Floats:
    if any(face.landmarks is None for face in faces):
        raise BadInput("five_point alignment needs landmarks; this detector gives none", why="no-landmarks")
    found = [face.landmarks for face in faces if face.landmarks is not None]
    return np.stack(found) if found else np.empty((0, 5, 2), np.float32)
