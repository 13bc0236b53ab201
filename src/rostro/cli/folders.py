"""``rostro group --output``: a folder for each person."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from rostro.cli import output
from rostro.cli.albums import count_photos
from rostro.cli.language import counted, tell
from rostro.core.errors import BadInput
from rostro.people.folders import WALL, Folders

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from rostro.people.album import Grouped

Output = Annotated[
    Path | None,
    typer.Option(
        "--output",
        help="Also copy the photos into this folder, into one folder for each group; nothing there is written over.",
        show_default=False,
    ),
]
Links = Annotated[bool, typer.Option("--links", help="With --output: links to the photos instead of copies.")]


def opened(folder: Path | None, photos: Iterable[Path], *, links: bool) -> Folders | None:
    """The folder, where one is wanted; looked at before the work.

    Raises:
        BadInput: It lies among the photos, or holds other files; or links are wanted, and no folder.
    """
    if folder is None:
        if links:
            raise BadInput("--links says how photos come into the folder of --output: name it")
        return None
    return Folders(folder, photos, links=links)


def put(folders: Folders, grouped: Grouped, paths: Mapping[str, Path], draw: Callable[[Path], object]) -> None:
    """Puts the photos there, and the wall of people beside them, and says so."""
    done = folders.put(grouped.groups, grouped.to_dict(), paths)
    if grouped.groups:
        draw(folders.folder / WALL)
    several = counted(len(done.folders), "1 folder", "{:,} folders")
    told = "{}: {}, {} put there, {:,} there already"
    output.note(tell(told, folders.folder, several, count_photos(done.written), done.kept))
    if done.missing:
        output.note(tell("not at hand, so not put there: {}", ", ".join(done.missing)))
    if done.left:
        output.note(tell("of an earlier time, and of no group now: {}", ", ".join(done.left)))
