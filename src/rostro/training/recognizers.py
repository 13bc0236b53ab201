"""What recipes take from a recogniser: vectors, aligned faces, model files.

A recogniser's own parts are taken under their names. Others are opened beside it, with its settings, its engine and its
model files.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from rostro.alignment.base import open_alignment
from rostro.core.errors import PhotoError
from rostro.recognition.pipeline import Failure
from rostro.recognizer import Recognizer
from rostro.training.base import Found, Progress
from rostro.training.data.squares import middle_squares

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from rostro.core.types import AlignmentSpec, Image
    from rostro.models.entry import ModelFile


class EmbedderBase:
    """An embedder as a base of the training: the vector of each photo's largest face."""

    def __init__(self, name: str, recognizer: Recognizer, progress: Progress) -> None:
        """Loads no model yet.

        Args:
            name: The recogniser's own embedder, or another one.
            recognizer: Finds, aligns and embeds the faces.
            progress: Told of each photo.

        Raises:
            UnknownModel: No such embedder.
        """
        own = name == recognizer.embedder_name
        self._recognizer = recognizer if own else _beside(recognizer, embedder=name)
        self._progress = progress

    @property
    def space(self) -> str:
        """The embedding space."""
        return self._recognizer.space

    def vectors(self, photos: Sequence[Path]) -> Iterator[Found | PhotoError]:
        """One answer per photo."""
        for done, answer in enumerate(self._recognizer.photos(photos, face="largest"), start=1):
            self._progress.on_photo("embedding", done, len(photos))
            if isinstance(answer, Failure):
                yield answer.error
            else:
                yield Found(answer.embeddings[0], answer.faces[0].box)

    def portraits(self, photos: Sequence[Path | bytes]) -> Iterator[Found | PhotoError]:
        """One answer per photo, about its middle square."""
        size, done = self._recognizer.alignment_spec.size, 0
        for answers in middle_squares(photos, size):
            crops = [answer for answer in answers if not isinstance(answer, PhotoError)]
            vectors = iter(self._recognizer.embedder.embed(np.stack(crops)) if crops else ())
            done += len(answers)
            self._progress.on_photo("embedding", done, len(photos))
            for answer in answers:
                yield answer if isinstance(answer, PhotoError) else Found(next(vectors))


def aligned_faces(
    photos: Sequence[Path], spec: AlignmentSpec, detector: str, recognizer: Recognizer, progress: Progress
) -> Iterator[Image | PhotoError]:
    """The largest face of each photo, aligned; one answer per photo, in order.

    Args:
        photos: The photos.
        spec: How faces are aligned.
        detector: The recogniser's own detector, or another one.
        recognizer: Finds the faces.
        progress: Told of each photo.
    """
    finder = recognizer if detector == recognizer.detector_name else _beside(recognizer, detector=detector)
    alignment = open_alignment(spec, finder.store)
    for done, answer in enumerate(finder.photos(photos, embed=False, face="largest", keep=True), start=1):
        progress.on_photo("finding faces", done, len(photos))
        if isinstance(answer, Failure):
            yield answer.error
        else:
            yield alignment.align(answer.kept_image, answer.faces)[0]


def model_file(forms: Sequence[ModelFile], recognizer: Recognizer) -> tuple[ModelFile, Path]:
    """The first of some files, each with the same network, that is installed; else the first one, fetched."""
    store = recognizer.store
    entry = next((entry for entry in forms if store.is_installed(entry)), forms[0])
    return entry, store.path(entry)


def _beside(recognizer: Recognizer, *, embedder: str = "sface", detector: str | None = None) -> Recognizer:
    engine = recognizer.engine_options
    return Recognizer(
        detector=detector, embedder=embedder, engine=engine.name, precision=engine.precision,
        settings=recognizer.settings, store=recognizer.store,
    )  # fmt: skip
