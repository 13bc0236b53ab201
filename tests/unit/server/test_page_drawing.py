"""Names that the web page writes over photos: readable, whole, and never over the face that they name."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import rostro

playwright_api = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")

PAGE = Path(rostro.__file__).parent / "server" / "page"
#: Draws faces onto a clear canvas, or onto a grey photo; gives the size of the canvas, and where something was drawn.
DRAW = """async ([width, height, faces, asPhoto]) => {
  const { drawFaces, markedPhoto } = await import("http://rostro.test/drawing.js");
  let canvas = Object.assign(document.createElement("canvas"), { width, height });
  if (asPhoto) {
    const context = canvas.getContext("2d");
    context.fillStyle = "rgb(128 128 128)";
    context.fillRect(0, 0, width, height);
    const photo = await new Promise((resolve) => canvas.toBlob(resolve, "image/png"));
    canvas = await markedPhoto(photo, faces, "a photo");
  } else drawFaces(canvas.getContext("2d"), faces);
  const { data } = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
  const changed = [];
  for (let at = 0; at < data.length; at += 4) {
    changed.push(asPhoto ? Math.abs(data[at] - 128) > 3 || Math.abs(data[at + 2] - 128) > 3 : data[at + 3] > 0);
  }
  return { width: canvas.width, height: canvas.height, changed: changed.map(Number).join("") };
}"""
LONG = "María de los Ángeles Fernández de Córdoba y Álvarez de Toledo y Pimentel"
BOXES = {
    "in the middle": (0.3, 0.3, 0.7, 0.7), "at the top": (0.3, 0.0, 0.6, 0.5), "at the left": (0.0, 0.2, 0.3, 0.8),
    "as high as the photo": (0.3, 0.0, 0.6, 1.0), "the whole photo": (0.0, 0.0, 1.0, 1.0),
    "and more": (-0.2, -0.2, 1.2, 1.2),
}  # fmt: skip


@pytest.fixture(scope="module")
def page() -> Iterator[Any]:
    path = next((found for name in ("chromium", "google-chrome") if (found := shutil.which(name))), None)
    with playwright_api.sync_playwright() as playwright:
        if path is None and not Path(playwright.chromium.executable_path).is_file():
            pytest.skip("no Chromium found")
        browser = playwright.chromium.launch(executable_path=path, args=["--no-sandbox", "--disable-gpu"])
        opened = browser.new_page()
        opened.route(
            "http://rostro.test/**",
            lambda route: route.fulfill(
                body=(PAGE / "drawing.js").read_text(encoding="utf-8") if "js" in route.request.url else "<p></p>",
                content_type="text/javascript" if "js" in route.request.url else "text/html",
            ),
        )
        opened.goto("http://rostro.test/")
        yield opened
        browser.close()


def drawn(page: Any, size: tuple[int, int], faces: list[dict[str, Any]], *, as_photo: bool = False) -> list[str]:
    """A text of 0 and 1 for each row of the canvas: where something was drawn."""
    answer = page.evaluate(DRAW, [*size, faces, as_photo])
    width, bits = answer["width"], answer["changed"]
    rows = [bits[start : start + width] for start in range(0, len(bits), width)]
    assert len(rows) == answer["height"]
    return rows


def face(box: tuple[float, ...], size: tuple[int, int], name: str | None) -> dict[str, Any]:
    scale = (*size, *size)
    return {"box": [part * side for part, side in zip(box, scale, strict=True)], "name": name, "known": True}


@pytest.mark.parametrize("where", BOXES)
@pytest.mark.parametrize("name", ["Ana", LONG])
@pytest.mark.parametrize("size", [(320, 240), (240, 320), (1200, 900)])
def test_a_name_never_covers_the_face_that_it_names(page: Any, where: str, name: str, size: tuple[int, int]) -> None:
    one = face(BOXES[where], size, name)
    rows = drawn(page, size, [one], as_photo=True)
    bare = drawn(page, size, [one | {"name": None}], as_photo=True)
    assert any("1" in row for row in rows[: len(bare)]) or len(rows) > len(bare)
    assert rows != bare, "the name is somewhere"
    x1, y1, x2, y2 = (round(min(max(edge, 0), max(size))) for edge in one["box"])
    inside = slice(y1 + 3, min(y2, size[1]) - 3)
    assert [row[x1 + 3 : x2 - 3] for row in rows[inside]] == [row[x1 + 3 : x2 - 3] for row in bare[inside]]


def test_a_photo_is_only_made_higher_where_a_name_has_no_room(page: Any) -> None:
    size = (400, 300)
    assert len(drawn(page, size, [face(BOXES["at the top"], size, "Ana")], as_photo=True)) == 300
    assert len(drawn(page, size, [face(BOXES["the whole photo"], size, "Ana")], as_photo=True)) > 310


def test_two_faces_that_leave_no_room_have_a_line_each_below_the_photo(page: Any) -> None:
    size = (640, 480)
    both = [face((0.0, 0.0, 0.5, 1.0), size, "Ana"), face((0.5, 0.0, 1.0, 1.0), size, "Eva")]
    bare = drawn(page, size, [one | {"name": None} for one in both], as_photo=True)
    rows = drawn(page, size, both, as_photo=True)
    assert rows[:480] == bare, "neither name lies on the other face, where it would seem to be that one's"
    assert len(rows) == 480 + 2 * 28


def test_two_names_are_not_written_over_each_other(page: Any) -> None:
    size = (640, 480)
    near = [face((0.30, 0.4, 0.40, 0.6), size, "Ana María"), face((0.42, 0.4, 0.52, 0.6), size, "Eva Luisa")]
    alone = [sum(row.count("1") for row in drawn(page, size, [one])) for one in near]
    together = sum(row.count("1") for row in drawn(page, size, near))
    assert together == pytest.approx(sum(alone), rel=0.04), "but for what lies on lines of boxes"


def test_no_name_covers_any_face_while_there_is_room(page: Any) -> None:
    """Two rows as close as in a class photo; names go above and below, with lines, and no forehead is covered."""
    size = (640, 480)
    rows = [
        face((0.02 + 0.06 * i, top, 0.065 + 0.06 * i, top + 0.1), size, "Ana María")
        for i in range(15)
        for top in (0.4, 0.52)
    ]
    named, bare = drawn(page, size, rows), drawn(page, size, [one | {"name": None} for one in rows])
    for one in rows:
        x1, y1, x2, y2 = (round(edge) for edge in one["box"])
        inside = slice(y1 + 5, y2 - 5)
        assert [row[x1 + 5 : x2 - 5] for row in named[inside]] == [row[x1 + 5 : x2 - 5] for row in bare[inside]]
    (alone,) = [drawn(page, size, [face((0.4, 0.0, 0.6, 0.3), size, "Ana")])]
    assert not any("1" in row[100:200] for row in alone[:140]), "not beside it"
    low = drawn(page, size, [face((0.4, 0.6, 0.6, 1.0), size, "Ana")])
    assert any("1" in row for row in low[190:221]) and not any("1" in row for row in low[222:284]), "above the head"


def test_on_film_the_picture_keeps_its_size(page: Any) -> None:
    size = (640, 480)
    rows = drawn(page, size, [face(BOXES["the whole photo"], size, LONG)])
    assert (len(rows), len(rows[0])) == (480, 640)
    middle = rows[60:400]
    assert not any("1" in row[10:-10] for row in middle), "where the eyes are, nothing is written"
