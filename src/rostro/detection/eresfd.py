"""EResFD: faces down to six pixels, for photos of crowds.

Paper: Jeong, Yoo, Han, Lee: EResFD: Rediscovery of the Effectiveness of Standard Convolution for Lightweight Face
Detection. WACV 2024. Repository: clovaai/EResFD.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

import numpy as np

from rostro.core.types import Face, Floats, Image
from rostro.detection._boxes import faces, nms
from rostro.detection.base import Detector
from rostro.detection.scaling import Level, scaled
from rostro.landmarks.retail0009 import FILES as LANDMARK_FILES
from rostro.landmarks.retail0009 import FivePoints
from rostro.models.converted import converted
from rostro.models.entry import ModelFile
from rostro.nets.eresfd import BACKGROUNDS, STRIDES, eresfd, read_eresfd
from rostro.nets.onnx_file import VERSION, write_onnx
from rostro.runtime.base import open_engine

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

_FOLDER = "https://github.com/clovaai/EResFD/raw/6ba3f1ff0ab25fb361d4874723a7367e3696a4a0/weights"
_PAPER = "Jeong et al.: EResFD: Rediscovery of the Effectiveness of Standard Convolution. WACV 2024"
#: What the network has learned to expect: the mean of ImageNet's pixels, RGB.
_MEAN = np.array([123, 117, 104], np.float32)
#: Sides must be multiples of this.
_MULTIPLE = STRIDES[-1]
#: An anchor is four strides wide and a quarter higher.
_WIDTH, _HEIGHT = 4.0, 1.25
#: The network gives offsets divided by these: of the centre, of the logarithm of the sides.
_CENTRE_STEP, _SIZE_STEP = 0.1, 0.2
#: Coarse level, in pixels of the longer side, for faces that fill the photo; at the fine one they are left to it.
_COARSE, _LARGEST = 640, 320.0
#: Boxes of a photo that are compared with each other, the authors' number; more come at very low scores only.
_MOST = 5000
#: By how much photos are enlarged at most.
_ENLARGED = 2


def _file(part: str, sha256: str, size: int) -> ModelFile:
    name = f"eresfd_16.pth.{part}.pth"
    return ModelFile(
        name=name,
        sha256=sha256,
        size=size,
        licence="Apache-2.0",
        commercial=True,
        paper=_PAPER,
        sources=(f"{_FOLDER}/{name}",),
    )


class EResFD(Detector):
    """EResFD-16. Landmarks by a network that looks at each face again (`rostro.landmarks.retail0009`).

    **The rule for sizes.** A photo is looked at with its longer side at ``max_side`` pixels, 2,048 unless told
    otherwise, but enlarged no more than twice; and where that is more than 640 again at 640, for faces that fill the
    photo. The smallest face found is about 6 pixels at the finer level. The cost grows with the square.
    """

    name = "eresfd"
    about = "EResFD-16: 93,904 parameters, for crowds; landmarks by retail0009"
    paper = _PAPER
    files: ClassVar[tuple[ModelFile, ...]] = (
        _file("base", "04164e2853fdc39b7da2ccd0c6c41ea544f6a6e7b1972dc4ad463d978760c10c", 526_310),
        _file("conf", "4e3ef145b262334355a38f394d73a9bd9627c46fb6eceaa263cdbbd03d4af3f4", 4_907),
        _file("loc", "030f66c4c5424c79299eb89b368d0ec193db3a134dcceb1afe86f0a7123f7336", 5_547),
        *LANDMARK_FILES,
    )
    default_score = 0.5
    default_max_side = 2048
    least_side = _MULTIPLE
    nms_iou = 0.3

    def _open(self) -> None:
        network = eresfd()
        conf, loc = (self.store.path(file) for file in self.files[1:3])

        def convert(source: Path, target: Path) -> None:
            write_onnx(network, read_eresfd(source, conf, loc, network), target)

        path = converted(self.store, self.files[0], f"v{VERSION}", convert)
        self._engine = open_engine(path, self.engine_options, outputs=tuple(network.outputs))
        self._landmarks = FivePoints(self.store, self.engine_options)

    def detect(self, images: Sequence[Image]) -> list[list[Face]]:
        """See `Detector.detect`."""
        return self._landmarks.place(images, self.find(images))

    def find(self, images: Sequence[Image]) -> list[list[Face]]:
        """The faces without landmarks. Levels of equal shape, of all images, run as one batch."""
        found: list[list[Floats]] = [[np.empty((0, 5), np.float32)] for _ in images]
        by_shape: dict[tuple[int, ...], list[tuple[int, bool, Level]]] = {}
        for index, image in enumerate(images):
            for fine, level in _levels(image, self.max_side):
                shape = tuple(-side % _MULTIPLE + side for side in level.image.shape[:2])
                by_shape.setdefault(shape, []).append((index, fine, level))
        for shape, batch in by_shape.items():
            outputs = self._engine.run(_network_input([level.image for *_, level in batch], shape))
            for number, (index, fine, level) in enumerate(batch):
                rows = self._decode([output[number] for output in outputs])
                rows = rows[rows[:, 2] - rows[:, 0] <= _LARGEST] if fine else rows
                found[index].append(np.hstack([rows[:, :4] * np.tile(level.back, 2), rows[:, 4:]]))
        return [self._merge(np.concatenate(levels), image) for levels, image in zip(found, images, strict=True)]

    def _decode(self, outputs: Sequence[Floats]) -> Floats:
        """One picture's outputs → (n, 5): box in its pixels, score."""
        rows = []
        for number, (stride, output) in enumerate(zip(STRIDES, outputs, strict=True)):
            backgrounds = 1 if number else BACKGROUNDS
            away = output[:backgrounds].max(axis=0)
            scores = 1 / (1 + np.exp(np.clip(away - output[backgrounds], -80, 80)))
            y, x = np.nonzero(scores >= self.min_score)
            offsets = output[-4:, y, x].T
            size = np.array([stride * _WIDTH, stride * _WIDTH * _HEIGHT], np.float32)
            centre = (np.stack([x, y], axis=1) + 0.5) * stride + offsets[:, :2] * _CENTRE_STEP * size
            half = size * np.exp(offsets[:, 2:] * _SIZE_STEP) / 2
            rows.append(np.hstack([centre - half, centre + half, scores[y, x][:, None]]))
        return np.concatenate(rows).astype(np.float32)

    def _merge(self, rows: Floats, image: Image) -> list[Face]:
        """What overlaps goes; so does what lies outside of the photo, where it was filled up."""
        height, width = image.shape[:2]
        centre = (rows[:, :2] + rows[:, 2:4]) / 2
        rows = rows[((centre >= 0) & (centre < np.array([width, height]))).all(axis=1)]
        rows = rows[np.argsort(-rows[:, 4], kind="stable")[:_MOST]]
        kept = nms(rows[:, :4], rows[:, 4], self.nms_iou)
        return faces(rows[kept, :4], rows[kept, 4])


def _levels(image: Image, max_side: int) -> Iterator[tuple[bool, Level]]:
    """(whether a coarser one follows, picture) at which a photo is looked at."""
    longer = max(image.shape[:2])
    side = min(longer * _ENLARGED, max_side)
    yield (side > _COARSE, _scaled(image, side))
    if side > _COARSE:
        yield (False, _scaled(image, _COARSE))


def _scaled(image: Image, longer: int) -> Level:
    before = max(image.shape[:2])
    height, width = (max(1, round(side * longer / before)) for side in image.shape[:2])
    return scaled(image, width, height)


def _network_input(levels: Sequence[Image], shape: tuple[int, ...]) -> Floats:
    """(N, 3, height, width) without the mean, filled up with it at the right and at the bottom."""
    batch = np.zeros((len(levels), 3, *shape), np.float32)
    for sample, level in zip(batch, levels, strict=True):
        height, width = level.shape[:2]
        sample[:, :height, :width] = (level - _MEAN).transpose(2, 0, 1)
    return batch
