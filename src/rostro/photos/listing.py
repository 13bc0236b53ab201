"""Files and folders → the photos in them."""

from __future__ import annotations

import os
import re
import stat
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from rostro.core.order import natural
from rostro.photos.left_out import is_nobodys, is_ours, is_programs, is_raw, no_pictures
from rostro.photos.signatures import is_unread_picture, picture_format

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

#: Endings, in lower case, of files that are photos for whoever lists a folder. What a file really is, its content says;
#: of every other file the first bytes are looked at.
# fmt: off
EXTENSIONS = frozenset({
    ".jpg", ".jpeg", ".jpe", ".jfif", ".mpo", ".png", ".apng", ".webp", ".avif", ".heic", ".heif", ".hif",
    ".tif", ".tiff", ".bmp", ".dib", ".gif", ".pgm", ".ppm", ".pbm", ".pnm",
})
# fmt: on
_HEAD = 512
_DATABASE = b"SQLite format 3\0"
#: Texts may begin like these two formats, so that of a file of another name more is asked: the size of a header that
#: exists, and numbers.
_BITMAP_HEADERS = frozenset({12, 16, 40, 52, 56, 64, 108, 124})
_PNM = re.compile(rb"P[456]\s(\s*#[^\n]*\n)*\s*[0-9]+\s+[0-9]+\s")

Kind = Literal["photo", "other", "link"]


def find_photos(
    paths: Iterable[str | os.PathLike[str]],
    *,
    recursive: bool = True,
    on_other: Callable[[Path], object] = lambda file: None,
) -> Iterator[Path]:
    """Lists photos: given files as they are, and of folders the pictures in them.

    A folder's photos come sorted by name (2 before 10), before those of its subfolders. Left out are hidden files and
    folders (``.name``), what programs put among photos (see `rostro.photos.left_out`), and files that are no pictures.
    A folder or file of such a program's name, given among others, is left out too: shells give it for ``album/*``.
    Nothing else is swallowed: a given path that does not exist, a folder that may not be listed and a given folder
    without a photo are yielded like photos, so that `read_photo` says what is wrong with them in their turn.

    Args:
        paths: Files and folders, in the order to use.
        recursive: Whether to go into the folders' subfolders.
        on_other: Told each file that is left out because it is no picture, beside photos of its folder.
    """
    skipped: list[Path] = []
    alone = True
    for path in map(Path, paths):
        if is_programs(path.name):
            skipped.append(path)
            continue
        alone = False
        yield from _photos_of(path, recursive, on_other)
    for path in skipped:  # a shell made ``album/@eaDir`` of ``album/*``; who wants it gives it alone
        if alone:
            yield from _photos_of(path, recursive, on_other)
        else:
            on_other(path)


def _photos_of(path: Path, recursive: bool, on_other: Callable[[Path], object]) -> Iterator[Path]:
    """A given file as it is, a given folder as its photos; one without a photo as itself."""
    if is_folder(path):
        empty = True
        others: list[Path] = []
        for photo in photos_in(path, recursive=recursive, on_other=others.append):
            empty = False
            yield photo
        if empty:
            yield path  # what is wrong with it names what lies in it
        else:
            for file in others:
                on_other(file)
    else:
        yield path


def photos_in(
    folder: Path, *, recursive: bool = True, on_other: Callable[[Path], object] = lambda file: None
) -> Iterator[Path]:
    """The photos of a folder, as `find_photos` lists them; of one without a photo none."""
    for kind, file in walk(folder, recursive=recursive):
        if kind == "photo":
            yield file
        else:
            on_other(file)


def why_empty(folder: Path) -> str | None:
    """What is wrong with a folder in which no photo lies, in words; None where one does."""
    others: list[Path] = []
    if next(photos_in(folder, on_other=others.append), None) is not None:
        return None
    return without_photo(folder, others)


def without_photo(folder: Path, others: list[Path]) -> str:
    """Says that there is no photo in a folder, and what is there instead."""
    return f"no photo in {folder.name or folder}{'; ' + no_pictures(others) if others else ''}"


@dataclass(frozen=True, slots=True)
class Bounds:
    """How far links may lead when one person's folder is gone through.

    Attributes:
        person: The folder, resolved. Links to other folders outside of it are not followed.
        people: The folder of people, resolved. A link to a photo may lead out of it (a collection that is sorted by
            links into an archive), not to the photo of somebody else in it.
    """

    person: Path
    people: Path

    def leaves(self, link: Path, *, folder: bool) -> bool:
        """Whether a link leads where it may not."""
        target = Path(os.path.realpath(link))  # `Path.resolve` raises where a link leads to itself
        return not target.is_relative_to(self.person) and (folder or target.is_relative_to(self.people))


def walk(
    folder: Path, *, recursive: bool = True, bounds: Bounds | None = None, ours: bool = True
) -> Iterator[tuple[Kind, Path]]:
    """Goes through a folder: photos, files that are no pictures, and links that lead out of ``bounds``.

    What is nobody's is not told at all. A folder that may not be listed is told as a photo.

    Args:
        folder: Where to begin.
        recursive: Whether to go into subfolders.
        bounds: How far links may lead; None follows all.
        ours: Whether to go through the folder itself where it is a report or what a training wrote.
    """
    todo, first = [folder], folder
    seen: set[tuple[int, int]] = set()  # links may lead in circles
    while todo:
        folder = todo.pop()
        try:
            status = folder.stat()
            if (status.st_dev, status.st_ino) in seen:
                continue
            seen.add((status.st_dev, status.st_ino))
            entries = sorted(folder.iterdir(), key=natural)
        except OSError:
            yield "photo", folder
            continue
        if not (ours and folder == first) and is_ours({entry.name for entry in entries}):
            continue
        folders = []
        for entry in entries:
            if is_nobodys(entry.name):
                continue
            deeper = is_folder(entry)
            if bounds is not None and entry.is_symlink() and bounds.leaves(entry, folder=deeper):
                yield "link", entry
            elif deeper:
                folders.append(entry)
            elif (kind := _kind(entry)) is not None:
                yield kind, entry
        if recursive:
            todo += reversed(folders)


def _kind(file: Path) -> Kind | None:
    """A file that is a picture, or says that it is one, is a photo: reading it tells what is wrong with it.

    None for databases, which galleries and catalogues are: nobody looks for a photo in them.
    """
    if file.suffix.lower() in EXTENSIONS:
        return "photo"
    if is_raw(file):
        return "other"
    try:
        if not stat.S_ISREG(file.stat().st_mode):  # a pipe would wait, maybe for ever
            return "other"
        with file.open("rb") as opened:
            head = opened.read(_HEAD)
    except OSError:
        return "other"
    if head.startswith(_DATABASE):
        return None
    return "photo" if is_unread_picture(head) or _begins_as_photo(head) else "other"


def _begins_as_photo(head: bytes) -> bool:
    form = picture_format(head)
    if form == "BMP":
        return int.from_bytes(head[14:18], "little") in _BITMAP_HEADERS
    if form == "PNM":
        return _PNM.match(head) is not None
    return form is not None


def is_folder(path: Path) -> bool:
    """Whether a path is a folder; one that may not be looked at is none: reading it says so."""
    try:
        return path.is_dir()
    except OSError:
        return False
