"""Drawings and pages as PDF and PNG: for papers and slides, which want neither SVG nor HTML.

Typst sets them (extra ``pdf``; why it: ``docs/decisions/0035-papers-and-phones.md``). Texts reach it as data, never as
markup: no name of a person and no path can become a command.
"""

from __future__ import annotations

import importlib.util
import json
import re
from importlib import resources
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any, Final, Literal

from rostro.core.errors import BadInput, MissingExtra
from rostro.core.files import write_file
from rostro.reports.blocks import Drawing, Heading, Paragraphs, Picture, Table, Tiles
from rostro.reports.charts import on_paper, standing_alone

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from rostro.core.words import Language
    from rostro.reports.blocks import Block

Format = Literal["pdf", "png"]
FORMATS: Final[tuple[Format, ...]] = ("pdf", "png")

#: Pixels per inch: of drawings, 96 of whose units are an inch, and of pages.
_DRAWING_PPI, _PAGE_PPI = 288, 144
_DRAWING: Final = b"""
#set page(width: auto, height: auto, margin: 0pt)
#set text(font: ("Source Sans Pro", "Source Sans 3"))
#set document(title: "rostro")
#image(bytes(sys.inputs.svg), format: "svg")
"""
#: Pictures that are higher, in parts of their width, would not fit a page at its whole width.
_TALL: Final = 1.3
#: Long words break after these, in cells and captions: paths and hashes know no spaces.
_BREAKS: Final = re.compile(r"([/\\_.+-])(?=\S)")
_LONG_WORD: Final = re.compile(r"\S{25,}")
_BREAK: Final = "\u200b"


def check_formats(formats: Iterable[str]) -> tuple[Format, ...]:
    """What is to be written besides SVG and HTML, checked before any work is done.

    Args:
        formats: ``pdf``, ``png``, both or none, in any order.

    Raises:
        BadInput: Another format.
        MissingExtra: The extra ``pdf`` is needed and not installed.
    """
    given = set(formats)
    if strange := sorted(given - set(FORMATS)):
        raise BadInput(f"formats are pdf and png (svg and html are written in any case), got {', '.join(strange)}")
    if given and importlib.util.find_spec("typst") is None:
        raise MissingExtra("typst", "pdf")
    return tuple(name for name in FORMATS if name in given)


def check_formats_of(output: object, formats: Iterable[str]) -> tuple[Format, ...]:
    """As `check_formats`, where an output may not be wanted at all.

    Raises:
        BadInput: There are formats and no output.
    """
    chosen = check_formats(formats)
    if chosen and not output:
        raise BadInput(f"{' and '.join(chosen)} of what? formats need an output")
    return chosen


def write_drawing(svg: str, path: Path, formats: Iterable[str] = ()) -> None:
    """Writes a drawing of `rostro.reports.charts` as SVG, and in other formats besides.

    Args:
        svg: The drawing, without paper.
        path: Its file, without an ending.
        formats: ``pdf`` (on no paper, for documents) and ``png`` (on white paper, 288 pixels an inch).

    Raises:
        BadInput: A file cannot be written; another format.
        MissingExtra: The extra ``pdf`` is not installed.
    """
    chosen = check_formats(formats)
    write_file(path.with_name(f"{path.name}.svg"), standing_alone(svg).encode())
    for name in chosen:
        drawn = svg if name == "pdf" else on_paper(svg)
        write_file(path.with_name(f"{path.name}.{name}"), _compile(_DRAWING, name, _DRAWING_PPI, svg=drawn))


def typeset_page(title: str, language: Language, blocks: Sequence[Block], name: Format) -> bytes:
    """A page as PDF (A4) or as one tall PNG; all of its texts are clean.

    Args:
        title: Of the page.
        language: Of its texts, for hyphens and for those who have it read to them.
        blocks: What it holds.
        name: The format.
    """
    template = resources.files("rostro.reports").joinpath("page.typ").read_bytes()
    with TemporaryDirectory(prefix="rostro-") as folder:
        files = _Files(Path(folder))
        data = {"title": title, "language": language, "format": name, "blocks": [_data(b, files) for b in blocks]}
        (Path(folder) / "page.json").write_text(json.dumps(data), encoding="utf-8")
        return _compile(template, name, _PAGE_PPI, root=Path(folder))


class _Files:
    """The pictures of a page, as files that Typst reads."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._count = 0

    def add(self, content: bytes, ending: str) -> str:
        self._count += 1
        name = f"{self._count}{ending}"
        (self._folder / name).write_bytes(content)
        return name


def _data(block: Block, files: _Files) -> dict[str, Any]:
    match block:
        case Heading(text):
            return {"kind": "heading", "text": text}
        case Paragraphs(texts):
            return {"kind": "paragraphs", "texts": texts}
        case Picture():
            tall = block.height > _TALL * block.width
            return {"kind": "picture", "caption": block.caption, "tall": tall, **_file(block, files)}
        case Drawing(svg, caption, description, wide):
            name = files.add(svg.encode(), ".svg")
            return {"kind": "drawing", "file": name, "caption": caption, "description": description, "wide": wide}
        case Tiles(tiles, caption):
            shown = [
                {"title": title, "notes": [_broken(note) for note in notes], **_file(picture, files)}
                for picture, title, notes in tiles
            ]
            return {"kind": "tiles", "caption": caption, "tiles": shown}
        case Table(header, rows, numeric, caption):
            cells = [[_broken(text) for text in row] for row in (header, *rows)]
            return {"kind": "table", "header": cells[0], "rows": cells[1:], "numeric": numeric, "caption": caption}


def _file(picture: Picture, files: _Files) -> dict[str, str]:
    return {"file": files.add(picture.content, picture.ending), "description": picture.description}


def _broken(text: str) -> str:
    """The text with places where its long words may go on in the next line."""
    return _LONG_WORD.sub(lambda word: _BREAKS.sub(rf"\1{_BREAK}", word.group()), text)


def _compile(source: bytes, name: Format, ppi: int, *, root: Path | None = None, svg: str = "") -> bytes:
    """One file; `root` is where its pictures are."""
    import typst

    fonts = typst.Fonts(font_paths=[str(resources.files("font_source_sans_pro").joinpath("files"))])
    compiler = typst.Compiler(source, root=root, font_paths=fonts, sys_inputs={"svg": svg})
    made = compiler.compile(format=name, ppi=ppi)
    if not isinstance(made, bytes):  # several pictures, one a page: the templates have one page
        raise TypeError(f"Typst made {type(made).__name__} of a {name}")
    return made
