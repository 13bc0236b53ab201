"""One comparison with somebody who has several templates: the best of k scores, at the rate that one was promised.

With k chances to resemble a template, a stranger passes up to k times as often: the false match rate of the best is at
most k times that of one comparison, whatever templates have in common (Boole's inequality). So the threshold is that
at which one comparison has a k-th of the rate. How much of that bound is used, ``benchmarks/one_person.py`` measures.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from rostro.core.errors import BadInput
from rostro.scoring.counts import RateNotSupported

if TYPE_CHECKING:
    from rostro.core.decisions import OperatingPoint
    from rostro.scoring.impostor_tail import ImpostorTail


def best_of(point: OperatingPoint, comparisons: int, tail: ImpostorTail | None) -> OperatingPoint:
    """The operating point of the best of several comparisons.

    Args:
        point: Of one comparison.
        comparisons: How many there are, at least 1.
        tail: Of the impostor scores of the space; None where it was not measured.

    Returns:
        With the rate of ``point`` where the tail says at which threshold that is; its `fmr_interval` is the tail's, and
        it tells no `fnmr`. Without a tail, the same threshold at a rate that is as many times larger. A point of which
        no rate is known stays as it is: whoever chose the threshold wants that one.

    Raises:
        BadInput: Fewer than one comparison.
    """
    if comparisons < 1:
        raise BadInput(f"at least one comparison, got {comparisons}")
    if point.fmr is None or comparisons == 1:
        return point
    known = None if tail is None else _by_tail(point, comparisons, tail)
    return known or _by_count(point, comparisons)


def _by_tail(point: OperatingPoint, comparisons: int, tail: ImpostorTail) -> OperatingPoint | None:
    try:
        rate = tail.rate(point.threshold)
    except RateNotSupported:  # laxer than what was kept of the tail
        return None
    threshold = max(tail.threshold(rate / comparisons), point.threshold)
    rates = [comparisons * tail.rate(threshold, fit) for fit in tail.draws]
    low, high = (min(1.0, float(value)) for value in np.quantile(rates, [0.025, 0.975]))
    return replace(
        point,
        threshold=threshold,
        fmr=min(1.0, comparisons * tail.rate(threshold)),
        fmr_interval=(low, high),
        fnmr=None,
    )


def _by_count(point: OperatingPoint, comparisons: int) -> OperatingPoint:
    fmr = None if point.fmr is None else min(1.0, comparisons * point.fmr)
    interval = point.fmr_interval
    if interval is not None:
        interval = min(1.0, comparisons * interval[0]), min(1.0, comparisons * interval[1])
    return replace(point, fmr=fmr, fmr_interval=interval, fnmr=None)
