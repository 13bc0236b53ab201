"""What stands where a picture is missing: a tile that says so."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from rostro.drawing.layout import below, centred, line
from rostro.drawing.shapes import MUTED, PAPER
from rostro.drawing.text import wrap
from rostro.drawing.walls import whole

if TYPE_CHECKING:
    from rostro.core.types import Face, Image

_SIDE: Final = 180
_TEXT: Final = 20
_LINES: Final = 5


def gap(text: str) -> tuple[Image, Face]:
    """A tile with a text, as large as a face of `rostro.drawing.walls`, and the box that a wall shows all of.

    Args:
        text: What is missing; what does not fit is left out.
    """
    width = _SIDE - 20
    lines = wrap(text, _TEXT, width)[:_LINES]
    words = below([line(row, _TEXT, width, MUTED) for row in lines], 0)
    tile = centred(words, _SIDE, _SIDE, PAPER)
    return tile, whole(tile)
