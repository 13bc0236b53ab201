"""dlib's HOG detector: boxes of upright, near frontal faces, with no network at all.

Papers: Dalal, Triggs: Histograms of Oriented Gradients for Human Detection. CVPR 2005. King: Max-Margin Object
Detection. 2015.
Repository: davisking/dlib, ``dlib/image_processing/frontal_face_detector.h``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np

from rostro.detection._dlib import FIVE_POINTS, DlibDetector

if TYPE_CHECKING:
    from rostro.core.types import Image
    from rostro.models.entry import ModelFile


class DlibHOG(DlibDetector):
    """dlib's frontal face detector.

    **The rule for sizes.** dlib knows faces from 80 pixels on. A photo is enlarged two times to find those from 40
    (``min_face``), but looked at with at most 1,280 pixels of longer side (``max_side``): in larger photos the smallest
    face is 1/16 of the longer side.
    """

    name = "dlib_hog"
    about = "dlib HOG: frontal faces, landmarks partly estimated"
    paper = "Dalal, Triggs: Histograms of Oriented Gradients for Human Detection. CVPR 2005"
    files: ClassVar[tuple[ModelFile, ...]] = (FIVE_POINTS,)
    default_min_face = 40

    def _load(self, dlib: Any) -> Any:
        return dlib.get_frontal_face_detector()

    def _find(self, image: Image) -> list[tuple[Any, float]]:
        lowest = float(np.clip(self.min_score, 0.01, 0.99))
        rectangles, confidences, _ = self._detector.run(image, 0, float(np.log(lowest / (1 - lowest))))
        return list(zip(rectangles, confidences, strict=True))
