"""What a protocol is."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any, ClassVar

if TYPE_CHECKING:
    from pathlib import Path

    from rostro.data.people import People
    from rostro.evaluation.embeddings import Embedded
    from rostro.evaluation.measures import Measurement
    from rostro.evaluation.table import ScoreTable
    from rostro.recognition.selection import FaceRule


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

    def to_json(self) -> dict[str, Any]:
        """All of them."""
        return asdict(self)


class Protocol(ABC):
    """A protocol on a folder of photos.

    Class attributes:
        about: One line for people.
        face: The face that is taken of a photo with several, unless the caller says otherwise.
        headline: Key of the metric that systems are ranked by (see `Metric.key`).

    Attributes:
        people: The photos that are needed.
    """

    about: ClassVar[str]
    face: ClassVar[FaceRule] = "largest"
    headline: ClassVar[str]
    people: People

    @abstractmethod
    def __init__(self, root: Path, options: Options) -> None:
        """Reads which photos there are; opens none of them.

        Raises:
            BadInput: The folder is not what the protocol needs; says why.
        """

    @abstractmethod
    def score(self, embedded: Embedded, header: dict[str, Any]) -> ScoreTable:
        """Compares what the protocol compares.

        Args:
            embedded: The photos of `people`.
            header: Goes into the table.
        """

    @staticmethod
    @abstractmethod
    def measure(table: ScoreTable, options: Options) -> Measurement:
        """Statistics; reads nothing but the table."""
