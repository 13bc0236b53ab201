"""Drawings and pages as PDF and PNG."""

from __future__ import annotations

import base64
import importlib.util
import io
import re
import zlib
from pathlib import Path
from xml.etree import ElementTree

import numpy as np
import pytest
from every_drawing import every_drawing
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image as Pillow

from rostro.core.errors import BadInput, MissingExtra
from rostro.reports.blocks import Tile
from rostro.reports.page import Page
from rostro.reports.typeset import check_formats, check_formats_of, write_drawing

PHOTO = np.full((60, 90, 3), (200, 30, 30), np.uint8)
#: What markup would obey: no name and no path may.
NASTY = '#panic("x") $x$ *b* _e_ `c` <l> @r \\ // /* [ ] { } "q" #read("/etc/passwd") \x00 \ud800'
DRAWN = {name: svg for name, svg in every_drawing().items() if name != "write_curves"}


def picture(path: Path) -> np.ndarray:
    return np.asarray(Pillow.open(path).convert("RGB"))


def full_page() -> Page:
    page = Page(f"Título {NASTY}", "es")
    page.add_heading(NASTY)
    page.add_text(f"{NASTY}\n\nAna 李 عمر")
    page.add_picture(PHOTO, NASTY)
    page.add_picture(np.swapaxes(PHOTO, 0, 1).repeat(4, 0), "a tall one")
    page.add_drawing(DRAWN["roc"], NASTY)
    page.add_drawing(DRAWN["confusion_chart"], wide=True)
    page.add_tiles([Tile(PHOTO, "0,424", (NASTY, "a_very_long_name/" * 12))] * 4, NASTY)
    page.add_table(["name", "photos", NASTY], [["/a/very/long/path" * 9, 13233, 0.5], [NASTY, 12, None]] * 80, NASTY)
    return page


def test_a_page_is_written_in_each_format_that_was_asked_for(tmp_path: Path) -> None:
    full_page().write(tmp_path / "report.html", ["png", "pdf"])
    assert {path.name for path in tmp_path.iterdir()} == {"report.html", "report.pdf", "report.png"}
    paper = (tmp_path / "report.pdf").read_bytes()
    assert paper.startswith(b"%PDF-")
    assert len(re.findall(rb"/Type\s*/Page\b", paper)) > 2, "160 rows are more than a page"
    assert b"/Lang(es)" in paper.replace(b" ", b"")
    tall = picture(tmp_path / "report.png")
    assert tall.shape[0] > 2 * tall.shape[1], "one picture, however long"
    red = np.all(np.abs(tall.astype(int) - (200, 30, 30)) < 8, axis=2)
    assert red.mean() > 0.05, "its pictures are on it"


@pytest.mark.parametrize("name", sorted(DRAWN))
def test_a_drawing_in_other_formats_is_the_same_drawing(name: str, tmp_path: Path) -> None:
    write_drawing(DRAWN[name], tmp_path / "roc.v2", ["pdf", "png"])
    assert {path.name for path in tmp_path.iterdir()} == {"roc.v2.svg", "roc.v2.pdf", "roc.v2.png"}
    root = ElementTree.fromstring(DRAWN[name])
    drawn = picture(tmp_path / "roc.v2.png")
    for side, attribute in zip(drawn.shape, ("height", "width"), strict=False):
        assert side == pytest.approx(3 * float(root.attrib[attribute]), abs=2)
    assert (drawn[[0, 0, -1, -1], [0, -1, 0, -1]] == 255).all(), "white paper up to its corners"
    assert 0.5 < (drawn > 240).all(axis=2).mean() < 0.995, "lines on paper, not a black rectangle"
    assert (drawn.max(axis=2).astype(int) - drawn.min(axis=2) > 60).any(), "in colour"
    paper = (tmp_path / "roc.v2.pdf").read_bytes()
    assert b"SourceSansPro" in paper, "letters are letters, in the typeface of the pictures"
    assert b"/Subtype/Image" not in paper.replace(b" ", b""), "lines are lines"


def test_words_can_be_found_in_the_pdf(tmp_path: Path) -> None:
    page = Page("Evaluación", "es")
    page.add_drawing(DRAWN["det"])
    page.write(tmp_path / "a.html", ["pdf"])
    paper = (tmp_path / "a.pdf").read_bytes()
    unpacked = b"".join(
        zlib.decompress(stream)
        for stream in re.findall(rb"FlateDecode.*?stream\r?\n(.*?)\r?\nendstream", paper, re.DOTALL)
    )
    assert b"beginbfchar" in unpacked or b"beginbfrange" in unpacked, "glyphs have their characters"


def test_without_the_extra_it_is_said_before_the_work(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    for ask in (
        lambda: check_formats(["pdf"]),
        lambda: write_drawing(DRAWN["roc"], tmp_path / "roc", ["png"]),
        lambda: Page("t").write(tmp_path / "a.html", ["pdf"]),
    ):
        with pytest.raises(MissingExtra, match=r"rostro\[pdf\]"):
            ask()
    assert not list(tmp_path.iterdir()), "nothing is written before that"
    assert check_formats([]) == ()


def test_formats_that_there_are_not() -> None:
    assert check_formats(["png", "pdf", "png"]) == ("pdf", "png")
    with pytest.raises(BadInput, match="got docx, jpg"):
        check_formats(["jpg", "pdf", "docx"])
    with pytest.raises(BadInput, match="pdf of what"):
        check_formats_of(None, ["pdf"])


@settings(max_examples=15, deadline=None)
@given(st.text(st.characters()))
def test_any_text_can_be_set(text: str) -> None:
    from rostro.reports.typeset import typeset_page

    page = Page(text)
    page.add_heading(text)
    page.add_text(text)
    page.add_tiles([Tile(PHOTO, text, (text,))], text)
    page.add_table([text], [[text]], text)
    assert typeset_page("t", "en", page._blocks, "pdf").startswith(b"%PDF-")


def test_one_picture_is_not_told_from_its_letters() -> None:
    """What is said about a picture is text beside it: a page read in the dark has no white sheets."""
    page = Page("t")
    page.add_tiles([Tile(PHOTO, "0.424", ("Ana", "Eva"))], "different people")
    html = ElementTree.fromstring(page.html().removeprefix("<!DOCTYPE html>\n"))
    (item,) = html.iter("li")
    assert [child.tag for child in item] == ["img", "b", "span", "span"]
    assert ["".join(child.itertext()) for child in item][1:] == ["0.424", "Ana", "Eva"]
    assert item[0].attrib["alt"] == "0.424, Ana, Eva"
    source = item[0].attrib["src"].partition(",")[2]
    seen = np.asarray(Pillow.open(io.BytesIO(base64.b64decode(source))))
    assert seen.shape == PHOTO.shape, "the picture has no margin and no words"
