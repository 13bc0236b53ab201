"""A score on its scale, against the threshold that decided."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from rostro.core.words import Language, in_language
from rostro.drawing.faces import Kind, draw_mark
from rostro.drawing.layout import SMALL, TEXT, blank
from rostro.drawing.shapes import GREEN, HAIRLINE, INK, MUTED, PAPER, VERMILLION, Colour, rounded_box
from rostro.drawing.text import draw_text, text_width
from rostro.drawing.words import say

if TYPE_CHECKING:
    from rostro.core.decisions import Decided
    from rostro.core.types import Image

#: The part of the cosine's range where faces lie; scores outside are shown at its end.
_LOWEST, _HIGHEST = -0.5, 1.0
_TICKS = (-0.5, 0.0, 0.5, 1.0)
_TRACK: Final = 16
_SIDE: Final = 24


def score_bar(verification: Decided, kind: Kind, width: int, height: int, language: Language) -> Image:
    """A block with the similarity's mark on a track that changes colour at the threshold.

    Args:
        verification: Gives the similarity, in [-1, 1], and the threshold.
        kind: Of the mark.
        width: Of the block in pixels, at least 300.
        height: Of the block in pixels, at least 180.
        language: Of the words.
    """
    block = blank(width, height)
    middle = height * 0.42
    at, limit = (_place(value, width) for value in (verification.similarity, verification.threshold))
    _track(block, _SIDE, limit, middle, VERMILLION)
    _track(block, limit, width - _SIDE, middle, GREEN)
    for tick in _TICKS:
        draw_text(block, (_place(tick, width), middle + 44), signed(tick, 1, language), SMALL, MUTED, align="centre")
    rounded_box(block, (limit - 3.5, middle - 19, limit + 3.5, middle + 19), 3.5, PAPER)
    rounded_box(block, (limit - 1.5, middle - 18, limit + 1.5, middle + 18), 1.5, INK)
    draw_mark(block, (at, middle), 13, kind)
    _label(block, at, middle - 34, say("similarity", language, signed(verification.similarity, 3, language)), TEXT + 4)
    _label(block, limit, middle + 84, say("threshold", language, signed(verification.threshold, 3, language)), TEXT)
    return block


def signed(value: float, digits: int = 3, language: Language = "en") -> str:
    """A score as people write it: with a true minus sign, never "−0.000", and a comma in Spanish."""
    return in_language(f"{value:z.{digits}f}".replace("-", "−"), language)


def _place(value: float, width: int) -> float:
    share = (min(max(value, _LOWEST), _HIGHEST) - _LOWEST) / (_HIGHEST - _LOWEST)
    return _SIDE + share * (width - 2 * _SIDE)


def _track(block: Image, start: float, end: float, middle: float, colour: Colour) -> None:
    if end - start < 1:
        return
    box = (start, middle - _TRACK / 2, end, middle + _TRACK / 2)
    rounded_box(block, box, _TRACK / 2, HAIRLINE)
    rounded_box(block, box, _TRACK / 2, colour, opacity=0.35)


def _label(block: Image, x: float, baseline: float, text: str, size: int) -> None:
    """Centred on x, but inside the block."""
    half = text_width(text, size, bold=True) / 2
    inside = min(max(x, half), block.shape[1] - half)
    draw_text(block, (inside, baseline), text, size, INK, bold=True, align="centre")
