"""A web page in one file: text, pictures and tables, nothing from elsewhere.

The page reads well on a phone and on paper, in light and in dark. Its pictures are inside of it, and its content
security policy forbids scripts and everything that would have to be fetched.
"""

from __future__ import annotations

import base64
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING, Final

from rostro.core.errors import BadInput
from rostro.core.files import write_file
from rostro.core.words import Language, check_language, count
from rostro.drawing.text import clean
from rostro.photos.writing import encode_picture
from rostro.reports.charts import PAGE_STYLE

if TYPE_CHECKING:
    import os
    from collections.abc import Sequence

    from rostro.core.types import Image

Cell = str | int | float | None

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
  figure, tr { break-inside: avoid; }
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
        self._parts: list[str] = []

    def add_heading(self, text: str) -> None:
        """Begins a section."""
        self._parts.append(f'<h2 dir="auto">{_safe(text)}</h2>')

    def add_text(self, text: str) -> None:
        """Adds paragraphs; an empty line begins a new one."""
        self._parts += [f'<p dir="auto">{_safe(part)}</p>' for part in text.split("\n\n") if part.strip()]

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
        content = encode_picture(image, ".png" if lossless else ".jpg")
        source = f"data:image/{'png' if lossless else 'jpeg'};base64,{base64.b64encode(content).decode()}"
        height, width = image.shape[:2]
        below = f'<figcaption dir="auto">{_safe(caption)}</figcaption>' if caption else ""
        self._parts.append(
            f'<figure><img src="{source}" width="{width}" height="{height}" alt="{_safe(description or caption)}"/>'
            f"{below}</figure>"
        )

    def add_drawing(self, svg: str, caption: str = "", *, description: str = "", wide: bool = False) -> None:
        """Adds a vector drawing, which follows the page's colours where it is one of `rostro.reports.charts`.

        On wide pages two drawings in a row stand beside each other, unless they are wide themselves.

        Args:
            svg: One ``<svg>`` element, well-formed, that refers to nothing outside of itself.
            caption: Below the drawing.
            description: What it shows, for those who cannot see it; the caption when empty.
            wide: Give it the whole width.
        """
        below = f'<figcaption dir="auto">{_safe(caption)}</figcaption>' if caption else ""
        drawing = f'<div role="img" aria-label="{_safe(description or caption)}">{svg}</div>'
        self._parts.append(f'<figure class="drawing{" wide" if wide else ""}">{drawing}{below}</figure>')

    def add_table(self, header: Sequence[str], rows: Sequence[Sequence[Cell]], caption: str = "") -> None:
        """Adds a table. Numbers stand right; give a text where a number needs certain decimals; None is a dash.

        Raises:
            BadInput: A row has more or fewer cells than the header.
        """
        for row in rows:
            if len(row) != len(header):
                raise BadInput(f"a row of {len(row)} cells under a header of {len(header)}: {list(row)}")
        numeric = [bool(rows) and all(_is_number(row[column]) for row in rows) for column in range(len(header))]
        head = _row("th", header, numeric)
        body = "".join(_row("td", [self._show(value) for value in row], numeric) for row in rows)
        title = f'<caption dir="auto">{_safe(caption)}</caption>' if caption else ""
        self._parts.append(
            f'<div class="scroll"><table>{title}<thead>{head}</thead><tbody>{body}</tbody></table></div>'
        )

    def html(self) -> str:
        """The whole page: HTML that is well-formed XML too."""
        title = _safe(self._title)
        return (
            f'<!DOCTYPE html>\n<html lang="{self._language}">\n<head>\n<meta charset="utf-8"/>\n'
            f'<meta http-equiv="Content-Security-Policy" content="{_POLICY}"/>\n'
            '<meta name="viewport" content="width=device-width, initial-scale=1"/>\n'
            f"<title>{title}</title>\n<style>{_STYLE}</style>\n</head>\n<body>\n<main>\n"
            f'<h1 dir="auto">{title}</h1>\n' + "\n".join(self._parts) + "\n</main>\n</body>\n</html>\n"
        )

    def write(self, path: str | os.PathLike[str]) -> None:
        """Writes the page as UTF-8; a file of that name is replaced in one step, or left as it was.

        Raises:
            BadInput: The file cannot be written; names the path and the reason.
        """
        write_file(Path(path), self.html().encode())

    def _show(self, value: Cell) -> str:
        if value is None:
            return "–"
        if isinstance(value, int):
            return count(value, self._language)
        return f"{value:.4g}" if isinstance(value, float) else value


def _safe(text: str) -> str:
    return escape(clean(text))


def _is_number(value: Cell) -> bool:
    return value is None or isinstance(value, int | float)


def _row(tag: str, texts: Sequence[str], numeric: Sequence[bool]) -> str:
    cells = (
        f'<{tag} class="number">{_safe(text)}</{tag}>' if right else f'<{tag} dir="auto">{_safe(text)}</{tag}>'
        for text, right in zip(texts, numeric, strict=True)
    )
    return f"<tr>{''.join(cells)}</tr>"
