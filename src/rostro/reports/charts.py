"""Line charts and histograms as SVG: sharp on paper, light or dark with the page they stand in."""

from __future__ import annotations

import math
from dataclasses import dataclass
from html import escape
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

#: Colours that people with any colour vision tell apart (Okabe and Ito, 2008), and dashes for those who see none.
COLOURS = ("#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9", "#7f7f7f", "#a6761d")
DASHES = ("", "7 4", "2 3", "9 3 2 3", "12 5", "4 2", "1 4", "9 3 2 3 2 3")
WIDTH, HEIGHT = 460, 320
_LEFT, _RIGHT, _TOP, _BOTTOM = 76, 28, 12, 52
_LETTER = 13
_LEGEND_LINE = 20


@dataclass(frozen=True, slots=True)
class Series:
    """One line: its name and its points, x ascending or descending."""

    name: str
    x: Sequence[float]
    y: Sequence[float]


@dataclass(frozen=True, slots=True, kw_only=True)
class Axis:
    """One axis.

    Attributes:
        title: What it shows, with the unit.
        low: Lower end.
        high: Upper end.
        show: A tick's value as text.
        logarithmic: Whether equal factors are equally far apart; `low` is above zero then.
    """

    title: str
    low: float
    high: float
    show: Callable[[float], str]
    logarithmic: bool = False

    def place(self, value: float) -> float:
        """Where a value lies, from 0 (low) to 1 (high); values outside lie on the nearer end."""
        value = min(max(value, self.low), self.high)
        if self.logarithmic:
            return math.log(value / self.low) / math.log(self.high / self.low)
        return (value - self.low) / (self.high - self.low)

    def ticks(self) -> list[float]:
        """Values to mark: powers of ten, or five to ten round steps."""
        if self.logarithmic:
            first, last = math.ceil(math.log10(self.low) - 1e-9), math.floor(math.log10(self.high) + 1e-9)
            return [10.0**power for power in range(first, last + 1)]
        rough = (self.high - self.low) / 6
        size = 10.0 ** math.floor(math.log10(rough))
        step = next(size * factor for factor in (1, 2, 5, 10) if size * factor >= rough)
        first = math.ceil(self.low / step - 1e-9)
        return [step * index for index in range(first, math.floor(self.high / step + 1e-9) + 1)]


def line_chart(series: Sequence[Series], x: Axis, y: Axis) -> str:
    """Lines over common axes, with a legend below."""
    frame = _Frame(x, y, legend=len(series))
    frame.axes()
    for index, line in enumerate(series):
        frame.line(line, index)
        frame.legend(line.name, index)
    return frame.svg()


def histogram_chart(histograms: Sequence[Series], x: Axis, y: Axis, mark: tuple[str, float] | None = None) -> str:
    """Histograms over each other, and a vertical line.

    Args:
        histograms: Their x are the (n + 1) edges of the bins, their y the n parts.
        x: Of the values.
        y: Of the parts.
        mark: Name and place of the vertical line.
    """
    frame = _Frame(x, y, legend=len(histograms) + (mark is not None))
    frame.axes()
    for index, histogram in enumerate(histograms):
        frame.steps(histogram, index)
        frame.legend(histogram.name, index)
    if mark:
        frame.vertical(mark[1])
        frame.legend(mark[0], None)
    return frame.svg()


def standing_alone(svg: str) -> str:
    """A drawing with colours and paper of its own, for papers and web pages, light and dark."""
    head, body = svg.split(">", 1)
    style = (
        "<style>svg{color:#1f2328;--line:#d6d9de;--paper:#fff;font-family:sans-serif}"
        "@media(prefers-color-scheme:dark){svg{color:#e8eaed;--line:#3a3f45;--paper:#16181b}}</style>"
    )
    return f'{head}>{style}<rect width="100%" height="100%" fill="var(--paper)"/>{body}\n'


