"""Sheets are put together from blocks: each block is a picture, beside or below the next."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

from rostro.drawing.faces import resize, scale_face
from rostro.drawing.shapes import INK, PAPER, Colour
from rostro.drawing.text import draw_text, shorten, wrap

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rostro.core.types import Face, Image

#: Sizes of letters and the spaces between blocks, in pixels of a sheet that is 1,200 wide: on a phone, whose screen is
#: 400 points wide, the smallest letters have 8 points, which can still be read.
TITLE, TEXT, SMALL = 46, 29, 24
GAP, MARGIN = 24, 40
WIDTH: Final = 1200 - 2 * MARGIN
_LEADING = 1.4


def blank(width: int, height: int, colour: Colour = PAPER) -> Image:
    """An empty block."""
    return np.full((height, width, 3), colour, np.uint8)


def below(blocks: Sequence[Image], gap: int) -> Image:
    """Blocks under each other, left sides in line."""
    height = sum(block.shape[0] for block in blocks) + gap * (len(blocks) - 1)
    sheet = blank(max(block.shape[1] for block in blocks), height)
    y = 0
    for block in blocks:
        sheet[y : y + block.shape[0], : block.shape[1]] = block
        y += block.shape[0] + gap
    return sheet


def beside(blocks: Sequence[Image], gap: int) -> Image:
    """Blocks next to each other, tops in line."""
    return below([block.swapaxes(0, 1) for block in blocks], gap).swapaxes(0, 1)


def framed(block: Image, margin: int) -> Image:
    """The block with an empty margin all around."""
    sheet = blank(block.shape[1] + 2 * margin, block.shape[0] + 2 * margin)
    sheet[margin:-margin, margin:-margin] = block
    return sheet


def centred(block: Image, width: int, height: int, colour: Colour) -> Image:
    """The block in the middle of a coloured tile that is large enough for it."""
    tile = blank(width, height, colour)
    x, y = (width - block.shape[1]) // 2, (height - block.shape[0]) // 2
    tile[y : y + block.shape[0], x : x + block.shape[1]] = block
    return tile


def line(text: str, size: int, width: int, colour: Colour = INK, *, bold: bool = False) -> Image:
    """One line of text, shortened to the width."""
    block = blank(width, round(size * _LEADING))
    draw_text(block, (0, size * 1.05), shorten(text, size, width, bold=bold), size, colour, bold=bold)
    return block


def paragraph(text: str, size: int, width: int, colour: Colour = INK) -> Image:
    """Text in as many lines as it takes."""
    return below([line(row, size, width, colour) for row in wrap(text, size, width)], 0)


def fit(image: Image, faces: Sequence[Face], width: int, height: int) -> tuple[Image, list[Face]]:
    """The photo and its faces at the largest size that fits, smaller or larger than they were; a copy."""
    factor = min(width / image.shape[1], height / image.shape[0])
    fitted = resize(image, max(1, round(image.shape[1] * factor)), max(1, round(image.shape[0] * factor)))
    return fitted, [scale_face(face, factor) for face in faces]
