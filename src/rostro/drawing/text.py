"""Text in pictures: one typeface, and what the system has for the scripts that it lacks.

The typeface is Source Sans Pro (SIL Open Font License), which a dependency brings along: Latin with all accents,
Greek and Cyrillic look the same on every machine. From a character that it lacks (Chinese, Arabic, …) the text goes
on in the first installed font that has it, and stays there as long as it can: so joining and writing direction hold.
See ``docs/decisions/0004-fonts.md``.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from importlib import resources
from typing import TYPE_CHECKING

import numpy as np
from PIL import Image as Pillow
from PIL import ImageDraw, ImageFont

from rostro.drawing.shapes import Colour, paint

if TYPE_CHECKING:
    from rostro.core.types import Image

#: Fonts asked of the system, by file name, for what the typeface lacks.
SYSTEM_FONTS = (
    # Linux
    "DejaVuSans.ttf",
    "NotoSansCJK-Regular.ttc",
    "NotoSansArabic-Regular.ttf",
    "NotoSansHebrew-Regular.ttf",
    "NotoSansDevanagari-Regular.ttf",
    "NotoSansThai-Regular.ttf",
    "DroidSansFallbackFull.ttf",
    "wqy-microhei.ttc",
    # macOS
    "Arial Unicode.ttf",
    "Hiragino Sans GB.ttc",
    "AppleSDGothicNeo.ttc",
    # Windows
    "segoeui.ttf",
    "msyh.ttc",
    "YuGothM.ttc",
    "malgun.ttf",
    "Nirmala.ttf",
    "LeelawUI.ttf",
    # GNU Unifont: every script, in bitmaps
    "unifont.otf",
)
ELLIPSIS = "…"
_LONGEST = 400
_NO_CHARACTER = "\U0010ffff"
_BREAKING_SPACE = re.compile(r"[^\S\u00a0\u202f]+")
_CONTROLS_AND_SURROGATES = {"Cc", "Cs"}
_NEVER_CHARACTERS = "\ufffe\uffff"


def clean(text: str) -> str:
    """The text in one line, composed (NFC); what no font and no file format can hold becomes "�"."""
    spaced = _BREAKING_SPACE.sub(" ", text).strip(" ")
    return unicodedata.normalize("NFC", "".join("�" if _is_unfit(character) else character for character in spaced))


def text_width(text: str, size: int, *, bold: bool = False) -> int:
    """Width of one line in pixels."""
    return round(sum(_load(font, size).getlength(run) for font, run in _runs(text, bold)))


def shorten(text: str, size: int, width: float, *, bold: bool = False) -> str:
    """The text, with its middle cut out when it is wider than ``width`` pixels; empty when not even "…" fits."""
    text = clean(text)
    if len(text) > _LONGEST:
        text = text[: _LONGEST // 2] + text[-_LONGEST // 2 :]
    if text_width(text, size, bold=bold) <= width:
        return text
    low, high = -1, len(text) - 1
    while low < high:
        kept = (low + high + 1) // 2
        low, high = (kept, high) if text_width(_cut(text, kept), size, bold=bold) <= width else (low, kept - 1)
    return "" if low < 0 else _cut(text, low)


def wrap(text: str, size: int, width: float, *, bold: bool = False) -> list[str]:
    """Lines no wider than ``width`` pixels, broken at spaces; a longer word is shortened."""
    lines: list[str] = []
    for word in clean(text).split(" "):
        longer = f"{lines[-1]} {word}" if lines else word
        if lines and text_width(longer, size, bold=bold) <= width:
            lines[-1] = longer
        else:
            lines.append(shorten(word, size, width, bold=bold))
    return lines


def draw_text(
    canvas: Image,
    at: tuple[float, float],
    text: str,
    size: int,
    colour: Colour,
    *,
    bold: bool = False,
    align: str = "left",
) -> None:
    """Draws one line into the canvas, in place.

    Args:
        canvas: RGB image, changed in place; what lies outside is cut off.
        at: x of the line's left end, centre or right end (see `align`), y of its baseline.
        text: One line, as `clean` or `shorten` gives it.
        size: Size of the letters in pixels.
        colour: RGB.
        bold: Semibold instead of regular.
        align: ``left``, ``centre`` or ``right``.
    """
    x = at[0] - text_width(text, size, bold=bold) * {"left": 0.0, "centre": 0.5, "right": 1.0}[align]
    for name, run in _runs(text, bold):
        font = _load(name, size)
        _draw_run(canvas, (x, at[1]), run, font, colour)
        x += font.getlength(run)


def _draw_run(canvas: Image, at: tuple[float, float], run: str, font: ImageFont.FreeTypeFont, colour: Colour) -> None:
    left, top, right, bottom = (round(edge) for edge in font.getbbox(run, anchor="ls"))
    if right <= left or bottom <= top:
        return
    mask = Pillow.new("L", (right - left, bottom - top))
    ImageDraw.Draw(mask).text((-left, -top), run, fill=255, font=font, anchor="ls")
    coverage = np.asarray(mask, np.float32) / np.float32(255)
    paint(canvas, round(at[0]) + left, round(at[1]) + top, coverage, colour)


def _cut(text: str, kept: int) -> str:
    """Keeps the end too, a third of what is kept: there stand scores, numbers and suffixes."""
    tail = kept // 3
    return text[: kept - tail].rstrip() + ELLIPSIS + text[len(text) - tail :].lstrip()


def _runs(text: str, bold: bool) -> list[tuple[str, str]]:
    """The text in pieces, each with the name of the font that draws it."""
    typeface = _typeface(bold)
    runs: list[tuple[str, str]] = []
    for character in text:
        font, run = runs[-1] if runs else (typeface, "")
        if not (_needs_no_glyph(character) or (font != typeface and _has(font, character))):
            font = next((name for name in (typeface, *_installed()) if _has(name, character)), font)
        if runs and font == runs[-1][0]:
            runs[-1] = (font, run + character)
        else:
            runs.append((font, character))
    return runs


@lru_cache
def _typeface(bold: bool) -> str:
    name = "SourceSansPro-Semibold.otf" if bold else "SourceSansPro-Regular.otf"
    return str(resources.files("font_source_sans_pro").joinpath("files", name))


@lru_cache(maxsize=1)
def _installed() -> tuple[str, ...]:
    """Those of `SYSTEM_FONTS` that the system has."""
    return tuple(name for name in SYSTEM_FONTS if _is_installed(name))


def _is_installed(name: str) -> bool:
    try:
        _load(name, 24)
    except OSError:
        return False
    return True


@lru_cache(maxsize=256)
def _load(name: str, size: int) -> ImageFont.FreeTypeFont:
    """A font by its path, or by its file's bare name, which is looked up in the system's font folders."""
    return ImageFont.truetype(name, size)


@lru_cache(maxsize=4096)
def _has(name: str, character: str) -> bool:
    """Whether a font has a character: its glyph differs from that of a code point that no font has."""
    font = _load(name, 24)
    glyph, absent = font.getmask(character), font.getmask(_NO_CHARACTER)
    return glyph.size != absent.size or bytes(glyph) != bytes(absent)


def _is_unfit(character: str) -> bool:
    return character in _NEVER_CHARACTERS or unicodedata.category(character) in _CONTROLS_AND_SURROGATES


def _needs_no_glyph(character: str) -> bool:
    return character.isspace() or unicodedata.combining(character) > 0 or unicodedata.category(character) == "Cf"
