"""face-reidentification-retail-0095: 256 dimensions, RMNet with channel attention; the light one of Open Model Zoo.

Intel: face-reidentification-retail-0095. Open Model Zoo, Smart Classroom. Its training code names VGGFace2.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from rostro.core.errors import EngineError
from rostro.core.specs import refined
from rostro.core.types import AlignmentSpec, Crops, Floats
from rostro.embedding.base import Embedder
from rostro.models.entry import ModelFile
from rostro.models.open_model_zoo import MIRROR, network_file, paper_of
from rostro.runtime.base import EngineOptions, open_engine
from rostro.runtime.pictures import Pictures

if TYPE_CHECKING:
    from rostro.models.store import ModelStore

_NETWORK = "face-reidentification-retail-0095"
_FOLDERS = (
    f"https://storage.openvinotoolkit.org/repositories/open_model_zoo/2023.0/models_bin/1/{_NETWORK}/FP16",
    f"{MIRROR}/{_NETWORK}/FP16",
)

#: So many faces share a request: a sixth less time for each in float32, a quarter less in bf16.
_TOGETHER = 4


class Retail0095(Embedder):
    """Takes BGR in [0, 255]. A network in OpenVINO's own format, which no other engine reads.

    Its makers align onto a template of 96 × 112 that they stretch to a square; so does this: on LFW and CelebA it
    tells people apart better than square crops do (``docs/decisions/0024-refined-landmarks-and-fusion.md``).
    """

    name = "retail0095"
    about = "face-reidentification-retail-0095: 2.2 MB, 256 dimensions"
    paper = paper_of(_NETWORK)
    files: ClassVar[tuple[ModelFile, ...]] = (
        network_file(
            _NETWORK,
            "xml",
            sha256="ce53d2c9c08c0bd1c1660fb8a5b6d0e3e4ec19eb92f1036d2d83a85e83082dce",
            size=350_427,
            folders=_FOLDERS,
        ),
        network_file(
            _NETWORK,
            "bin",
            sha256="241229ca3d206321868d46ce74a3c0b06c49cea58db7dc70b2e842ff287545d1",
            size=2_213_628,
            folders=_FOLDERS,
        ),
    )
    alignment = refined(AlignmentSpec("five_point", 128, {"width": 96}))
    dims = 256

    def __init__(self, store: ModelStore, engine: EngineOptions) -> None:
        """Fetches and compiles the network.

        Raises:
            EngineError: The engine is not OpenVINO.
        """
        if engine.engine != "openvino":
            raise EngineError(f"{self.name}: its network has OpenVINO's own format, which {engine.engine} cannot read")
        super().__init__(store, engine)
        network, _ = [store.path(file) for file in self.files]  # OpenVINO finds the weights beside the network
        self._engine = open_engine(
            network, engine, ranges=self.ranges(), together=_TOGETHER, pictures=Pictures(bgr=True)
        )

    @property
    def weights_hash(self) -> str:
        """sha256 of the weights; the other file says how they are wired."""
        return self.store.hash_of(self.files[1])

    def represent(self, crops: Crops) -> Floats:
        """See `Embedder.represent`."""
        vectors: Floats = self._engine.run(crops)[0].reshape(-1, self.dims)
        return vectors
