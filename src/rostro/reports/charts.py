"""Line charts and histograms as SVG: sharp on paper, light or dark with the page they stand in.

Colours are plain attributes, which every program reads that opens a drawing (Inkscape, LaTeX, word processors). The
classes beside them are for browsers: a style sheet, which wins over attributes, makes drawings dark where the page is.
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from html import escape
from typing import TYPE_CHECKING, Final

from rostro.drawing.text import shorten, text_width

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

#: Colours that people with any colour vision tell apart (Okabe and Ito, 2008), and dashes for those who see none.
COLOURS = ("#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9", "#7f7f7f", "#a6761d")
DASHES = ("", "7 4", "2 3", "9 3 2 3", "12 5", "4 2", "1 4", "9 3 2 3 2 3")
WIDTH, HEIGHT = 460, 320
_LEFT, _RIGHT, _TOP, _BOTTOM = 76, 28, 12, 52
_LETTER = 13
_SMALLEST_LETTER = 10
#: Letters of other programs' fonts are up to this much wider than those that are measured here.
WIDER: Final = 1.25
_LEGEND_LINE = 20
#: The typeface of pictures and pages, where a program has it.
_FONTS: Final = "Source Sans 3, Source Sans Pro, sans-serif"

#: Of letters, thin lines and paper: in light, and in dark.
INK, LINE, PAPER = ("#1f2328", "#e8eaed"), ("#d6d9de", "#3a3f45"), ("#ffffff", "#16181b")

#: How a page makes its drawings follow its own colours, which it calls ``--ink`` and ``--line``.
PAGE_STYLE: Final = (
    "svg.chart { fill: var(--ink); } .chart .thin { stroke: var(--line); } .chart .strong { stroke: var(--ink); }"
)
_DRAWING: Final = re.compile(
    r'<svg [^>]* width="(?P<width>\d+)" height="(?P<height>\d+)"[^>]*>(?P<body>.*)</svg>', re.DOTALL
)
_DARK_STYLE: Final = (
    f"<style>@media(prefers-color-scheme:dark){{svg.chart{{fill:{INK[1]}}}.chart .thin{{stroke:{LINE[1]}}}"
    f".chart .strong{{stroke:{INK[1]}}}.chart .paper{{fill:{PAPER[1]}}}}}</style>"
)


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
        high: Upper end, above the lower one.
        show: A tick's value as text.
        logarithmic: Whether equal factors are equally far apart; `low` is above zero then.
        whole: Whether it counts something, so that only whole numbers are marked.
    """

    title: str
    low: float
    high: float
    show: Callable[[float], str]
    logarithmic: bool = False
    whole: bool = False

    @classmethod
    def around(cls, title: str, values: Iterable[float], show: Callable[[float], str] = "{:.4g}".format) -> Axis:
        """An axis from zero, or from below it, to a round number above all values that are numbers."""
        finite = [value for value in values if math.isfinite(value)]
        low, high = min([*finite, 0.0]), max([*finite, 0.0])
        if high - low < _NOTHING:
            return cls(title=title, low=low, high=low + 1, show=show)
        step = 0.0
        while step != (step := _step((high - low) / 6)):  # a wider axis may ask for wider steps
            low, high = step * math.floor(low / step), step * math.ceil(high / step)
        return cls(title=title, low=low, high=high, show=show)

    def place(self, value: float) -> float:
        """Where a value lies, from 0 (low) to 1 (high); values outside lie on the nearer end."""
        value = min(max(value, self.low), self.high)
        if self.logarithmic:
            return math.log(value / self.low) / math.log(self.high / self.low)
        return (value - self.low) / (self.high - self.low)

    def ticks(self) -> list[float]:
        """Values to mark: powers of ten, or three to seven round steps."""
        if self.logarithmic:
            first, last = math.ceil(math.log10(self.low) - 1e-9), math.floor(math.log10(self.high) + 1e-9)
            return [10.0**power for power in range(first, last + 1)]
        step = self._spacing()
        digits = _decimals(step)  # three times 0.1 is 0.30000000000000004
        return [round(step * index, digits) for index in self._multiples(step)]

    @property
    def decimals(self) -> int:
        """How many a linear axis' ticks need to be told apart."""
        return _decimals(self._spacing())

    def _spacing(self) -> float:
        step = _step((self.high - self.low) / 6)
        if len(self._multiples(step)) < _FEWEST:
            step = _step((self.high - self.low) / 12)
        return max(step, 1.0) if self.whole else step

    def _multiples(self, step: float) -> range:
        """Which multiples of a step the axis holds."""
        return range(math.ceil(self.low / step - 1e-9), math.floor(self.high / step + 1e-9) + 1)


