"""A web page in one file: text, pictures and tables, nothing from elsewhere; and the same as PDF and PNG.

The page reads well on a phone and on paper, in light and in dark. Its pictures are inside of it, and its content
security policy forbids scripts and everything that would have to be fetched. What is said about a picture stands beside
it as text, not in it: letters in a picture are as small as the screen makes the picture, and white in the dark.
"""

from __future__ import annotations

import base64
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING, Final

from rostro.core.errors import BadInput
from rostro.core.files import encoded, write_file
from rostro.core.words import Language, check_language, count
from rostro.drawing.text import clean
from rostro.photos.writing import encode_picture
from rostro.reports.blocks import Drawing, Heading, Paragraphs, Picture, Table, Tiles
from rostro.reports.charts import PAGE_STYLE
from rostro.reports.typeset import check_formats, typeset_page

if TYPE_CHECKING:
    import os
    from collections.abc import Iterable, Sequence

    from rostro.core.types import Image
    from rostro.reports.blocks import Block, Cell, Tile

_SHEET: Final = """
:root { color-scheme: light dark; --ink: #181a1e; --muted: #5a6068;
  --paper: #ffffff; --line: #d6d9de; --tile: #f3f4f6; }
@media (prefers-color-scheme: dark) {
  :root { --ink: #e8eaed; --muted: #a4abb3; --paper: #16181b; --line: #3a3f45; --tile: #202327; }
}
* { box-sizing: border-box; }
body { margin: 0 auto; padding: 2rem 1.25rem 4rem; max-width: 62rem; background: var(--paper); color: var(--ink);
  font: 1.0625rem/1.6 "Source Sans 3", "Source Sans Pro", system-ui, sans-serif; overflow-wrap: break-word; }
h1 { font-size: 2rem; line-height: 1.2; margin: 0 0 1.5rem; }
h2 { font-size: 1.375rem; line-height: 1.3; margin: 2.5rem 0 .75rem; }
p { margin: 0 0 1rem; max-width: 42rem; }
figure { margin: 1.5rem 0; }
img { display: block; max-width: 100%; height: auto; border: 1px solid var(--line); border-radius: .5rem; }
figure.drawing { display: inline-block; vertical-align: top; width: 29rem; max-width: 100%; margin: 0 0 1.5rem; }
figure.wide { width: 100%; }
svg { display: block; max-width: 100%; height: auto; }
{{chart}}
.tiles { display: grid; grid-template-columns: repeat(auto-fill, minmax(min(18rem, 100%), 1fr)); gap: 1.5rem;
  list-style: none; margin: .5rem 0 1.5rem; padding: 0; }
.tiles img { width: 100%; margin-bottom: .25rem; }
.tiles b, .tiles span { display: block; line-height: 1.4; }
.tiles span { color: var(--muted); font-size: .9375rem; overflow-wrap: anywhere; }
figcaption, caption { color: var(--muted); font-size: .9375rem; text-align: start; padding: .5rem 0; }
.scroll { overflow-x: auto; margin: 1.5rem 0; }
table { border-collapse: collapse; min-width: 100%; font-variant-numeric: tabular-nums; }
th, td { padding: .5rem .75rem; border-bottom: 1px solid var(--line); text-align: start; vertical-align: top; }
th { background: var(--tile); font-weight: 600; }
.number { text-align: end; white-space: nowrap; }
@media print {
  :root { color-scheme: light; --ink: #000000; --muted: #444444; --paper: #ffffff; --line: #bbbbbb; --tile: #ffffff; }
  @page { margin: 18mm; }
  body { max-width: none; padding: 0; font-size: 10.5pt; }
  h2 { break-after: avoid; }
  figure.drawing, figure.picture, li, tr { break-inside: avoid; }
  img { max-height: 24cm; width: auto; }
  .scroll { overflow: visible; }
}
"""
_STYLE: Final = _SHEET.replace("{{chart}}", PAGE_STYLE)
_POLICY: Final = "default-src 'none'; img-src data:; style-src 'unsafe-inline'"


