"""A scorer and its threshold, put together: what a recogniser asks about its faces."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Final, Self

from rostro.core.errors import BadInput
from rostro.core.liveness import Liveness
from rostro.liveness.base import LIVENESS, LivenessScorer
from rostro.liveness.point import LivenessPoint

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rostro.core.types import Face, Image
    from rostro.models.store import ModelStore
    from rostro.runtime.base import EngineOptions

#: The scorer where none is named.
DEFAULT: Final = "fusion"


class LivenessJudge:
    """Says of faces whether they look alive. Safe to call from several threads at once.

    Attributes:
        scorer: Looks at faces.
        point: The threshold that decides, and what is known of it.
    """

    def __init__(self, scorer: LivenessScorer, point: LivenessPoint) -> None:
        """Puts them together.

        Raises:
            BadInput: The threshold was measured with another scorer, or other weights.
        """
        if point.scorer != scorer.name or point.weights != scorer.weights_hash:
            raise BadInput(
                f"the liveness threshold was measured with {point.scorer} ({point.weights[:8]}), this is "
                f"{scorer.name} ({scorer.weights_hash[:8]})"
            )
        self.scorer = scorer
        self.point = point

    @classmethod
    def open(
        cls, store: ModelStore, engine: EngineOptions, *, liveness: str | Path | LivenessPoint | None = None
    ) -> Self:
        """A judge.

        Args:
            store: Gives the scorer's files.
            engine: Runs it.
            liveness: Name of a scorer, whose shipped threshold is taken; or a file that
                ``rostro evaluate --protocol liveness`` wrote, which names both; or what was read from one. None:
                `DEFAULT`.

        Raises:
            UnknownModel: No scorer of that name, and no file either.
            NoOperatingPoint: No threshold was measured for the scorer.
            BadInput: The file is malformed, or was measured with other weights.
            ModelUnavailable: The scorer's files cannot be had.
        """
        point = point_of(liveness)
        return cls(LIVENESS.get(point.scorer)(store, engine), point)

    @property
    def about(self) -> str:
        """What judges, for reports: ``fusion-8ebce17f``."""
        return f"{self.scorer.name}-{self.scorer.weights_hash[:8]}"

    def of(self, score: float) -> Liveness:
        """What a score says."""
        return Liveness(score >= self.point.threshold, score, self.point.errors.apcer, self.point.errors.bpcer)

    def judge(self, pixels: Image, faces: Sequence[Face]) -> list[Liveness]:
        """Judges faces of one photo.

        Args:
            pixels: RGB uint8 (H, W, 3): the whole photo, for what is around a face tells most.
            faces: (N,) faces of it; N may be 0.

        Returns:
            One for each face, in order.
        """
        return [self.of(float(score)) for score in self.scorer.score(pixels, faces)] if len(faces) else []


def name_of(liveness: str | Path | None) -> str:
    """Name of the scorer that a wish means, whether or not a threshold was ever measured for it.

    Raises:
        UnknownModel: No scorer of that name, and no file either.
        BadInput: The file is malformed.
    """
    if liveness is None or (isinstance(liveness, str) and liveness in LIVENESS):
        return liveness or DEFAULT
    return point_of(liveness).scorer


def point_of(liveness: str | Path | LivenessPoint | None) -> LivenessPoint:
    """The threshold that a wish means; see `LivenessJudge.open`. Loads no model.

    Raises:
        UnknownModel: No scorer of that name, and no file either.
        NoOperatingPoint: No threshold was measured for the scorer.
        BadInput: The file is malformed.
    """
    if isinstance(liveness, LivenessPoint):
        return liveness
    if isinstance(liveness, Path) or (liveness is not None and liveness not in LIVENESS and Path(liveness).is_file()):
        return LivenessPoint.read(Path(liveness))
    name = liveness or DEFAULT
    LIVENESS.get(name)
    return LivenessPoint.shipped(name)
