"""VGG-Face: VGG-16 trained on 2,622 celebrities; its class scores are the representation.

Paper: Parkhi, Vedaldi, Zisserman: Deep Face Recognition. BMVC 2015.
Repository: rcmalli/keras-vggface (weights converted from the authors' Caffe files).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from rostro.core.types import AlignmentSpec
from rostro.embedding._vggface import VGGEmbedder, file
from rostro.nets.vgg16 import vgg16

if TYPE_CHECKING:
    from rostro.models.entry import ModelFile
    from rostro.nets.network import Network

_PAPER = "Parkhi, Vedaldi, Zisserman: Deep Face Recognition. BMVC 2015"
_DEEPFACE = "https://github.com/serengil/deepface_models/releases/download/v1.0/"


class VGGFace(VGGEmbedder):
    """The 2,622 scores before the softmax."""

    name = "vggface"
    about = "VGG-Face (VGG-16): 2622 class scores, 2622 dimensions; names celebrities"
    paper = _PAPER
    forms: ClassVar[tuple[ModelFile, ...]] = (
        file("rcmalli_vggface_tf_vgg16.h5", paper=_PAPER),
        file("vgg_face_weights.h5", paper=_PAPER, release=_DEEPFACE),
    )
    names = file("rcmalli_vggface_labels_v1.npy", paper=_PAPER)
    files = forms[:1]
    optional_files = (*forms[1:], names)
    alignment = AlignmentSpec("crop", 224)
    mean = (93.5940, 104.7624, 129.1863)
    output = "fc8"
    dims = 2622

    @classmethod
    def network_of(cls, weights: ModelFile) -> Network:
        """Both files hold the whole network."""
        return vgg16()
