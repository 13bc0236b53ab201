"""By what a search decides: its error grows with the number of people searched, so its threshold must, too.

The default keeps two promises: a stranger is named in at most `FPIR` of searches, however many people are searched; and
nobody is named on less than what one comparison asks for. So in a small gallery the threshold is that of `verify`, and
the false positive identification rate lies far below `FPIR`; from some hundred people on it grows with the gallery.
"""

from __future__ import annotations

from dataclasses import replace
from functools import lru_cache
from typing import TYPE_CHECKING

from rostro.core.errors import NoOperatingPoint
from rostro.scoring.counts import RateNotSupported
from rostro.scoring.open_set import rate_of_search, threshold_of_search
from rostro.scoring.operating_points import tail_of

if TYPE_CHECKING:
    from pathlib import Path

    from rostro.core.decisions import OperatingPoint
    from rostro.gallery.base import Population
    from rostro.scoring.impostor_tail import ImpostorTail
    from rostro.scoring.open_set import SearchRate

#: False positive identification rate that searches keep to where nobody says otherwise: at a door, of a hundred
#: strangers one is called by a name. A fixed threshold among 800 people gives 6 % (``benchmarks/open_set.py``).
FPIR = 0.01


class Searching:
    """The thresholds of searches among any number of people, in one space.

    Attributes:
        tail: Of the space.
    """

    def __init__(
        self, tail: ImpostorTail, point: OperatingPoint, *, fpir: float | None, chosen: bool, usual: float = FPIR
    ) -> None:
        """Works nothing out yet.

        Args:
            tail: Of the space.
            point: Decides about one comparison.
            fpir: The rate wanted; None for the default.
            chosen: Whether the caller chose the point: then its threshold holds, and what it means is told.
            usual: The default.
        """
        self._among_templates = lru_cache(maxsize=64)(self._among)
        self.tail = tail
        self._usual = usual
        self._point = point
        self._fpir = fpir
        self._chosen = chosen and fpir is None

    def among(self, searched: Population) -> SearchRate | None:
        """The threshold of a search among so many, and its rate; None where nothing is known of the rate.

        A stranger meets every template, so their number counts, and not that of the people.
        """
        found = self._among_templates(max(searched))
        return None if found is None else replace(found, people=searched.people, templates=searched.templates)

    def threshold_at(self, fpir: float, searched: Population) -> float:
        """The threshold at which so many strangers would be named among so many, whatever decides here."""
        return wanted_rate(self.tail, fpir, max(*searched, 1)).threshold

    def _among(self, templates: int) -> SearchRate | None:
        threshold = self._point.threshold
        if not self._chosen:
            wanted = wanted_rate(self.tail, self._usual if self._fpir is None else self._fpir, templates)
            if self._fpir is not None or wanted.threshold >= threshold:
                return wanted
        try:
            return rate_of_search(self.tail, threshold, templates)
        except RateNotSupported:  # below what was kept of the tail: strangers are named all the time
            return None


def open_searching(
    space: str,
    point: OperatingPoint,
    given: str | Path | OperatingPoint | None = None,
    *,
    fpir: float | None = None,
    chosen: bool = False,
    usual: float = FPIR,
) -> Searching | None:
    """By what searches in a space decide; None where the tail of its impostor scores was not measured.

    Args:
        space: The embedding space.
        point: Decides about one comparison.
        given: The file of operating points, or the point, that the caller gave instead of the shipped ones.
        fpir: The rate wanted; None for the default.
        chosen: Whether the caller chose the point's threshold.
        usual: The default rate.

    Raises:
        NoOperatingPoint: The tail was not measured, and a rate is wanted.
    """
    try:
        return Searching(tail_of(space, given), point, fpir=fpir, chosen=chosen, usual=usual)
    except NoOperatingPoint:
        if fpir is not None:
            raise
        return None


def wanted_rate(tail: ImpostorTail, fpir: float, people: int) -> SearchRate:
    """The threshold for a rate; by the upper end of its interval where the data are too few to show the rate."""
    found = threshold_of_search(tail, fpir, people)
    return threshold_of_search(tail, fpir, people, cautious=True) if found.extrapolated else found
