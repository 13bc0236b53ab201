"""ResNet-50 trained on VGGFace2: 2048 dimensions, 8,631 people.

Paper: Cao, Shen, Xie, Parkhi, Zisserman: VGGFace2: A Dataset for Recognising Faces across Pose and Age. FG 2018.
Repository: rcmalli/keras-vggface (weights converted from the authors' Caffe files).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from rostro.core.types import AlignmentSpec
from rostro.embedding._vggface import VGGEmbedder, file
from rostro.nets.resnet50 import CLASSES, resnet50

if TYPE_CHECKING:
    from rostro.models.entry import ModelFile
    from rostro.nets.network import Network

_PAPER = "Cao et al.: VGGFace2: A Dataset for Recognising Faces across Pose and Age. FG 2018"


class VGGFace2ResNet50(VGGEmbedder):
    """The average over the last map's positions."""

    name = "vggface2_resnet50"
    about = "ResNet-50 on VGGFace2, 2048 dimensions; names celebrities"
    paper = _PAPER
    forms: ClassVar[tuple[ModelFile, ...]] = (
        file("rcmalli_vggface_tf_resnet50.h5", paper=_PAPER),
        file("rcmalli_vggface_tf_notop_resnet50.h5", paper=_PAPER),
    )
    names = file("rcmalli_vggface_labels_v2.npy", paper=_PAPER)
    files = forms[:1]
    optional_files = (*forms[1:], names)
    alignment = AlignmentSpec("crop", 224)
    mean = (91.4953, 103.8827, 131.0912)
    output = "representation"
    dims = 2048

    @classmethod
    def network_of(cls, weights: ModelFile) -> Network:
        """The files called "notop" leave the class head out."""
        return resnet50(None if "notop" in weights.name else CLASSES)
