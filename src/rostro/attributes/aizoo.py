"""AIZOO's face mask detector: a small SSD that finds faces, with a mask or without.

Repository: AIZOOTech/FaceMaskDetection, 2020. Trained on WIDER FACE and MAFA. The faces are known here already; it is
shown each with what is around it, as large as it likes faces best, and what it says at that place is the answer.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

import numpy as np

from rostro.attributes._pixels import around_boxes, planes
from rostro.attributes.base import AttributePredictor
from rostro.attributes.values import Mask, MaskState
from rostro.models.converted import converted
from rostro.models.entry import ModelFile
from rostro.nets.caffe import VERSION, caffe_to_onnx
from rostro.runtime.base import open_float32

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence
    from pathlib import Path

    from rostro.attributes.base import Told
    from rostro.core.types import Crops, Face, Floats, Image
    from rostro.models.store import ModelStore
    from rostro.runtime.base import EngineOptions

#: Side of the input, and of its view in longer sides of the box; of a small face's view, which would be blown up else.
SIZE, _SCALE, _SCALE_OF_SMALL = 260, 3.5, 4.5
#: Sides of the network's maps; and of its anchors, as parts of the input's side. Beside two squares each place has two
#: upright shapes of the smaller one.
_MAPS = (33, 17, 9, 5, 3)
_SIDES = ((0.04, 0.056), (0.08, 0.11), (0.16, 0.22), (0.32, 0.45), (0.64, 0.72))
_RATIOS = (0.62, 0.42)
#: How boxes are told against anchors: centres in tenths of the anchor, sides as logarithms in fifths.
_SPREAD = np.array([0.1, 0.1, 0.2, 0.2], np.float32)
_PLACES = 5972
#: Anchors whose centre is further from the middle of the view than this cannot be the face.
_NEAR = 0.15
#: Faces whose box is less than so many pixels wide or high are small, and show too little of a mask; and from this
#: probability on an answer is one.
SMALL, LEAST_SIDE, SAY_FROM = 24, 16, 0.6


class MaskDetector(AttributePredictor):
    """Takes RGB in [0, 1]. The file is of Caffe, which is written as ONNX once."""

    name = "aizoo"
    about = "AIZOO FaceMaskDetection: 4.1 MB, with a mask or without"
    paper = "AIZOO: FaceMaskDetection, 2020 (github.com/AIZOOTech/FaceMaskDetection)"
    tells = ("mask",)
    files: ClassVar[tuple[ModelFile, ...]] = (
        ModelFile(
            name="face_mask_detection.caffemodel",
            sha256="3c2e89cffdc9459a69dd5c2e4c1ca263e6488a56a5a37d81ca2ff32344fbf740",
            size=4_053_526,
            licence="MIT",
            commercial=True,
            paper=paper,
            sources=(
                "https://github.com/AIZOOTech/FaceMaskDetection/raw/b3098ec06656af5a051db434897d38a8951f39f9/models/"
                "face_mask_detection.caffemodel",
            ),
        ),
    )

    def __init__(self, store: ModelStore, engine: EngineOptions) -> None:
        """Fetches, converts and compiles the network."""
        super().__init__(store, engine)
        outputs = {"boxes": ("loc_branch_concat", _PLACES, 4), "classes": ("cls_branch_concat", _PLACES, 2)}

        def convert(model: Path, target: Path) -> None:
            target.write_bytes(caffe_to_onnx(model, size=SIZE, outputs=outputs))

        path = converted(store, self.files[0], f"v{VERSION}", convert)
        self._engine = open_float32(path, engine, outputs=["boxes", "classes"], engine="openvino")
        anchors = _anchors()
        self._near = np.flatnonzero((np.abs(anchors[:, :2] - 0.5) < _NEAR).all(axis=1))
        self._anchors = anchors[self._near]

    def scores(self, crops: Crops) -> tuple[Floats, Floats]:
        """What the network itself gives, at all of its places.

        Args:
            crops: RGB uint8 (N, 260, 260, 3).

        Returns:
            (N, 5972, 4) boxes against anchors, and (N, 5972, 2) scores with a mask and without, in [0, 1].
        """
        boxes, classes = self._engine.run(planes(crops, bgr=False, by=255))
        return boxes, classes

    def tell(self, images: Sequence[Image], faces: Sequence[Face], wanted: Collection[str]) -> list[Told]:
        """See `AttributePredictor.tell`."""
        boxes, classes = self.scores(around_boxes(images, faces, list(map(_scale, faces)), SIZE))
        return [
            {"mask": self._answer(face, its[self._near], scores[self._near])}
            for face, its, scores in zip(faces, boxes, classes, strict=True)
        ]

    def _answer(self, face: Face, boxes: Floats, scores: Floats) -> Mask:
        """The scores of places that found a face here, by how much of it they found."""
        covered, bare = map(float, (scores * self._overlaps(face, boxes)[:, None]).max(axis=0) + 1e-6)
        likelier: MaskState = "worn" if covered > bare else "none"
        probability = max(covered, bare) / (covered + bare)
        said = probability >= SAY_FROM and min(face.width, face.height) >= LEAST_SIDE
        return Mask(likelier if said else None, probability)

    def _overlaps(self, face: Face, told: Floats) -> Floats:
        """(N,) how far found boxes and the face are the same: what they share of what they cover."""
        centres, sides = self._anchors[:, :2], self._anchors[:, 2:]
        moved = told * _SPREAD
        middles, found = centres + moved[:, :2] * sides, sides * np.exp(moved[:, 2:])
        own = np.array([face.width, face.height], np.float32) / (max(face.width, face.height) * _scale(face))
        high = np.minimum(middles + found / 2, 0.5 + own / 2)
        low = np.maximum(middles - found / 2, 0.5 - own / 2)
        shared = (high - low).clip(0).prod(axis=1)
        overlaps: Floats = shared / (found.prod(axis=1) + own.prod() - shared)
        return overlaps


def _scale(face: Face) -> float:
    return _SCALE if min(face.width, face.height) >= SMALL else _SCALE_OF_SMALL


def _anchors() -> Floats:
    """(5972, 4): centre, width and height of each place, as parts of the input's sides."""
    rows = []
    for side, (small, large) in zip(_MAPS, _SIDES, strict=True):
        middles = (np.arange(side) + 0.5) / side
        y, x = np.meshgrid(middles, middles, indexing="ij")
        shapes = [(small, small), (large, large), *((small * r**0.5, small / r**0.5) for r in _RATIOS)]
        places = np.stack([x, y], axis=-1).reshape(-1, 1, 2).repeat(len(shapes), axis=1)
        rows.append(np.concatenate([places, np.broadcast_to(shapes, places.shape)], axis=-1).reshape(-1, 4))
    return np.concatenate(rows).astype(np.float32)
