"""faceres: age and gender of children and adults, by a MobileNet that was trained on VGGFace2 and IMDB-WIKI.

Paper: Savchenko: Efficient facial representations for age, gender and identity recognition in organizing photo albums
using multi-output ConvNet. PeerJ Computer Science 2019. Repository: HSE-asavchenko/HSE_FaceRec_tf; this form of it is
from the package @vladmandic/human.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

import numpy as np

from rostro.attributes._ages import Measured
from rostro.attributes._pixels import around_boxes, planes
from rostro.attributes.base import AttributePredictor
from rostro.attributes.values import ADULT
from rostro.models.converted import converted
from rostro.models.entry import ModelFile
from rostro.nets.tfjs import VERSION, tfjs_to_onnx
from rostro.runtime.base import open_float32

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence
    from pathlib import Path

    from rostro.attributes.base import Told
    from rostro.core.types import Crops, Face, Floats, Image
    from rostro.models.store import ModelStore
    from rostro.runtime.base import EngineOptions

_PAPER = (
    "Savchenko: Efficient facial representations for age, gender and identity recognition in organizing photo albums "
    "using multi-output ConvNet. PeerJ Computer Science 2019"
)
#: Side of the input, and of its view in longer sides of the box. (The makers cut more tightly; measured, this is better
#: by a tenth of a year.)
SIZE, _SCALE = 224, 1.2
#: Mean of the training photos, BGR.
_MEAN = (103.939, 116.779, 123.68)
#: The network knows a hundred ages, from one year on.
_AGES = np.arange(1, 101, dtype=np.float32)
_OUTPUTS = {"age": "age_pred/Softmax", "gender": "gender_pred/Sigmoid"}


def _file(ending: str, sha256: str, size: int) -> ModelFile:
    name = f"faceres.{ending}"
    return ModelFile(
        name=name,
        sha256=sha256,
        size=size,
        licence="Apache-2.0",
        commercial=True,
        paper=_PAPER,
        sources=(
            f"https://cdn.jsdelivr.net/npm/@vladmandic/human@3.3.6/models/{name}",
            f"https://unpkg.com/@vladmandic/human@3.3.6/models/{name}",
        ),
    )


class FaceRes(AttributePredictor):
    """Takes BGR less a mean. The file is a graph of TensorFlow.js, which is written as ONNX once."""

    name = "faceres"
    about = "faceres: 7.0 MB, age and gender of all ages"
    paper = _PAPER
    tells = ("age", "gender")
    files: ClassVar[tuple[ModelFile, ...]] = (
        _file("json", "5b83d49c0385d2e68a05122441b94226313677cae9fcc40b9587ad50079eb4df", 71_432),
        _file("bin", "2c7d2d62b76c97528b736527aa09d310ea71743c9e3e79fb6c62d4b2d73af79b", 6_978_814),
    )

    def __init__(self, store: ModelStore, engine: EngineOptions) -> None:
        """Fetches, converts and compiles the network."""
        super().__init__(store, engine)
        description = store.path(self.files[0])

        def convert(weights: Path, target: Path) -> None:
            target.write_bytes(tfjs_to_onnx(description, weights, size=SIZE, outputs=_OUTPUTS))

        self._engine = open_float32(
            converted(store, self.files[1], f"v{VERSION}", convert), engine, outputs=list(_OUTPUTS), engine="openvino"
        )
        self._measured = Measured.shipped(self.name)

    def distributions(self, crops: Crops) -> tuple[Floats, Floats]:
        """What the network itself gives.

        Args:
            crops: RGB uint8 (N, 224, 224, 3).

        Returns:
            (N, 100) probabilities of the ages 1 to 100, and (N,) that a face is a man's.
        """
        ages, male = self._engine.run(planes(crops, bgr=True, less=_MEAN))
        return ages, male.reshape(-1)

    def estimate(self, images: Sequence[Image], faces: Sequence[Face]) -> tuple[Floats, Floats]:
        """Means of the ages' distributions, in years, not corrected, and probabilities that faces are women's."""
        ages, male = self.distributions(around_boxes(images, faces, _SCALE, SIZE))
        return ages @ _AGES, 1 - male

    def tell(self, images: Sequence[Image], faces: Sequence[Face], wanted: Collection[str]) -> list[Told]:
        """See `AttributePredictor.tell`."""
        estimates, female = self.estimate(images, faces)
        ages = self._measured.ages(estimates)
        return [
            {
                **({"age": age} if "age" in wanted else {}),
                **({"gender": self._measured.gender(float(f), child=age.years < ADULT)} if "gender" in wanted else {}),
            }
            for age, f in zip(ages, female, strict=True)
        ]
