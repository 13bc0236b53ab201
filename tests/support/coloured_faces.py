"""A recogniser for tests that train: a face is whatever is not grey, and its vector is its colour."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np

from rostro.alignment.five_point import TEMPLATE, TEMPLATE_SIZE
from rostro.core.settings import Settings
from rostro.core.types import AlignmentSpec, Crops, Face, Floats, Image
from rostro.detection.base import Detector
from rostro.embedding.base import Embedder
from rostro.models.store import ModelStore
from rostro.recognizer import Recognizer
from rostro.runtime.base import EngineOptions

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rostro.models.entry import ModelFile

Box = tuple[float, float, float, float]


class NotGrey(Detector):
    """One face in each photo, the whole of it or the box that it is told; none in a grey one."""

    name = "yunet"  # what the recipe ``embedder`` writes down, and what its checkpoints are opened with
    about = "whatever is not grey"
    paper = ""
    files: ClassVar[tuple[ModelFile, ...]] = ()
    default_score = 0.5

    def __init__(self, *given: Any, box: Box | None = None) -> None:
        super().__init__(*given)
        self._box = box

    def detect(self, images: Sequence[Image]) -> list[list[Face]]:
        return [self._detect(image) for image in images]

    def _detect(self, image: Image) -> list[Face]:
        height, width = image.shape[:2]
        if np.ptp(image.mean(axis=(0, 1))) < 3:
            return []
        points = TEMPLATE * np.array([width, height], np.float32) / np.float32(TEMPLATE_SIZE)
        return [Face(self._box or (0.0, 0.0, float(width), float(height)), 0.9, points)]


class Colours(Embedder):
    """The mean colour, less a grey, turned into many dimensions."""

    name = "colours"
    about = "mean colours"
    paper = ""
    files: ClassVar[tuple[ModelFile, ...]] = ()
    alignment = AlignmentSpec("crop", 16, {"margin": 0.0})
    detector = "yunet"
    dims = 32

    def __init__(self, *given: Any, space: str = "colours", plane: Floats | None = None, grey: float = 105) -> None:
        super().__init__(*given)
        self._space, self._grey = space, grey
        self._plane = np.random.default_rng(0).normal(size=(3, 32)).astype(np.float32) if plane is None else plane

    def space(self, alignment: AlignmentSpec | None = None) -> str:
        return self._space

    def represent(self, crops: Crops) -> Floats:
        means: Floats = crops.mean(axis=(1, 2)).astype(np.float32) - np.float32(self._grey)
        vectors: Floats = means @ self._plane
        return vectors


def coloured(*, box: Box | None = None, settings: Settings | None = None, **embedder: Any) -> Recognizer:
    """The recogniser; further arguments are those of `Colours`."""
    settings = settings or Settings.from_environment()
    given = ModelStore(settings), EngineOptions()
    return Recognizer(
        detector=NotGrey(*given, box=box), embedder=Colours(*given, **embedder), settings=settings, gallery=":memory:"
    )  # fmt: skip
