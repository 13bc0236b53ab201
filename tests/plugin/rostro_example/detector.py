# rostro_example/detector.py
"""OpenCV's first cascade for frontal faces: a detector without a model file."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, ClassVar

import numpy as np

from rostro.core.types import Face, Image
from rostro.detection.base import Detector

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rostro.models.entry import ModelFile

#: Eyes, nose and corners of the mouth, where this cascade's boxes usually have them.
USUAL = np.array([(0.31, 0.40), (0.69, 0.40), (0.50, 0.60), (0.36, 0.78), (0.64, 0.78)], np.float32)


class Frontal(Detector):
    """Upright faces from the front.

    **The rule for sizes.** Faces from 24 pixels on, in a photo of at most ``max_side`` pixels of longer side; a larger
    one is scaled down to that.

    **Score.** n / (n + 5), where n is the number of windows that agreed on the face.
    """

    name = "frontal"
    about = "OpenCV's first cascade for frontal faces, landmarks where they usually are"
    paper = "Viola, Jones: Rapid Object Detection using a Boosted Cascade of Simple Features. CVPR 2001"
    files: ClassVar[tuple[ModelFile, ...]] = ()
    default_score = 0.5

    def _open(self) -> None:
        import cv2

        folder: str = cv2.data.haarcascades  # type: ignore[attr-defined]
        self._cascade = cv2.CascadeClassifier(f"{folder}haarcascade_frontalface_default.xml")
        self._lock = threading.Lock()  # a cascade works in memory of its own

    def detect(self, images: Sequence[Image]) -> list[list[Face]]:
        """See `Detector.detect`. One image after another."""
        return [self._detect(image) for image in images]

    def _detect(self, image: Image) -> list[Face]:
        import cv2

        grey = cv2.cvtColor(image, cv2.COLOR_RGB2GRAY)
        scale = min(1.0, self.max_side / max(grey.shape))
        if scale < 1:
            height, width = (max(1, round(side * scale)) for side in grey.shape)
            grey = cv2.resize(grey, (width, height), interpolation=cv2.INTER_AREA)
        with self._lock:
            boxes, counts = self._cascade.detectMultiScale2(grey, scaleFactor=1.1, minNeighbors=3, minSize=(24, 24))
        found = []
        for box, count in zip(boxes, counts, strict=True):
            x, y, width, height = (float(side) / scale for side in box)
            points = USUAL * np.array([width, height], np.float32) + np.array([x, y], np.float32)
            found.append(Face((x, y, x + width, y + height), float(count / (count + 5)), points))
        return sorted((face for face in found if face.score >= self.min_score), key=lambda face: -face.score)
