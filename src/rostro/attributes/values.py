"""What is said of a face: typed values, each with how sure it is."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, Literal

from rostro.core.types import Answer

if TYPE_CHECKING:
    from collections.abc import Mapping

GenderName = Literal["female", "male"]
MaskState = Literal["worn", "none"]
#: Who is estimated younger than this is a child here: of the gender of children too little is known to say it.
ADULT: Final = 18.0


@dataclass(frozen=True, slots=True)
class Age(Answer):
    """How old a face looks.

    Attributes:
        years: The age that divides those of people who look like this: half are younger, half older.
        low: Years; of people who look like this one in ten is younger.
        high: Years; one in ten is older.
    """

    years: float
    low: float
    high: float

    def to_dict(self) -> dict[str, Any]:
        """``{"years", "low", "high"}``, with one decimal."""
        return {"years": round(self.years, 1), "low": round(self.low, 1), "high": round(self.high, 1)}


@dataclass(frozen=True, slots=True)
class Gender(Answer):
    """As what an adult's face is read: how people look, not who they are.

    Attributes:
        value: None: not said. The probability is too low, or the face looks like a child's, whom the network for
            adults does not know.
        probability: Of the likelier one, in [0.5, 1].
    """

    value: GenderName | None
    probability: float

    def to_dict(self) -> dict[str, Any]:
        """``{"value", "probability"}``, with four decimals."""
        return {"value": self.value, "probability": round(self.probability, 4)}


@dataclass(frozen=True, slots=True)
class Mask(Answer):
    """Whether mouth and nose are covered by a mask.

    Attributes:
        value: ``worn`` or ``none``; None: not said, for the face is too small or the probability too low.
        probability: Of the likelier one, in [0.5, 1].
    """

    value: MaskState | None
    probability: float

    def to_dict(self) -> dict[str, Any]:
        """``{"value", "probability"}``, with four decimals."""
        return {"value": self.value, "probability": round(self.probability, 4)}


@dataclass(frozen=True, slots=True)
class Pose(Answer):
    """Where the head points, in degrees.

    Attributes:
        yaw: Positive: the nose points to the right as seen in the image.
        pitch: Positive: down.
        roll: Positive: tilted clockwise as seen in the image.
    """

    yaw: float
    pitch: float
    roll: float

    def to_dict(self) -> dict[str, Any]:
        """``{"yaw", "pitch", "roll"}``, with one decimal."""
        return {"yaw": round(self.yaw, 1), "pitch": round(self.pitch, 1), "roll": round(self.roll, 1)}


@dataclass(frozen=True, slots=True)
class Eyes(Answer):
    """Whether the eyes are open; left and right as seen in the image.

    Attributes:
        left_open: None: not said.
        right_open: None: not said.
        left_probability: That the left eye is open, in [0, 1].
        right_probability: That the right eye is open, in [0, 1].
    """

    left_open: bool | None
    right_open: bool | None
    left_probability: float
    right_probability: float

    def to_dict(self) -> dict[str, Any]:
        """``{"left_open", "right_open"}``: true, false or null."""
        return {"left_open": self.left_open, "right_open": self.right_open}


@dataclass(frozen=True, slots=True)
class Traits(Answer):
    """What a checkpoint of the user's own says.

    Attributes:
        probabilities: Of each attribute that it was trained on, in [0, 1].
        labels: Those that it takes for present.
    """

    probabilities: Mapping[str, float]
    labels: tuple[str, ...]

    def to_dict(self) -> dict[str, Any]:
        """``{"labels": [name], "probabilities": {name: number}}``, with four decimals."""
        return {
            "labels": list(self.labels),
            "probabilities": {name: round(value, 4) for name, value in self.probabilities.items()},
        }
