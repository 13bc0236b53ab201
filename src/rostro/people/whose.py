"""Whose photos are these? What is given to be enrolled, as (person's name, photo) pairs.

A name is never guessed unasked: two people who become one by a guess are found by nobody, and cannot be told apart
again.
"""

from __future__ import annotations

import re
from collections import Counter
from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING, Literal, TypeGuard

from rostro.core.errors import BadInput
from rostro.core.names import clean_name, composed
from rostro.photos.folders import read_people
from rostro.photos.listing import find_photos, why_empty
from rostro.photos.reading import name_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from rostro.core.errors import PhotoError
    from rostro.photos.reading import Source

#: Where names come from that are not given: the folders that the photos are in, or the photos' own files.
NamesFrom = Literal["folders", "files"]

#: Words that cameras, telephones and programs name photos with, and those that they add.
# fmt: off
_CALLED = frozenset({
    "captura", "cimg", "dcim", "descarga", "download", "dsc", "dscf", "dscn", "face", "foto", "frame", "gopr", "image",
    "imagen", "img", "mvi", "mvimg", "photo", "pic", "pict", "picture", "pxl", "scan", "screenshot", "untitled",
    "unnamed", "vid", "whatsapp",
})
_ADDED = frozenset({
    "a", "am", "at", "burst", "copia", "copy", "cover", "de", "edited", "las", "m", "mp", "night", "original", "p",
    "pantalla", "pm", "portrait", "wa",
})
# fmt: on
#: Short words that are such only before a number: ``P1010001``, ``SAM_0001``.
_NUMBERED = re.compile(r"p\d{3,}|sam_\d{4}", re.IGNORECASE)
_LETTERS = re.compile(r"[^\W\d_]+")


def people_photos(
    photos: Sequence[Source],
    name: str | None,
    names_from: NamesFrom = "folders",
    *,
    on_failure: Callable[[PhotoError], object] = lambda error: None,
    on_other: Callable[[Path], object] = lambda file: None,
) -> list[tuple[str, Source]]:
    """(person's name, photo) of everything to enrol.

    Args:
        photos: With ``name``: photos of that person (paths, bytes, file objects, arrays), or folders of them. Without:
            folders that hold one folder per person, as `rostro.photos.folders.read_people` knows them.
        name: Whose photos they are.
        names_from: ``files`` takes the name of each photo's file for its person's, as it is: ``emp-1001.jpg`` and
            ``emp-1002.jpg`` are two people. Names that machines give, such as ``IMG_0001``, are refused.
        on_failure: Told of each folder that gives nobody a photo, and of each link that is not followed.
        on_other: Told each file in a folder that is left out because it is no picture.

    Raises:
        BadInput: A path does not exist, holds no photo, or a photo belongs to nobody; both ways of naming are given.
    """
    if name is not None and names_from == "files":
        raise BadInput("whose photos are these? A name is given, and names are to come from files; take one of the two")
    paths = [Path(photo) for photo in photos if _is_path(photo)]
    others = [photo for photo in photos if not _is_path(photo)]
    if name is not None:
        clean_name(name)
        return [(name, photo) for photo in [*_listed(paths, on_other, alone=not others), *others]]
    for photo in others:
        raise _whose(name_of(photo))
    if names_from == "files":
        return _by_file(_listed(paths, on_other, alone=True))
    return _by_folder(paths, on_failure, on_other)


def photos_each(listed: Iterable[tuple[str, Source]]) -> dict[str, int]:
    """How many photos of each person, by name: what an enrolment is about to do."""
    return dict(sorted(Counter(composed(name) for name, _ in listed).items()))


def says_nothing(name: str) -> bool:
    """Whether a photo's name, without its ending, is one that machines give: ``IMG_0001``, ``20240131_101500``."""
    if _NUMBERED.fullmatch(name):
        return True
    words = set(_LETTERS.findall(name.casefold()))
    return not words or (bool(words & _CALLED) and words <= _CALLED | _ADDED)


def _listed(paths: Sequence[Path], on_other: Callable[[Path], object], *, alone: bool) -> list[Path]:
    """The photos in these places.

    Raises:
        BadInput: There are none, and there is nothing else to enrol.
    """
    found = list(find_photos(paths, on_other=on_other))
    if paths and alone and all(photo.is_dir() for photo in found):
        raise BadInput("; ".join(why_empty(path) or f"no photo in {path}" for path in paths))
    return found


def _by_folder(
    paths: Sequence[Path], on_failure: Callable[[PhotoError], object], on_other: Callable[[Path], object]
) -> list[tuple[str, Source]]:
    listed: list[tuple[str, Source]] = []
    for path in paths:
        if path.is_file():
            raise _whose(str(path))
        people = read_people(path, flat=False)
        for error in people.failed:
            on_failure(error)
        for file in people.others:
            on_other(file)
        listed += [(people.names[owner], photo) for owner, photo in zip(people.owners, people.photos, strict=True)]
    return listed


def _by_file(photos: Sequence[Path]) -> list[tuple[str, Source]]:
    telling_nothing = [photo for photo in photos if says_nothing(photo.stem)]
    if telling_nothing:
        raise BadInput(
            f"{telling_nothing[0]}: whose photo is this? Its name says nothing, as that of {len(telling_nothing)} of "
            f"{len(photos)} files here; name them after the people, or put them into one folder per person",
            why="says-nothing",
        )
    return [(photo.stem, photo) for photo in photos]


def _whose(photo: str) -> BadInput:
    return BadInput(
        f"{photo}: whose photo is this? Give a name, or a folder that holds one folder per person", why="whose-photo"
    )


def _is_path(photo: Source) -> TypeGuard[str | PathLike[str]]:
    return isinstance(photo, str | PathLike)
