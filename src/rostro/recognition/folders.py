"""Folders of people, as they are enrolled."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rostro.errors import BadInput
from rostro.imaging.listing import find_photos

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path


def people_photos(paths: Sequence[Path], name: str | None) -> list[tuple[str, Path]]:
    """(person's name, photo) of everything under some paths.

    Args:
        paths: See `Recognizer.enroll`.
        name: Whose photos they are; None: one folder per person.

    Raises:
        BadInput: A path does not exist, there is no photo, or (without a name) photos belong to nobody.
    """
    missing = [str(path) for path in paths if not path.exists()]
    if missing:
        raise BadInput(f"no such file or folder: {', '.join(missing)}")
    found = [(name, photo) for photo in find_photos(paths)] if name is not None else _by_folder(paths)
    if not found:
        raise BadInput(f"no photos in {', '.join(map(str, paths))}")
    return found


def _by_folder(paths: Sequence[Path]) -> list[tuple[str, Path]]:
    found: list[tuple[str, Path]] = []
    for path in paths:
        if path.is_file():
            raise BadInput(f"{path}: whose photo is this? Give --name, or a folder that holds one folder per person")
        folders = sorted(entry for entry in path.iterdir() if entry.is_dir() and not entry.name.startswith("."))
        loose = next(find_photos([path], recursive=False), None)
        if loose is not None:
            raise BadInput(
                f"{path}: photos belong into one folder per person; {loose.name} lies beside them "
                "(give --name if all are of one person)"
            )
        found += [(folder.name, photo) for folder in folders for photo in find_photos([folder])]
    return found
