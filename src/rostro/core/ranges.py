"""What a number may be: said once, checked the same way by the library and by the command line.

NaN is smaller and larger than nothing, so that a comparison alone lets it through; a range never does.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from numbers import Integral, Real
from typing import TYPE_CHECKING, Any, Final, TypeVar

from rostro.core.errors import BadInput

if TYPE_CHECKING:
    from collections.abc import Mapping

Number = TypeVar("Number", int, float)


@dataclass(frozen=True, slots=True, kw_only=True)
class Range:
    """What a number may be.

    Attributes:
        what: What the number is, for the error: ``a score``.
        low: The smallest; below it nothing is taken.
        high: The largest.
        whole: Whether only whole numbers are meant.
        above: Whether `low` itself is left out.
        below: Whether `high` itself is left out.
    """

    what: str
    low: float
    high: float
    whole: bool = False
    above: bool = False
    below: bool = False

    def __str__(self) -> str:
        """As people write it: ``[0, 1]``, ``(0, 1)``."""
        low, high = (f"{end:,}" if self.whole else f"{end:g}" for end in (self.low, self.high))
        return f"{'(' if self.above else '['}{low}, {high}{')' if self.below else ']'}"

    def __contains__(self, value: object) -> bool:
        """Whether the number is finite, whole where it has to be, and between the ends."""
        if isinstance(value, bool) or not isinstance(value, Real) or not math.isfinite(value):
            return False
        number = int(value) if isinstance(value, Integral) else float(value)
        if self.whole and not float(number).is_integer():
            return False
        over = number > self.low if self.above else number >= self.low
        return over and (number < self.high if self.below else number <= self.high)

    def check(self, value: Number) -> Number:
        """Returns the number.

        Raises:
            BadInput: It is outside the range, or not a number; says what is allowed.
        """
        if value not in self:
            raise BadInput(self.refuse(value), range=str(self), got=str(value))
        return value

    def refuse(self, value: object, name: str = "") -> str:
        """Why a value is none of these, in words; with the option's name, where it has one."""
        got = f"{value:g}" if isinstance(value, float) else repr(value)
        if name and self.whole and isinstance(value, int) and value < self.low:
            return f"{name} is at least {self.low:,}, got {got}"
        return f"{name}{': ' if name else ''}{self.what} lies in {self}, got {got}"


#: Of a detector, or of a judge of quality.
SCORE: Final = Range(what="a score", low=0, high=1)
QUALITY: Final = Range(what="a quality", low=0, high=1)
#: Of two unit vectors.
SIMILARITY: Final = Range(what="a cosine threshold", low=-1, high=1)
#: One that was measured: the next number above the highest score may be it, and scores have errors of rounding.
MEASURED_SIMILARITY: Final = Range(what="a cosine threshold", low=-1.0001, high=1.0001)
MEASURED_RATE: Final = Range(what="a rate", low=0, high=1)
#: A rate of errors that somebody aims at: none at all cannot be measured.
FALSE_MATCH_RATE: Final = Range(what="a false match rate", low=0, high=1, above=True)
SEARCH_RATE: Final = Range(what="a false positive identification rate", low=0, high=1, above=True, below=True)
#: Of living people, by a threshold that asks for them.
REFUSED: Final = Range(what="a share of refused living people", low=0, high=1, below=True)
#: Larger ones would be pictures that no memory holds.
SIDE: Final = Range(what="a side in pixels", low=1, high=100_000, whole=True)
PORT: Final = Range(what="a port", low=1, high=65_535, whole=True)
SEED: Final = Range(what="a seed", low=0, high=2**63 - 1, whole=True)
SECONDS: Final = Range(what="a time in seconds", low=0.1, high=86_400)
#: Of requests; 0 sets no limit.
PER_SECOND: Final = Range(what="a rate per second", low=0, high=1_000_000)
#: For which people are kept; 0 sets no end.
DAYS: Final = Range(what="a number of days", low=0, high=36_500, whole=True)
SHARE: Final = Range(what="a share", low=0, high=1, above=True)
LEARNING_RATE: Final = Range(what="a learning rate", low=0, high=100, above=True)


def counted(low: int = 1, high: int = 1_000_000, *, what: str = "a count") -> Range:
    """A whole number of things."""
    return Range(what=what, low=low, high=high, whole=True)


#: People, or names, that may be listed per face.
CANDIDATES: Final = counted(1, 10_000, what="a number of people")


def check_all(values: Mapping[str, Any], ranges: Mapping[str, Range]) -> None:
    """Checks the options that have a range; those that are None were not given.

    Raises:
        BadInput: One is outside of its range; names it.
    """
    for name, allowed in ranges.items():
        value = values.get(name)
        if value is not None and value not in allowed:
            raise BadInput(allowed.refuse(value, name), option=name, range=str(allowed), got=str(value))
