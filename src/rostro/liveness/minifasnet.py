"""Minivision's MiniFASNets: two small networks that look at a face with more and with less of what is around it.

Source: Minivision: Silent-Face-Anti-Spoofing, 2020 (github.com/minivision-ai/Silent-Face-Anti-Spoofing). Its makers
average the two. The weights are torch state dicts; they are read as data and written as ONNX once, so nobody needs
torch (see `rostro.nets.torch_file`).
"""

from __future__ import annotations

from abc import abstractmethod
from typing import TYPE_CHECKING, ClassVar

import numpy as np

from rostro.liveness._crops import shifted
from rostro.liveness.base import LivenessScorer
from rostro.models.converted import converted
from rostro.models.entry import ModelFile
from rostro.nets.minifasnet import LIVE, SIZE, minifasnet_v1se, minifasnet_v2
from rostro.nets.onnx_file import VERSION, write_onnx
from rostro.nets.torch_file import read_torch
from rostro.runtime.base import open_float32

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from rostro.core.types import Face, Floats, Image
    from rostro.models.store import ModelStore
    from rostro.nets.network import Network
    from rostro.runtime.base import EngineOptions

_PAPER = "Minivision: Silent-Face-Anti-Spoofing. 2020"
_FOLDER = "https://github.com/minivision-ai/Silent-Face-Anti-Spoofing/raw/b6d5f04ad78778917853b25c778acef6d5626d15/resources/anti_spoof_models"
#: What stands before the layers' names in the files.
_PREFIX = "module."


def _file(name: str, sha256: str, size: int) -> ModelFile:
    return ModelFile(
        name=name,
        sha256=sha256,
        size=size,
        licence="Apache-2.0",
        commercial=True,
        paper=_PAPER,
        sources=(f"{_FOLDER}/{name}",),
    )


class _MiniFASNet(LivenessScorer):
    """Takes BGR in [0, 255]; gives probabilities of a flat picture, a living person, and a screen or mask.

    Class attributes:
        scale: By which the face's box grows.
    """

    paper = _PAPER
    scale: ClassVar[float]

    def __init__(self, store: ModelStore, engine: EngineOptions) -> None:
        """Fetches, converts and compiles the network.

        Raises:
            BadInput: The file does not hold this network's weights.
        """
        super().__init__(store, engine)
        network = self.network()

        def convert(source: Path, target: Path) -> None:
            write_onnx(network, read_torch(source, network, _PREFIX), target)

        self._engine = open_float32(converted(store, self.files[0], f"v{VERSION}", convert), engine)

    @staticmethod
    @abstractmethod
    def network() -> Network:
        """The network, described."""

    def score(self, photo_pixels: Image, faces: Sequence[Face]) -> Floats:
        """See `LivenessScorer.score`."""
        batch = np.empty((len(faces), 3, SIZE, SIZE), np.float32)
        for sample, face in zip(batch, faces, strict=True):
            sample[:] = shifted(photo_pixels, face, self.scale, SIZE)[..., ::-1].transpose(2, 0, 1)
        scores: Floats = np.clip(self._engine.run(batch)[0][:, LIVE], 0, 1).astype(np.float32)
        return scores


class MiniFASNetV2(_MiniFASNet):
    """The closer look: 2.7 times the box."""

    name = "minifasnet_v2"
    about = "MiniFASNet V2 (80 px, the face and what is close): 1.8 MB, living or a picture"
    scale = 2.7
    files: ClassVar[tuple[ModelFile, ...]] = (
        _file(
            "2.7_80x80_MiniFASNetV2.pth",
            "a5eb02e1843f19b5386b953cc4c9f011c3f985d0ee2bb9819eea9a142099bec0",
            1_849_453,
        ),
    )

    @staticmethod
    def network() -> Network:
        """See `_MiniFASNet.network`."""
        return minifasnet_v2()


class MiniFASNetV1SE(_MiniFASNet):
    """The wider look: 4 times the box."""

    name = "minifasnet_v1se"
    about = "MiniFASNet V1 SE (80 px, the face and what is around it): 1.9 MB, living or a picture"
    scale = 4.0
    files: ClassVar[tuple[ModelFile, ...]] = (
        _file(
            "4_0_0_80x80_MiniFASNetV1SE.pth",
            "84ee1d37d96894d5e82de5a57df044ef80a58be2b218b5ed7cdfd875ec2f5990",
            1_856_130,
        ),
    )

    @staticmethod
    def network() -> Network:
        """See `_MiniFASNet.network`."""
        return minifasnet_v1se()
