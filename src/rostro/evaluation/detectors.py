"""The same photos by every detector, side by side, with times."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from rostro.core.errors import EngineError, MissingExtra, ModelError
from rostro.core.types import Answer
from rostro.detection.base import DETECTORS
from rostro.drawing.sheets import LARGEST_TILE, MOST_PHOTOS
from rostro.photos.reading import several
from rostro.recognition.answers import failures
from rostro.recognition.keeping import Keep
from rostro.recognition.pipeline import Failure, PhotoFaces
from rostro.recognizer import Recognizer

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from rostro.photos.reading import Source


@dataclass(frozen=True, slots=True)
class Detection:
    """What one detector found in one photo.

    Attributes:
        detector: Its name.
        found: The faces, and the image where it was kept.
        milliseconds: How long it took, from file to faces.
    """

    detector: str
    found: PhotoFaces
    milliseconds: float

    def to_dict(self) -> dict[str, Any]:
        """``{"photo", "detector", "ms", "faces"}``."""
        faces = [face.to_dict() for face in self.found]
        milliseconds = round(self.milliseconds, 1)
        return {"photo": self.found.photo, "detector": self.detector, "ms": milliseconds, "faces": faces}


@dataclass(frozen=True, slots=True, repr=False)
class Detections(Answer):
    """What all of them found.

    Attributes:
        rows: Photo by photo, in each the detectors by name.
        failed: Photos that none could use.
        left_out: Detectors that could not run, and why.
    """

    rows: tuple[Detection, ...]
    failed: tuple[Failure, ...]
    left_out: dict[str, str]

    def __repr__(self) -> str:
        return f"<Detections: {len(self.rows)} answers, {len(self.left_out)} detectors left out>"

    def to_dict(self) -> dict[str, Any]:
        """``{"photos", "failed", "left_out"}``."""
        return {
            "photos": [row.to_dict() for row in self.rows],
            "failed": failures(self.failed),
            "left_out": self.left_out,
        }


def detect_with_all(
    photos: Sequence[Source],
    *,
    detectors: Sequence[str] | None = None,
    max_side: int | None = None,
    keep: bool = False,
    make: Callable[[str], Recognizer] | None = None,
) -> Detections:
    """Runs every detector that can run on the photos.

    Args:
        photos: The photos.
        detectors: Names; None takes all that there are.
        max_side: See `Recognizer`; detectors whose network fixes the size are left out then.
        keep: Whether answers carry the image: as large as a sheet shows it, of as many photos as one shows.
        make: Makes the recogniser of a detector; None makes it with default options.

    Raises:
        UnknownModel: There is no detector of a name that was given.
    """
    photos = list(several(photos))
    for name in detectors or ():
        DETECTORS.get(name)
    made = make or (lambda name: Recognizer(detector=name, max_side=max_side))
    rows: dict[tuple[int, str], Detection] = {}
    failed: dict[int, Failure] = {}
    left_out: dict[str, str] = {}
    shown = MOST_PHOTOS // len(list(detectors or DETECTORS)) if keep else 0
    for name in detectors or DETECTORS:
        if max_side is not None and DETECTORS.get(name).least_side is None:
            left_out[name] = "it looks at every photo in one size"
            continue
        try:
            recognizer = made(name)
            list(recognizer.photos(photos[:1], embed=False))  # compiled now, so that the times are of detecting
            for number, photo in enumerate(photos):
                started = time.perf_counter()
                wanted = Keep(side=LARGEST_TILE) if number < shown else False
                (answer,) = recognizer.photos([photo], embed=False, keep=wanted)
                milliseconds = (time.perf_counter() - started) * 1000
                if isinstance(answer, Failure):
                    failed[number] = answer
                else:
                    rows[number, name] = Detection(name, answer, milliseconds)
        except (MissingExtra, ModelError, EngineError) as error:
            left_out[name] = str(error)
            rows = {key: row for key, row in rows.items() if key[1] != name}
    return Detections(tuple(rows[key] for key in sorted(rows)), tuple(failed.values()), left_out)
