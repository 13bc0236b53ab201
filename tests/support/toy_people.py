"""People with faces of one colour: galleries and enrolments without a model."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from PIL import Image

from rostro.core.errors import NoFace
from rostro.core.types import Face
from rostro.photos.reading import read_photo
from rostro.recognition.pipeline import Failure, PhotoFaces

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    from rostro.photos.reading import Source

SPACE = "toy-00000000/none"
FACE = Face((0, 0, 4, 4), 0.9)
DIMS = 8


def vector(colour: int) -> np.ndarray:
    """Colours that differ by a hundred are of one person: their vectors are nearly the same."""
    drawn, own = np.random.default_rng(colour % 100).normal(size=DIMS), np.random.default_rng(colour).normal(size=DIMS)
    both = (drawn + 0.05 * own).astype(np.float32)
    return both / np.linalg.norm(both)


def photo(colour: int) -> np.ndarray:
    """A photo of this colour."""
    return np.full((4, 4, 3), colour, np.uint8)


def photo_file(path: Path, colour: int) -> Path:
    """The same, in a file."""
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.fromarray(photo(colour)).save(path, "PNG")
    return path


def look(sources: Iterable[Source]) -> Iterator[PhotoFaces | Failure]:
    """A face in every photo but black ones."""
    for source in sources:
        read = read_photo(source)
        colour = int(read.image[0, 0, 0])
        if colour == 0:
            yield Failure(NoFace(read.name))
        else:
            crops = read.image[None].copy()
            yield PhotoFaces(read.name, read.sha256, 4, 4, (FACE,), vector(colour)[None], read.image, crops)
