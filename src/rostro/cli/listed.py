"""Photos as they are listed, and which file each printed name means: a name is made fit to be printed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rostro.photos.reading import name_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path


class Listed:
    """Goes through photos once.

    Attributes:
        paths: The file of each name that was given out; empty where nobody asks for them.
    """

    def __init__(self, listed: Iterable[Path], *, remember: bool = True) -> None:
        """Lists nothing yet.

        Args:
            listed: The files; read lazily.
            remember: Whether files are looked up afterwards.
        """
        self.paths: dict[str, Path] = {}
        self._listed = listed
        self._remember = remember

    def __iter__(self) -> Iterator[Path]:
        for path in self._listed:
            if self._remember:
                self.paths[name_of(path)] = path
            yield path
