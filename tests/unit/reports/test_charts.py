"""Charts that every program reads, with ticks that a person would choose."""

from __future__ import annotations

import itertools
import math
import re
from xml.etree import ElementTree

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from rostro.evaluation.confusion import confusion_chart
from rostro.reports.charts import INK, Axis, Series, histogram_chart, line_chart, side_by_side, standing_alone
from rostro.reports.page import Page

SVG = "{http://www.w3.org/2000/svg}"


def axis(low: float = 0, high: float = 1, **more: bool) -> Axis:
    return Axis(title="similarity", low=low, high=high, show="{:g}".format, **more)


LINES = line_chart([Series("one", [0, 0.5, 1], [0, 0.2, 1])], axis(), axis())
BARS = histogram_chart([Series("one", [0, 0.5, 1], [0.25, 0.75])], axis(), axis(), ("threshold", 0.5))
MATRIX = confusion_chart(["a", "b"], ["a", "b"], np.array([[3, 1], [0, 2]]), ("true", "said"))


@pytest.mark.parametrize("chart", [LINES, BARS, MATRIX, side_by_side([LINES, BARS])])
def test_colours_are_attributes_that_every_program_reads(chart: str) -> None:
    """Drawing and word processors know neither ``var(--paper)`` nor what ``currentColor`` is: they paint it black."""
    for drawing in (chart, standing_alone(chart)):
        root = ElementTree.fromstring(drawing)
        assert root.get("fill") == INK[0]
        assert float(root.attrib["width"]) > 0
        assert float(root.attrib["height"]) > 0
        for element in root.iter():
            for value in element.attrib.values():
                assert "var(" not in value
                assert value != "currentColor"
            for name in ("fill", "stroke"):
                assert re.fullmatch(r"none|#([0-9a-f]{3}){1,2}", element.get(name, "none")), element.attrib


def test_alone_a_drawing_is_dark_where_the_browser_is() -> None:
    root = ElementTree.fromstring(standing_alone(LINES))
    style, paper = root.find(f"{SVG}style"), root.find(f"{SVG}rect")
    assert style is not None
    assert paper is not None
    assert paper.get("fill") == "#ffffff"
    assert (style.text or "").startswith("@media(prefers-color-scheme:dark){")
    classes = {element.get("class") for element in root.iter()} - {None}
    assert classes == {"chart", "thin", "strong", "paper"}
    assert set(re.findall(r"\.(\w+)", style.text or "")) == classes, "each class has its dark colour, no other is named"


def test_in_a_page_a_drawing_has_the_pages_colours() -> None:
    page = Page("charts")
    page.add_drawing(LINES)
    html = page.html()
    assert "svg.chart { fill: var(--ink); }" in html
    assert ".chart .thin { stroke: var(--line); }" in html
    assert "<style>" not in html.partition("</style>")[2], "the page has one style sheet"


def test_drawings_side_by_side() -> None:
    both = ElementTree.fromstring(side_by_side([LINES, BARS]))
    parts = [ElementTree.fromstring(chart) for chart in (LINES, BARS)]
    assert float(both.attrib["width"]) == sum(float(part.attrib["width"]) for part in parts)
    assert float(both.attrib["height"]) == max(float(part.attrib["height"]) for part in parts)
    assert [group.get("transform") for group in both] == ["translate(0 0)", "translate(460 0)"]
    assert len(list(both.iter(f"{SVG}text"))) == sum(len(list(part.iter(f"{SVG}text"))) for part in parts)


def test_no_two_lines_look_alike() -> None:
    """Eight colours, eight dashes: sixty-four detectors with embedders can be told apart."""
    many = line_chart([Series(str(n), [0, 1], [0, 1]) for n in range(64)], axis(), axis())
    legend = [path for path in ElementTree.fromstring(many).iter(f"{SVG}path") if "h36" in path.attrib["d"]]
    assert len({(path.get("stroke"), path.get("stroke-dasharray")) for path in legend}) == 64


def test_one_axis_for_both_directions() -> None:
    both = axis()
    points = [path.get("d") for path in ElementTree.fromstring(line_chart([Series("one", [0, 1], [0, 1])], both, both))]
    assert "M76.0 268.0L432.0 12.0" in points


@example([5e-324])
@given(st.lists(st.floats(-1e9, 1e9) | st.sampled_from([math.nan, math.inf, 0.0]), max_size=8))
def test_an_axis_around_values_holds_them_and_has_round_ticks(values: list[float]) -> None:
    found = Axis.around("loss", values)
    finite = [value for value in values if math.isfinite(value)]
    assert found.low < found.high
    assert all(found.low <= value <= found.high for value in [*finite, 0.0])
    ticks = found.ticks()
    assert 2 <= len(ticks) <= 9
    assert ticks[0] == pytest.approx(found.low)
    assert ticks[-1] == pytest.approx(found.high)
    step = ticks[1] - ticks[0]
    assert f"{step:.3e}"[:5] in {"1.000", "2.000", "5.000"}


@given(st.integers(0, 50), st.integers(1, 5000))
def test_an_axis_of_whole_numbers_marks_no_others(low: int, size: int) -> None:
    ticks = axis(low, low + size, whole=True).ticks()
    assert 2 <= len(ticks) <= 8
    assert all(tick == int(tick) for tick in ticks)


@given(st.floats(-1e6, 1e6), st.floats(1e-6, 1e6))
def test_ticks_are_written_as_they_are_meant_and_are_never_too_few(low: float, size: float) -> None:
    """Three times 0.1 is 0.30000000000000004 for a computer, and for nobody else."""
    found = axis(low, low + size)
    ticks = found.ticks()
    assert 3 <= len(ticks) <= 9
    shown = [f"{tick:.{found.decimals}f}" for tick in ticks]
    assert len(set(shown)) == len(ticks), "no two ticks look alike"
    assert [float(text) for text in shown] == ticks


@pytest.mark.parametrize("low", [1e-7, 0.002, 0.01])
def test_a_logarithmic_axis_marks_powers_of_ten(low: float) -> None:
    ticks = axis(low, 1, logarithmic=True).ticks()
    assert ticks[-1] == 1
    assert len(ticks) >= 3
    assert all(b / a == pytest.approx(10) for a, b in itertools.pairwise(ticks))
