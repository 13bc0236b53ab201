"""Files and folders → the photos in them."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

#: Extensions, in lower case, by which photos are found in folders. What a file really is, its content says.
# fmt: off
EXTENSIONS = frozenset({
    ".jpg", ".jpeg", ".jpe", ".jfif", ".mpo", ".png", ".apng", ".webp", ".avif", ".heic", ".heif", ".hif",
    ".tif", ".tiff", ".bmp", ".dib", ".gif", ".pgm", ".ppm", ".pbm", ".pnm",
})
# fmt: on


def find_photos(paths: Iterable[str | os.PathLike[str]], *, recursive: bool = True) -> Iterator[Path]:
    """Lists photos: given files as they are, and of folders the files with a photo's extension.

    A folder's photos come sorted by name, before those of its subfolders. Hidden files and folders (``.name``) are
    left out. Nothing is swallowed: a given path that does not exist and a folder that may not be listed are yielded
    like photos, so that `read_photo` says what is wrong with them in their turn.

    Args:
        paths: Files and folders, in the order to use.
        recursive: Whether to go into the folders' subfolders.
    """
    for path in map(Path, paths):
        if _is_folder(path):
            yield from _walk(path, recursive)
        else:
            yield path


def _walk(folder: Path, recursive: bool) -> Iterator[Path]:
    todo = [folder]
    seen: set[Path] = set()  # links may lead in circles
    while todo:
        folder = todo.pop()
        where = folder.resolve()
        if where in seen:
            continue
        seen.add(where)
        try:
            entries = sorted(entry for entry in folder.iterdir() if not entry.name.startswith("."))
        except OSError:
            yield folder
            continue
        folders = [entry for entry in entries if _is_folder(entry)]
        yield from (entry for entry in entries if entry.suffix.lower() in EXTENSIONS and entry not in folders)
        if recursive:
            todo += reversed(folders)


def _is_folder(path: Path) -> bool:
    try:
        return path.is_dir()
    except OSError:  # it may not be looked at: reading it will say so
        return False
