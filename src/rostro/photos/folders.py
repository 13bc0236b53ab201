"""Folders of people: one folder per person, or flat files that are named after the person."""

from __future__ import annotations

import re
import unicodedata
from typing import TYPE_CHECKING, Final

from rostro.core.errors import BadInput, PhotoError, UnreadablePhoto
from rostro.core.names import clean_name, composed
from rostro.core.order import natural
from rostro.photos.left_out import CROPS, SCORES, is_nobodys, is_ours, no_pictures
from rostro.photos.listing import Bounds, is_folder, photos_in, walk, without_photo
from rostro.photos.people import People
from rostro.photos.reading import no_photo, printable

if TYPE_CHECKING:
    from pathlib import Path

#: ``Ada_Lovelace_0001``, ``ada-2``, ``ada (3)``, ``ada 4``: the number at the end is not part of the name.
_NUMBER = re.compile(r"[\s_.-]*\(?\d+\)?$")
#: ``2019``, ``2019-05``, ``20190503 beach``: how people name the folders into which they sort their photos by time.
_DATE = re.compile(r"(19|20)\d\d([-_. ]?\d\d){0,2}(?!\d)")
#: Folders without photos that an error names, where all are so.
_SHOWN: Final = 3
#: Folders of this name hold people, and are none.
_SETS: Final = frozenset({
    "train", "val", "valid", "validation", "test", "gallery", "probe", "probes", "unknown", "images", "photos",
    "people", "faces", "dataset", "lfw", "lfw-deepfunneled", "lfw_funneled",
})  # fmt: skip


def read_people(root: Path, *, flat: bool = True) -> People:
    """Reads a folder of people.

    With subfolders, each is a person and holds that person's photos, in subfolders of its own if need be. Without,
    the photos are named after the person, with or without a number at the end: ``ada.jpg``, ``Ada_Lovelace_0001.jpg``.

    What is nobody's (`rostro.photos.left_out`) is not seen. A person without a photo, a folder whose name nobody can
    have and a link that leads out of a person's folder are in `People.failed`; files that are no pictures in
    `People.others`. Names are compared in one form (`rostro.core.names`).

    Args:
        root: The folder.
        flat: Whether the names of files may tell whose photos they are, where there are no subfolders.

    Raises:
        BadInput: No such folder, no photos, photos beside the people's folders, or one folder too high. Names what is
            in the way.
    """
    folders = _subfolders(root)
    others: list[Path] = []
    loose = list(photos_in(root, recursive=False, on_other=others.append))
    if loose:
        folders = [folder for folder in folders if not _is_ours(folder)]
    if not folders:
        if not loose:
            raise BadInput(f"{root}: no photos here{'; ' + no_pictures(others) if others else ''}")
        if not flat:
            raise BadInput(
                f"{root}: whose photos are these? Put them into one folder per person, or say a name; names of files "
                "are taken for people's only when asked for",
                why="whose-photos",
            )
        return People.of(((person_of(photo), photo) for photo in loose), others=others)
    if loose:
        raise BadInput(f"{root}: photos belong into the people's folders; {loose[0].name} lies beside them")
    return _by_folder(root, folders, others)


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
        entries = sorted(root.iterdir(), key=natural)
    except OSError as error:
        raise BadInput(f"{root}: not a folder of people ({(error.strerror or str(error)).lower()})") from None
    folders = [entry for entry in entries if is_folder(entry) and not is_nobodys(entry.name)]
    if is_ours({entry.name for entry in entries}):  # somebody trained, or wrote a report, into the folder of the photos
        folders = [folder for folder in folders if folder.name not in {CROPS, SCORES}]
    return folders


def _is_ours(folder: Path) -> bool:
    try:
        return is_ours({entry.name for entry in folder.iterdir()})
    except OSError:  # going through it will say so
        return False


def _by_folder(root: Path, folders: list[Path], others: list[Path]) -> People:
    failed: list[PhotoError] = []
    items: list[tuple[str, Path]] = []
    all_people = root.resolve()
    for folder in folders:
        bounds = Bounds(folder.resolve() if folder.is_symlink() else all_people / folder.name, all_people)
        if (wrong := _nobodys_name(folder.name)) is not None:
            failed.append(UnreadablePhoto(_shown(folder), wrong, why="folder-name"))
            continue
        if bounds.people.is_relative_to(bounds.person):
            failed.append(_link(folder, "a link back to the folder of people; it is not followed"))
            continue
        photos, left, leaving = _photos_of(folder, bounds)
        if not photos and _is_ours(folder):
            continue
        failed += leaving
        if photos:
            others += left
        else:
            failed.append(no_photo(printable(str(folder)), without_photo(folder, left)))
        if _holds_people(folder, photos, alone=len(folders) == 1):
            raise BadInput(
                f"{root}: {folder.name} holds folders, not photos. Is the folder of people {folder}? "
                "(Where all are of one person, give the name.)"
            )
        items += ((composed(folder.name), photo) for photo in photos)
    if not items and not failed:
        raise BadInput(f"{root}: no photos here")
    if not items:
        shown = "; ".join(error.reason for error in failed[:_SHOWN])
        raise BadInput(f"{root}: no photos in its {len(folders)} folders ({shown}{', …' if failed[_SHOWN:] else ''})")
    return People.of(items, failed=failed, others=others)


def _photos_of(folder: Path, bounds: Bounds) -> tuple[list[Path], list[Path], list[PhotoError]]:
    """A person's photos at any depth, the files that are none, and the links that are not followed."""
    found: dict[str, list[Path]] = {"photo": [], "other": [], "link": []}
    for kind, file in walk(folder, bounds=bounds, ours=False):
        found[kind].append(file)
    reason = f"a link that leads out of {printable(folder.name)}; it is not followed"
    return found["photo"], found["other"], [_link(file, reason) for file in found["link"]]


def _link(link: Path, reason: str) -> UnreadablePhoto:
    return UnreadablePhoto(printable(str(link)), reason, why="link-leaves")


def _nobodys_name(name: str) -> str | None:
    """Why nobody can be called so, in words; None where somebody can."""
    if name != printable(name):
        return "a folder whose name is not UTF-8: nobody is called so; rename it"
    if any(map(_is_control, name)):
        return "a folder with a control character in its name: nobody is called so; rename it"
    try:
        clean_name(name)
    except BadInput:
        return "a folder with characters in its name that nobody sees: nobody is called so; rename it"
    return None


def _shown(folder: Path) -> str:
    """A path on one line, with its control characters as Python writes them."""
    return "".join(repr(letter)[1:-1] if _is_control(letter) else letter for letter in printable(str(folder)))


def _is_control(letter: str) -> bool:
    return unicodedata.category(letter) == "Cc"


def _holds_people(folder: Path, photos: list[Path], *, alone: bool) -> bool:
    """Whether a folder is a set of people rather than a person whose photos are sorted into subfolders.

    Both have no photos of their own. A set is told by its name, and by being alone with folders that are not years.
    """
    if not photos:
        return False
    inside = {photo.relative_to(folder).parts[0] for photo in photos}
    if len(inside) < 2 or any(photo.parent == folder for photo in photos):
        return False
    return folder.name.lower() in _SETS or (alone and not all(map(_DATE.match, inside)))
