"""The charts of a report: ROC, DET, CMC and the spread of the scores."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rostro.evaluation.words import number, rate_name, say, short_percent
from rostro.reports.charts import Axis, Series, histogram_chart, line_chart

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rostro.core.words import Language
    from rostro.evaluation.measures import Spread
    from rostro.scoring.counts import Numbers

Named = tuple[str, "Spread"]

#: Rates below these lie on the edge of the charts.
_LEAST_FMR, _LEAST_FNMR = 1e-7, 1e-5


def roc(spreads: Sequence[Named], language: Language) -> str:
    """True accept rate over false match rate, one line per system."""
    fmr = _fmr_axis(spreads, language)
    curves = [(name, *_supported(spread, fmr.low)) for name, spread in spreads]
    tar = _part_axis("tar_axis", min(0.99, *(float((1 - fnmr).min()) for _, _, fnmr in curves)), language)
    return line_chart([Series(name, x.tolist(), (1 - fnmr).tolist()) for name, x, fnmr in curves], fmr, tar)


def det(spreads: Sequence[Named], language: Language) -> str:
    """Both error rates on logarithmic axes, one line per system."""
    least = min((float(s.curve.fnmr[s.curve.fnmr > 0].min()) for _, s in spreads), default=_LEAST_FNMR)
    fmr, fnmr = _fmr_axis(spreads, language), _rate_axis("fnmr", max(least, _LEAST_FNMR), language)
    lines = []
    for name, spread in spreads:
        x, y = _supported(spread, fmr.low)
        lines.append(Series(name, x[y >= fnmr.low].tolist(), y[y >= fnmr.low].tolist()))
    return line_chart(lines, fmr, fnmr)


def cmc(curves: Sequence[tuple[str, Sequence[float]]], language: Language) -> str:
    """Part found within each rank, one line per system."""
    longest = max(2, *(len(curve) for _, curve in curves))
    ranks = Axis(title=say("rank_axis", language), low=1, high=longest, show="{:g}".format, whole=True)
    found = _part_axis("found", min(0.99, *(curve[0] for _, curve in curves)), language)
    return line_chart([Series(name, range(1, len(curve) + 1), curve) for name, curve in curves], ranks, found)


def scores(spread: Spread, language: Language) -> str:
    """Genuine and impostor scores, and the threshold."""
    mark = None
    if spread.threshold is not None and spread.fmr is not None:
        rate = rate_name(spread.fmr, language)
        mark = (say("threshold", language, number(spread.threshold, language), rate), spread.threshold)
    highest = float(max(spread.genuine.max(), spread.impostor.max()))
    similarity = Axis(
        title=say("similarity", language),
        low=float(spread.edges[0]),
        high=float(spread.edges[-1]),
        show=lambda value: number(value, language, similarity.decimals),
    )
    part = Axis(
        title=say("part", language), low=0.0, high=1.05 * highest, show=lambda value: short_percent(value, language)
    )
    genuine = Series(say("genuine", language), spread.edges.tolist(), spread.genuine.tolist())
    impostor = Series(say("impostor", language), spread.edges.tolist(), spread.impostor.tolist())
    return histogram_chart((genuine, impostor), similarity, part, mark)


def _supported(spread: Spread, least: float) -> tuple[Numbers, Numbers]:
    """(false match rates, false non-match rates) from the least false match rate that is shown.

    Where a curve enters the chart it has one point, not the fall of the thresholds that share its rate.
    """
    curve = spread.curve
    inside = curve.fmr >= least
    entry = curve.fmr[inside].min()
    inside &= (curve.fmr > entry) | (curve.fnmr == curve.fnmr[curve.fmr == entry].min())
    return curve.fmr[inside], curve.fnmr[inside]


def _fmr_axis(spreads: Sequence[Named], language: Language) -> Axis:
    # the least rate above zero is one comparison of all: three are the fewest that support a rate
    least = 3 * min(float(s.curve.fmr[s.curve.fmr > 0].min()) for _, s in spreads)
    return _rate_axis("fmr", max(least, _LEAST_FMR), language)


def _rate_axis(word: str, least: float, language: Language) -> Axis:
    return Axis(
        title=say(word, language),
        low=min(least, 0.01),
        high=1.0,
        show=lambda value: rate_name(value, language),
        logarithmic=True,
    )


def _part_axis(word: str, least: float, language: Language) -> Axis:
    return Axis(title=say(word, language), low=least, high=1.0, show=lambda value: short_percent(value, language))
