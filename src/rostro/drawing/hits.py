"""A wall of faces that were found: each cut out of its photo, with the photo's name and how alike it is."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from rostro.core.errors import BadInput
from rostro.core.types import check_image
from rostro.core.words import Language, count
from rostro.drawing.layout import GAP, SMALL, below, beside, framed, line
from rostro.drawing.scorebar import signed
from rostro.drawing.shapes import MUTED
from rostro.drawing.walls import SIDE, cut
from rostro.drawing.words import say

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rostro.core.types import Face, Image

#: Faces on a wall; more would make it too large to look at.
MOST: Final = 200
_COLUMNS: Final = 8


def hits(
    found: Sequence[tuple[str, float, Image, Face]], *, total: int | None = None, language: Language = "en"
) -> Image:
    """The faces in the order given, as many in a row as fit on a sheet.

    Args:
        found: (name of the photo, similarity, RGB image, face) of each; the first `MOST` are shown.
        total: How many were found, where these are the first of them; None: these are all.
        language: Of the notes.

    Returns:
        RGB uint8.

    Raises:
        BadInput: None was found, not an image, or another language than ``en`` or ``es``.
    """
    if not found:
        raise BadInput("a wall shows at least one face")
    tiles = [
        below(
            [
                cut(check_image(image), face),
                line(signed(similarity, 3, language), SMALL, SIDE, bold=True),
                line(name, SMALL, SIDE, MUTED),
            ],
            0,
        )
        for name, similarity, image, face in found[:MOST]
    ]
    blocks = [beside(tiles[first : first + _COLUMNS], GAP) for first in range(0, len(tiles), _COLUMNS)]
    every = total or len(found)
    if every > len(tiles):
        told = say("faces_left_out", language, count(len(tiles), language), count(every, language))
        blocks.append(line(told, SMALL, _COLUMNS * (SIDE + GAP) - GAP, MUTED))
    return framed(below(blocks, GAP), GAP)
