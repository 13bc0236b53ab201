"""The best of several comparisons keeps the rate of one."""

from __future__ import annotations

import numpy as np
import pytest

from rostro.core.decisions import OperatingPoint
from rostro.core.errors import BadInput
from rostro.scoring import operating_points
from rostro.scoring.best_of import best_of
from rostro.scoring.impostor_tail import Fit, ImpostorTail

#: Exponential scores: 0.23 higher, a comparison passes ten times less often.
FIT = Fit(share=1e-3, scale=0.1, shape=0.0, spread=0.0)
TAIL = ImpostorTail((0.1, 0.2), (1e-2, 1e-3), FIT, (Fit(5e-4, 0.1, 0.0, 0.0), Fit(2e-3, 0.1, 0.0, 0.0)), 1000, 10**9)
POINT = OperatingPoint("s", 0.2 + 0.1 * np.log(10), 1e-4, (5e-5, 2e-4), 0.01, "drawn", 100, 10**6)


@pytest.mark.parametrize("templates", [2, 5, 40])
def test_the_best_of_drawn_scores_passes_no_oftener(templates: int) -> None:
    found = best_of(POINT, templates, TAIL)
    assert found.threshold == pytest.approx(POINT.threshold + 0.1 * np.log(templates))
    assert found.fmr == pytest.approx(1e-4)
    assert found.fmr_interval is not None
    assert found.fmr_interval[0] <= found.fmr <= found.fmr_interval[1] <= 2.1e-4
    assert found.fnmr is None, "it was measured at another threshold"
    # Where scores are independent, the bound is used up: 1 - (1 - rate / k) ** k.
    one = TAIL.rate(found.threshold)
    assert 0.999e-4 < -np.expm1(templates * np.log1p(-one)) <= 1e-4


def test_one_comparison_is_one_comparison() -> None:
    assert best_of(POINT, 1, TAIL) is POINT
    with pytest.raises(BadInput):
        best_of(POINT, 0, TAIL)


def test_a_threshold_that_was_chosen_stays() -> None:
    chosen = operating_points.chosen("s", 0.3)
    assert best_of(chosen, 9, TAIL) is chosen


@pytest.mark.parametrize("tail", [None, ImpostorTail((0.5, 0.6), (1e-5, 1e-6), FIT, (FIT,), 1000, 10**9)])
def test_without_a_tail_the_rate_is_told(tail: ImpostorTail | None) -> None:
    found = best_of(POINT, 3, tail)
    assert (found.threshold, found.fnmr) == (POINT.threshold, None)
    assert (found.fmr, found.fmr_interval) == (pytest.approx(3e-4), pytest.approx((1.5e-4, 6e-4)))
    assert best_of(POINT, 10**6, tail).fmr == 1.0


def test_shipped_thresholds_rise_with_templates() -> None:
    points = operating_points.shipped("sface-0ba9fbfa/five_point-112")
    rising = [best_of(points.at(), count, points.impostor_tail()).threshold for count in (1, 2, 3, 5, 10, 100)]
    assert rising == sorted(set(rising))
    assert rising[0] == points.at().threshold
