"""Operating points of liveness scorers: a threshold, and what it did to whom, as files.

::

    {"scorer": "fusion", "weights": "8ebce17f…", "threshold": 0.505, "measured_on": "…",
     "living": {"rate": 0.028, "interval": [0.006, 0.11], "frames": 106, "wrong": 3, "subjects": 71, …},
     "attacks": {"screen": {…}, "paper": {…}}}

The shipped ones stand in ``shipped/``, one file a scorer. They and those of users are written by
``rostro evaluate --protocol liveness``.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

from rostro.core.errors import NoOperatingPoint
from rostro.core.files import write_file
from rostro.core.foreign import read_json, shaped
from rostro.core.ranges import SCORE
from rostro.scoring.presentation_attack import AttackErrors, ErrorRate

SHIPPED = Path(__file__).with_name("shipped")


@dataclass(frozen=True, slots=True)
class LivenessPoint:
    """A threshold of a scorer, measured.

    Attributes:
        scorer: Name of the `LivenessScorer`.
        weights: Its `LivenessScorer.weights_hash`.
        errors: The threshold, and what it did.
        measured_on: The data, in words.
    """

    scorer: str
    weights: str
    errors: AttackErrors
    measured_on: str

    @property
    def threshold(self) -> float:
        """Scores at or above it look alive."""
        return self.errors.threshold

    @classmethod
    def read(cls, path: Path) -> Self:
        """Reads a file.

        Raises:
            BadInput: Missing or malformed; names the file and what is wrong.
        """
        what = "a file of a liveness threshold"
        data = read_json(path, what)
        with shaped(path, what):
            attacks = {str(kind): ErrorRate.from_dict(rate) for kind, rate in data["attacks"].items()}
            if not attacks:
                raise ValueError("no attack was measured")
            errors = AttackErrors(SCORE.check(float(data["threshold"])), ErrorRate.from_dict(data["living"]), attacks)
            return cls(str(data["scorer"]), str(data["weights"]), errors, str(data["measured_on"]))

    @classmethod
    def shipped(cls, scorer: str) -> Self:
        """The one that comes with rostro.

        Raises:
            NoOperatingPoint: None was measured for that scorer.
        """
        path = SHIPPED / f"{scorer}.json"
        if not path.is_file():
            raise NoOperatingPoint(
                f"no liveness threshold was ever measured for {scorer}; measure one: "
                "rostro evaluate --protocol liveness"
            )
        return cls.read(path)

    def to_dict(self) -> dict[str, Any]:
        """What a file holds."""
        return {
            "scorer": self.scorer,
            "weights": self.weights,
            "threshold": round(self.threshold, 6),
            "measured_on": self.measured_on,
            "living": self.errors.living.to_dict(),
            "attacks": {kind: rate.to_dict() for kind, rate in self.errors.attacks.items()},
        }

    def write(self, path: Path) -> None:
        """Writes a file.

        Raises:
            BadInput: It cannot be written.
        """
        write_file(path, (json.dumps(self.to_dict(), indent=1, ensure_ascii=False) + "\n").encode())
