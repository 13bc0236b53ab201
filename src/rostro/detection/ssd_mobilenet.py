"""MobileNet v1 SSD trained on WIDER FACE: boxes only.

Papers: Liu et al.: SSD: Single Shot MultiBox Detector. ECCV 2016. Howard et al.: MobileNets. 2017.
Repositories: yeephycho/tensorflow-face-detection (the training), tensorflow/models (the Object Detection API's anchors
and box coding).
"""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, ClassVar

import numpy as np

from rostro.core.types import Face, Floats, Image
from rostro.detection._boxes import faces, nms
from rostro.detection.base import Detector
from rostro.models.entry import ModelFile
from rostro.runtime.base import open_engine

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence


SIDE = 300
#: Cells along a side of the six feature maps.
_GRIDS = (19, 10, 5, 3, 2, 1)
_MIN_SCALE, _MAX_SCALE = 0.2, 0.95
_RATIOS = (1.0, 2.0, 0.5, 3.0, 0.3333)
#: The network gives offsets multiplied by these: of the centre, of the logarithm of the sides.
_CENTRE_GAIN, _SIZE_GAIN = 10.0, 5.0
_OUTPUTS = ("raw_outputs/box_encodings:0", "raw_outputs/class_predictions:0")


class SSDMobileNet(Detector):
    """MobileNet v1 SSD, 300 × 300 input, 1,917 anchors. Its engine must read TensorFlow's frozen graphs.

    **The rule for sizes.** The whole photo is squeezed to 300 × 300 pixels whatever its shape, as in training. Faces
    narrower than about a fifteenth of the photo are missed, and very wide or tall photos distort the faces.
    """

    name = "ssd_mobilenet"
    about = "MobileNet v1 SSD on WIDER FACE: 5.6 M parameters, no landmarks"
    paper = "Liu et al.: SSD: Single Shot MultiBox Detector. ECCV 2016"
    files: ClassVar[tuple[ModelFile, ...]] = (
        ModelFile(
            name="ssd_mobilenet_v1_wider_face.pb",
            sha256="bc05a0bb706016df8f6cd75761156a801918c712c7107882feaab42cef50e85b",
            size=22_328_022,
            licence="MIT",
            commercial=True,
            paper=paper,
            sources=("pypi:face-sdlr==1.1!face_sdlr/detection/tflite_graph.pb",),
        ),
    )
    default_score = 0.5
    gives_landmarks = False
    default_max_side = SIDE
    least_side = None
    nms_iou = 0.6

    def _open(self) -> None:
        self._anchors = anchors()
        self._engine = open_engine(self.store.path(self.files[0]), self.engine_options, outputs=_OUTPUTS)

    def detect(self, images: Sequence[Image]) -> list[list[Face]]:
        """See `Detector.detect`. All images run as one batch."""
        if not images:
            return []
        encodings, scores = self._engine.run(np.stack([_squeezed(image) for image in images]))
        found = []
        for image, encoding, score in zip(images, encodings, scores[:, :, 1], strict=True):
            sure = np.flatnonzero(score >= self.min_score)
            height, width = image.shape[:2]
            boxes = decode(encoding[sure], self._anchors[sure]) * np.array([width, height, width, height], np.float32)
            kept = nms(boxes, score[sure], self.nms_iou)
            found.append(faces(boxes[kept], score[sure][kept]))
        return found


def anchors() -> Floats:
    """The Object Detection API's anchors for 300 × 300 pixels: (1917, 4), centre x, y, width, height in [0, 1]."""
    rows = []
    for cells, shapes in zip(_GRIDS, _shapes(), strict=True):
        for y, x in np.ndindex(cells, cells):
            rows += [((x + 0.5) / cells, (y + 0.5) / cells, width, height) for width, height in shapes]
    return np.array(rows, np.float32)


def _shapes() -> Iterator[list[tuple[float, float]]]:
    """(width, height) of the anchors of each feature map; the first map has three, the others six."""
    scales = [*np.linspace(_MIN_SCALE, _MAX_SCALE, len(_GRIDS)), 1.0]
    for layer, (scale, larger) in enumerate(pairwise(scales)):
        if layer == 0:
            specs = [(0.1, 1.0), (scale, 2.0), (scale, 0.5)]
        else:
            specs = [(scale, ratio) for ratio in _RATIOS] + [(np.sqrt(scale * larger), 1.0)]
        yield [(size * np.sqrt(ratio), size / np.sqrt(ratio)) for size, ratio in specs]


def decode(encodings: Floats, anchors: Floats) -> Floats:
    """The network's (dy, dx, dh, dw) relative to anchors → boxes (N, 4) as fractions of the photo."""
    centre = encodings[:, 1::-1] / _CENTRE_GAIN * anchors[:, 2:] + anchors[:, :2]
    half = np.exp(encodings[:, :1:-1] / _SIZE_GAIN) * anchors[:, 2:] / 2
    return np.hstack([centre - half, centre + half])


def _squeezed(image: Image) -> Floats:
    """The image at 300 × 300, in [-1, 1]: (300, 300, 3)."""
    import cv2

    small: Floats = cv2.resize(image, (SIDE, SIDE)).astype(np.float32)
    return small / np.float32(127.5) - np.float32(1)
