"""Error rates of "are these two the same person?", from counted scores.

Names are those of ISO/IEC 19795-1. FMR and FNMR are of comparisons that were made. When some could not be made, the
same fractions over all attempts are FAR = FMR (1 - FTA) and FRR = FTA + FNMR (1 - FTA), FTA being the part that failed.
The functions here count failed comparisons as rejected: they give FAR and FRR where some failed, and FMR and FNMR
where none did; ``counts.made()`` leaves failures out. Nothing is interpolated but the EER, and ties are exact.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from rostro.core.errors import BadInput
from rostro.scoring.counts import RateNotSupported

if TYPE_CHECKING:
    from rostro.scoring.counts import Numbers, ScoreCounts


@dataclass(frozen=True, slots=True)
class Rates:
    """What happens at one threshold. The numbers are whole unless the counts were weighted.

    Attributes:
        threshold: Scores at or above it are accepted.
        genuine: Genuine comparisons that were made.
        impostor: Impostor comparisons that were made.
        false_non_matches: Of `genuine`, those rejected.
        false_matches: Of `impostor`, those accepted.
        failed_genuine: Genuine comparisons that could not be made.
        failed_impostor: Impostor comparisons that could not be made.
    """

    threshold: float
    genuine: float
    impostor: float
    false_non_matches: float
    false_matches: float
    failed_genuine: float
    failed_impostor: float

    @property
    def fmr(self) -> float:
        """False match rate: of the impostor comparisons made, those accepted."""
        return _ratio(self.false_matches, self.impostor, "impostor")

    @property
    def fnmr(self) -> float:
        """False non-match rate: of the genuine comparisons made, those rejected."""
        return _ratio(self.false_non_matches, self.genuine, "genuine")

    @property
    def far(self) -> float:
        """False accept rate: of all impostor attempts, those accepted; a failed one is not accepted."""
        return _ratio(self.false_matches, self.impostor + self.failed_impostor, "impostor")

    @property
    def frr(self) -> float:
        """False reject rate: of all genuine attempts, those rejected or failed."""
        return _ratio(self.false_non_matches + self.failed_genuine, self.genuine + self.failed_genuine, "genuine")


def _ratio(part: float, whole: float, kind: str) -> float:
    if whole <= 0:
        raise BadInput(f"no {kind} comparisons: the rate is not defined")
    return part / whole


def rates_at(counts: ScoreCounts, threshold: float) -> Rates:
    """The rates at a threshold.

    Raises:
        BadInput: The threshold is NaN.
    """
    if math.isnan(threshold):
        raise BadInput("a threshold is a number, got NaN")
    matched, false_matches = counts.accepted(threshold)
    genuine = float(counts.genuine.sum())
    return Rates(
        threshold=threshold,
        genuine=genuine,
        impostor=float(counts.impostor.sum()),
        false_non_matches=genuine - matched,
        false_matches=false_matches,
        failed_genuine=counts.failed_genuine,
        failed_impostor=counts.failed_impostor,
    )


@dataclass(frozen=True, slots=True, eq=False)
class ErrorCurve:
    """Every operating point that the scores allow: ROC is (fmr, 1 - fnmr), DET is (fmr, fnmr) on log axes.

    Attributes:
        thresholds: (K + 1,) the distinct scores, ascending, then ``inf``, which accepts nothing.
        fmr: (K + 1,) falling; FAR where comparisons failed.
        fnmr: (K + 1,) rising; FRR where comparisons failed.
    """

    thresholds: Numbers
    fmr: Numbers
    fnmr: Numbers

    def threshold_at_fmr(self, fmr: float) -> float:
        """The lowest score that, taken as threshold, keeps the false match rate at or below ``fmr``.

        Where even the highest score would let too many pass, it is the next number above.
        """
        first = self._first(fmr)
        if first == self.thresholds.size - 1:
            return float(np.nextafter(self.thresholds[-2], np.inf))
        return float(self.thresholds[first])

    def tar_at_fmr(self, fmr: float) -> float:
        """True accept rate, 1 - FNMR, at `threshold_at_fmr`."""
        return float(1.0 - self.fnmr[self._first(fmr)])

    def equal_error(self) -> tuple[float, float]:
        """The equal error rate, and the threshold whose two rates are nearest to each other.

        Between two neighbouring operating points the rate is read from the straight line that joins them on the ROC.

        Raises:
            RateNotSupported: So many comparisons failed that the rates never meet.
        """
        gap = self.fnmr - self.fmr
        after = int(np.argmax(gap >= 0))
        if after == 0:
            if gap[0] > 0:
                raise RateNotSupported("more genuine comparisons failed than impostor ones pass: no equal error rate")
            return float(self.fmr[0]), float(self.thresholds[0])
        before = after - 1
        part = gap[before] / (gap[before] - gap[after])
        rate = self.fmr[before] + part * (self.fmr[after] - self.fmr[before])
        nearest = before if -gap[before] <= gap[after] else after
        return float(rate), float(self.thresholds[nearest])

    def _first(self, fmr: float) -> int:
        return int(np.argmax(self.fmr <= fmr))


def error_curve(counts: ScoreCounts) -> ErrorCurve:
    """All operating points.

    Raises:
        BadInput: There are no genuine or no impostor comparisons, or none could be made.
    """
    if counts.values.size == 0:
        raise BadInput("no comparison has a score: there is no curve")
    rejected = np.concatenate([[0.0], np.cumsum(counts.genuine)]) + counts.failed_genuine
    passed = np.concatenate([np.cumsum(counts.impostor[::-1])[::-1], [0.0]])
    return ErrorCurve(
        thresholds=np.append(counts.values, np.inf),
        fmr=passed / counts.impostor_total,
        fnmr=rejected / counts.genuine_total,
    )


def auc(counts: ScoreCounts) -> float:
    """Area under the ROC: the chance that a genuine score is above an impostor score, ties counting half.

    Failed comparisons lie below every score.

    Raises:
        BadInput: There are no genuine or no impostor comparisons.
    """
    genuine = np.concatenate([[counts.failed_genuine], counts.genuine])
    impostor = np.concatenate([[counts.failed_impostor], counts.impostor])
    below = np.cumsum(impostor) - impostor / 2
    return float(genuine @ below) / (counts.genuine_total * counts.impostor_total)


def equal_error(counts: ScoreCounts) -> tuple[float, float]:
    """See `ErrorCurve.equal_error`.

    Raises:
        BadInput: There are no genuine or no impostor comparisons.
    """
    return error_curve(counts).equal_error()


def check_supported(fmr: float, impostors: float) -> None:
    """Refuses a false match rate that this many impostor comparisons cannot show.

    By the rule of three, n comparisons without a false match only show (at 95 %) that the rate is under 3 / n; so a
    rate needs at least 3 / rate comparisons.

    Raises:
        BadInput: The rate is not in (0, 1].
        RateNotSupported: Too few comparisons.
    """
    if not is_supported(fmr, impostors):
        raise RateNotSupported(too_few(fmr, impostors))


def is_supported(fmr: float, impostors: float) -> bool:
    """Whether `check_supported` would let it pass."""
    return impostors >= _needed(fmr)


def too_few(fmr: float, impostors: float) -> str:
    """The reason that `check_supported` gives."""
    return (
        f"a false match rate of {fmr:g} needs at least {_needed(fmr):,} impostor comparisons (3 / rate), "
        f"there are {impostors:,.0f}"
    )


def _needed(fmr: float) -> int:
    if not 0 < fmr <= 1:
        raise BadInput(f"a false match rate lies in (0, 1], got {fmr}")
    return math.ceil(round(3 / fmr, 6))


def threshold_at_fmr(counts: ScoreCounts, fmr: float) -> float:
    """See `ErrorCurve.threshold_at_fmr`; refuses what the data cannot show.

    Args:
        counts: The scores.
        fmr: Highest false match rate allowed, in (0, 1].

    Raises:
        BadInput: There are no genuine or no impostor comparisons.
        RateNotSupported: There are too few impostor comparisons for this rate.
    """
    check_supported(fmr, counts.impostor_total)
    return error_curve(counts).threshold_at_fmr(fmr)


def tar_at_fmr(counts: ScoreCounts, fmr: float) -> float:
    """True accept rate, 1 - FNMR (1 - FRR where comparisons failed), at `threshold_at_fmr`; the same refusals."""
    check_supported(fmr, counts.impostor_total)
    return error_curve(counts).tar_at_fmr(fmr)
