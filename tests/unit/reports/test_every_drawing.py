"""What holds for each drawing that the package can make, and for those that its documents show."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path
from xml.etree import ElementTree

import pytest
from every_drawing import every_drawing

from rostro.drawing.text import text_width
from rostro.reports.charts import standing_alone

ROOT = Path(__file__).resolve().parents[3]
SVG = "{http://www.w3.org/2000/svg}"
DRAWN = every_drawing()
ALONE = {name: svg if "<style>" in svg else standing_alone(svg) for name, svg in DRAWN.items()}
SHOWN = {path.name: path.read_text(encoding="utf-8") for path in sorted((ROOT / "docs" / "images").glob("*.svg"))}
SHAPES = {f"{SVG}{name}" for name in ("path", "rect", "circle", "text", "line", "polyline", "polygon", "ellipse")}
COLOUR = re.compile(r"#([0-9a-f]{3}){1,2}")
WIDER = 1.25
#: Functions of the package that others draw with.
TOOLS = {"drawing", "line_chart", "histogram_chart", "side_by_side"}


def shapes(element: ElementTree.Element, fill: str = "", stroke: str = "none") -> Iterator[tuple[str, str, str]]:
    """(tag, fill, stroke) of everything that is painted, as a program without style sheets sees it."""
    fill, stroke = element.get("fill", fill), element.get("stroke", stroke)
    if element.tag in SHAPES:
        yield element.tag.removeprefix(SVG), fill, stroke
    for child in element:
        yield from shapes(child, fill, stroke)


@pytest.mark.parametrize("svg", [*DRAWN.values(), *ALONE.values(), *SHOWN.values()])
def test_without_style_sheets_every_shape_has_its_colours(svg: str) -> None:
    root = ElementTree.fromstring(svg)
    found = list(shapes(root))
    assert len(found) > 10, "a drawing of nothing proves nothing"
    for tag, fill, stroke in found:
        assert fill == "none" or COLOUR.fullmatch(fill), f"{tag}: fill {fill!r}"
        assert stroke == "none" or COLOUR.fullmatch(stroke), f"{tag}: stroke {stroke!r}"
        assert {fill, stroke} != {"none"}, f"{tag} is not seen"
        if tag == "text":
            assert fill != "none"


@pytest.mark.parametrize("svg", [*DRAWN.values(), *ALONE.values(), *SHOWN.values()])
def test_attributes_are_what_every_program_understands(svg: str) -> None:
    for element in ElementTree.fromstring(svg).iter():
        assert "style" not in element.attrib
        for name, value in element.attrib.items():
            assert value, f"{name} is empty"
            assert not re.search(r"var\(|currentcolor|calc\(|nan|inf\b", value, re.IGNORECASE), f"{name}: {value}"
            if name in {"width", "height", "x", "y", "r", "font-size", "stroke-width"}:
                assert float(value) >= 0, "sizes are numbers, not parts of something"


@pytest.mark.parametrize("svg", [*ALONE.values(), *SHOWN.values()])
def test_alone_it_lies_on_light_paper_and_dark_mode_is_all_that_the_style_says(svg: str) -> None:
    root = ElementTree.fromstring(svg)
    style, paper = root[0], root[1]
    assert style.tag == f"{SVG}style"
    assert re.fullmatch(r"@media\(prefers-color-scheme:dark\)\{(?:[^{}]*\{[^{}]*\})+\}", style.text or "")
    assert (paper.tag, paper.get("fill")) == (f"{SVG}rect", "#ffffff")
    assert (paper.get("width"), paper.get("height")) == (root.get("width"), root.get("height"))


def test_no_function_that_draws_is_left_out() -> None:
    """Who calls the tools of `rostro.reports.charts` is in `every_drawing`, or is called by one that is there."""
    callers = set()
    for path in (ROOT / "src" / "rostro").rglob("*.py"):
        text = path.read_text(encoding="utf-8")
        for function in ast.walk(ast.parse(text)) if "reports.charts" in text else ():
            if isinstance(function, ast.FunctionDef):
                called = {
                    node.func.id
                    for node in ast.walk(function)
                    if isinstance(node, ast.Call) and isinstance(node.func, ast.Name)
                }
                callers |= {function.name} if called & TOOLS else set()
    inner = {"_chart"}  # of the learning curves
    assert callers - inner == set(DRAWN) - {"line_chart", "histogram_chart", "side_by_side"}


def box_of(text: ElementTree.Element, size: float) -> tuple[float, float, float, float]:
    """(left, top, right, bottom) of a line of text, in a font that is a quarter wider than ours."""
    size = float(text.get("font-size", size))
    width = WIDER * text_width("".join(text.itertext()), 100) * size / 100
    start = -width * {"start": 0.0, "middle": 0.5, "end": 1.0}[text.get("text-anchor", "start")]
    placed = re.fullmatch(r"translate\(([\d.]+) ([\d.]+)\) rotate\(-90\)", text.get("transform", ""))
    if placed:  # from below to above
        x, y = map(float, placed.groups())
        return x - size, y - start - width, x, y - start
    x, y = float(text.attrib["x"]), float(text.attrib["y"])
    return x + start, y - size, x + start + width, y


LONG = every_drawing("un-extractor-propio/con-un-nombre-muy-largo/best.safetensors " * 2)


@pytest.mark.parametrize("name", sorted(set(DRAWN) - {"write_curves", "side_by_side"}))
def test_no_word_is_cut_off(name: str) -> None:
    """Whatever the names of systems and people, whatever the sans-serif of the program that shows it."""
    for svg in (DRAWN[name], LONG[name]):
        root = ElementTree.fromstring(svg)
        texts = list(root.iter(f"{SVG}text"))
        assert texts
        for text in texts:
            left, top, right, bottom = box_of(text, float(root.attrib["font-size"]))
            shown = "".join(text.itertext())
            assert left >= -1, shown
            assert top >= -1, shown
            assert right <= float(root.attrib["width"]) + 1, shown
            assert bottom <= float(root.attrib["height"]) + 1, shown


@pytest.mark.parametrize("name", sorted(DRAWN))
def test_numbers_at_the_axes_are_those_that_a_person_would_write(name: str) -> None:
    texts = ["".join(text.itertext()) for text in ElementTree.fromstring(DRAWN[name]).iter(f"{SVG}text")]
    for text in texts:
        for number in re.findall(r"\d+[.,]\d+", text):
            assert len(number) <= 6, f"{text!r} is not a round number"
