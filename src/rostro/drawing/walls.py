"""A wall of people: a row of faces for each, cut out of their photos."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, Literal

import numpy as np

from rostro.core.errors import BadInput
from rostro.core.types import Face, check_image
from rostro.core.words import Language, count
from rostro.drawing.faces import resize
from rostro.drawing.layout import GAP, SMALL, below, beside, blank, framed, line
from rostro.drawing.shapes import MUTED
from rostro.drawing.words import say

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from rostro.core.types import Image

#: People on a wall, and faces of each; more would make it too large to look at.
ROWS: Final = 40
FACES: Final = 8
SIDE: Final = 180
#: What is shown around a face, as a part of its longer side.
_AROUND: Final = 0.3


def wall(
    people: Sequence[tuple[str, Iterable[tuple[Image, Face]]]],
    *,
    total: int | None = None,
    of: Literal["people", "findings"] = "people",
    language: Language = "en",
) -> Image:
    """A row for each person: a caption, and under it some of the faces.

    Args:
        people: (caption, (RGB image, face) of each face) of each person; the first `ROWS` and `FACES` are shown.
        total: How many people there are, where these are the first of them; None: these are all.
        of: What a row is about.
        language: Of the notes.

    Returns:
        RGB uint8.

    Raises:
        BadInput: Nobody, not an image, or another language than ``en`` or ``es``.
    """
    if not people:
        raise BadInput("a wall shows at least one person")
    width = FACES * (SIDE + GAP) - GAP
    blocks = []
    for caption, faces in people[:ROWS]:
        shown = [cut(check_image(image), face) for image, face in list(faces)[:FACES]]
        blocks += [line(caption, SMALL, width, bold=True), beside(shown, GAP)]
    every = total or len(people)
    if every > min(len(people), ROWS):
        shown_people = count(min(len(people), ROWS), language)
        left_out = say(f"{of}_left_out", language, shown_people, count(every, language))
        blocks.append(line(left_out, SMALL, width, MUTED))
    return framed(below(blocks, GAP // 2), GAP)


def whole(image: Image) -> Face:
    """The box by which a wall shows all of a picture."""
    height, width = image.shape[:2]
    x, y = (width - width / (1 + 2 * _AROUND)) / 2, (height - height / (1 + 2 * _AROUND)) / 2
    return Face((x, y, width - x, height - y), 1.0)


def cut(image: Image, face: Face) -> Image:
    """The face and what is around it, as a square; white where the photo ends."""
    x1, y1, x2, y2 = face.box
    side = max(2, round(max(x2 - x1, y2 - y1) * (1 + 2 * _AROUND)))
    left, top = round((x1 + x2 - side) / 2), round((y1 + y2 - side) / 2)
    square = blank(side, side)
    height, width = image.shape[:2]
    rows, columns = slice(max(0, top), min(height, top + side)), slice(max(0, left), min(width, left + side))
    part = image[rows, columns]
    if part.size:
        y, x = rows.start - top, columns.start - left
        square[y : y + part.shape[0], x : x + part.shape[1]] = part
    return np.ascontiguousarray(resize(square, SIDE, SIDE))
