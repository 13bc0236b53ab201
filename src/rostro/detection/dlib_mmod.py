"""dlib's CNN detector: slow on a CPU, sure of faces in many poses.

Paper: King: Max-Margin Object Detection. 2015.
Repository: davisking/dlib-models, ``mmod_human_face_detector.dat`` (public domain).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from rostro.detection._dlib import FIVE_POINTS, DlibDetector, model_file
from rostro.models.holding import held

if TYPE_CHECKING:
    from rostro.core.types import Image
    from rostro.models.entry import ModelFile

#: Shorter side of the smallest picture that is looked at, in pixels.
_SMALLEST = 16


class DlibMMOD(DlibDetector):
    """dlib's max-margin CNN detector.

    **The rule for sizes.** dlib knows faces from 80 pixels on (``min_face``), and a photo is looked at with at most 640
    pixels of longer side (``max_side``): a CPU takes seconds for such a one. In larger photos the smallest face is 1/8
    of the longer side.

    dlib gives only what it takes for a face: a ``min_score`` under 0.5 finds no more than 0.5.
    """

    name = "dlib_mmod"
    about = "dlib MMOD: a CNN for many poses, landmarks partly estimated"
    paper = "King: Max-Margin Object Detection. arXiv:1502.00046, 2015"
    files: ClassVar[tuple[ModelFile, ...]] = (
        model_file(
            "mmod_human_face_detector.dat",
            "4cb19393e2fbaf2b1609a9319ad5386618c886a6234ec1b971f3e87c85d87fe6",
            729_940,
            paper,
        ),
        FIVE_POINTS,
    )
    default_min_face = 80
    default_max_side = 640

    def _load(self, dlib: Any) -> Any:
        with held(self.store, self.files[0]) as file:
            return dlib.cnn_face_detection_model_v1(str(file))

    def _find(self, image: Image) -> list[tuple[Any, float]]:
        # dlib crashes on pictures of less than ten pixels, in which no face that it knows fits.
        if min(image.shape[:2]) < _SMALLEST:
            return []
        return [(found.rect, found.confidence) for found in self._detector(image, 0)]
