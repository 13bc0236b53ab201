"""AdaBoost cascades of Haar features, as OpenCV ships them: faces, and the eyes in them.

Papers: Viola, Jones: Rapid Object Detection using a Boosted Cascade of Simple Features. CVPR 2001. Lienhart, Maydt: An
Extended Set of Haar-like Features for Rapid Object Detection. ICIP 2002.
Repository: opencv/opencv, ``data/haarcascades``; the files come with OpenCV before version 5.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np

from rostro.core.forking import Mutex
from rostro.core.types import Face, Floats, Image
from rostro.detection._boxes import faces
from rostro.detection._landmarks import five_points
from rostro.detection.base import Detector

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from rostro.models.entry import ModelFile

#: Windows of one face are this much larger from one scale to the next, and it takes that many to be one.
_STEP, _NEIGHBOURS = 1.1, 3
#: The face is this wide when its eyes are looked for, in pixels, and they in this part of its height.
_FACE, _FROM, _TO = 200, 0.15, 0.6
#: Where the eyes are in a box of the face cascade, as a fraction of its sides (mean over 250 faces of LFW).
_USUAL_EYES = np.array([(0.31, 0.40), (0.69, 0.40)], np.float32)


class Haar(Detector):
    """Viola and Jones' detector for upright, near frontal faces. Runs on OpenCV itself, whatever engine is chosen.

    **The rule for sizes.** Faces from 24 pixels on, in a photo of at most ``max_side`` pixels of longer side; a larger
    one is scaled down to that.

    **Score.** n / (n + 5), where n is the number of windows that agreed on the face: OpenCV's ``minNeighbors`` 5 is the
    score 0.5. On 300 photos of LFW n told right from wrong better (area under the curve 0.971) than the last stage's
    weight (0.960).

    **Landmarks.** The eyes are found by a cascade of their own; where it does not find both (one face in six of LFW),
    they are put where this cascade's boxes usually have them, level. Nose and mouth are estimated from the eyes, see
    `five_points`.
    """

    name = "haar"
    about = "AdaBoost cascades of OpenCV: frontal faces and eyes, nose and mouth estimated"
    paper = "Viola, Jones: Rapid Object Detection using a Boosted Cascade of Simple Features. CVPR 2001"
    files: ClassVar[tuple[ModelFile, ...]] = ()
    default_score = 0.5

    def _open(self) -> None:
        self._faces = _cascade("frontalface_alt2")
        self._eyes = _cascade("eye_tree_eyeglasses")
        # A cascade keeps the picture that it works on in itself; OpenCV spreads its work over the cores.
        self._lock = Mutex()

    def detect(self, images: Sequence[Image]) -> list[list[Face]]:
        """See `Detector.detect`. One image after another."""
        return [self._detect(image) for image in images]

    def _detect(self, image: Image) -> list[Face]:
        grey, back = _grey(image, self.max_side)
        with self._lock:
            found, counts = self._faces.detectMultiScale2(
                grey, scaleFactor=_STEP, minNeighbors=_NEIGHBOURS, minSize=(24, 24)
            )
            count = np.asarray(counts, np.float32).ravel()
            scores = count / (count + 5)
            order = np.argsort(-scores, kind="stable")
            order = order[scores[order] >= self.min_score]
            boxes = np.asarray(found, np.float32).reshape(-1, 4)[order]
            landmarks = np.array([self._landmarks(grey, box) for box in boxes], np.float32).reshape(-1, 5, 2)
        boxes[:, 2:] += boxes[:, :2]
        return faces(boxes * np.tile(back, 2), scores[order], landmarks * back)

    def _landmarks(self, grey: NDArray[np.uint8], box: Floats) -> Floats:
        x, y, width, height = box
        eyes = self._find_eyes(grey[int(y) : int(y + height), int(x) : int(x + width)])
        left, right = (_USUAL_EYES * box[2:] if eyes is None else eyes) + box[:2]
        return five_points(left, right)

    def _find_eyes(self, face: NDArray[np.uint8]) -> Floats | None:
        """The centres of both eyes, (2, 2), in pixels of the face; None where they do not make a pair."""
        import cv2

        scale = _FACE / face.shape[1]
        top, bottom = round(_FROM * _FACE), round(_TO * _FACE)
        upper = cv2.resize(face, (_FACE, _FACE))[top:bottom]
        found, counts = self._eyes.detectMultiScale2(
            upper, scaleFactor=1.05, minNeighbors=2, minSize=(_FACE // 8, _FACE // 8), maxSize=(_FACE // 3, _FACE // 3)
        )
        boxes = np.asarray(found, np.float32).reshape(-1, 4)
        centres, count = boxes[:, :2] + boxes[:, 2:] / 2, np.asarray(counts).ravel()
        is_left = centres[:, 0] < _FACE / 2
        if is_left.all() or not is_left.any():
            return None
        pair = centres[[np.where(side, count, -1).argmax() for side in (is_left, ~is_left)]]
        across, down = pair[1] - pair[0]
        if not (_FACE / 4 < across < 0.65 * _FACE and abs(down) < across / 2):
            return None
        pair[:, 1] += top
        eyes: Floats = (pair / scale).astype(np.float32)
        return eyes


def _cascade(name: str) -> Any:
    import cv2

    folder: str = cv2.data.haarcascades  # type: ignore[attr-defined]
    return cv2.CascadeClassifier(f"{folder}haarcascade_{name}.xml")


def _grey(image: Image, max_side: int) -> tuple[NDArray[np.uint8], Floats]:
    """The image in grey, at most ``max_side`` long, and what brings its pixels (x, y) back to the image's."""
    import cv2

    grey: NDArray[np.uint8] = cv2.cvtColor(image, cv2.COLOR_RGB2GRAY)
    scale = max_side / max(grey.shape)
    if scale < 1:
        height, width = (max(1, round(length * scale)) for length in grey.shape)
        grey = cv2.resize(grey, (width, height), interpolation=cv2.INTER_AREA)
    back = np.array([image.shape[1] / grey.shape[1], image.shape[0] / grey.shape[0]], np.float32)
    return grey, back
