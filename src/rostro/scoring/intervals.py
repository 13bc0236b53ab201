"""Confidence intervals of counted rates, exact."""

from __future__ import annotations

import math
from dataclasses import dataclass

from rostro.core.errors import BadInput


@dataclass(frozen=True, slots=True)
class Interval:
    """A confidence interval and how it was made.

    Attributes:
        low: Lower end.
        high: Upper end.
        confidence: For example 0.95.
        method: In words.
    """

    low: float
    high: float
    confidence: float
    method: str

    def __contains__(self, value: float) -> bool:
        return self.low <= value <= self.high


def check_confidence(confidence: float) -> None:
    """Refuses a confidence outside (0, 1)."""
    if not 0 < confidence < 1:
        raise BadInput(f"a confidence lies in (0, 1), got {confidence}")


def binomial_interval(errors: float, trials: int, confidence: float = 0.95) -> Interval:
    """Interval of a rate, of which ``errors`` in ``trials`` independent trials were seen.

    Clopper and Pearson (1934). Where no trial or every trial was an error, the interval is one-sided: for no error the
    upper end is ``1 - (1 - confidence) ** (1 / trials)``, at 95 % the *rule of three*, about 3 / trials. Errors may be
    parts of one, where a trial is somebody of whom a part of the photos was wrong.

    Raises:
        BadInput: No trials, or errors outside [0, trials].
    """
    check_confidence(confidence)
    if not 0 <= errors <= trials or trials < 1:
        raise BadInput(f"errors lie in [0, trials] and trials are at least 1, got {errors} of {trials}")
    tail = 1 - confidence
    if errors == 0:
        return Interval(0.0, -math.expm1(math.log(tail) / trials), confidence, "rule of three")
    if errors == trials:
        return Interval(math.exp(math.log(tail) / trials), 1.0, confidence, "rule of three")
    low = _beta_quantile(tail / 2, errors, trials - errors + 1)
    high = _beta_quantile(1 - tail / 2, errors + 1, trials - errors)
    return Interval(low, high, confidence, "Clopper-Pearson")


def _beta_quantile(probability: float, a: float, b: float) -> float:
    low, high = 0.0, 1.0
    while high - low > 1e-15 + 1e-12 * high:
        middle = (low + high) / 2
        if _beta_cdf(middle, a, b) < probability:
            low = middle
        else:
            high = middle
    return (low + high) / 2


def _beta_cdf(x: float, a: float, b: float) -> float:
    """Regularised incomplete beta function I_x(a, b), by its continued fraction (DLMF 8.17.22)."""
    if x <= 0 or x >= 1:
        return float(x >= 1)
    if x > (a + 1) / (a + b + 2):  # where the fraction converges slowly, its mirror image converges fast
        return 1 - _beta_cdf(1 - x, b, a)
    front = a * math.log(x) + b * math.log1p(-x) - math.log(a) - math.lgamma(a) - math.lgamma(b) + math.lgamma(a + b)
    return math.exp(front) * _beta_fraction(x, a, b)


def _beta_fraction(x: float, a: float, b: float) -> float:
    """1 / (1 + d1 / (1 + d2 / (1 + …))), evaluated from the front (Lentz's method)."""
    value = c = 1e-300
    d = 0.0
    for term in range(1_000_000):
        half = term // 2
        if term == 0:
            coefficient = 1.0
        elif term % 2 == 0:
            coefficient = half * (b - half) * x / ((a + term - 1) * (a + term))
        else:
            coefficient = -(a + half) * (a + b + half) * x / ((a + term - 1) * (a + term))
        d = 1 / (1 + coefficient * d)
        c = 1 + coefficient / c
        value *= c * d
        if term > 0 and abs(c * d - 1) < 1e-15:
            return value
    raise ArithmeticError(f"the incomplete beta function did not converge at {x}, {a}, {b}")
