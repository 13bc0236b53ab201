"""What a detector is."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import TYPE_CHECKING, ClassVar

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rostro.runtime.base import EngineOptions
    from rostro.types import Face, Image
    from rostro.weights.entry import ModelFile
    from rostro.weights.store import ModelStore


class Detector(ABC):
    """Finds faces. Safe to call from several threads at once.

    Class attributes:
        about: One line for people.
        paper: What to cite.
        files: The model files it needs; their licences are its licence.
        default_score: Faces scored below this are dropped unless the caller says otherwise.
        gives_landmarks: Whether its faces carry the five landmarks.
    """

    about: ClassVar[str]
    paper: ClassVar[str]
    files: ClassVar[tuple[ModelFile, ...]]
    default_score: ClassVar[float]
    gives_landmarks: ClassVar[bool] = True

    def __init__(self, store: ModelStore, engine: EngineOptions, *, min_score: float | None = None) -> None:
        """Fetches and compiles the model files.

        Args:
            store: Gives the model files.
            engine: Runs them.
            min_score: Drop faces scored below this, in [0, 1]; None for the detector's own default.
        """
        self.store = store
        self.engine_options = engine
        self.min_score = self.default_score if min_score is None else min_score

    @abstractmethod
    def detect(self, images: Sequence[Image]) -> list[list[Face]]:
        """Finds the faces of each image.

        Args:
            images: RGB uint8 (H, W, 3) arrays of any sizes.

        Returns:
            One list per image, best score first, boxes and landmarks in pixels of that image.
        """
