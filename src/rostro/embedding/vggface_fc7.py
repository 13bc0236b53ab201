"""VGG-Face one layer below the class scores: its fc7, which carries over to people it was not trained on.

Paper: Parkhi, Vedaldi, Zisserman: Deep Face Recognition. BMVC 2015.
"""

from __future__ import annotations

from rostro.embedding.vggface import VGGFace


class VGGFaceFc7(VGGFace):
    """The 4,096 values of fc7, after their ReLU. The same files as ``vggface``."""

    name = "vggface_fc7"
    about = "VGG-Face (VGG-16): layer fc7, 4096 dimensions; names celebrities"
    output = "fc7"
    dims = 4096
