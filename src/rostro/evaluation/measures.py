"""What statistics give: numbers with intervals, curves, and the comparisons that went most wrong."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from rostro.scoring.bootstrap import subject_intervals
from rostro.scoring.counts import RateNotSupported
from rostro.scoring.intervals import Interval, binomial_interval
from rostro.scoring.verification import ErrorCurve, auc, error_curve, is_supported, too_few

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rostro.evaluation.options import Options
    from rostro.evaluation.table import ScoreTable
    from rostro.scoring.bootstrap import Sample
    from rostro.scoring.counts import Numbers, ScoreCounts

#: Points kept of a curve: enough for any drawing of it.
CURVE_POINTS = 600
BINS = 100
_NOT_LISTED = "no interval: too many impostor scores to list one by one"


@dataclass(frozen=True, slots=True, kw_only=True)
class Metric:
    """One number.

    Attributes:
        kind: What it is: a key of `rostro.evaluation.words.METRICS`.
        at: The false match rate, false positive rate or rank that it is taken at, where there is one.
        value: The number; None where the data cannot support it.
        interval: Its confidence interval, where there is one.
        threshold: The threshold that it is taken at, where there is one.
        note: Why there is no value, or no interval.
    """

    kind: str
    at: float | None = None
    value: float | None = None
    interval: Interval | None = None
    threshold: float | None = None
    note: str = ""

    @property
    def key(self) -> str:
        """Name for files: ``tar@0.001``."""
        return self.kind if self.at is None else f"{self.kind}@{self.at:g}"

    def to_dict(self) -> dict[str, Any]:
        """All of it."""
        interval = self.interval
        return {
            "metric": self.kind,
            "at": self.at,
            "value": self.value,
            "low": interval.low if interval else None,
            "high": interval.high if interval else None,
            "confidence": interval.confidence if interval else None,
            "interval": interval.method if interval else None,
            "threshold": self.threshold,
            "note": self.note,
        }


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Spread:
    """How scores are spread, for drawing.

    Attributes:
        curve: Operating points, thinned out.
        edges: (BINS + 1,) bins.
        genuine: (BINS,) part of the genuine scores in each.
        impostor: (BINS,) part of the impostor scores in each.
        fmr: A false match rate to show; None where the data support none.
        threshold: The threshold for it.
    """

    curve: ErrorCurve
    edges: Numbers
    genuine: Numbers
    impostor: Numbers
    fmr: float | None
    threshold: float | None


@dataclass(frozen=True, slots=True)
class Mistake:
    """A comparison that went wrong: photos as the score table numbers them."""

    probe: int
    reference: int
    score: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Measurement:
    """Everything that was measured of one system on one protocol.

    Attributes:
        metrics: The numbers, the headline first.
        spread: Of the scores; None where nobody was compared with a stranger.
        cmc: Part found within rank 1, 2, …; empty where the protocol has no ranks.
        false_matches: Impostor comparisons with the highest scores.
        false_non_matches: Genuine comparisons with the lowest scores.
    """

    metrics: tuple[Metric, ...]
    spread: Spread | None = None
    cmc: tuple[float, ...] = ()
    false_matches: tuple[Mistake, ...] = ()
    false_non_matches: tuple[Mistake, ...] = ()

    def metric(self, key: str) -> Metric:
        """The metric of that `Metric.key`."""
        return next(metric for metric in self.metrics if metric.key == key)


class Rates:
    """The metrics that are read from an error curve, with intervals that all come from the same draws of subjects."""

    def __init__(
        self,
        counts: ScoreCounts,
        sample: Sample,
        fmrs: Sequence[float],
        options: Options,
        *,
        listed_fmr: float = 1.0,
        kind: str = "tar",
    ) -> None:
        """Draws.

        Args:
            counts: Every score.
            sample: The scores with their subjects; of impostors maybe only the highest.
            fmrs: False match rates to report at.
            options: Replicates and seed of the draws.
            listed_fmr: False match rate down from which ``sample`` lists all impostors.
            kind: What the part accepted is called (see `Metric.kind`).
        """
        self.counts, self.curve = counts, error_curve(counts)
        self._sample, self._fmrs, self._kind = sample, fmrs, kind
        # in a draw, a threshold may come to lie lower than in the data: leave it room
        reach = listed_fmr if listed_fmr == 1 else listed_fmr / 1.5
        self._drawn = [fmr for fmr in fmrs if fmr <= reach and is_supported(fmr, counts.impostor_total)]
        self._eer = self._equal_error()
        self._has_eer = self._eer is not None and self._eer[0] <= reach
        self._has_auc = listed_fmr == 1
        intervals = subject_intervals(sample, self._of_draw, replicates=options.replicates, seed=options.seed)
        self._tar_intervals = dict(zip(self._drawn, intervals, strict=False))
        self._other_intervals = intervals[len(self._drawn) :]

    def tars(self) -> list[Metric]:
        """True accept rate at each false match rate; without a value where the data cannot support it."""
        return [self._tar(fmr) for fmr in self._fmrs]

    def equal_error(self) -> Metric:
        """Equal error rate."""
        if self._eer is None:
            return Metric(kind="eer", note="more genuine comparisons failed than impostor ones pass")
        rate, threshold = self._eer
        interval = self._other_intervals[0] if self._has_eer else None
        note = "" if self._has_eer else _NOT_LISTED
        return Metric(kind="eer", value=rate, interval=interval, threshold=threshold, note=note)

    def auc(self) -> Metric:
        """Area under the ROC; its interval only where all scores are listed."""
        interval = self._other_intervals[-1] if self._has_auc else None
        return Metric(kind="auc", value=auc(self.counts), interval=interval, note="" if interval else _NOT_LISTED)

    def spread(self) -> Spread:
        """For drawing, with the threshold of the middle one of the false match rates that the data support."""
        values = self.counts.values
        edges = np.linspace(values[0], max(values[-1], values[0] + 1e-6), BINS + 1)
        fmr = middle_rate(self._fmrs, self.counts.impostor_total)
        return Spread(
            curve=thinned(self.curve),
            edges=edges,
            genuine=_parts(values, self.counts.genuine, edges),
            impostor=_parts(values, self.counts.impostor, edges),
            fmr=fmr,
            threshold=None if fmr is None else self.curve.threshold_at_fmr(fmr),
        )

    def _of_draw(self, counts: ScoreCounts) -> list[float]:
        curve = error_curve(counts)
        values = [curve.tar_at_fmr(fmr) for fmr in self._drawn]
        if self._has_eer:
            values.append(curve.equal_error()[0])
        if self._has_auc:
            values.append(auc(counts))
        return values

    def _equal_error(self) -> tuple[float, float] | None:
        try:
            return self.curve.equal_error()
        except RateNotSupported:
            return None

    def _tar(self, fmr: float) -> Metric:
        if not is_supported(fmr, self.counts.impostor_total):
            return Metric(kind=self._kind, at=fmr, note=too_few(fmr, self.counts.impostor_total))
        value = self.curve.tar_at_fmr(fmr)
        interval = self._tar_intervals.get(fmr)
        if interval and value == 1:
            interval = certain(self._sample)
        return Metric(
            kind=self._kind,
            at=fmr,
            value=value,
            interval=interval,
            threshold=self.curve.threshold_at_fmr(fmr),
            note="" if interval else _NOT_LISTED,
        )


def certain(sample: Sample) -> Interval:
    """Interval of a true accept rate of which no error was seen: a bootstrap would say that it is certain."""
    people = sample.independent_trials()[0]
    return binomial_interval(people, people)


def failure_to_acquire(table: ScoreTable) -> Metric:
    """Part of the photos without a face."""
    failed = len(table.failures)
    photos = len(table.people.photos)
    return Metric(kind="fta", value=failed / photos, interval=binomial_interval(failed, photos))


def thinned(curve: ErrorCurve) -> ErrorCurve:
    """At most `CURVE_POINTS` points, spread evenly over the logarithms of both rates."""
    if curve.thresholds.size <= CURVE_POINTS:
        return curve
    share = CURVE_POINTS // 3
    kept = {0, curve.thresholds.size - 1}
    kept.update(np.linspace(0, curve.thresholds.size - 1, share).astype(int).tolist())
    for rates, order in ((curve.fmr, -1), (curve.fnmr, 1)):
        ascending = rates[::order]
        least = ascending[ascending > 0][0]
        places = np.searchsorted(ascending, np.geomspace(least, 1.0, share))
        places = np.clip(places, 0, rates.size - 1)
        kept.update((places if order == 1 else rates.size - 1 - places).tolist())
    index = np.array(sorted(kept))
    return ErrorCurve(curve.thresholds[index], curve.fmr[index], curve.fnmr[index])


def middle_rate(fmrs: Sequence[float], impostors: float) -> float | None:
    """The middle one of the false match rates that this many impostor comparisons support; None where they do none."""
    good = [fmr for fmr in sorted(fmrs, reverse=True) if is_supported(fmr, impostors)]
    return good[len(good) // 2] if good else None


def _parts(values: Numbers, counts: Numbers, edges: Numbers) -> Numbers:
    inside = np.histogram(values, edges, weights=counts)[0]
    return np.asarray(inside / max(inside.sum(), 1.0), np.float64)


def worst(table: ScoreTable, *, genuine: bool, count: int = 8) -> tuple[Mistake, ...]:
    """The genuine comparisons with the lowest scores, or the impostor ones with the highest.

    Of two people only one comparison is shown, else one wrongly named photo would fill the list.
    """
    rows = np.flatnonzero((table.genuine == genuine) & np.isfinite(table.scores))
    order = rows[np.argsort(table.scores[rows] if genuine else -table.scores[rows], kind="stable")]
    people = np.sort(np.stack([table.probe_people[order], table.reference_people[order]], axis=1), axis=1)
    _, first = np.unique(people, axis=0, return_index=True)
    chosen = order[np.sort(first)[:count]]
    return tuple(Mistake(int(table.probe[i]), int(table.reference[i]), float(table.scores[i])) for i in chosen)