class _Frame:
    """A drawing that is put together piece by piece; the y axis of SVG points down."""

    def __init__(self, x: Axis, y: Axis, legend: int) -> None:
        self._x, self._y = x, y
        self._height = HEIGHT + legend * _LEGEND_LINE
        self._parts: list[str] = []
        self._lines = 0

    def axes(self) -> None:
        bottom, right = HEIGHT - _BOTTOM, WIDTH - _RIGHT
        for tick in self._x.ticks():
            place = self._at(self._x, tick)
            self._path(f"M{place:.1f} {_TOP}V{bottom}", "var(--line)", 1)
            self._text(place, bottom + 20, self._x.show(tick), "middle")
        for tick in self._y.ticks():
            place = self._at(self._y, tick)
            self._path(f"M{_LEFT} {place:.1f}H{right}", "var(--line)", 1)
            self._text(_LEFT - 8, place + 4, self._y.show(tick), "end")
        self._path(f"M{_LEFT} {_TOP}V{bottom}H{right}", "currentColor", 1)
        self._text((_LEFT + right) / 2, bottom + 42, self._x.title, "middle")
        turned = f"translate(13 {(_TOP + bottom) / 2:.1f}) rotate(-90)"
        self._parts.append(f'<text transform="{turned}" text-anchor="middle">{escape(self._y.title)}</text>')

    def line(self, series: Series, index: int) -> None:
        places = ((self._at(self._x, a), self._at(self._y, b)) for a, b in zip(series.x, series.y, strict=True))
        points = list(dict.fromkeys(f"{a:.1f} {b:.1f}" for a, b in places))
        if points:
            self._path("M" + "L".join(points), COLOURS[index % len(COLOURS)], 2, DASHES[index % len(DASHES)])

    def steps(self, series: Series, index: int) -> None:
        bottom = HEIGHT - _BOTTOM
        path = [f"M{self._at(self._x, series.x[0]):.1f} {bottom}"]
        for part, end in zip(series.y, series.x[1:], strict=True):
            path.append(f"V{self._at(self._y, part):.1f}H{self._at(self._x, end):.1f}")
        colour = COLOURS[index]
        self._parts.append(
            f'<path d="{"".join(path)}V{bottom}Z" fill="{colour}" fill-opacity="0.3" stroke="{colour}" '
            f'stroke-width="1.5" stroke-dasharray="{DASHES[index]}"/>'
        )

    def vertical(self, value: float) -> None:
        self._path(f"M{self._at(self._x, value):.1f} {_TOP}V{HEIGHT - _BOTTOM}", "currentColor", 2, "4 3")

    def legend(self, name: str, index: int | None) -> None:
        """One line; without an index it is that of the vertical line."""
        y = HEIGHT + self._lines * _LEGEND_LINE + 6
        colour, dash = ("currentColor", "4 3") if index is None else (COLOURS[index % 8], DASHES[index % 8])
        self._path(f"M{_LEFT} {y}h36", colour, 2.5, dash)
        self._text(_LEFT + 46, y + 4, name, "start")
        self._lines += 1

    def svg(self) -> str:
        return (
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {self._height}" width="{WIDTH}" '
            f'font-size="{_LETTER}" fill="currentColor">{"".join(self._parts)}</svg>'
        )

    def _at(self, axis: Axis, value: float) -> float:
        if axis is self._x:
            return _LEFT + axis.place(value) * (WIDTH - _RIGHT - _LEFT)
        return HEIGHT - _BOTTOM - axis.place(value) * (HEIGHT - _BOTTOM - _TOP)

    def _path(self, path: str, colour: str, width: float, dash: str = "") -> None:
        dashes = f' stroke-dasharray="{dash}"' if dash else ""
        self._parts.append(f'<path d="{path}" fill="none" stroke="{colour}" stroke-width="{width}"{dashes}/>')

    def _text(self, x: float, y: float, text: str, anchor: str) -> None:
        self._parts.append(f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}">{escape(text)}</text>')
