"""The upper end of impostor scores, small enough for a file, good enough for searches among many people.

What matters to a search is how often one photo of a stranger reaches a threshold against one photo of somebody
enrolled. Every two *people* count alike here, however many photos they have: a search meets each enrolled person once.

Up to where the data are plenty the rate is told as it was counted; above, by a generalised Pareto distribution fitted
to the exceedances (Pickands 1975; by probability-weighted moments, Hosking and Wallis 1987), which carries further than
the highest scores seen, and is not swayed by a few of them: among the highest "impostors" of every public data set are
people with two names. Uncertainty comes from people drawn with replacement (`rostro.scoring.bootstrap`); every draw is
fitted again and kept, so that the interval of anything that follows from the tail can be told later.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from rostro.core.errors import BadInput
from rostro.core.ranges import MEASURED_SIMILARITY
from rostro.scoring.counts import Numbers, RateNotSupported, check_scores

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Indices = NDArray[np.integer[Any]]

#: The part of comparisons that the fitted distribution begins with, and the most that it may where people are few.
SHARE = 1e-3
MOST_SHARE = 0.02
#: Pairs of people that must be in it.
LEAST_PAIRS = 100
_LEAST_SCALE = 1e-6
_NO_SHAPE = 1e-9  # nearer to 0, the distribution is the exponential one
_COUNTED = 24  # points of the counted part
_DRAWS = 200


@dataclass(frozen=True, slots=True)
class Fit:
    """A fitted upper end.

    Attributes:
        share: Part of comparisons at or above the tail's start.
        scale: Scale of the generalised Pareto distribution of what lies above the start.
        shape: Its shape; negative where there is a highest score possible.
        spread: How much strangers differ: the variance of their own false match rates at the start, over their mean
            squared. 0 where all are alike.
    """

    share: float
    scale: float
    shape: float
    spread: float

    @property
    def sound(self) -> bool:
        """Whether scores, which differ by 2 at most, can have such an end."""
        return (
            0 < self.share < 1 and _LEAST_SCALE <= self.scale <= 2 and abs(self.shape) <= 10 and 0 <= self.spread <= 1e6
        )

    def rate(self, excess: float) -> float:
        """False match rate at a score ``excess`` above the start."""
        if abs(self.shape) < _NO_SHAPE:
            return self.share * math.exp(-excess / self.scale)
        inside = 1 + self.shape * excess / self.scale
        return self.share * math.exp(-math.log(inside) / self.shape) if inside > 0 else 0.0

    def excess(self, rate: float) -> float:
        """How far above the start the score is that has a false match rate."""
        rarer = math.log(self.share / rate)
        if abs(self.shape) < _NO_SHAPE:
            return self.scale * rarer
        return self.scale / self.shape * math.expm1(self.shape * rarer)


@dataclass(frozen=True, slots=True)
class ImpostorTail:
    """Impostor scores from a threshold up.

    Attributes:
        thresholds: Rising scores up to the start of the fitted part, the last of them the start.
        rates: False match rate counted at each of them, falling.
        fit: What was fitted above.
        draws: The same, fitted to people drawn with replacement.
        people: How many people are behind it.
        pairs: How many pairs of different people.
    """

    thresholds: tuple[float, ...]
    rates: tuple[float, ...]
    fit: Fit
    draws: tuple[Fit, ...]
    people: int
    pairs: int

    @property
    def start(self) -> float:
        """The score from which the fitted distribution speaks."""
        return self.thresholds[-1]

    @property
    def least_rate(self) -> float:
        """The lowest false match rate that the data can show: 3 / pairs, by the rule of three; below, it is a guess."""
        return 3 / self.pairs

    def rate(self, threshold: float, fit: Fit | None = None) -> float:
        """False match rate of one comparison at a threshold.

        Args:
            threshold: A score.
            fit: One of the draws; None: the tail's own fit.

        Raises:
            RateNotSupported: The threshold lies below what the tail describes.
        """
        fit = fit or self.fit
        if threshold >= self.start:
            return fit.rate(threshold - self.start)
        if threshold < self.thresholds[0]:
            raise RateNotSupported(
                f"scores are known from {self.thresholds[0]:.4f} up, {threshold:.4f} lies below: its false match rate "
                f"is above {self.rates[0]:.3g}"
            )
        logarithm = float(np.interp(threshold, self.thresholds, np.log(self.rates)))
        return float(np.exp(logarithm)) * fit.share / self.fit.share

    def threshold(self, rate: float, fit: Fit | None = None) -> float:
        """The score whose false match rate is ``rate``; the lowest known one where that would lie below it.

        Args:
            rate: Above 0.
            fit: One of the draws; None: the tail's own fit.
        """
        fit = fit or self.fit
        if rate < fit.share:
            return min(1.0, self.start + fit.excess(rate))
        counted = rate * self.fit.share / fit.share
        return float(np.interp(-np.log(counted), -np.log(self.rates), self.thresholds))

    def to_dict(self) -> dict[str, Any]:
        """What an operating point file holds under ``"tail"``."""
        return {
            "thresholds": [round(value, 6) for value in self.thresholds],
            "rates": [_digits(value) for value in self.rates],
            "fit": _row(self.fit),
            "draws": [_row(draw) for draw in self.draws],
            "people": self.people,
            "pairs": self.pairs,
        }

    @classmethod
    def from_dict(cls, data: dict[str, Any]) -> ImpostorTail:
        """Reads what `to_dict` wrote.

        Raises:
            BadInput: A threshold that no score has.
            KeyError, TypeError, ValueError: Malformed; whoever reads the file names it.
        """
        tail = cls(
            thresholds=tuple(float(value) for value in data["thresholds"]),
            rates=tuple(float(value) for value in data["rates"]),
            fit=Fit(*map(float, data["fit"])),
            draws=tuple(Fit(*map(float, row)) for row in data["draws"]),
            people=int(data["people"]),
            pairs=int(data["pairs"]),
        )
        rising, falling = np.diff(tail.thresholds), np.diff(tail.rates)
        if not (len(tail.thresholds) == len(tail.rates) > 0 and (rising > 0).all() and (falling < 0).all()):
            raise ValueError("thresholds rise and rates fall")
        for threshold in (tail.thresholds[0], tail.start):  # between them they rise
            MEASURED_SIMILARITY.check(threshold)
        if not 0 < tail.rates[-1] <= tail.rates[0] <= 1:
            raise ValueError("rates of a tail lie in (0, 1]")
        if not (tail.draws and tail.pairs > 0 and all(fit.sound for fit in (tail.fit, *tail.draws))):
            raise ValueError("a tail has a scale above 0, a share in (0, 1), pairs and draws")
        return tail


class _Pairs:
    """Listed comparisons of photos of different people, each seen from both photos."""

    def __init__(self, scores: Numbers, probe: Indices, reference: Indices, owners: Indices) -> None:
        people, owners = np.unique(owners, return_inverse=True)
        self.people = people.size
        photos = np.bincount(owners, minlength=self.people).astype(np.float64)
        self.one, self.other = owners[probe], owners[reference]
        self.weights = 1 / (photos[self.one] * photos[self.other])
        self.order = np.argsort(-scores, kind="stable")
        self.scores = scores
        # Each probing photo with each person: the part of that person's photos that it reaches, for `spread`.
        photo = np.concatenate([probe, reference]).astype(np.int64)
        person = np.concatenate([self.other, self.one]).astype(np.int64)
        self.meetings, self._place = np.unique(photo * self.people + person, return_inverse=True)
        self._photos, self._photo = np.unique(self.meetings // self.people, return_inverse=True)
        self._person = self.meetings % self.people
        self._prober = owners[self._photos]
        self._part = 1 / photos[person]
        self._of_prober = 1 / photos[self._prober]

    def spread(self, start: float, drawn: Numbers, rate: float) -> float:
        above = np.tile(self.scores >= start, 2)
        part = np.bincount(self._place, self._part * above, self.meetings.size)
        drawn_part = drawn[self._person] * part
        both = np.bincount(self._photo, drawn_part) ** 2 - np.bincount(self._photo, drawn_part**2)
        total, squares = drawn.sum(), (drawn**2).sum()
        ways = float((drawn * ((total - drawn) ** 2 - (squares - drawn**2))).sum())
        if ways <= 0:
            return 0.0
        return max(0.0, float((drawn[self._prober] * self._of_prober * both).sum()) / ways / rate**2 - 1)


def fit_tail(
    scores: NDArray[np.floating[Any]],
    probe: Indices,
    reference: Indices,
    owners: Indices,
    *,
    share: float = SHARE,
    draws: int = _DRAWS,
    seed: int = 0,
) -> ImpostorTail:
    """Describes the upper end of impostor scores.

    Args:
        scores: (N,) the highest scores of comparisons of photos of different people, each comparison once: all above
            some score.
        probe: (N,) the first photo of each, an index into ``owners``.
        reference: (N,) the second.
        owners: (photos,) whose each photo is; only photos that could be compared.
        share: Part of comparisons that the fitted distribution begins with; more where people are few.
        draws: How many times people are drawn, for intervals.
        seed: The same seed gives the same tail.

    Raises:
        RateNotSupported: Too few people, or too few comparisons are listed.
        BadInput: Lengths differ, or a score is NaN or infinite.
    """
    exact: Numbers = check_scores(scores, "impostor scores").astype(np.float64)
    if not exact.shape == probe.shape == reference.shape:
        raise BadInput("scores, probe and reference have one length")
    pairs = _Pairs(exact, probe, reference, owners)
    every = pairs.people * (pairs.people - 1) // 2
    share = max(share, LEAST_PAIRS / max(every, 1))
    listed = float(pairs.weights.sum()) / max(every, 1)
    if share > min(MOST_SHARE, listed):
        raise RateNotSupported(
            f"{pairs.people:,} people make {every:,} pairs, too few to tell how high scores of strangers go: "
            f"{round(LEAST_PAIRS / MOST_SHARE):,} pairs are needed (101 people)"
        )
    ranked, weights = exact[pairs.order], pairs.weights[pairs.order]
    above = np.cumsum(weights) / every
    wanted = np.geomspace(min(MOST_SHARE, listed), share, _COUNTED)
    places = np.searchsorted(above, wanted).clip(0, ranked.size - 1)
    thresholds = np.unique(ranked[places])
    rates = above[np.searchsorted(-ranked, -thresholds, side="right") - 1]
    start = float(thresholds[-1])
    fits = []
    random = np.random.default_rng(seed)
    for number in range(draws + 1):
        drawn = np.ones(pairs.people)
        if number:
            drawn = np.bincount(random.integers(pairs.people, size=pairs.people), minlength=pairs.people).astype(float)
        fits.append(_fit(pairs, start, drawn))
    return ImpostorTail(
        tuple(thresholds.tolist()), tuple(rates.tolist()), fits[0], tuple(fits[1:]), pairs.people, every
    )


def _fit(pairs: _Pairs, start: float, drawn: Numbers) -> Fit:
    top = pairs.order[pairs.scores[pairs.order] >= start]
    weights = pairs.weights[top] * drawn[pairs.one[top]] * drawn[pairs.other[top]]
    every = (drawn.sum() ** 2 - (drawn**2).sum()) / 2
    total = weights.sum()
    share = float(total / every)
    excess = pairs.scores[top] - start
    reached = (np.cumsum(weights) - weights / 2) / total  # part of the exceedances that are higher
    mean = float(weights @ excess / total)
    lower = float(weights @ (excess * reached) / total)
    # Probability-weighted moments: mean = scale / (1 - shape), lower = scale / (2 (2 - shape)).
    shape = 2 - mean / (mean - 2 * lower)
    scale = 2 * mean * lower / (mean - 2 * lower)
    return Fit(share, scale, shape, pairs.spread(start, drawn, share))


def _row(fit: Fit) -> list[float]:
    return [_digits(value) for value in (fit.share, fit.scale, fit.shape, fit.spread)]


def _digits(value: float) -> float:
    return float(f"{value:.6g}")
