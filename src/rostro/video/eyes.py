"""A recogniser, as the loop needs it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from rostro.drawing.faces import scale_face
from rostro.scoring.fusion import best_per_person
from rostro.video.identity import Match

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from rostro.core.types import Crops, Face, Floats, Image
    from rostro.detection.base import Detector
    from rostro.recognizer import Recognizer

#: Faces are looked for in a picture no larger than this: it finds those of about 15 pixels in a frame of 640 × 480.
DETECT_SIDE = 640
#: Part of the detector's usual least score from which a detection may keep a track alive.
_POOR = 0.6
#: Templates looked up per face, and people kept of them.
_TEMPLATES, _PEOPLE = 50, 5


class RecognizerEyes:
    """Detects in small, crops in full size, and asks the gallery."""

    def __init__(
        self, recognizer: Recognizer, *, detect_side: int | None = None, collections: Collection[str] | None = None
    ) -> None:
        """Loads the models and opens the gallery.

        Args:
            recognizer: Its detector is loaded once more, with a lower score; all else is shared.
            detect_side: Longer side of the picture in which faces are looked for, in pixels; None takes what the
                recogniser was told (``max_side``), else `DETECT_SIDE`.
            collections: Look among the templates of these collections only; None: all.
        """
        self._faces = recognizer
        self._side = detect_side or recognizer.max_side or DETECT_SIDE
        self._collections = collections
        self.good_score: float = recognizer.detector.min_score
        part = type(recognizer.detector)
        self._detector: Detector = part(
            recognizer.store, recognizer.engine_options, min_score=_POOR * self.good_score, max_side=recognizer.max_side
        )
        self.threshold = recognizer.operating_point.threshold
        recognizer.embedder.embed(np.zeros((1, *2 * (recognizer.alignment_spec.size,), 3), np.uint8))
        _ = recognizer.gallery

    def detect(self, image: Image) -> list[Face]:
        """See `Eyes.detect`."""
        import cv2

        scale = min(1.0, self._side / max(image.shape[:2]))
        if scale == 1:
            return self._detector.detect([image])[0]
        small: Image = cv2.resize(image, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
        return [scale_face(face, 1 / scale) for face in self._detector.detect([small])[0]]

    def align(self, image: Image, faces: Sequence[Face]) -> Crops:
        """See `Eyes.align`."""
        return self._faces.alignment.align(image, faces)

    def embed(self, crops: Crops) -> Floats:
        """See `Eyes.embed`."""
        return self._faces.embedder.embed(crops)

    def look_up(self, queries: Floats) -> list[list[Match]]:
        """See `Eyes.look_up`."""
        gallery = self._faces.gallery
        rows = [
            best_per_person((hit.person, hit.similarity) for hit in hits)[:_PEOPLE]
            for hits in gallery.search(queries, _TEMPLATES, collections=self._collections)
        ]
        names = gallery.names({person for row in rows for person, _ in row})
        return [[Match(person, names[person], score) for person, score in row if person in names] for row in rows]
