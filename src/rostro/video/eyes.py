"""A recogniser, as the loop needs it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from rostro.drawing.faces import scale_face
from rostro.recognition.judging import Judging
from rostro.recognition.turning import Look, original, turned_back
from rostro.scoring.fusion import best_per_person
from rostro.scoring.rejections import without_rejected
from rostro.video.identity import Match
from rostro.video.uprightness import Uprightness

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from rostro.core.liveness import Liveness
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
    """Detects in small, crops in full size, and asks the gallery. For one source: it finds out how that hangs."""

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
        self._uprightness = Uprightness(recognizer.detector) if recognizer.turn else None
        judge = recognizer.judge
        self._judging = None if judge is None else Judging.of(judge, recognizer)
        recognizer.embedder.embed(np.zeros((1, *2 * (recognizer.alignment_spec.size,), 3), np.uint8))
        self._living = recognizer.liveness_judge if recognizer.require_live else None
        _ = recognizer.gallery, recognizer.operating_point

    @property
    def threshold(self) -> float:
        """See `Eyes.threshold`: it grows with the gallery."""
        search = self._faces.search_rate(collections=self._collections)
        return self._faces.operating_point.threshold if search is None else search.threshold

    @property
    def turned(self) -> int:
        """How far the source is turned, counterclockwise, in degrees, as far as is known."""
        return 0 if self._uprightness is None else self._uprightness.turned

    def detect(self, image: Image) -> list[Face]:
        """See `Eyes.detect`; in pixels of the image as it came, however the source is turned."""
        import cv2

        scale = min(1.0, self._side / max(image.shape[:2]))
        small: Image = (
            image if scale == 1 else cv2.resize(image, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
        )
        faces, turned = self._find(small), self.turned
        if self._uprightness is not None and self._uprightness.doubts(faces):
            self._uprightness.look(small)
            if self.turned != turned:
                faces = self._find(small)
        height, width = small.shape[:2]
        if self.turned:
            faces = [original(face, self.turned, width=width, height=height) for face in faces]
        faces = faces if scale == 1 else [scale_face(face, 1 / scale) for face in faces]
        if where := self._faces.where:
            height, width = image.shape[:2]
            faces = [faces[number] for number in where.among(faces, width=width, height=height)]
        return faces

    def align(self, image: Image, faces: Sequence[Face]) -> Crops:
        """See `Eyes.align`."""
        look = self._look(image, faces)
        return self._faces.alignment.align(look.image, look.faces)

    def embed(self, image: Image, faces: Sequence[Face], crops: Crops) -> tuple[Floats, list[bool]]:
        """See `Eyes.embed`."""
        vectors, lengths = self._faces.embedder.embed_judged(crops)
        if self._judging is None:
            return vectors, [True] * len(vectors)
        qualities = self._judging([self._look(image, faces)], [crops], lengths)
        level = self._judging.judge.gate.refuse_below
        return vectors, [quality.value >= level for quality in qualities]

    def looks_alive(self, image: Image, faces: Sequence[Face]) -> list[Liveness]:
        """See `Eyes.looks_alive`."""
        if self._living is None or not faces:
            return []
        look = self._look(image, faces)
        return self._living.judge(look.image, look.faces)

    def weigh(self, score: float) -> Liveness:
        """See `Eyes.weigh`."""
        return self._faces.liveness_judge.of(score)

    def look_up(self, queries: Floats) -> list[list[Match]]:
        """See `Eyes.look_up`."""
        gallery, rejected = self._faces.gallery, self._faces.people.rejected
        found = gallery.search(queries, _TEMPLATES, collections=self._collections)
        fused = [best_per_person((hit.person, hit.similarity) for hit in hits) for hits in found]
        rows = [without_rejected(row, query, rejected)[:_PEOPLE] for row, query in zip(fused, queries, strict=True)]
        names = gallery.names({person for row in rows for person, _ in row})
        return [[Match(person, names[person], score) for person, score in row if person in names] for row in rows]

    def _find(self, image: Image) -> list[Face]:
        """Faces in pixels of the image as it is thought to stand upright."""
        return self._detector.detect([turned_back(image, self.turned) if self.turned else image])[0]

    def _look(self, image: Image, faces: Sequence[Face]) -> Look:
        """The image upright, with the faces where they then are."""
        if not self.turned:
            return Look.plain(image, faces)
        upright, back = turned_back(image, self.turned), 360 - self.turned
        height, width = upright.shape[:2]
        standing = tuple(original(face, back, width=width, height=height) for face in faces)
        return Look(self.turned, upright, standing, tuple(faces))
