"""Colours and smooth shapes, painted straight into an RGB array."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Final

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from rostro.core.types import Floats, Image

    Distances = NDArray[np.floating]

Colour = tuple[int, int, int]
Box = tuple[float, float, float, float]

PAPER: Final[Colour] = (255, 255, 255)
TILE: Final[Colour] = (243, 244, 246)
HAIRLINE: Final[Colour] = (214, 217, 222)
MUTED: Final[Colour] = (90, 96, 104)
INK: Final[Colour] = (24, 26, 30)
# Okabe and Ito's palette, which people with any form of colour blindness can tell apart.
# https://jfly.uni-koeln.de/color/
GREEN: Final[Colour] = (0, 158, 115)
VERMILLION: Final[Colour] = (213, 94, 0)
BLUE: Final[Colour] = (0, 114, 178)


def paint(canvas: Image, left: int, top: int, coverage: Floats, colour: Colour) -> None:
    """Blends a colour into the canvas, in place; what lies outside of the canvas is cut off.

    Args:
        canvas: (H, W, 3) uint8, changed in place.
        left: Column of the coverage's first column.
        top: Row of the coverage's first row.
        coverage: (h, w) in [0, 1]: how much of each pixel the shape covers.
        colour: RGB.
    """
    height, width = coverage.shape
    x1, y1 = max(0, left), max(0, top)
    x2, y2 = min(canvas.shape[1], left + width), min(canvas.shape[0], top + height)
    if x1 >= x2 or y1 >= y2:
        return
    seen = coverage[y1 - top : y2 - top, x1 - left : x2 - left, None]
    region = canvas[y1:y2, x1:x2]
    region[...] = np.rint(region + (np.asarray(colour, np.float32) - region) * seen).astype(np.uint8)


def rounded_box(
    canvas: Image,
    box: Box,
    radius: float,
    colour: Colour,
    *,
    stroke: float | None = None,
    opening: float = 0.0,
    opacity: float = 1.0,
) -> None:
    """Fills a rounded box, or draws its outline, with smooth edges, in place.

    Args:
        canvas: (H, W, 3) uint8, changed in place.
        box: (x1, y1, x2, y2) in pixels; may reach outside of the canvas.
        radius: Of the corners, in pixels; at most half of the shorter side is used.
        colour: RGB.
        stroke: Width of the outline, centred on the box's edge; None fills the box.
        opening: Fraction of each side, around its middle, that is left out: 0.5 leaves four corner brackets.
        opacity: 1 hides what was there.
    """
    x1, y1, x2, y2 = box
    half_width, half_height = (x2 - x1) / 2, (y2 - y1) / 2
    radius = min(radius, half_width, half_height)
    for left, top, right, bottom in _parts(canvas, box, radius, stroke):
        across = np.abs(np.arange(left, right) + 0.5 - (x1 + x2) / 2)[None, :]
        down = np.abs(np.arange(top, bottom) + 0.5 - (y1 + y2) / 2)[:, None]
        coverage = _coverage(across - (half_width - radius), down - (half_height - radius), radius, stroke)
        if opening:
            coverage[(across < opening * half_width) | (down < opening * half_height)] = 0
        paint(canvas, left, top, coverage * np.float32(opacity), colour)


def disc(canvas: Image, centre: tuple[float, float], radius: float, colour: Colour) -> None:
    """Fills a disc, with smooth edges, in place."""
    x, y = centre
    rounded_box(canvas, (x - radius, y - radius, x + radius, y + radius), radius, colour)


def segment(canvas: Image, a: tuple[float, float], b: tuple[float, float], width: float, colour: Colour) -> None:
    """Draws a line with round ends, with smooth edges, in place."""
    reach = width / 2 + 1
    (height, columns), low, high = canvas.shape[:2], np.minimum(a, b) - reach, np.maximum(a, b) + reach
    left, right = (_within(float(edge), columns) for edge in (low[0], high[0] + 1))
    top, bottom = (_within(float(edge), height) for edge in (low[1], high[1] + 1))
    across = (np.arange(left, right) + 0.5 - a[0])[None, :]
    down = (np.arange(top, bottom) + 0.5 - a[1])[:, None]
    along = np.asarray(b, np.float64) - a
    part = np.clip((across * along[0] + down * along[1]) / max(float(along @ along), 1e-9), 0, 1)
    away = np.hypot(across - part * along[0], down - part * along[1])
    paint(canvas, left, top, np.clip(width / 2 - away + 0.5, 0, 1).astype(np.float32), colour)


def _parts(canvas: Image, box: Box, radius: float, stroke: float | None) -> list[tuple[int, int, int, int]]:
    """The parts of the canvas that the shape may touch; of an outline not the inside, which may be most of a photo."""
    height, width = canvas.shape[:2]
    x1, y1, x2, y2 = box
    reach = (stroke or 0.0) / 2 + 1
    left, right = _within(x1 - reach, width), _within(x2 + reach + 1, width)
    top, bottom = _within(y1 - reach, height), _within(y2 + reach + 1, height)
    edge = radius + reach
    inner_left, inner_right = _within(x1 + edge + 1, width), _within(x2 - edge, width)
    inner_top, inner_bottom = _within(y1 + edge + 1, height), _within(y2 - edge, height)
    if stroke is None or inner_left >= inner_right or inner_top >= inner_bottom:
        return [(left, top, right, bottom)]
    return [
        (left, top, right, inner_top),
        (left, inner_top, inner_left, inner_bottom),
        (inner_right, inner_top, right, inner_bottom),
        (left, inner_bottom, right, bottom),
    ]


def _within(edge: float, size: int) -> int:
    return math.floor(min(max(edge, 0.0), float(size)))


def _coverage(dx: Distances, dy: Distances, radius: float, stroke: float | None) -> Floats:
    """From the signed distance to a rounded box (Inigo Quilez): pixels within half a pixel of the edge are blended."""
    outside = np.hypot(np.maximum(dx, 0), np.maximum(dy, 0))
    distance = outside + np.minimum(np.maximum(dx, dy), 0) - radius
    reach = -distance if stroke is None else stroke / 2 - np.abs(distance)
    return np.clip(reach + 0.5, 0, 1).astype(np.float32)
