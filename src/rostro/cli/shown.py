"""The photos of a contact sheet: no more of them in memory than are shown, and none larger than it is shown."""

from __future__ import annotations

from itertools import chain, islice
from typing import TYPE_CHECKING, Generic, Protocol, TypeVar

from rostro.cli.language import language
from rostro.drawing.faces import scale_face
from rostro.drawing.sheets import LARGEST_TILE, MOST_PHOTOS
from rostro.recognition.keeping import Keep

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence
    from pathlib import Path

    from rostro.core.types import Face, Image
    from rostro.core.words import Language
    from rostro.recognition.pipeline import PhotoFaces

Row = TypeVar("Row")
Drawn_contra = TypeVar("Drawn_contra", contravariant=True)


class Draw(Protocol[Drawn_contra]):
    """A sheet of `rostro.drawing.sheets`."""

    def __call__(
        self, photos: Sequence[tuple[str, Image, Drawn_contra]], /, *, total: int | None, language: Language
    ) -> Image:
        """Draws it."""


class Sheet(Generic[Row]):
    """Collects what a picture shows while the photos run.

    Attributes:
        photos: The photos, to be run.
        keep: What their answers should carry.
    """

    def __init__(self, picture: Path | None, photos: Iterable[Path]) -> None:
        """Looks whether there is one photo, which is shown as large as it is, or several.

        Args:
            picture: The file to draw into; None draws nothing, and nothing is kept.
            photos: The photos; read lazily.
        """
        listed = iter(photos)
        first = list(islice(listed, 2))
        self.photos: Iterator[Path] = chain(first, listed)
        self.keep: bool | Keep = False
        if picture is not None:
            self.keep = Keep(side=None if len(first) < 2 else LARGEST_TILE, crops=False)
        self._picture = picture
        self._rows: list[tuple[str, Image, Row]] = []
        self._total = 0

    def add(self, answer: PhotoFaces, row: Callable[[PhotoFaces], Row]) -> None:
        """Takes a photo in, unless there are enough.

        Args:
            answer: The photo, its image kept as `keep` says.
            row: Says what is drawn on it.
        """
        self._total += 1
        if self._picture is not None and len(self._rows) < MOST_PHOTOS:
            self._rows.append((answer.photo, answer.kept_image, row(answer)))

    def draw(self, sheet: Draw[Row]) -> None:
        """Writes the picture, if one is wanted and there is a photo to show.

        Args:
            sheet: Draws it, from (name, image, row) of photos and the number of all of them.
        """
        if self._picture is not None and self._rows:
            from rostro.photos.writing import write_picture

            write_picture(sheet(self._rows, total=self._total, language=language()), self._picture)


def shown_face(face: Face, answer: PhotoFaces) -> Face:
    """The face in pixels of the image that was kept of its photo."""
    width = answer.kept_image.shape[1]
    return face if width == answer.width else scale_face(face, width / answer.width)
