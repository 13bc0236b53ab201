"""From which similarity on something is a finding: by the number of comparisons, from the tail of impostor scores.

No number here belongs to a model or to a data set. What is chosen is how often chance may speak.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from rostro.gallery.facts import Population
from rostro.recognition.searching import Searching, open_searching
from rostro.scoring.operating_points import chosen, deciding, tail_of

if TYPE_CHECKING:
    from pathlib import Path

    from rostro.core.decisions import OperatingPoint
    from rostro.core.types import Floats
    from rostro.quality.gate import Gate
    from rostro.scoring.impostor_tail import ImpostorTail

#: How many pairs of strangers in the whole gallery may by chance be as alike as two people who "are probably one".
BY_CHANCE = 1.0
#: Above this, two vectors are those of the same picture, perhaps saved anew or made smaller: see decision 53.
COPY = 0.95


@dataclass(frozen=True, slots=True, kw_only=True)
class Levels:
    """The thresholds of one audit.

    Attributes:
        one: Of a single comparison: that of `verify`.
        search: Of a search among as many templates as there are.
        person: From which on two people are probably one.
        gate: Says which qualities are poor.
    """

    one: float
    search: float
    person: float
    gate: Gate
    _searching: Searching | None = None

    @classmethod
    def of(
        cls,
        space: str,
        templates: int,
        gate: Gate,
        *,
        threshold: float | None = None,
        given: str | Path | OperatingPoint | None = None,
    ) -> Levels:
        """The thresholds for so many templates.

        Args:
            space: Their embedding space.
            templates: How many take part.
            gate: Says which qualities are poor.
            threshold: One that the caller chose holds for everything.
            given: A file of operating points, or a point, instead of the shipped ones.

        Raises:
            NoOperatingPoint: No threshold is known for this space.
            SpaceMismatch: The given one was measured in another space.
        """
        point = deciding(space, given=given) if threshold is None else chosen(space, threshold)
        one = point.threshold
        searching = open_searching(space, point, given) if threshold is None else None
        if searching is None:
            return cls(one=one, search=one, person=one, gate=gate)
        search = _among(searching, templates, one)
        person = max(search, _by_chance(tail_of(space, given), templates))
        return cls(one=one, search=search, person=person, gate=gate, _searching=searching)

    def within(self, others: int) -> float:
        """From which similarity on a template is like one of so many others of its own person."""
        return self.one if self._searching is None else _among(self._searching, others, self.one)

    def margins(self, qualities: Floats) -> Floats:
        """What a match must have above the threshold, for each quality."""
        return self.gate.margins(qualities)


def _among(searching: Searching, templates: int, one: float) -> float:
    found = searching.among(Population(templates, templates))
    return one if found is None else found.threshold


def _by_chance(tail: ImpostorTail, templates: int) -> float:
    """The similarity that `BY_CHANCE` pairs of strangers among all reach; cautious where no data could show it."""
    rate = min(0.5, BY_CHANCE / max(templates * (templates - 1) / 2, 1))
    if rate >= tail.least_rate:
        return tail.threshold(rate)
    return float(np.quantile([tail.threshold(rate, fit) for fit in tail.draws], 0.975, method="higher"))
