"""False match and false non-match rates by group, for example of age: is it equally good for everybody?"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import combinations_with_replacement
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from rostro.core.errors import BadInput
from rostro.scoring.bootstrap import AllPairs, ErrorKind, SubjectScores, rate_intervals
from rostro.scoring.verification import rates_at

if TYPE_CHECKING:
    from rostro.evaluation.data.groups import Groups
    from rostro.evaluation.options import Options
    from rostro.evaluation.table import ScoreTable
    from rostro.scoring.counts import Numbers
    from rostro.scoring.intervals import Interval

#: Fewer people say nothing about a group.
FEWEST_PEOPLE = 10
#: Fewer comparisons than this over the false match rate say nothing about it (the rule of three).
_RULE_OF_THREE = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupRate:
    """An error rate within a group or between two.

    Attributes:
        groups: The two groups; twice the same within one.
        comparisons: How many were made.
        people: How many people are in them.
        rate: False match or false non-match rate; None where the group is too small to say.
        interval: Its confidence interval.
        warning: Why there is no rate.
    """

    groups: tuple[str, str]
    comparisons: int
    people: int
    rate: float | None = None
    interval: Interval | None = None
    warning: str = ""

    def to_dict(self) -> dict[str, Any]:
        """All of it."""
        return {
            "groups": list(self.groups),
            "comparisons": self.comparisons,
            "people": self.people,
            "rate": self.rate,
            "low": self.interval.low if self.interval else None,
            "high": self.interval.high if self.interval else None,
            "warning": self.warning,
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupReport:
    """Error rates split by one attribute, at one threshold for all.

    Attributes:
        attribute: Its name.
        threshold: Scores at or above it match.
        fmr: False match rate within each group and between each two.
        fnmr: False non-match rate within each group.
    """

    attribute: str
    threshold: float
    fmr: tuple[GroupRate, ...]
    fnmr: tuple[GroupRate, ...]

    def largest_ratio(self, kind: str) -> float | None:
        """The largest rate within a group over the smallest; None where fewer than two groups have one above zero."""
        rates = [row.rate for row in getattr(self, kind) if row.rate is not None and row.groups[0] == row.groups[1]]
        return max(rates) / min(rates) if len(rates) > 1 and min(rates) > 0 else None

    def to_dict(self) -> dict[str, Any]:
        """All of it."""
        return {
            "attribute": self.attribute,
            "threshold": self.threshold,
            "fmr": [row.to_dict() for row in self.fmr],
            "fnmr": [row.to_dict() for row in self.fnmr],
            "largest_fmr_ratio": self.largest_ratio("fmr"),
            "largest_fnmr_ratio": self.largest_ratio("fnmr"),
        }


def group_report(
    table: ScoreTable, groups: Groups, threshold: float, target_fmr: float, options: Options
) -> GroupReport:
    """Splits the comparisons of photos with photos.

    Args:
        table: Scores; where not all impostors are listed, those from ``threshold`` up are.
        groups: Of the table's photos.
        threshold: For everybody.
        target_fmr: What the threshold was set for; says how many comparisons are enough.
        options: Replicates and seed.

    Raises:
        BadInput: The protocol compares with people, or the threshold is under the listed scores.
    """
    if table.to_people:
        raise BadInput("groups need a protocol that compares photos with photos")
    if threshold < table.header.get("floor", -np.inf):
        raise BadInput(
            f"impostor scores under {table.header['floor']:.4f} are not listed; take a lower false match rate"
        )
    split = _Split(table, groups, threshold, options)
    every = list(combinations_with_replacement(range(len(groups.names)), 2))
    return GroupReport(
        attribute=groups.attribute,
        threshold=threshold,
        fmr=tuple(split.fmr(a, b, target_fmr) for a, b in every),
        fnmr=tuple(split.fnmr(a) for a in range(len(groups.names))),
    )


class _Split:
    """The comparisons that were made, with the groups of both photos."""

    def __init__(self, table: ScoreTable, groups: Groups, threshold: float, options: Options) -> None:
        self._names, self._threshold, self._options = groups.names, threshold, options
        self._subjects = len(table.people.names)
        self._owners, self._of_photo = table.people.owners, groups.of_photo
        self._found = np.array([not reason for reason in table.reasons])
        made = np.isfinite(table.scores)
        self._scores, self._genuine = table.scores[made], table.genuine[made]
        self._first, self._second = table.probe_people[made], table.reference_people[made]
        self._groups = groups.of_photo[table.probe[made]], groups.of_photo[table.reference[made]]
        self._all_listed = table.histogram is None

    def fmr(self, a: int, b: int, target: float) -> GroupRate:
        """False match rate of photos of group ``a`` with photos of group ``b``."""
        rows = ~self._genuine & self._between(a, b)
        left, right = self._photos(a), self._photos(b)
        people = int(np.count_nonzero(left + right if a != b else left))
        pairs = None if self._all_listed else AllPairs(left, None if a == b else right)
        comparisons = int(rows.sum()) if pairs is None else round(pairs.comparisons(np.ones(self._subjects)))
        enough = people >= FEWEST_PEOPLE and comparisons * target >= _RULE_OF_THREE
        return self._rate((a, b), rows, comparisons, people, pairs, enough=enough)

    def fnmr(self, a: int) -> GroupRate:
        """False non-match rate of photos of group ``a`` with each other."""
        rows = self._genuine & self._between(a, a)
        people = int(np.unique(self._first[rows]).size)
        return self._rate((a, a), rows, int(rows.sum()), people, None, enough=people >= FEWEST_PEOPLE, kind="frr")

    def _rate(
        self,
        groups: tuple[int, int],
        rows: NDArray[np.bool_],
        comparisons: int,
        people: int,
        pairs: AllPairs | None,
        *,
        enough: bool,
        kind: ErrorKind = "far",
    ) -> GroupRate:
        names = self._names[groups[0]], self._names[groups[1]]
        if not enough:
            warning = f"too small to say: {comparisons:,} comparisons of {people} people"
            return GroupRate(groups=names, comparisons=comparisons, people=people, warning=warning)
        sample = SubjectScores(self._scores[rows], self._first[rows], self._second[rows], self._subjects, pairs)
        rates = rates_at(sample.counts(), self._threshold)
        (interval,) = rate_intervals(
            sample, [(kind, self._threshold)], replicates=self._options.replicates, seed=self._options.seed
        )
        rate = rates.far if kind == "far" else rates.frr
        return GroupRate(groups=names, comparisons=comparisons, people=people, rate=rate, interval=interval)

    def _between(self, a: int, b: int) -> NDArray[np.bool_]:
        first, second = self._groups
        inside: NDArray[np.bool_] = ((first == a) & (second == b)) | ((first == b) & (second == a))
        return inside

    def _photos(self, group: int) -> Numbers:
        """(subjects,) photos with a face of each person in a group."""
        owners = self._owners[self._found & (self._of_photo == group)]
        return np.bincount(owners, minlength=self._subjects).astype(np.float64)
