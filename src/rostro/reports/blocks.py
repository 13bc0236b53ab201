"""What a page is made of, before it is HTML or paper."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rostro.core.types import Image

Cell = str | int | float | None


@dataclass(frozen=True, slots=True)
class Heading:
    """Begins a section."""

    text: str


@dataclass(frozen=True, slots=True)
class Paragraphs:
    """Running text."""

    texts: tuple[str, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Picture:
    """A picture of pixels.

    Attributes:
        content: Its file.
        ending: ``.png`` or ``.jpg``.
        width: In pixels.
        height: In pixels.
        caption: Below it.
        description: What it shows, for those who cannot see it.
    """

    content: bytes
    ending: str
    width: int
    height: int
    caption: str
    description: str


@dataclass(frozen=True, slots=True)
class Drawing:
    """A vector drawing: its ``<svg>``, and whether it has the whole width."""

    svg: str
    caption: str
    description: str
    wide: bool


@dataclass(frozen=True, slots=True)
class Table:
    """A table: the cells as they are shown, and which columns are numbers."""

    header: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    numeric: tuple[bool, ...]
    caption: str


@dataclass(frozen=True, slots=True, eq=False)
class Tile:
    """A small picture and what is written below it.

    Attributes:
        image: RGB uint8 (H, W, 3).
        title: In bold.
        notes: A line each.
    """

    image: Image
    title: str
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, eq=False)
class Tiles:
    """Small pictures, as many beside each other as there is room for: each with its title and its notes."""

    tiles: tuple[tuple[Picture, str, tuple[str, ...]], ...]
    caption: str


Block = Heading | Paragraphs | Picture | Drawing | Table | Tiles
