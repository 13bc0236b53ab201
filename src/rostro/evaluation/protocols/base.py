"""What a protocol is."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import TYPE_CHECKING, Any, ClassVar

from rostro.core.parts import Room

if TYPE_CHECKING:
    from pathlib import Path

    from rostro.evaluation.embeddings import Embedded
    from rostro.evaluation.measures import Measurement
    from rostro.evaluation.options import Options
    from rostro.evaluation.table import ScoreTable
    from rostro.photos.people import People
    from rostro.recognition.selection import FaceRule


class Protocol(ABC):
    """A protocol on a folder of photos.

    Class attributes:
        name: What the command line and score tables call it.
        about: One line for people.
        face: The face that is taken of a photo with several, unless the caller says otherwise.
        headline: Key of the metric that systems are ranked by (see `Metric.key`).

    Attributes:
        people: The photos that are needed.
    """

    name: ClassVar[str]
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


PROTOCOLS = Room(
    Protocol,
    "protocol",
    "rostro.protocols",
    {
        "all-pairs": "rostro.evaluation.protocols.all_pairs:EveryPair",
        "identification": "rostro.evaluation.protocols.identification:Identification",
        "lfw": "rostro.evaluation.protocols.lfw:LFW",
        "references": "rostro.evaluation.protocols.references:References",
    },
)
