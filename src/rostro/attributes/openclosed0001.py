"""open-closed-eye-0001: whether an eye is open, of Intel's Open Model Zoo.

The network sees one eye, 32 pixels wide, and is easily led astray by how much of the brow is with it. So it looks three
times, at less and at more around the landmark, and what it says is the mean.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

import numpy as np

from rostro.attributes._pixels import planes, square
from rostro.attributes.base import AttributePredictor
from rostro.attributes.values import Eyes
from rostro.models.entry import ModelFile
from rostro.runtime.base import open_float32

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from rostro.attributes.base import Told
    from rostro.core.types import Crops, Face, Floats, Image
    from rostro.models.store import ModelStore
    from rostro.runtime.base import EngineOptions

_NETWORK = "open-closed-eye-0001"
_PAPER = f"Intel: {_NETWORK}. Open Model Zoo"
#: Side of the input; sides of its views in distances between the eyes.
SIZE, _VIEWS = 32, (0.65, 0.8, 1.0)
_OPEN = 1
#: From this probability on an eye is open, up to that one it is closed; between them it is not said.
OPEN_FROM, CLOSED_TO = 0.5, 0.05


class OpenClosedEye(AttributePredictor):
    """Takes BGR, (x - 127) / 255. Needs landmarks: of a face without any it says nothing."""

    name = "openclosed0001"
    about = "open-closed-eye-0001: 0.05 MB, each eye open or closed"
    paper = _PAPER
    tells = ("eyes",)
    files: ClassVar[tuple[ModelFile, ...]] = (
        ModelFile(
            name="open-closed-eye.onnx",
            sha256="4daa100034482525a26c9afb9297c16580a531189e66e3d2b2ac7d32becfd593",
            size=46_164,
            licence="Apache-2.0",
            commercial=True,
            paper=_PAPER,
            sources=(
                "https://github.com/FalchLucas/WebCamGazeEstimation/raw/432bb2edcbac08c3b2b6130b1d7e7959d9311142/intel/"
                f"{_NETWORK}/open-closed-eye.onnx",
            ),
        ),
    )

    def __init__(self, store: ModelStore, engine: EngineOptions) -> None:
        """Fetches and compiles the network."""
        super().__init__(store, engine)
        self._engine = open_float32(store.path(self.files[0]), engine, engine="openvino")

    def probabilities(self, crops: Crops) -> Floats:
        """What the network itself gives.

        Args:
            crops: RGB uint8 (N, 32, 32, 3) of an eye each.

        Returns:
            (N,) that it is open.
        """
        told: Floats = self._engine.run(planes(crops, bgr=True, less=(127, 127, 127), by=255))[0]
        return told.reshape(-1, 2)[:, _OPEN]

    def tell(self, images: Sequence[Image], faces: Sequence[Face], wanted: Collection[str]) -> list[Told]:
        """See `AttributePredictor.tell`."""
        seen = [place for place, face in enumerate(faces) if face.landmarks is not None]
        views = [view for place in seen for view in _views(images[place], faces[place])]
        crops = np.stack(views) if views else np.empty((0, SIZE, SIZE, 3), np.uint8)
        means = self.probabilities(crops).reshape(-1, 2, len(_VIEWS)).mean(axis=2)
        told: list[Told] = [{} for _ in faces]
        for place, (left, right) in zip(seen, means.tolist(), strict=True):
            told[place] = {"eyes": Eyes(_said(left), _said(right), left, right)}
        return told


def _views(image: Image, face: Face) -> list[Crops]:
    """Of the left eye, then of the right one: each from near to far, the line between the eyes level."""
    assert face.landmarks is not None
    left, right = face.landmarks[:2].astype(np.float64)
    across = right - left
    distance, angle = max(float(np.hypot(*across)), 1.0), float(np.arctan2(across[1], across[0]))
    return [square(image, (x, y), distance * view, SIZE, angle) for x, y in (left, right) for view in _VIEWS]


def _said(probability: float) -> bool | None:
    if probability >= OPEN_FROM:
        return True
    return False if probability <= CLOSED_TO else None
