"""head-pose-estimation-adas-0001: where a head points, of Intel's Open Model Zoo."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

import numpy as np

from rostro.attributes._pixels import around_boxes, planes
from rostro.attributes.base import AttributePredictor
from rostro.attributes.values import Pose
from rostro.models.entry import ModelFile
from rostro.runtime.base import open_float32

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from rostro.attributes.base import Told
    from rostro.core.types import Crops, Face, Floats, Image
    from rostro.models.store import ModelStore
    from rostro.runtime.base import EngineOptions

_NETWORK = "head-pose-estimation-adas-0001"
_PAPER = f"Intel: {_NETWORK}. Open Model Zoo"
#: Side of the input, and of its view in longer sides of the box.
SIZE, _SCALE = 60, 1.1


def _file(ending: str, sha256: str, size: int) -> ModelFile:
    name = f"{_NETWORK}.{ending}"
    storage = "https://storage.openvinotoolkit.org/repositories/open_model_zoo/2022.1/models_bin/3"
    mirror = "https://github.com/FalchLucas/WebCamGazeEstimation/raw/97abc280/intel"
    return ModelFile(
        name=name,
        sha256=sha256,
        size=size,
        licence="Apache-2.0",
        commercial=True,
        paper=_PAPER,
        sources=(f"{storage}/{_NETWORK}/FP16/{name}", f"{mirror}/{_NETWORK}/FP16/{name}"),
    )


class HeadPose(AttributePredictor):
    """Takes BGR in [0, 255]. Its makers found mean errors of 5.4, 5.5 and 4.6 degrees (yaw, pitch, roll) on BIWI."""

    name = "adas0001"
    about = "head-pose-estimation-adas-0001: 3.8 MB, yaw, pitch and roll"
    paper = _PAPER
    tells = ("pose",)
    files: ClassVar[tuple[ModelFile, ...]] = (
        _file("xml", "0fd0a09413d98a32c604669d955efc154ec55f6634b79f9a12ee1005e4d45a7d", 88_191),
        _file("bin", "a4e66d59e8053681b0c20ef9ee519583d6925e4f6c5002005f36403e414b133e", 3_823_810),
    )

    def __init__(self, store: ModelStore, engine: EngineOptions) -> None:
        """Fetches and compiles the network."""
        super().__init__(store, engine)
        network, _ = [store.path(file) for file in self.files]  # OpenVINO finds the weights beside the network
        self._engine = open_float32(
            network, engine, outputs=["angle_y_fc", "angle_p_fc", "angle_r_fc"], engine="openvino"
        )

    def angles(self, crops: Crops) -> Floats:
        """What the network itself gives.

        Args:
            crops: RGB uint8 (N, 60, 60, 3).

        Returns:
            (N, 3) yaw, pitch and roll in degrees.
        """
        told: Floats = np.concatenate([angle.reshape(-1, 1) for angle in self._engine.run(planes(crops, bgr=True))], 1)
        return told

    def tell(self, images: Sequence[Image], faces: Sequence[Face], wanted: Collection[str]) -> list[Told]:
        """See `AttributePredictor.tell`."""
        return [{"pose": Pose(*map(float, row))} for row in self.angles(around_boxes(images, faces, _SCALE, SIZE))]
