"""What a quality scorer is, and what it says."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar, Literal

from rostro.core.errors import BadInput
from rostro.core.parts import Room
from rostro.core.types import AlignmentSpec, Answer

if TYPE_CHECKING:
    from rostro.core.types import Crops, Floats
    from rostro.models.entry import ModelFile
    from rostro.models.store import ModelStore
    from rostro.runtime.base import EngineOptions

#: Why a face is hard to judge. ``unclear``: it is, and no plain cause was seen.
Reason = Literal[
    "too-small",
    "blurred",
    "dark",
    "overexposed",
    "flat",
    "negative",
    "turned-away",
    "tilted",
    "cut-off",
    "unclear",
]

#: The crops that scorers look at, whatever the embedder's own are.
ALIGNMENT = AlignmentSpec("five_point", 112)


@dataclass(frozen=True, slots=True, repr=False)
class Quality(Answer):
    """How well a face can be told from others.

    Attributes:
        value: In [0, 1], higher is better: among sound and damaged faces in equal numbers that look like this
            one to the scorer, the
            share that is sound. It belongs to an embedder and a scorer; those of others mean something else.
        reasons: What is probably wrong, most telling first; empty where nothing is.
    """

    value: float
    reasons: tuple[Reason, ...] = ()

    def __post_init__(self) -> None:
        if not 0.0 <= self.value <= 1.0:
            raise BadInput(f"a quality lies in [0, 1], got {self.value}")

    def __repr__(self) -> str:
        return f"<Quality {self.value:.2f}{''.join(f', {reason}' for reason in self.reasons)}>"

    def to_dict(self) -> dict[str, Any]:
        """``{"quality", "reasons"}``, the value with four decimals."""
        return {"quality": round(self.value, 4), "reasons": list(self.reasons)}


class QualityScorer(ABC):
    """Looks at aligned crops and says how good they are. Safe to call from several threads at once.

    Class attributes:
        name: What options, calibrations and reports call it.
        about: One line for people.
        paper: What to cite.
        files: The model files it needs, the network first.
    """

    name: ClassVar[str]
    about: ClassVar[str]
    paper: ClassVar[str]
    files: ClassVar[tuple[ModelFile, ...]]

    def __init__(self, store: ModelStore, engine: EngineOptions) -> None:
        """Fetches and compiles the model files."""
        self.store = store
        self.engine_options = engine

    @abstractmethod
    def score(self, crops: Crops) -> Floats:
        """The network's own scores, not calibrated.

        Args:
            crops: RGB uint8 (N, size, size, 3), aligned as `ALIGNMENT` says, of any size; N may be 0.

        Returns:
            (N,) float32 in [0, 1], higher is better.
        """

    @property
    def weights_hash(self) -> str:
        """sha256 of the network's file, as stored."""
        return self.store.hash_of(self.files[0])


QUALITIES = Room(
    QualityScorer,
    "quality scorer",
    "rostro.qualities",
    {
        "lightqnet": "rostro.quality.lightqnet:LightQNet",
        "lightqnet_small": "rostro.quality.lightqnet:LightQNetSmall",
    },
)