class Page:
    """A page that is filled from top to bottom and then turned into HTML.

    Args:
        title: Any text; it is escaped, like every other text that the page takes.
        language: Of the texts: ``en`` or ``es``.

    Raises:
        BadInput: Another language.
    """

    def __init__(self, title: str, language: Language = "en") -> None:
        self._title = title
        self._language = check_language(language)
        self._blocks: list[Block] = []

    def add_heading(self, text: str) -> None:
        """Begins a section."""
        self._blocks.append(Heading(clean(text)))

    def add_text(self, text: str) -> None:
        """Adds paragraphs; an empty line begins a new one."""
        self._blocks.append(Paragraphs(tuple(clean(part) for part in text.split("\n\n") if part.strip())))

    def add_picture(self, image: Image, caption: str = "", *, description: str = "", lossless: bool = False) -> None:
        """Adds a picture.

        Args:
            image: RGB uint8 (H, W, 3).
            caption: Below the picture.
            description: What the picture shows, for those who cannot see it; the caption when empty.
            lossless: PNG instead of JPEG: for charts, not for photos.

        Raises:
            BadInput: Not an image.
        """
        self._blocks.append(_picture(image, caption, description, ".png" if lossless else ".jpg"))

    def add_tiles(self, tiles: Sequence[Tile], caption: str = "") -> None:
        """Adds small pictures with text below each: as many beside each other as the screen has room for.

        Raises:
            BadInput: Not images.
        """
        shown = tuple(
            (
                _picture(tile.image, "", ", ".join((tile.title, *tile.notes)), ".jpg"),
                clean(tile.title),
                tuple(clean(note) for note in tile.notes),
            )
            for tile in tiles
        )
        self._blocks.append(Tiles(shown, clean(caption)))

    def add_drawing(self, svg: str, caption: str = "", *, description: str = "", wide: bool = False) -> None:
        """Adds a vector drawing, which follows the page's colours where it is one of `rostro.reports.charts`.

        On wide pages two drawings in a row stand beside each other, unless they are wide themselves.

        Args:
            svg: One ``<svg>`` element, well-formed, that refers to nothing outside of itself.
            caption: Below the drawing.
            description: What it shows, for those who cannot see it; the caption when empty.
            wide: Give it the whole width.
        """
        self._blocks.append(Drawing(svg, clean(caption), clean(description or caption), wide))

    def add_table(self, header: Sequence[str], rows: Sequence[Sequence[Cell]], caption: str = "") -> None:
        """Adds a table. Numbers stand right; give a text where a number needs certain decimals; None is a dash.

        Raises:
            BadInput: A row has more or fewer cells than the header.
        """
        for row in rows:
            if len(row) != len(header):
                raise BadInput(f"a row of {len(row)} cells under a header of {len(header)}: {list(row)}")
        numeric = tuple(bool(rows) and all(_is_number(row[column]) for row in rows) for column in range(len(header)))
        shown = tuple(tuple(clean(self._show(value)) for value in row) for row in rows)
        self._blocks.append(Table(tuple(clean(text) for text in header), shown, numeric, clean(caption)))

    def html(self) -> str:
        """The whole page: HTML that is well-formed XML too."""
        title = escape(clean(self._title))
        return (
            f'<!DOCTYPE html>\n<html lang="{self._language}">\n<head>\n<meta charset="utf-8"/>\n'
            f'<meta http-equiv="Content-Security-Policy" content="{_POLICY}"/>\n'
            '<meta name="viewport" content="width=device-width, initial-scale=1"/>\n'
            f"<title>{title}</title>\n<style>{_STYLE}</style>\n</head>\n<body>\n<main>\n"
            f'<h1 dir="auto">{title}</h1>\n' + "\n".join(map(_html, self._blocks)) + "\n</main>\n</body>\n</html>\n"
        )

    def write(self, path: str | os.PathLike[str], formats: Iterable[str] = ()) -> None:
        """Writes the page as UTF-8; a file of that name is replaced in one step, or left as it was.

        Args:
            path: Of the page.
            formats: ``pdf`` (the same on paper) and ``png`` (one tall picture) to write besides it, under its name.

        Raises:
            BadInput: A file cannot be written; names the path and the reason. Another format.
            MissingExtra: The extra ``pdf`` is not installed.
        """
        chosen = check_formats(formats)
        write_file(Path(path), encoded(self.html()))
        for name in chosen:
            content = typeset_page(clean(self._title), self._language, self._blocks, name)
            write_file(Path(path).with_suffix(f".{name}"), content)

    def _show(self, value: Cell) -> str:
        if value is None:
            return "–"
        if isinstance(value, int):
            return count(value, self._language)
        return f"{value:.4g}" if isinstance(value, float) else value


def _picture(image: Image, caption: str, description: str, ending: str) -> Picture:
    content = encode_picture(image, ending)
    height, width = image.shape[:2]
    return Picture(content, ending, width, height, clean(caption), clean(description or caption))


def _is_number(value: Cell) -> bool:
    return value is None or isinstance(value, int | float)


def _html(block: Block) -> str:
    """The block's elements; all of its texts are clean."""
    match block:
        case Heading(text):
            return f'<h2 dir="auto">{escape(text)}</h2>'
        case Paragraphs(texts):
            return "\n".join(f'<p dir="auto">{escape(text)}</p>' for text in texts)
        case Picture():
            return f'<figure class="picture">{_img(block)}{_caption("figcaption", block.caption)}</figure>'
        case Drawing(svg, caption, description, wide):
            drawing = f'<div role="img" aria-label="{escape(description)}">{svg}</div>'
            return (
                f'<figure class="drawing{" wide" if wide else ""}">{drawing}{_caption("figcaption", caption)}</figure>'
            )
        case Tiles(tiles, caption):
            shown = "".join(
                f'<li>{_img(picture)}<b dir="auto">{escape(title)}</b>'
                + "".join(f'<span dir="auto">{escape(note)}</span>' for note in notes)
                + "</li>"
                for picture, title, notes in tiles
            )
            return f'<figure>{_caption("figcaption", caption)}<ul class="tiles">{shown}</ul></figure>'
        case Table(header, rows, numeric, caption):
            body = "".join(_row("td", row, numeric) for row in rows)
            return (
                f'<div class="scroll"><table>{_caption("caption", caption)}<thead>{_row("th", header, numeric)}</thead>'
                f"<tbody>{body}</tbody></table></div>"
            )


def _img(picture: Picture) -> str:
    kind = "png" if picture.ending == ".png" else "jpeg"
    source = f"data:image/{kind};base64,{base64.b64encode(picture.content).decode()}"
    return (
        f'<img src="{source}" width="{picture.width}" height="{picture.height}" alt="{escape(picture.description)}"/>'
    )


def _caption(tag: str, text: str) -> str:
    return f'<{tag} dir="auto">{escape(text)}</{tag}>' if text else ""


def _row(tag: str, texts: Sequence[str], numeric: Sequence[bool]) -> str:
    cells = (
        f'<{tag} class="number">{escape(text)}</{tag}>' if right else f'<{tag} dir="auto">{escape(text)}</{tag}>'
        for text, right in zip(texts, numeric, strict=True)
    )
    return f"<tr>{''.join(cells)}</tr>"
