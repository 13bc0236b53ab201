"""Embeddings as bar codes: one bar for each value, the darker the larger."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

from rostro.core.errors import BadInput
from rostro.core.words import Language, count, in_language
from rostro.drawing.layout import GAP, MARGIN, SMALL, TEXT, WIDTH, below, beside, framed, line
from rostro.drawing.shapes import BLUE, HAIRLINE, INK, MUTED, PAPER, VERMILLION, Colour
from rostro.drawing.words import say

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from rostro.core.types import Floats, Image

_HEIGHT: Final = 150


def barcode(vector: Floats, *, name: str = "", language: Language = "en") -> Image:
    """An embedding as a bar code: white is its smallest value, black its largest.

    Args:
        vector: (d,) finite floats, of any length.
        name: Above the bars, for example the photo's.
        language: ``en`` or ``es``.

    Returns:
        RGB uint8; every value has the same whole number of columns, so no value is lost or blended.

    Raises:
        BadInput: Not a vector of finite numbers.
    """
    values = _check(vector)
    return framed(_captioned(_bars(values, values.min(), values.max()), name, values.size, language), MARGIN)


def barcode_pair(a: Floats, b: Floats, *, names: tuple[str, str] = ("", ""), language: Language = "en") -> Image:
    """Two embeddings as bar codes on one scale, their difference, and how far apart they are.

    The difference is of the unit vectors: white is none, blue where the first is larger, vermillion the second.

    Args:
        a: (d,) finite floats.
        b: As `a`.
        names: Of the two.
        language: ``en`` or ``es``.

    Raises:
        BadInput: Not two vectors of finite numbers and of one length; a vector of zeros.
    """
    first, second = _check(a), _check(b)
    if first.size != second.size:
        raise BadInput(f"embeddings of {first.size} and {second.size} values cannot be compared")
    unit_first, unit_second = _unit(first), _unit(second)
    low, high = min(first.min(), second.min()), max(first.max(), second.max())
    difference = unit_first - unit_second
    bars = _tinted(difference, max(float(np.abs(difference).max()), 1e-12))
    distances = {
        "cosine": 1 - float(unit_first @ unit_second),
        "euclidean": float(np.linalg.norm(first - second)),
        "unit_euclidean": float(np.linalg.norm(difference)),
    }
    blocks = [
        _captioned(_bars(first, low, high), names[0], first.size, language),
        _captioned(_bars(second, low, high), names[1], second.size, language),
        below([line(say("difference", language), TEXT, bars.shape[1], bold=True), bars], GAP // 3),
        beside([_fact(say(word, language), value, bars.shape[1], language) for word, value in distances.items()], GAP),
    ]
    return framed(below(blocks, GAP), MARGIN)


def _check(vector: Floats) -> NDArray[np.float64]:
    values = np.asarray(vector, np.float64)
    if values.ndim != 1 or not values.size or not np.isfinite(values).all():
        raise BadInput(f"an embedding is a vector of finite numbers, got shape {values.shape}")
    return values


def _unit(values: NDArray[np.float64]) -> NDArray[np.float64]:
    norm = np.linalg.norm(values)
    if norm == 0:
        raise BadInput("an embedding of zeros has no direction")
    unit: NDArray[np.float64] = values / norm
    return unit


def _bars(values: NDArray[np.float64], low: float, high: float) -> Image:
    span = high - low
    return _picture((values - low) / span if span > 0 else np.zeros_like(values), INK)


def _tinted(values: NDArray[np.float64], largest: float) -> Image:
    """White at zero, blue above, vermillion below."""
    above, under = (
        _picture(np.maximum(values, 0) / largest, BLUE),
        _picture(np.maximum(-values, 0) / largest, VERMILLION),
    )
    return np.minimum(above, under)


def _picture(darkness: NDArray[np.float64], colour: Colour) -> Image:
    """One bar for each number in [0, 1], from paper to the full colour."""
    paper, ink = np.asarray(PAPER, np.float64), np.asarray(colour, np.float64)
    bars = np.rint(paper + (ink - paper) * darkness[:, None]).astype(np.uint8)
    wide = np.repeat(bars, max(1, WIDTH // len(bars)), axis=0)
    picture = np.repeat(wide[None], _HEIGHT, axis=0)
    picture[[0, -1]] = HAIRLINE  # shows where white bars end
    return picture


def _captioned(bars: Image, name: str, values: int, language: Language) -> Image:
    note = say("values", language, count(values, language))
    caption = f"{name} · {note}" if name else note
    return below([line(caption, TEXT, bars.shape[1], bold=True), bars], GAP // 3)


def _fact(name: str, value: float, total_width: int, language: Language) -> Image:
    width = (total_width - 2 * GAP) // 3
    return below(
        [line(name, SMALL, width, MUTED), line(in_language(f"{value:.4g}", language), TEXT + 6, width, bold=True)], 0
    )
