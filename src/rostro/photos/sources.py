"""What is read is not written over: files told apart by what they are, and not by what they are called."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from rostro.core.errors import BadInput
from rostro.photos.listing import find_photos

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

T = TypeVar("T")
Name = str | os.PathLike[str]

#: Device and number: the same through links of both kinds, ``./`` and other spellings.
_File = tuple[int, int]


def spare(outputs: Iterable[Name | None], *inputs: Name | None) -> None:
    """Refuses to write over what is read, before any work.

    Args:
        outputs: Files that will be written. None is none, and one that is not there yet can overwrite nothing: then the
            inputs are not looked at.
        inputs: Files that will be read, and folders whose photos will be. None is none.

    Raises:
        BadInput: An output is one of the inputs, or two outputs are one file.
    """
    given = [output for output in outputs if output is not None]
    places = [os.path.realpath(output) for output in given]
    for number, place in enumerate(places):
        if place in places[:number]:
            raise BadInput(f"{given[number]} would be written twice, by two options", why="own-source")
    if any(_file(output) is not None for output in given):
        for _ in spared(given, find_photos(name for name in inputs if name is not None)):
            pass


def spared(outputs: Iterable[Name], inputs: Iterable[T]) -> Iterator[T]:
    """The inputs, one by one, where they can be read only once; what is no path passes.

    Raises:
        BadInput: The next input is one of the outputs.
    """
    written = {file: output for output in outputs if (file := _file(output)) is not None}
    for item in inputs:
        file = _file(item) if written and isinstance(item, str | os.PathLike) else None
        if file in written:
            output = os.fspath(written[file])
            read = "" if output == os.fspath(item) else f", {item}"  # type: ignore[call-overload]
            raise BadInput(f"{output} would overwrite its own source{read}", why="own-source")
        yield item


def are_one(one: Name, other: Name) -> bool:
    """Whether two names are of one file, there or not."""
    files = _file(one), _file(other)
    return files[0] == files[1] if files[0] else os.path.realpath(one) == os.path.realpath(other)


def _file(name: Name) -> _File | None:
    try:
        found = Path(name).stat()
    except (OSError, ValueError):  # it is not there, or cannot be: nothing to overwrite, nothing to read
        return None
    return found.st_dev, found.st_ino
