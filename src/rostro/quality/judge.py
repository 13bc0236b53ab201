"""A scorer, the gate of an embedding space, and reasons, put together: what a recogniser asks about its faces."""

from __future__ import annotations

from typing import TYPE_CHECKING, Self

import numpy as np

from rostro.core.errors import BadInput, ModelUnavailable
from rostro.core.quality import Quality
from rostro.quality.base import QUALITIES, QualityScorer
from rostro.quality.gate import Gate
from rostro.quality.reasons import NEGATIVE, eyes_over_cheeks, reasons

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rostro.core.types import Crops, Face, Floats
    from rostro.models.store import ModelStore
    from rostro.runtime.base import EngineOptions

#: The scorer that is taken where none is named.
DEFAULT = "lightqnet"


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
    ) -> Self | None:
        """The judge for a space; None where no gate was ever measured for it.

        Args:
            space: The embedding space.
            store: Gives the scorer's file.
            engine: Runs it.
            scorer: A name, or ``length`` for the vectors' length alone; None takes `DEFAULT`, or the length where that
                file cannot be had (`about` says which).
            refuse_below: The gate's level; None takes the measured one.

        Raises:
            UnknownModel: No scorer of that name.
            ModelUnavailable: The scorer was named and its file cannot be had.
        """
        if scorer != "length" and (gate := Gate.shipped(space, scorer or DEFAULT)) is not None:
            try:
                return cls(gate.but(refuse_below=refuse_below), QUALITIES.get(scorer or DEFAULT)(store, engine))
            except ModelUnavailable:
                if scorer is not None:
                    raise
        length = Gate.shipped(space, "") if scorer in {None, "length"} else None
        return None if length is None else cls(length.but(refuse_below=refuse_below))

    @property
    def about(self) -> str:
        """What judges, for reports: ``lightqnet-057b8ea2`` or ``length``."""
        return f"{self.scorer.name}-{self.scorer.weights_hash[:8]}" if self.scorer else "length"

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
        values = np.where(eyes_over_cheeks(crops) > NEGATIVE, 0, values)
        return [
            self._quality(float(value), crop, face, size)
            for value, crop, face, size in zip(values, crops, faces, sizes, strict=True)
        ]

    def _quality(self, value: float, crop: Crops, face: Face, size: tuple[int, int]) -> Quality:
        if value >= self.gate.sure_from:
            return Quality(value)  # reasons are looked for where something is wrong
        width, height = size
        return Quality(value, reasons(crop, face, width=width, height=height) or ("unclear",))
