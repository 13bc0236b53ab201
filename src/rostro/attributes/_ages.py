"""What a network's numbers mean: measured on faces of known age, kept beside the predictors.

An estimate says little until one knows who gets it. So for each network it was measured how old the people are whom it
takes for so old (``benchmarks/attributes.py --write``): the age that divides them, and those that one in ten is
younger or older than.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from rostro.attributes.values import Age, Gender, GenderName

if TYPE_CHECKING:
    from rostro.core.types import Floats

_FOLDER = Path(__file__).with_name("shipped")


@dataclass(frozen=True, slots=True)
class Measured:
    """How a network's answers are to be read.

    Attributes:
        estimates: (K,) what the network says, in years, rising.
        low: (K,) the age that one in ten of those people are younger than.
        years: (K,) the age that half of them are younger than.
        high: (K,) the age that one in ten are older than.
        say_from: The probability of a gender from which on it is said.
    """

    estimates: tuple[float, ...]
    low: tuple[float, ...]
    years: tuple[float, ...]
    high: tuple[float, ...]
    say_from: float

    @classmethod
    def of(cls, document: dict[str, Any]) -> Measured:
        """From what a file says."""
        age = document["age"]
        estimates, low, years, high = (tuple(map(float, age[name])) for name in ("estimate", "low", "years", "high"))
        return cls(estimates, low, years, high, float(document["gender"]["say_from"]))

    @classmethod
    def shipped(cls, name: str) -> Measured:
        """What was measured of a predictor that comes with rostro."""
        return cls.of(json.loads((_FOLDER / f"{name}.json").read_text(encoding="utf-8")))

    def ages(self, estimates: Floats) -> list[Age]:
        """Ages with their intervals."""
        rows = [np.interp(estimates, self.estimates, curve) for curve in (self.years, self.low, self.high)]
        return [Age(*map(float, row)) for row in zip(*rows, strict=True)]

    def gender(self, female: float, *, child: bool) -> Gender:
        """A gender, where it may be said."""
        likelier: GenderName = "female" if female > 0.5 else "male"
        probability = max(female, 1 - female)
        said = not child and probability >= self.say_from
        return Gender(likelier if said else None, probability)