#: Differences below this are none: their logarithm may not even be a number.
_NOTHING = 1e-300
#: Ticks of an axis, where smaller steps can help it.
_FEWEST = 3


def _step(rough: float) -> float:
    """The next larger of 1, 2 and 5 times a power of ten."""
    size: float = 10.0 ** math.floor(math.log10(rough))
    return next(size * factor for factor in (1, 2, 5, 10) if size * factor >= rough)


def _decimals(step: float) -> int:
    """Of a step that is 1, 2 or 5 times a power of ten."""
    return max(0, -math.floor(math.log10(step) + 1e-9))


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


def fitted(text: str, room: float, letter: int = _LETTER) -> tuple[str, str]:
    """A text that is no wider than `room`, whichever sans-serif draws it: with smaller letters, then with a gap.

    Returns:
        The text, and the attribute that it needs; none where the drawing's own letters do.
    """
    width = WIDER * text_width(text, letter)
    if width <= room:
        return text, ""
    size = max(_SMALLEST_LETTER, math.floor(letter * room / width))
    return shorten(text, size, room / WIDER), f' font-size="{size}"'


def side_by_side(charts: Sequence[str]) -> str:
    """Several drawings of this module as one, from left to right."""
    found = [match for chart in charts if (match := _DRAWING.fullmatch(chart))]
    width, height, parts = 0, max((int(match["height"]) for match in found), default=0), []
    for match in found:
        parts.append(f'<g transform="translate({width} 0)">{match["body"]}</g>')
        width += int(match["width"])
    return drawing(width, height, "".join(parts))


def drawing(width: float, height: float, body: str, letter: int = _LETTER) -> str:
    """One ``<svg>`` in the colours of charts.

    Args:
        width: In pixels.
        height: In pixels.
        body: Its elements. Text has the colour of ink; a path or box of class ``thin`` or ``strong`` has its stroke
            as an attribute too (`LINE`, `INK`).
        letter: Size of letters in pixels.
    """
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" class="chart" viewBox="0 0 {width:.0f} {height:.0f}" '
        f'width="{width:.0f}" height="{height:.0f}" font-family="{_FONTS}" font-size="{letter}" fill="{INK[0]}">'
        f"{body}</svg>"
    )


def on_paper(svg: str) -> str:
    """A drawing with white paper of its own."""
    return _on_paper(svg, "")


def standing_alone(svg: str) -> str:
    """A drawing with paper of its own, for papers and web pages; dark where a browser is."""
    return _on_paper(svg, _DARK_STYLE) + "\n"


