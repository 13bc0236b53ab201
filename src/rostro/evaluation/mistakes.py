"""Pictures of the comparisons that went most wrong: both crops, whose they are, and the score."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from rostro.drawing.faces import resize
from rostro.drawing.layout import GAP, SMALL, below, beside, line
from rostro.drawing.shapes import MUTED
from rostro.recognition.keeping import Keep
from rostro.recognition.pipeline import PhotoFaces

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rostro.core.types import Image
    from rostro.evaluation.measures import Mistake
    from rostro.evaluation.run import Result
    from rostro.recognizer import Recognizer

#: Side of a crop on the sheet, and pairs beside each other.
_SIDE, _COLUMNS = 150, 3


def mistake_sheet(mistakes: Sequence[Mistake], result: Result, recognizer: Recognizer) -> Image | None:
    """One picture of several comparisons; None where there is nothing to show.

    Args:
        mistakes: Of the result.
        result: Says which photos they are.
        recognizer: Crops the photos again, which must still be there; those that are not are left out.
    """
    pairs = [(_photo(result, m.probe), _reference(result, m), m.score) for m in mistakes]
    photos = sorted({path for probe, reference, _ in pairs for path in (probe, reference)})
    found = recognizer.photos(photos, face=result.system.face, keep=Keep(images=False))
    crops = {
        path: answer.kept_crops[0] for path, answer in zip(photos, found, strict=True) if isinstance(answer, PhotoFaces)
    }
    cells = [
        _cell(probe, reference, crops, score) for probe, reference, score in pairs if {probe, reference} <= set(crops)
    ]
    if not cells:
        return None
    rows = [beside(cells[start : start + _COLUMNS], GAP) for start in range(0, len(cells), _COLUMNS)]
    return np.ascontiguousarray(below(rows, GAP))


def _photo(result: Result, number: int) -> Path:
    return result.table.people.photos[number]


def _reference(result: Result, mistake: Mistake) -> Path:
    """The reference's photo; of a person, the first that is not the probe."""
    people = result.table.people
    if not result.table.to_people:
        return people.photos[mistake.reference]
    photos = np.flatnonzero(people.owners == mistake.reference)
    return people.photos[next((photo for photo in photos if photo != mistake.probe), mistake.probe)]


def _cell(probe: Path, reference: Path, crops: dict[Path, Image], score: float) -> Image:
    width = 2 * _SIDE + 4
    pair = beside([resize(crops[path], _SIDE, _SIDE) for path in (probe, reference)], 4)
    names = [line(path.stem, SMALL, width, MUTED) for path in (probe, reference)]
    return below([pair, line(f"{score:.3f}", SMALL, width, bold=True), *names], 0)
