"""What statistics give: numbers with intervals, curves, and the comparisons that went most wrong."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

from rostro.metrics.bootstrap import subject_intervals
from rostro.metrics.counts import RateNotSupported
from rostro.metrics.intervals import Interval, binomial_interval
from rostro.metrics.verification import ErrorCurve, auc, error_curve, is_supported, too_few

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from rostro.evaluation.table import ScoreTable
    from rostro.metrics.bootstrap import Sample
    from rostro.metrics.counts import Numbers, ScoreCounts

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

    def to_json(self) -> dict[str, Any]:
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


@dataclass(frozen=True, slots=True, kw_only=True)
class RateKinds:
    """How a protocol calls the part accepted at a false accept rate, and the equal error rate."""

    tar: str = "tar"
    eer: str = "eer"


@dataclass(slots=True, kw_only=True)
class Rates:
    """Computes the metrics that are read from an error curve, with intervals from common draws of the subjects.

    Attributes:
        counts: Every score.
        sample: The scores with their subjects; of impostors maybe only the highest.
        listed_fmr: False match rate up to which `sample` lists all impostors.
        replicates: Draws of the subjects.
        seed: Of the draws.
        kinds: Names.
        curve: All operating points.
    """

    counts: ScoreCounts
    sample: Sample
    listed_fmr: float = 1.0
    replicates: int = 1000
    seed: int = 0
    kinds: RateKinds = field(default_factory=RateKinds)
    curve: ErrorCurve = field(init=False)

    def __post_init__(self) -> None:
        self.curve = error_curve(self.counts)

    def tars(self, fmrs: Sequence[float]) -> list[Metric]:
        """True accept rate at each false match rate; without a value where the data cannot support it."""
        impostors = self.counts.impostor_total
        good = [fmr for fmr in fmrs if is_supported(fmr, impostors)]
        # in a draw, the threshold may come to lie lower than in the data: leave it room
        listed = [fmr for fmr in good if fmr <= self.listed_fmr / 1.5]
        intervals = self._intervals(lambda curve: [curve.tar_at_fmr(fmr) for fmr in listed]) if listed else []
        interval_of = dict(zip(listed, intervals, strict=True))
        return [
            Metric(
                kind=self.kinds.tar,
                at=fmr,
                value=self.curve.tar_at_fmr(fmr),
                interval=self._exact(self.curve.tar_at_fmr(fmr), interval_of.get(fmr)),
                threshold=self.curve.threshold_at_fmr(fmr),
                note="" if fmr in interval_of else _NOT_LISTED,
            )
            if fmr in good
            else Metric(kind=self.kinds.tar, at=fmr, note=too_few(fmr, impostors))
            for fmr in fmrs
        ]

    def equal_error(self) -> Metric:
        """Equal error rate."""
        try:
            rate, threshold = self.curve.equal_error()
        except RateNotSupported as error:
            return Metric(kind=self.kinds.eer, note=str(error))
        if rate > self.listed_fmr / 1.5:
            return Metric(kind=self.kinds.eer, value=rate, threshold=threshold, note=_NOT_LISTED)
        (interval,) = self._intervals(lambda curve: [curve.equal_error()[0]])
        return Metric(kind=self.kinds.eer, value=rate, interval=interval, threshold=threshold)

    def auc(self) -> Metric:
        """Area under the ROC; its interval only where all scores are listed."""
        value = auc(self.counts)
        if self.listed_fmr < 1:
            return Metric(kind="auc", value=value, note=_NOT_LISTED)
        (interval,) = subject_intervals(
            self.sample, lambda counts: [auc(counts)], replicates=self.replicates, seed=self.seed
        )
        return Metric(kind="auc", value=value, interval=interval)

    def spread(self, fmrs: Sequence[float]) -> Spread:
        """For drawing, with the threshold of the middle one of the false match rates that the data support."""
        edges = np.linspace(self.counts.values[0], max(self.counts.values[-1], self.counts.values[0] + 1e-6), BINS + 1)
        fmr = middle_rate(fmrs, self.counts.impostor_total)
        return Spread(
            curve=thinned(self.curve),
            edges=edges,
            genuine=_parts(self.counts.values, self.counts.genuine, edges),
            impostor=_parts(self.counts.values, self.counts.impostor, edges),
            fmr=fmr,
            threshold=None if fmr is None else self.curve.threshold_at_fmr(fmr),
        )

    def _intervals(self, metrics: Callable[[ErrorCurve], Sequence[float]]) -> list[Interval]:
        return subject_intervals(
            self.sample,
            lambda counts: metrics(error_curve(counts)),
            replicates=self.replicates,
            seed=self.seed,
        )

    def _exact(self, value: float, interval: Interval | None) -> Interval | None:
        """The interval; where no genuine comparison was an error, that of the independent trials."""
        if interval is None or value < 1:
            return interval
        return certain(self.sample)


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
