"""Folders of people: one folder per person, or flat files that are named after the person."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from rostro.core.errors import BadInput
from rostro.core.names import composed
from rostro.photos.listing import find_photos
from rostro.photos.people import People

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

#: ``Ada_Lovelace_0001``, ``ada-2``, ``ada (3)``, ``ada 4``: the number at the end is not part of the name.
_NUMBER = re.compile(r"[\s_.-]*\(?\d+\)?$")


def read_people(root: Path, *, flat: bool = True) -> People:
    """Reads a folder of people.

    With subfolders, each is a person and holds that person's photos, in subfolders of its own if need be. Without,
    the photos are named after the person, with or without a number at the end: ``ada.jpg``, ``Ada_Lovelace_0001.jpg``.

    Args:
        root: The folder.
        flat: Whether the names of files may tell whose photos they are, where there are no subfolders.

    Raises:
        BadInput: No such folder, no photos, photos beside the people's folders, or one folder too high. Names what is
            in the way.
    """
    folders = _subfolders(root)
    loose = list(find_photos([root], recursive=False))
    if not folders:
        if not loose:
            raise BadInput(f"{root}: no photos here")
        if not flat:
            raise BadInput(
                f"{root}: whose photos are these? Put them into one folder per person, or say a name; names of files "
                "are taken for people's only when asked for",
                why="whose-photos",
            )
        return People.of((person_of(photo), photo) for photo in loose)
    if loose:
        raise BadInput(f"{root}: photos belong into the people's folders; {loose[0].name} lies beside them")
    return People.of(_by_folder(root, folders))


def person_of(photo: Path) -> str:
    """The person that a photo's name tells: ``Ada_Lovelace_0001.jpg`` → ``Ada_Lovelace``.

    Raises:
        BadInput: The name is a number only.
    """
    name = composed(_NUMBER.sub("", photo.stem))
    if not name:
        raise BadInput(f"{photo}: whose photo is this? Its name is only a number")
    return name


def read_parts(root: Path, parts: tuple[str, ...]) -> dict[str, People]:
    """Reads a folder whose subfolders are each a folder of people, for example ``gallery``, ``probe``, ``unknown``.

    Raises:
        BadInput: A part is missing, or `read_people` refuses it.
    """
    missing = [part for part in parts if not (root / part).is_dir()]
    if missing:
        raise BadInput(f"{root}: no folder {' and no folder '.join(missing)} here")
    return {part: read_people(root / part) for part in parts}


def _subfolders(root: Path) -> list[Path]:
    try:
        entries = sorted(root.iterdir())
    except OSError as error:
        raise BadInput(f"{root}: not a folder of people ({(error.strerror or str(error)).lower()})") from None
    return [entry for entry in entries if entry.is_dir() and not entry.name.startswith(".")]


def _by_folder(root: Path, folders: list[Path]) -> Iterator[tuple[str, Path]]:
    found = False
    for folder in folders:
        photos = list(find_photos([folder]))
        found = found or bool(photos)
        if len(photos) > 1 and all(photo.parent != folder for photo in photos) and _looks_like_people(folder):
            raise BadInput(f"{root}: {folder.name} holds folders, not photos. Is the folder of people {folder}?")
        yield from ((composed(folder.name), photo) for photo in photos)
    if not found:
        raise BadInput(f"{root}: no photos in its {len(folders)} folders")


def _looks_like_people(folder: Path) -> bool:
    """Whether a folder without photos of its own has several subfolders: people rather than one person's albums."""
    return len(_subfolders(folder)) > 1
