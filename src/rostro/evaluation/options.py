"""What can be chosen of an evaluation."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any, Final

from rostro.core.ranges import FALSE_MATCH_RATE, SEED, check_all, counted

#: What the numbers may be.
RANGES: Final = {
    "references": counted(1, 100_000, what="a number of photos"),
    "probes": counted(1, 100_000, what="a number of photos"),
    "draws": counted(1, 100_000, what="a number of draws"),
    "seed": SEED,
    "replicates": counted(10, 1_000_000, what="a number of draws"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """What can be chosen.

    Attributes:
        fmrs: False match (or false positive) rates to report at; None takes the protocol's own.
        references: Reference photos per person, where the protocol draws them; None takes the protocol's own.
        probes: Probe photos per person, where the protocol draws them.
        draws: How many times the protocol draws photos, where it does so repeatedly.
        seed: Of every draw.
        replicates: Draws of the subjects for intervals.
    """

    fmrs: tuple[float, ...] | None = None
    references: int | None = None
    probes: int = 5
    draws: int = 10
    seed: int = 0
    replicates: int = 1000

    def __post_init__(self) -> None:
        check_all(asdict(self), RANGES)
        for fmr in self.fmrs or ():
            FALSE_MATCH_RATE.check(fmr)

    def to_dict(self) -> dict[str, Any]:
        """All of them."""
        return asdict(self)
