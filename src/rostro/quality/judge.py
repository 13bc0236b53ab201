"""A scorer, the gate of an embedding space, and reasons, put together: what a recogniser asks about its faces."""

from __future__ import annotations

from typing import TYPE_CHECKING, Self

import numpy as np

from rostro.core.errors import BadInput
from rostro.core.quality import Quality
from rostro.quality.base import QUALITIES, QualityScorer
from rostro.quality.gate import Gate
from rostro.quality.reasons import Measures

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rostro.core.types import Crops, Face, Floats
    from rostro.models.store import ModelStore
    from rostro.runtime.base import EngineOptions

#: What options call no scorer: the length of the embedder's vectors alone.
LENGTH = "length"
#: What is taken where none is named: the best that can be had.
DEFAULTS = ("lightqnet", LENGTH, "detail")


def level_of(space: str) -> float:
    """The quality below which faces in a space are not judged, where nothing is named."""
    return gate_of(space).refuse_below


def gate_of(space: str) -> Gate:
    """What says which faces in a space are poor, where nothing is named and every scorer can be had."""
    return next(gate for gate in (_gate(space, name) for name in DEFAULTS) if gate is not None)


def _gate(space: str, scorer: str) -> Gate | None:
    return Gate.floor(space) if scorer == "detail" else Gate.shipped(space, "" if scorer == LENGTH else scorer)


class Judge:
    """Judges faces for one embedding space. Safe to call from several threads at once.

    Attributes:
        gate: What decides.
        scorer: What looks at crops; None where the length of vectors alone decides.
    """

    def __init__(self, gate: Gate, scorer: QualityScorer | None = None) -> None:
        """Puts them together.

        Raises:
            BadInput: The gate was measured with another scorer.
        """
        if gate.scorer != (scorer.name if scorer else ""):
            raise BadInput(f"the gate was measured with {gate.scorer or 'no scorer'}")
        self.gate = gate
        self.scorer = scorer

    @classmethod
    def open(
        cls,
        space: str,
        store: ModelStore,
        engine: EngineOptions,
        *,
        scorer: str | None = None,
        refuse_below: float | None = None,
    ) -> Self:
        """The judge for a space.

        Args:
            space: The embedding space.
            store: Gives the scorer's file.
            engine: Runs it.
            scorer: A name, or ``length`` for the vectors' length alone; None takes the first of `DEFAULTS` that was
                measured for the space and whose file can be had (`about` says which).
            refuse_below: The gate's level; None takes the measured one.

        Raises:
            UnknownModel: No scorer of that name.
            ModelUnavailable: The scorer was named and its file cannot be had.
            BadInput: The scorer was named and never measured for the space.
        """
        for name in DEFAULTS if scorer is None else (scorer,):
            kind = None if name == LENGTH else QUALITIES.get(name)
            gate = _gate(space, name)
            if gate is None or (scorer is None and kind is not None and not all(map(store.have, kind.files))):
                continue
            return cls(gate.but(refuse_below=refuse_below), None if kind is None else kind(store, engine))
        raise BadInput(f"{scorer} was never measured for faces in {space}, so it cannot judge them")

    @property
    def about(self) -> str:
        """What judges, for reports: ``lightqnet-057b8ea2``, ``length`` or ``detail``."""
        if self.scorer is None:
            return LENGTH
        return f"{self.scorer.name}-{self.scorer.weights_hash[:8]}" if self.scorer.files else self.scorer.name

    def judge(
        self,
        crops: Crops,
        faces: Sequence[Face],
        lengths: Floats,
        sizes: Sequence[tuple[int, int]],
    ) -> list[Quality]:
        """Qualities of faces of any number of photos.

        Args:
            crops: RGB uint8 (N, 112, 112, 3), aligned by five points.
            faces: (N,) the faces in their photos.
            lengths: (N,) of the embedder's vectors before they were normalised.
            sizes: (N,) width and height of each face's photo.
        """
        if not len(crops):
            return []
        values = self.gate.values(lengths, self.scorer.score(crops) if self.scorer else None)
        measures = Measures.of(crops)
        values = np.where(measures.hopeless, 0, values)
        return [
            self._quality(float(value), measures, index, faces[index], sizes[index])
            for index, value in enumerate(values)
        ]

    def _quality(self, value: float, measures: Measures, index: int, face: Face, size: tuple[int, int]) -> Quality:
        if value >= self.gate.sure_from:
            return Quality(value)  # reasons are looked for where something is wrong
        width, height = size
        return Quality(value, measures.reasons(index, face, width=width, height=height) or ("unclear",))
