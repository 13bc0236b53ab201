"""What an attribute predictor is."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from typing import TYPE_CHECKING, ClassVar, Final

from rostro.core.parts import Room
from rostro.core.types import Answer

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from rostro.core.types import Face, Image
    from rostro.models.entry import ModelFile
    from rostro.models.store import ModelStore
    from rostro.runtime.base import EngineOptions

#: What is said of a face, by the names that documents have.
Told = Mapping[str, Answer]


class AttributePredictor(ABC):
    """Says something of faces, in their photos. Safe to call from several threads at once.

    Class attributes:
        name: What options and reports call it.
        about: One line for people.
        paper: What to cite.
        files: The model files it needs.
        tells: What it tells, by the names that documents have: ``age``, ``gender``, …
    """

    name: ClassVar[str]
    about: ClassVar[str]
    paper: ClassVar[str]
    files: ClassVar[tuple[ModelFile, ...]]
    tells: ClassVar[tuple[str, ...]]

    def __init__(self, store: ModelStore, engine: EngineOptions) -> None:
        """Fetches and compiles what it needs. One that loads lazily, loads what was asked for only."""
        self.store = store
        self.engine_options = engine

    @abstractmethod
    def tell(self, images: Sequence[Image], faces: Sequence[Face], wanted: Collection[str]) -> list[Told]:
        """What it says of faces of any number of photos.

        Args:
            images: (N,) the photo of each face, upright: RGB uint8 (H, W, 3). The same photo may stand there often.
            faces: (N,) the faces, in pixels of their photos; boxes may reach outside. N may be 0.
            wanted: What of `tells` is asked for; nothing else need be worked out.

        Returns:
            For each face what was asked for, by name; what cannot be said of it is left out.
        """


ATTRIBUTES = Room(
    AttributePredictor,
    "attribute predictor",
    "rostro.attributes",
    {
        "adas0001": "rostro.attributes.adas0001:HeadPose",
        "age_gender": "rostro.attributes.age_gender:AgeGender",
        "aizoo": "rostro.attributes.aizoo:MaskDetector",
        "faceres": "rostro.attributes.faceres:FaceRes",
        "openclosed0001": "rostro.attributes.openclosed0001:OpenClosedEye",
        "retail0013": "rostro.attributes.retail0013:Retail0013",
    },
)

#: What tells of an attribute where no predictor is named.
DEFAULTS: Final = {
    "age": "age_gender",
    "gender": "age_gender",
    "mask": "aizoo",
    "eyes": "openclosed0001",
    "pose": "adas0001",
}
