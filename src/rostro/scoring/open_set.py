"""How often a search among many people names a stranger, from the tail of impostor scores.

With N people enrolled, a stranger meets N impostor scores, so the false positive identification rate (FPIR) grows with
N while the false match rate (FMR) of one comparison stays. The N scores of one stranger are not independent: some
strangers resemble many people. Their own false match rates are taken to vary as a gamma distribution does, with the
variance that the data show; then

    FPIR = 1 - (1 + N · FMR · spread) ** (-1 / spread),

which is 1 - exp(-N · FMR) where strangers do not differ. ``benchmarks/open_set.py`` holds both against measurements.

N counts people, for which one template each is meant. Where people have several, N is the number of templates: with k
templates each, LFW's people are mistaken for strangers 0.85 k times as often as with one (k = 3, 6: 2.6, 4.8 times).
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from rostro.core.errors import BadInput
from rostro.scoring.intervals import Interval, check_confidence

if TYPE_CHECKING:
    from rostro.scoring.impostor_tail import Fit, ImpostorTail


@dataclass(frozen=True, slots=True)
class SearchRate:
    """What is known of a search at a threshold.

    Attributes:
        threshold: Scores at or above it name somebody.
        people: How many people are searched.
        fpir: False positive identification rate: the part of strangers who are named.
        interval: Its confidence interval.
        extrapolated: Whether the data behind it are too few to have shown it: then it, and its interval, rest on the
            shape that was fitted to lower scores.
        most_people: Up to how many people the data can show this rate.
        templates: How many templates these people have, where that is known: then the rate holds for so many.
    """

    threshold: float
    people: int
    fpir: float
    interval: Interval
    extrapolated: bool
    most_people: int
    templates: int | None = None

    def to_dict(self) -> dict[str, Any]:
        """All of it, for answers."""
        return {
            "threshold": round(self.threshold, 4),
            "people_searched": self.people,
            **({} if self.templates is None else {"templates_searched": self.templates}),
            "false_positive_identification_rate": self.fpir,
            "interval": [self.interval.low, self.interval.high],
            "extrapolated": self.extrapolated,
            "most_people_measured": self.most_people,
        }


def rate_of_search(tail: ImpostorTail, threshold: float, people: int, confidence: float = 0.95) -> SearchRate:
    """The FPIR of a search among so many people.

    Args:
        tail: Of the embedding space.
        threshold: Scores at or above it name somebody.
        people: How many people are searched; 0: nobody can be named.
        confidence: Of the interval.

    Raises:
        RateNotSupported: The threshold lies below what the tail describes.
        BadInput: Fewer than no people.
    """
    check_confidence(confidence)
    if people < 0:
        raise BadInput(f"the number of people searched is not negative, got {people}")
    rates = [_fpir(tail.rate(threshold, fit), people, fit.spread) for fit in (tail.fit, *tail.draws)]
    end = (1 - confidence) / 2
    low, high = np.quantile(rates[1:], [end, 1 - end])
    method = f"{len(tail.draws)} draws of {tail.people} people"
    return SearchRate(
        threshold=threshold,
        people=people,
        fpir=rates[0],
        interval=Interval(float(low), float(high), confidence, method),
        extrapolated=people > 0 and tail.rate(threshold) < tail.least_rate,
        most_people=most_people(tail, rates[0]) if rates[0] > 0 else 0,
    )


def threshold_of_search(
    tail: ImpostorTail, fpir: float, people: int, confidence: float = 0.95, *, cautious: bool = False
) -> SearchRate:
    """The lowest threshold that keeps the FPIR of a search at or below a wanted one.

    Where the tail begins too high for so many errors among so few people, it is the tail's first threshold, and the
    answer's rate is lower than the one wanted.

    Args:
        tail: Of the embedding space.
        fpir: The rate wanted, in (0, 1).
        people: How many people are searched; none are taken as one.
        confidence: Of the interval.
        cautious: Take the threshold at which the upper end of the interval is the rate wanted, not the rate itself:
            advisable where the data cannot show it (``extrapolated``), for there the fit names too few.

    Raises:
        BadInput: A rate outside (0, 1), or fewer than no people.
    """
    if not 0 < fpir < 1:
        raise BadInput(f"a false positive identification rate lies in (0, 1), got {fpir}")
    if people < 0:
        raise BadInput(f"the number of people searched is not negative, got {people}")
    check_confidence(confidence)
    fits = tail.draws if cautious else (tail.fit,)
    thresholds = [tail.threshold(_rate_for(fpir, max(people, 1), fit), fit) for fit in fits]
    threshold = float(np.quantile(thresholds, (1 + confidence) / 2, method="higher")) if cautious else thresholds[0]
    return rate_of_search(tail, threshold, people, confidence)


def most_people(tail: ImpostorTail, fpir: float) -> int:
    """Up to how many people the data behind a tail can show an FPIR.

    Raises:
        BadInput: A rate outside (0, 1].
    """
    if not 0 < fpir <= 1:
        raise BadInput(f"a false positive identification rate lies in (0, 1], got {fpir}")
    if fpir == 1:
        return tail.pairs
    return int(_meetings(fpir, tail.fit.spread) / tail.least_rate)


def _fpir(rate: float, people: int, spread: float) -> float:
    meetings = people * rate
    if spread * meetings < 1e-9:  # also where strangers do not differ
        return -math.expm1(-meetings)
    return -math.expm1(-math.log1p(meetings * spread) / spread)


def _meetings(fpir: float, spread: float) -> float:
    """N · FMR, the inverse of `_fpir`."""
    exponent = -math.log1p(-fpir)
    return math.expm1(exponent * spread) / spread if spread > 1e-9 else exponent


def _rate_for(fpir: float, people: int, fit: Fit) -> float:
    return _meetings(fpir, fit.spread) / people