def _on_paper(svg: str, style: str) -> str:
    head, body = svg.split(">", 1)
    size = " ".join(re.findall(r' ((?:width|height)="\d+")', head))
    return f'{head}>{style}<rect class="paper" {size} fill="{PAPER[0]}"/>{body}'


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
            place = self._across(tick)
            self._path(f"M{place:.1f} {_TOP}V{bottom}", LINE[0], 1, "thin")
            self._text(place, bottom + 20, self._x.show(tick), "middle")
        for tick in self._y.ticks():
            place = self._up(tick)
            self._path(f"M{_LEFT} {place:.1f}H{right}", LINE[0], 1, "thin")
            self._text(_LEFT - 8, place + 4, self._y.show(tick), "end")
        self._path(f"M{_LEFT} {_TOP}V{bottom}H{right}", INK[0], 1, "strong")
        middle, across = (_TOP + bottom) / 2, (_LEFT + right) / 2
        self._text(across, bottom + 42, self._x.title, "middle", room=2 * (WIDTH - across))
        text, size = fitted(self._y.title, 2 * middle)
        turned = f"translate(13 {middle:.1f}) rotate(-90)"
        self._parts.append(f'<text transform="{turned}" text-anchor="middle"{size}>{escape(text)}</text>')

    def line(self, series: Series, index: int) -> None:
        places = ((self._across(a), self._up(b)) for a, b in zip(series.x, series.y, strict=True))
        points = list(dict.fromkeys(f"{a:.1f} {b:.1f}" for a, b in places))
        if points:
            colour, dash = _style(index)
            self._path("M" + "L".join(points), colour, 2, dash=dash)
        if len(points) == 1:  # a line of one point is not seen
            x, y = points[0].split()
            self._parts.append(f'<circle cx="{x}" cy="{y}" r="3" fill="{_style(index)[0]}"/>')

    def steps(self, series: Series, index: int) -> None:
        bottom = HEIGHT - _BOTTOM
        path = [f"M{self._across(series.x[0]):.1f} {bottom}"]
        for part, end in zip(series.y, series.x[1:], strict=True):
            path.append(f"V{self._up(part):.1f}H{self._across(end):.1f}")
        colour, dash = _style(index)
        self._parts.append(
            f'<path d="{"".join(path)}V{bottom}Z" fill="{colour}" fill-opacity="0.3" stroke="{colour}" '
            f'stroke-width="1.5"{_dashed(dash)}/>'
        )

    def vertical(self, value: float) -> None:
        self._path(f"M{self._across(value):.1f} {_TOP}V{HEIGHT - _BOTTOM}", INK[0], 2, "strong", "4 3")

    def legend(self, name: str, index: int | None) -> None:
        """One line; without an index it is that of the vertical line."""
        y = HEIGHT + self._lines * _LEGEND_LINE + 6
        if index is None:
            self._path(f"M{_LEFT} {y}h36", INK[0], 2.5, "strong", "4 3")
        else:
            colour, dash = _style(index)
            self._path(f"M{_LEFT} {y}h36", colour, 2.5, dash=dash)
        self._text(_LEFT + 46, y + 4, name, "start", room=WIDTH - _LEFT - 46)
        self._lines += 1

    def svg(self) -> str:
        return drawing(WIDTH, self._height, "".join(self._parts))

    def _across(self, value: float) -> float:
        return _LEFT + self._x.place(value) * (WIDTH - _RIGHT - _LEFT)

    def _up(self, value: float) -> float:
        return HEIGHT - _BOTTOM - self._y.place(value) * (HEIGHT - _BOTTOM - _TOP)

    def _path(self, path: str, colour: str, width: float, kind: str = "", dash: str = "") -> None:
        marks = (f' class="{kind}"' if kind else "") + _dashed(dash)
        self._parts.append(f'<path d="{path}" fill="none" stroke="{colour}" stroke-width="{width}"{marks}/>')

    def _text(self, x: float, y: float, text: str, anchor: str, room: float = math.inf) -> None:
        shown, size = fitted(text, room)
        self._parts.append(f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}"{size}>{escape(shown)}</text>')


def _style(index: int) -> tuple[str, str]:
    """Colour and dash of a line; where the colours begin again, each has another dash."""
    turn, place = divmod(index, len(COLOURS))
    return COLOURS[place], DASHES[(place + turn) % len(DASHES)]


def _dashed(dash: str) -> str:
    return f' stroke-dasharray="{dash}"' if dash else ""
