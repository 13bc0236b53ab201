"""Frozen bases: photos in, vectors out, from an embedder or from a checkpoint's network."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from rostro.core.errors import BadInput, PhotoError, SpaceMismatch
from rostro.photos.reading import photo_hash
from rostro.recognizer import Recognizer
from rostro.training.base import Base, Found, Progress
from rostro.training.classifiers.pictures import run_checkpoint
from rostro.training.data.examples import VectorExamples
from rostro.training.loop.checkpoint import Checkpoint, read_checkpoint
from rostro.training.loop.loop import Interrupted
from rostro.training.recognizers import EmbedderBase

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


def open_base(name: str, recognizer: Recognizer | None = None, progress: Progress | None = None) -> Base:
    """A base by its name: a checkpoint's path, else an embedder; a checkpoint of an embedder is one too.

    Args:
        name: A path, or an embedder's name.
        recognizer: Its own embedder is taken under its name; None makes the default one.
        progress: Told of each photo that an embedder looks at.

    Raises:
        UnknownModel: Neither.
        BadInput: A checkpoint that stands on a base itself.
    """
    path = Path(name)
    checkpoint = read_checkpoint(path) if path.exists() else None
    if checkpoint is not None and "alignment" not in checkpoint.card.preprocessing:
        return CheckpointBase(checkpoint)
    return EmbedderBase(name, recognizer or Recognizer(), progress or Progress())


def reopen_base(checkpoint: Checkpoint, recognizer: Recognizer | None = None, progress: Progress | None = None) -> Base:
    """The base that a checkpoint stands on.

    Raises:
        SpaceMismatch: The base is not the same any more.
    """
    written = checkpoint.card.preprocessing
    base = open_base(str(written["base"]), recognizer, progress)
    if base.space != written["space"]:
        raise SpaceMismatch(f"{written['base']}: trained on vectors of {written['space']}, these are of {base.space}")
    return base


def embed(base: Base, photos: Sequence[Path], labels: NDArray[np.int64], progress: Progress) -> VectorExamples:
    """The vectors of photos; says which photos give none.

    Raises:
        BadInput: A class has no photo left.
        Interrupted: `Progress.stopped` said so.
    """
    kept: list[int] = []
    rows: list[Floats] = []
    for index, answer in enumerate(base.vectors(photos)):
        if progress.stopped():
            raise Interrupted("stopped before the training began; nothing was written")
        if isinstance(answer, PhotoError):
            progress.say(f"left out: {answer}")
            continue
        kept.append(index)
        rows.append(answer.vector)
    gone = sorted(set(labels.tolist()) - set(labels[kept].tolist()))
    if gone:
        example = photos[int(np.flatnonzero(labels == gone[0])[0])]
        raise BadInput(f"{example.parent}: no photo here gives a vector, so nothing can be learned of this class")
    return VectorExamples(np.stack(rows), labels[kept], tuple(photo_hash(photos[index]) for index in kept))
