"""Which files are anonymised, and into which: photos and films, and folders with the structure that they have."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

from rostro.core.errors import BadInput
from rostro.photos.left_out import is_programs
from rostro.photos.listing import is_folder, walk
from rostro.photos.signatures import picture_format
from rostro.photos.sources import spared

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

#: Endings of films, in small letters → the ending of what is written: where a format is old, or holds few codecs, that
#: is Matroska, which holds any sound as it is.
FILMS: Final = {
    ".mp4": ".mp4", ".m4v": ".mp4", ".mov": ".mov", ".mkv": ".mkv", ".webm": ".webm",
    **dict.fromkeys((".avi", ".mpg", ".mpeg", ".wmv", ".flv", ".3gp", ".3g2", ".ts", ".mts", ".m2ts", ".vob", ".ogv",
                     ".asf", ".divx", ".mxf", ".dv"), ".mkv"),
}  # fmt: skip
_HEAD = 64


@dataclass(frozen=True, slots=True)
class Item:
    """A file, and what is made of it.

    Attributes:
        source: The file.
        target: The new file.
        film: Whether it is a film.
    """

    source: Path
    target: Path
    film: bool


@dataclass(frozen=True, slots=True)
class Listing:
    """What there is to do.

    Attributes:
        items: Photos and films.
        left_out: Files of folders that are neither.
    """

    items: tuple[Item, ...]
    left_out: tuple[Path, ...]


def list_files(sources: Sequence[str | os.PathLike[str]], output: Path) -> Listing:
    """Lists what is given, and where it goes.

    A file goes into the output folder by its name; a folder's files by their path in it, below the folder's name where
    several sources are given. What lies in the output folder is never read. A folder without a photo or film is listed
    as it is: reading it says what is wrong.

    Args:
        sources: Photos, films, folders.
        output: The folder that all goes to, there or not.

    Raises:
        BadInput: Two files would become one, or one would be written over itself; nothing was written.
    """
    given = [Path(source) for source in sources]
    if len(given) > 1:
        given = [path for path in given if not is_programs(path.name)] or given
    left_out: list[Path] = []
    items: list[Item] = []
    for path in given:
        if is_folder(path):
            base = output / path.absolute().name if len(given) > 1 else output
            found = list(_in_folder(path, base, output, left_out))
            items += found or [Item(path, base / path.name, False)]
        else:
            items.append(_item(path, output / path.name))
    _check(items)
    return Listing(tuple(items), tuple(left_out))


def _in_folder(folder: Path, base: Path, output: Path, left_out: list[Path]) -> Iterator[Item]:
    ours = os.path.realpath(output)
    itself = os.path.realpath(folder) == ours
    for kind, file in walk(folder):
        if not itself and Path(os.path.realpath(file)).is_relative_to(ours):
            continue
        film = kind != "photo" and is_film(file)
        if kind == "photo" or film:
            yield _item(file, base / file.relative_to(folder), film=film)
        else:
            left_out.append(file)


def _item(source: Path, target: Path, *, film: bool | None = None) -> Item:
    if film is None:
        film = is_film(source)
    return Item(source, target.with_suffix(FILMS.get(target.suffix.lower(), ".mkv")) if film else target, film)


def is_film(file: Path) -> bool:
    """Whether a file is taken for a film: it is called so, or begins so, and is no picture."""
    try:
        if not file.is_file():  # a pipe would wait, maybe for ever
            return False
        with file.open("rb") as opened:
            head = opened.read(_HEAD)
    except OSError:
        return False
    if picture_format(head) is not None:
        return False
    begins = (
        head[4:8] == b"ftyp" or head.startswith(b"\x1a\x45\xdf\xa3") or (head[:4], head[8:12]) == (b"RIFF", b"AVI ")
    )
    return begins or file.suffix.lower() in FILMS


def _check(items: Sequence[Item]) -> None:
    places: dict[str, Item] = {}
    for item in items:
        place = os.path.realpath(item.target)
        if place in places:
            raise BadInput(
                f"{item.source} and {places[place].source} would both become {item.target}; anonymise them into two "
                "folders",
                why="one-target",
            )
        places[place] = item
    for _ in spared([item.target for item in items], [item.source for item in items]):
        pass
