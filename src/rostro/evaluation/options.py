"""What can be chosen of an evaluation."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any


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

    def to_dict(self) -> dict[str, Any]:
        """All of them."""
        return asdict(self)
