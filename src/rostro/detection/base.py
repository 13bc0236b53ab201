"""What a detector is."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import TYPE_CHECKING, ClassVar

from rostro.core.errors import BadInput
from rostro.core.parts import Room
from rostro.core.ranges import SCORE, SIDE, check_all

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rostro.core.types import Face, Image
    from rostro.models.entry import ModelFile
    from rostro.models.store import ModelStore
    from rostro.runtime.base import EngineOptions


class Detector(ABC):
    """Finds faces. Safe to call from several threads at once.

    Class attributes:
        name: What options, answers and reports call it.
        about: One line for people.
        paper: What to cite.
        files: The model files it needs; their licences are its licence.
        default_score: Faces scored below this are dropped unless the caller says otherwise.
        gives_landmarks: Whether its faces carry the five landmarks.
        default_max_side: How large photos are looked at, unless the caller says otherwise; see `__init__`.
        sure_score: A photo whose largest face is scored below this may be turned; 0 where only finding no face says
            so, because the scores of faces on their head were not measured.
        least_side: The smallest that this can be; None where the network fixes how large it looks at photos.
    """

    name: ClassVar[str]
    about: ClassVar[str]
    paper: ClassVar[str]
    files: ClassVar[tuple[ModelFile, ...]]
    default_score: ClassVar[float]
    gives_landmarks: ClassVar[bool] = True
    default_max_side: ClassVar[int] = 1280
    least_side: ClassVar[int | None] = 1
    sure_score: ClassVar[float] = 0.0

    def __init__(
        self,
        store: ModelStore,
        engine: EngineOptions,
        *,
        min_score: float | None = None,
        max_side: int | None = None,
    ) -> None:
        """Notes the options, and opens what the detector runs.

        Args:
            store: Gives the model files.
            engine: Runs them.
            min_score: Drop faces scored below this, in [0, 1]; None for the detector's own default.
            max_side: Longer side, in pixels, that larger photos are scaled down to before they are looked at; None for
                the detector's own default. Raise it for smaller faces, at a cost that grows with its square. Each
                detector's rule for sizes says what it does exactly.

        Raises:
            BadInput: A score outside [0, 1], or a side that the detector cannot look at.
        """
        check_all({"min_score": min_score}, {"min_score": SCORE})
        if max_side is not None:
            _check_side(type(self), max_side)
        self.max_side = self.default_max_side if max_side is None else max_side
        self.store = store
        self.engine_options = engine
        self.min_score = self.default_score if min_score is None else min_score
        self._open()

    def _open(self) -> None:  # noqa: B027 - a detector may have nothing to open
        """Fetches and compiles the model files, once the options are known to be good."""

    @property
    def finest_side(self) -> int | None:
        """Longer side of the largest picture that it looks at, so that a larger one need not be decoded; None: any."""
        return None

    @abstractmethod
    def detect(self, images: Sequence[Image]) -> list[list[Face]]:
        """Finds the faces of each image.

        Args:
            images: RGB uint8 (H, W, 3) arrays of any sizes.

        Returns:
            One list per image, best score first, boxes and landmarks in pixels of that image.
        """


DETECTORS = Room(
    Detector,
    "detector",
    "rostro.detectors",
    {
        "dlib_hog": "rostro.detection.dlib_hog:DlibHOG",
        "dlib_mmod": "rostro.detection.dlib_mmod:DlibMMOD",
        "eresfd": "rostro.detection.eresfd:EResFD",
        "haar": "rostro.detection.haar:Haar",
        "mtcnn": "rostro.detection.mtcnn:MTCNN",
        "scrfd": "rostro.detection.scrfd:SCRFD",
        "ssd_mobilenet": "rostro.detection.ssd_mobilenet:SSDMobileNet",
        "yunet": "rostro.detection.yunet:YuNet",
    },
)


#: The one for photos of many small faces.
CROWDS = "eresfd"


def _check_side(detector: type[Detector], max_side: int) -> None:
    if detector.least_side is None:
        raise BadInput(
            f"{detector.name} looks at every photo in the size that its network fixes; max_side says nothing to it"
        )
    check_all({"max_side": max_side}, {"max_side": SIDE})
    if max_side < detector.least_side:
        raise BadInput(f"max_side is at least {detector.least_side}, got {max_side}")
