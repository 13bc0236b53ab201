"""The comparisons that went most wrong: both crops side by side, the score, and whose they are."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from rostro.drawing.faces import resize
from rostro.evaluation.words import number
from rostro.recognition.keeping import Keep
from rostro.recognition.pipeline import PhotoFaces
from rostro.reports.blocks import Tile

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rostro.core.types import Image
    from rostro.core.words import Language
    from rostro.evaluation.measures import Mistake
    from rostro.evaluation.run import Result
    from rostro.recognizer import Recognizer

#: Side of a crop in pixels, the width of what parts two of them, and its grey, which is seen on light and on dark.
_SIDE, _GAP, _GREY = 240, 4, 128


def mistake_tiles(
    mistakes: Sequence[Mistake], result: Result, recognizer: Recognizer, language: Language
) -> tuple[Tile, ...]:
    """A tile per comparison: the probe, the reference, their score and their names.

    Args:
        mistakes: Of the result.
        result: Says which photos they are.
        recognizer: Crops the photos again, which must still be there; those that are not are left out.
        language: Of the numbers.
    """
    pairs = [(_photo(result, m.probe), _reference(result, m), m.score) for m in mistakes]
    photos = sorted({path for probe, reference, _ in pairs for path in (probe, reference)})
    found = recognizer.photos(photos, face=result.system.face, keep=Keep(images=False))
    crops = {
        path: answer.kept_crops[0] for path, answer in zip(photos, found, strict=True) if isinstance(answer, PhotoFaces)
    }
    return tuple(
        Tile(_beside(crops[probe], crops[reference]), number(score, language), (probe.stem, reference.stem))
        for probe, reference, score in pairs
        if {probe, reference} <= set(crops)
    )


def _photo(result: Result, number: int) -> Path:
    return result.table.people.photos[number]


def _reference(result: Result, mistake: Mistake) -> Path:
    """The reference's photo; of a person, the first that is not the probe."""
    people = result.table.people
    if not result.table.to_people:
        return people.photos[mistake.reference]
    photos = np.flatnonzero(people.owners == mistake.reference)
    return people.photos[next((photo for photo in photos if photo != mistake.probe), mistake.probe)]


def _beside(probe: Image, reference: Image) -> Image:
    a, b = (resize(crop, _SIDE, _SIDE) for crop in (probe, reference))
    return np.hstack([a, np.full((_SIDE, _GAP, 3), _GREY, np.uint8), b])
