"""Frozen bases: photos in, vectors out, from an embedder or from a checkpoint's network."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from rostro.core.errors import BadInput, PhotoError, SpaceMismatch
from rostro.photos.reading import photo_hash
from rostro.training.base import Base, Found, Tools
from rostro.training.classifiers.pictures import run_checkpoint
from rostro.training.loop.checkpoint import Checkpoint, read_checkpoint
from rostro.training.loop.loop import Interrupted

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from numpy.typing import NDArray

    from rostro.core.types import Floats


class CheckpointBase:
    """A network that was trained here, without its last layer, on whole photos."""

    def __init__(self, checkpoint: Checkpoint) -> None:
        if "size" not in checkpoint.card.preprocessing:
            raise BadInput(f"a checkpoint of {checkpoint.card.recipe} stands on a base itself and cannot be one")
        self._checkpoint = checkpoint

    @property
    def space(self) -> str:
        """Network and weights."""
        card = self._checkpoint.card
        return f"{card.net}-{card.weights_sha256[:8]}/whole-{card.preprocessing['size']}"

    def vectors(self, photos: Sequence[Path | bytes]) -> Iterator[Found | PhotoError]:
        """What the last layer would read, one answer per photo."""
        for _, vector in run_checkpoint(self._checkpoint, photos, represent=True):
            yield vector if isinstance(vector, PhotoError) else Found(vector)

    def portraits(self, photos: Sequence[Path | bytes]) -> Iterator[Found | PhotoError]:
        """The same: it takes whole photos anyway."""
        return self.vectors(photos)


def open_base(name: str, tools: Tools) -> Base:
    """A base by its name: a checkpoint's path, else an embedder; a checkpoint of an embedder is one too.

    Raises:
        UnknownModel: Neither.
    """
    path = Path(name)
    if not path.exists():
        return tools.open_base(name)
    checkpoint = read_checkpoint(path)
    return tools.open_base(name) if "alignment" in checkpoint.card.preprocessing else CheckpointBase(checkpoint)


def reopen_base(checkpoint: Checkpoint, tools: Tools) -> Base:
    """The base that a checkpoint stands on.

    Raises:
        SpaceMismatch: The base is not the same any more.
    """
    written = checkpoint.card.preprocessing
    base = open_base(str(written["base"]), tools)
    if base.space != written["space"]:
        raise SpaceMismatch(f"{written['base']}: trained on vectors of {written['space']}, these are of {base.space}")
    return base


@dataclass(frozen=True, slots=True, eq=False)
class Vectors:
    """The vectors of a part's photos; photos that gave none are left out.

    Attributes:
        vectors: (N, d) float32.
        labels: (N,) numbers of their classes.
        hashes: sha256 of each photo.
    """

    vectors: Floats
    labels: NDArray[np.int64]
    hashes: tuple[str, ...]


def embed(base: Base, photos: Sequence[Path], labels: NDArray[np.int64], tools: Tools) -> Vectors:
    """The vectors of photos; says which photos give none.

    Raises:
        BadInput: A class has no photo left.
        Interrupted: `Tools.stopped` said so.
    """
    kept: list[int] = []
    rows: list[Floats] = []
    for index, answer in enumerate(base.vectors(photos)):
        if tools.stopped():
            raise Interrupted("stopped before the training began; nothing was written")
        if isinstance(answer, PhotoError):
            tools.say(f"left out: {answer}")
            continue
        kept.append(index)
        rows.append(answer.vector)
    gone = sorted(set(labels.tolist()) - set(labels[kept].tolist()))
    if gone:
        example = photos[int(np.flatnonzero(labels == gone[0])[0])]
        raise BadInput(f"{example.parent}: no photo here gives a vector, so nothing can be learned of this class")
    return Vectors(np.stack(rows), labels[kept], tuple(photo_hash(photos[index]) for index in kept))
