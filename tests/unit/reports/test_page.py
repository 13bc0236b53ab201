"""The page in one file: well-formed, escaped, and nothing from elsewhere."""

from __future__ import annotations

import base64
import io
import re
from pathlib import Path
from xml.etree import ElementTree

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image as Pillow

from rostro.core.errors import BadInput
from rostro.reports.page import Page

PHOTO = np.random.default_rng(0).integers(0, 256, (20, 30, 3), dtype=np.uint8)
NASTY = "<script>alert('x')</script> & \"quoted\" \x00 \ud800 \uffff http://example.org"


def parse(page: Page) -> ElementTree.Element:
    """Reads the page as XML: any unclosed tag or unescaped character is an error."""
    html = page.html()
    assert html.startswith("<!DOCTYPE html>\n")
    return ElementTree.fromstring(html.removeprefix("<!DOCTYPE html>\n"))


def full_page() -> Page:
    page = Page(f"Título {NASTY}", "es")
    page.add_heading(NASTY)
    page.add_text(f"one {NASTY}\n\ntwo\n\n\n  \n\nthree")
    page.add_picture(PHOTO, NASTY, lossless=True)
    page.add_picture(PHOTO, description="two people")
    page.add_table(["name", "photos", "score"], [[NASTY, 13233, 0.5], ["李", 12, None]], NASTY)
    return page


def test_the_page_is_well_formed_and_everything_in_it_is_escaped() -> None:
    root = parse(full_page())
    assert root.attrib["lang"] == "es"
    assert not list(root.iter("script"))
    shown = "<script>alert('x')</script> & \"quoted\" � � � http://example.org"
    assert root.findtext("head/title") == f"Título {shown}"
    assert root.findtext(".//h2") == root.findtext(".//figcaption") == root.findtext(".//caption") == shown
    assert [p.text for p in root.iter("p")] == [f"one {shown}", "two", "three"]
    assert [img.attrib["alt"] for img in root.iter("img")] == [shown, "two people"]


def test_nothing_is_fetched_from_elsewhere() -> None:
    root = parse(full_page())
    for element in root.iter():
        for name in ("src", "href", "srcset", "data", "action"):
            assert element.attrib.get(name, "data:").startswith("data:")
    assert not {"link", "script", "iframe", "object"} & {element.tag for element in root.iter()}
    style = root.findtext("head/style") or ""
    assert not re.search(r"url\(|@import|https?:", style)
    policy = next(m for m in root.iter("meta") if m.attrib.get("http-equiv") == "Content-Security-Policy")
    assert policy.attrib["content"].startswith("default-src 'none'; img-src data:")


def test_pictures_are_inside_in_full_size() -> None:
    first, second = parse(full_page()).iter("img")
    assert (first.attrib["width"], first.attrib["height"]) == ("30", "20")
    kind, content = first.attrib["src"].split(",")
    assert kind == "data:image/png;base64"
    assert np.array_equal(np.asarray(Pillow.open(io.BytesIO(base64.b64decode(content)))), PHOTO)
    assert second.attrib["src"].startswith("data:image/jpeg;base64,")


def test_numbers_stand_right_and_missing_ones_are_a_dash() -> None:
    rows = [[(cell.text, cell.attrib.get("class")) for cell in row] for row in parse(full_page()).iter("tr")]
    assert [right for _, right in rows[0]] == [None, "number", "number"]
    assert rows[1][1:] == [("13\u00a0233", "number"), ("0.5", "number")]
    assert rows[2] == [("李", None), ("12", "number"), ("–", "number")]


def test_dark_phone_and_paper_are_provided_for() -> None:
    html = Page("t").html()
    for part in (
        "prefers-color-scheme: dark",
        "@media print",
        'name="viewport"',
        "max-width: 100%",
        "overflow-x: auto",
    ):
        assert part in html


def test_bad_input_is_named() -> None:
    with pytest.raises(BadInput, match="'fr'"):
        Page("t", "fr")
    with pytest.raises(BadInput, match="2 cells under a header of 1"):
        Page("t").add_table(["a"], [["b", "c"]])
    with pytest.raises(BadInput, match="RGB uint8"):
        Page("t").add_picture(PHOTO[..., 0])


def test_the_page_is_written_as_utf8_or_the_path_is_named(tmp_path: Path) -> None:
    page = full_page()
    page.write(tmp_path / "página.html")
    assert (tmp_path / "página.html").read_bytes().decode() == page.html()
    with pytest.raises(BadInput, match=r"cannot write .*missing"):
        page.write(tmp_path / "missing" / "page.html")


@settings(max_examples=60, deadline=None)
@given(st.text(st.characters()), st.text(st.characters()))
def test_any_text_makes_a_well_formed_page(title: str, text: str) -> None:
    page = Page(title)
    page.add_text(text)
    page.add_table([text], [[title]], text)
    page.add_picture(PHOTO, text)
    parse(page)
    page.html().encode()
