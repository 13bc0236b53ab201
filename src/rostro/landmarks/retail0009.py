"""Five landmarks of a face by a small network that is shown the face alone.

It works with whatever found the face: with detectors that give no landmarks, and with those that place them while they
search the whole photo, which is less exact. `rostro.alignment.retail0009` makes crops by them.

Network: landmarks-regression-retail-0009 of Intel's Open Model Zoo (Smart Classroom), 48 × 48.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from rostro.landmarks.region import Region
from rostro.models.open_model_zoo import MIRROR, network_file, paper_of
from rostro.runtime.base import open_float32

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rostro.core.types import Crops, Face, Floats, Image
    from rostro.models.entry import ModelFile
    from rostro.models.store import ModelStore
    from rostro.runtime.base import EngineOptions

#: Side of the crops that it looks at.
SIDE = 48
_NETWORK = "landmarks-regression-retail-0009"
_FOLDERS = (f"{MIRROR}/{_NETWORK}/FP16",)
PAPER = paper_of(_NETWORK)
FILES: tuple[ModelFile, ...] = (
    network_file(
        _NETWORK,
        "xml",
        sha256="1d7e43d3060e8f0328932ae9eeced07ff216eac80f10fd07b58c52fbaf69af58",
        size=66_508,
        folders=_FOLDERS,
    ),
    network_file(
        _NETWORK,
        "bin",
        sha256="a7285eec8cb20a50c0ed567c426db6c7b8753c51b47f798f8ef5d8e0fa12d3c5",
        size=381_232,
        folders=_FOLDERS,
    ),
)


class FivePoints:
    """The network. Looks at the box only.

    The makers cut the detector's box, scale it to 48 × 48 (BGR, 0 to 255) and read ten numbers in [0, 1]: x and y of
    left eye, right eye, nose, left and right corner of the mouth, as seen. Here the square about the box is cut, for
    boxes differ in shape from detector to detector; ``benchmarks/separation.py`` compares.

    The network runs in OpenVINO, whose own format it has, and in float32, whatever embedders run in: it is small, and
    crops must not depend on the processor.
    """

    def __init__(self, store: ModelStore, engine: EngineOptions) -> None:
        """Fetches and compiles it; of the options, threads and cache are used."""
        network, _ = [store.path(file) for file in FILES]
        self._engine = open_float32(network, engine, engine="openvino")

    def place(self, images: Sequence[Image], found: Sequence[Sequence[Face]]) -> list[list[Face]]:
        """The same faces in the same order, with landmarks.

        Args:
            images: RGB uint8 (H, W, 3).
            found: The faces of each image; landmarks that they carry are not looked at.
        """
        regions = [[Region.around(face, margin=0, square=True) for face in faces] for faces in found]
        cut = [region.crop(image, SIDE) for image, its in zip(images, regions, strict=True) for region in its]
        points = iter(self.points(np.stack(cut) if cut else np.empty((0, SIDE, SIDE, 3), np.uint8)))
        return [
            [replace(face, landmarks=_in_photo(region, next(points))) for face, region in zip(faces, its, strict=True)]
            for faces, its in zip(found, regions, strict=True)
        ]

    def points(self, crops: Crops) -> Floats:
        """Landmarks as parts of the crop's sides.

        Args:
            crops: RGB uint8 (N, 48, 48, 3) of a face's box each; N may be 0.

        Returns:
            (N, 5, 2) float32: x and y, in the order of `rostro.core.types.LANDMARKS`.
        """
        batch = np.ascontiguousarray(crops[..., ::-1].transpose(0, 3, 1, 2), dtype=np.float32)
        points: Floats = self._engine.run(batch)[0].reshape(-1, 5, 2)
        return points


def _in_photo(region: Region, points: Floats) -> Floats:
    corner = np.array([region.left, region.top], np.float32)
    placed: Floats = corner + points * np.array([region.width, region.height], np.float32)
    return placed
