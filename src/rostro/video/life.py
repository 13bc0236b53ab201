"""Whether a track is a living person: all looks at it, weighed together."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rostro.core.liveness import Liveness

#: Each look makes those before it count for this much less: what is held before the camera may change.
FADING = 0.9


@dataclass(slots=True)
class Life:
    """The evidence of a track: the mean of the scores of its looks, the later ones counting more.

    One frame may be unlucky, or lucky for a picture. The mean of several is judged by the threshold that was measured
    on single photos (``benchmarks/liveness.py`` says how often it was wrong about films).

    Attributes:
        count: Looks taken in.
    """

    count: int = 0
    _sum: float = 0.0
    _weight: float = 0.0

    def add(self, look: Liveness) -> None:
        """Takes in a look."""
        self._sum = self._sum * FADING + look.score
        self._weight = self._weight * FADING + 1
        self.count += 1

    @property
    def score(self) -> float:
        """The mean, in [0, 1]; 0 before there was a look."""
        return self._sum / self._weight if self.count else 0.0
