"""Whether a face is that of a living person in front of the camera, or of a picture of one."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from rostro.core.errors import BadInput
from rostro.core.types import Answer


@dataclass(frozen=True, slots=True, repr=False)
class Liveness(Answer):
    """What a look at one face says. True where it looks alive. A sign, not security: some pictures do pass.

    Attributes:
        live: Whether the score reaches the threshold.
        score: In [0, 1], higher is more alive. It belongs to a scorer; that of others means something else.
        apcer: Share of the attacks that passed where the threshold was measured, of the kind of attack that passed most
            often (ISO/IEC 30107-3: attack presentation classification error rate).
        bpcer: Share of the living people that were refused there (bona fide presentation classification error rate).
    """

    live: bool
    score: float
    apcer: float
    bpcer: float

    def __post_init__(self) -> None:
        if not all(0.0 <= value <= 1.0 for value in (self.score, self.apcer, self.bpcer)):
            raise BadInput(f"scores and rates lie in [0, 1], got {self.score}, {self.apcer}, {self.bpcer}")

    def __bool__(self) -> bool:
        return self.live

    def __repr__(self) -> str:
        return f"<Liveness {'live' if self.live else 'not live'}: score {self.score:.3f}, APCER {self.apcer:.2g}>"

    def to_dict(self) -> dict[str, Any]:
        """``{"live", "score", "apcer", "bpcer"}``, with four decimals."""
        rounded = {name: round(getattr(self, name), 4) for name in ("score", "apcer", "bpcer")}
        return {"live": self.live, **rounded}
