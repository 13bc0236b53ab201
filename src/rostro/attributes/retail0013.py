"""age-gender-recognition-retail-0013: age and gender of adults, of Intel's Open Model Zoo.

It was trained on people of 18 to 75 years and takes everybody for one of them, children too.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from rostro.attributes._ages import Measured
from rostro.attributes._pixels import around_boxes, planes
from rostro.attributes.base import AttributePredictor
from rostro.models.entry import ModelFile
from rostro.runtime.base import open_float32

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from rostro.attributes.base import Told
    from rostro.core.types import Crops, Face, Floats, Image
    from rostro.models.store import ModelStore
    from rostro.runtime.base import EngineOptions

_NETWORK = "age-gender-recognition-retail-0013"
_PAPER = f"Intel: {_NETWORK}. Open Model Zoo"
_STORAGE = "https://storage.openvinotoolkit.org/repositories/open_model_zoo"
#: Side of the input, and of its view in longer sides of the box.
SIZE, _SCALE = 62, 1.1
_FEMALE = 0


def _file(ending: str, sha256: str, size: int) -> ModelFile:
    own = f"{_NETWORK}/FP16-INT8/{_NETWORK}.{ending}"
    return ModelFile(
        name=f"{_NETWORK}-int8.{ending}",
        sha256=sha256,
        size=size,
        licence="Apache-2.0",
        commercial=True,
        paper=_PAPER,
        sources=(
            f"{_STORAGE}/2021.2/models_bin/3/{own}",
            f"{_STORAGE}/2021.1/models_bin/3/{own}",
            f"https://github.com/Palanivelg/arsei_gstreamer/raw/f1c46b10466e2e82fdb70b5894e1f7db7af215c8/models/intel/{own}",
        ),
    )


class Retail0013(AttributePredictor):
    """Takes BGR in [0, 255]. Says nothing of children: it does not know that there are any."""

    name = "retail0013"
    about = "age-gender-recognition-retail-0013: 2.2 MB, age and gender of adults"
    paper = _PAPER
    tells = ("age", "gender")
    files: ClassVar[tuple[ModelFile, ...]] = (
        _file("xml", "634d4a1f0515dbe704d05a6dd9fd86c148d5d5a9d9a83f858c587424f0c7660f", 74_320),
        _file("bin", "4120ee9d73ad5e4ee34fc8a9ea77de6dfebfe784bc04a386a258e71ecef1613f", 2_150_120),
    )

    def __init__(self, store: ModelStore, engine: EngineOptions) -> None:
        """Fetches and compiles the network."""
        super().__init__(store, engine)
        network, _ = [store.path(file) for file in self.files]  # OpenVINO finds the weights beside the network
        self._engine = open_float32(network, engine, outputs=["age_conv3", "prob"], engine="openvino")
        self._measured = Measured.shipped(self.name)

    def numbers(self, crops: Crops) -> tuple[Floats, Floats]:
        """What the network itself gives.

        Args:
            crops: RGB uint8 (N, 62, 62, 3).

        Returns:
            (N,) hundredths of the age, and (N, 2) probabilities that a face is a woman's and a man's.
        """
        ages, genders = self._engine.run(planes(crops, bgr=True))
        return ages.reshape(-1), genders.reshape(-1, 2)

    def estimate(self, images: Sequence[Image], faces: Sequence[Face]) -> tuple[Floats, Floats]:
        """Ages in years, not corrected, and probabilities that faces are women's."""
        ages, genders = self.numbers(around_boxes(images, faces, _SCALE, SIZE))
        return ages * 100, genders[:, _FEMALE]

    def tell(self, images: Sequence[Image], faces: Sequence[Face], wanted: Collection[str]) -> list[Told]:
        """See `AttributePredictor.tell`."""
        estimates, female = self.estimate(images, faces)
        return [
            {
                **({"age": age} if "age" in wanted else {}),
                **({"gender": self._measured.gender(float(f), child=False)} if "gender" in wanted else {}),
            }
            for age, f in zip(self._measured.ages(estimates), female, strict=True)
        ]
