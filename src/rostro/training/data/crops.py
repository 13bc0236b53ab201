"""Aligned crops of people's photos, made once and kept as pictures in a folder."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from rostro.core.errors import BadInput, PhotoError
from rostro.core.files import write_private
from rostro.photos.reading import photo_hash
from rostro.photos.writing import encode_picture
from rostro.training.loop import processes as _processes
from rostro.training.loop.checkpoint import make_folder
from rostro.training.loop.loop import Interrupted
from rostro.training.recognizers import aligned_faces

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from numpy.typing import NDArray

    from rostro.core.types import AlignmentSpec
    from rostro.recognizer import Recognizer
    from rostro.training.base import Progress

_SHOWN = 5


@dataclass(frozen=True, slots=True, eq=False)
class Crops:
    """The photos that gave a crop.

    Attributes:
        files: A picture each.
        kept: (N,) their numbers among the photos asked for.
        hashes: sha256 of each photo.
    """

    files: tuple[Path, ...]
    kept: NDArray[np.int64]
    hashes: tuple[str, ...]


def make_crops(
    photos: Sequence[Path],
    spec: AlignmentSpec,
    detector: str,
    folder: Path,
    *,
    recognizer: Recognizer,
    progress: Progress,
) -> Crops:
    """The crops of photos; those that a run before made are not made again. Says which photos give none.

    Several processes make a part each.

    Args:
        photos: The photos.
        spec: How their faces are aligned.
        detector: What finds them.
        folder: Where crops are kept, by the photo's hash, in a folder per detector and alignment.
        recognizer: Finds the faces; see `rostro.training.recognizers`.
        progress: Told, and asked whether to stop.

    Raises:
        BadInput: No photo gives a crop.
        Interrupted: `Progress.stopped` said so; the crops made until then are kept.
    """
    home = folder / f"{detector}+{spec.key}"
    make_folder(home)
    hashes = [_hash(photo) for photo in photos]
    failed = {index: answer for index, answer in enumerate(hashes) if isinstance(answer, PhotoError)}
    files = {index: home / f"{answer}.png" for index, answer in enumerate(hashes) if isinstance(answer, str)}
    mine = list(files)[_processes.number() :: _processes.count()]  # of all photos: what is there changes meanwhile
    todo = [index for index in mine if not files[index].exists()]
    if todo:
        answers = aligned_faces([photos[index] for index in todo], spec, detector, recognizer, progress)
        for index, answer in zip(todo, answers, strict=True):
            if isinstance(answer, PhotoError):
                failed[index] = answer
            else:
                write_private(files[index], encode_picture(answer, ".png"))
            if progress.stopped():
                raise Interrupted("stopped while faces were cropped; the same command goes on from there")
    _processes.wait()
    kept = [index for index, file in files.items() if file.exists()]
    for index in sorted(failed)[:_SHOWN]:
        progress.say(f"left out: {failed[index]}")
    if len(kept) < len(photos):
        progress.say(f"{len(photos) - len(kept)} of {len(photos)} photos are left out")
    if not kept:
        raise BadInput(f"none of {len(photos)} photos gives a face; the first: {failed[min(failed)]}")
    return Crops(
        tuple(files[index] for index in kept), np.array(kept, np.int64), tuple(str(hashes[index]) for index in kept)
    )


def _hash(photo: Path) -> str | PhotoError:
    try:
        return photo_hash(photo)
    except PhotoError as error:
        return error
