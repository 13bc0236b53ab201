"""Embedded faces, judged: makes the crops that a scorer needs where the embedder's are others."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

import numpy as np

from rostro.alignment.base import open_alignment
from rostro.core.errors import BadInput
from rostro.quality.base import ALIGNMENT
from rostro.quality.judge import Judge
from rostro.recognition.masks import Masks

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rostro.core.quality import Quality
    from rostro.core.types import AlignmentSpec, Crops, Floats
    from rostro.detection.base import Detector
    from rostro.models.store import ModelStore
    from rostro.recognition.turning import Look
    from rostro.runtime.base import EngineOptions


#: What options call it when faces are not judged.
NONE = "none"


class HasParts(Protocol):
    """What a recogniser has."""

    store: ModelStore
    engine_options: EngineOptions

    @property
    def alignment_spec(self) -> AlignmentSpec:
        """The alignment of the embedder's crops."""


@dataclass(frozen=True, slots=True)
class Judging:
    """A judge, and how the embedder's crops are made.

    Attributes:
        judge: Says how good faces are.
        spec: The alignment of the embedder's crops.
        store: Gives what alignments need.
        masks: Says which poor faces are covered; None asks about none.
    """

    judge: Judge
    spec: AlignmentSpec
    store: ModelStore
    masks: Masks | None = None

    @classmethod
    def of(cls, judge: Judge, parts: HasParts) -> Judging:
        """How a recogniser judges the faces that it embeds; loads nothing."""
        return cls(judge, parts.alignment_spec, parts.store, Masks(parts.store, parts.engine_options))

    def __call__(
        self, looks: Sequence[Look], crops: Sequence[Crops], lengths: Floats, *, meant: bool = False
    ) -> list[Quality]:
        """Qualities of all faces of all looks, in order.

        Args:
            looks: At photos, each with the faces that were embedded.
            crops: The embedder's crops, of each look or of more photos; those without faces are empty.
            lengths: Of the vectors before they were normalised, for all faces in order.
            meant: Whether one face of each photo was chosen, to be enrolled or to be compared with another: then it is
                asked whether poor ones wear a mask. In searches a face in a mask is judged as others are.

        Returns:
            None at all where a face has no landmarks to align it by.
        """
        if any(face.landmarks is None for look in looks for face in look.faces):
            return []
        own = self.spec == ALIGNMENT
        if not own:
            aligner = open_alignment(ALIGNMENT, self.store)
            crops = [aligner.align(look.image, look.faces) for look in looks]
        if not sum(map(len, crops)):
            return []
        faces = [face for look in looks for face in look.faces]
        sizes = [look.image.shape[1::-1] for look in looks for _ in look.faces]
        told = self.judge.judge(np.concatenate(crops), faces, lengths, [(int(w), int(h)) for w, h in sizes])
        return told if self.masks is None or not meant else self.masks.judged(looks, told, self.judge.gate.sure_from)

    def all_poor(self, qualities: Sequence[Quality]) -> bool:
        """Whether no face of a photo can be judged; False where there is none."""
        return bool(qualities) and max(quality.value for quality in qualities) < self.judge.gate.refuse_below


def open_judge(
    quality: str | None,
    detector: Detector,
    space: str,
    store: ModelStore,
    engine: EngineOptions,
    *,
    min_quality: float | None = None,
) -> Judge | None:
    """The judge that is wanted; None where none is, or the detector gives no landmarks to judge by.

    Args:
        quality: ``auto``, the name of a scorer, ``length``, or ``none`` or None for no judge.
        detector: Whose faces are judged.
        space: The embedding space.
        store: Gives the scorer's file.
        engine: Runs it.
        min_quality: The level below which nothing is judged; None takes the measured one.

    Raises:
        UnknownModel: No scorer of that name.
        ModelUnavailable: The scorer was named and its file cannot be had.
        BadInput: A scorer was named, and the detector gives no landmarks to align faces by.
    """
    if quality in {None, NONE}:
        return None
    if not detector.gives_landmarks:
        if quality == "auto":
            return None
        raise BadInput(f"{detector.name} gives no landmarks, so its faces cannot be judged")
    return Judge.open(space, store, engine, scorer=None if quality == "auto" else quality, refuse_below=min_quality)
