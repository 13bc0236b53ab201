"""Error rates of telling living people from pictures of them, as ISO/IEC 30107-3 names them.

- APCER, attack presentation classification error rate: the share of attacks that pass, for each kind of attack. One
  number for all is that of the kind that passes most often.
- BPCER, bona fide presentation classification error rate: the share of living people that are refused.
- ACER: the mean of the two.

Frames of one film, or photos of one person, are not independent trials. Rates count frames; intervals are those of as
many trials as there are people and films.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray

from rostro.core.errors import BadInput
from rostro.core.ranges import REFUSED
from rostro.scoring.counts import ScoreCounts, check_scores
from rostro.scoring.intervals import binomial_interval


@dataclass(frozen=True, slots=True)
class ErrorRate:
    """How often a decision was wrong.

    Attributes:
        frames: Frames that were looked at.
        wrong: Those that were decided wrongly.
        subjects: People and films that they are of.
        subjects_wrong: Wrong decisions where each person and film counts once: the sum of each one's share.
        interval: 95 % confidence interval of `rate`, of as many trials as there are subjects.
    """

    frames: int
    wrong: int
    subjects: int
    subjects_wrong: float
    interval: tuple[float, float]

    @property
    def rate(self) -> float:
        """Share of the frames that were decided wrongly."""
        return self.wrong / self.frames

    @classmethod
    def of(cls, wrong: NDArray[np.bool_], subjects: NDArray[Any]) -> Self:
        """Counts.

        Args:
            wrong: (N,) whether each frame was decided wrongly.
            subjects: (N,) whose frame it is: a number or a name for each person and film.

        Raises:
            BadInput: There is no frame.
        """
        if not len(wrong):
            raise BadInput("an error rate needs one frame at least")
        _, whose = np.unique(subjects, return_inverse=True)
        each = np.bincount(whose, wrong) / np.bincount(whose)
        share = float(wrong.mean())
        interval = binomial_interval(share * len(each), len(each))
        return cls(len(wrong), int(wrong.sum()), len(each), float(each.sum()), (interval.low, interval.high))

    def to_dict(self) -> dict[str, Any]:
        """``{"rate", "interval", "frames", "wrong", "subjects", "subjects_wrong"}``."""
        return {
            "rate": round(self.rate, 6),
            "interval": [round(end, 6) for end in self.interval],
            "frames": self.frames,
            "wrong": self.wrong,
            "subjects": self.subjects,
            "subjects_wrong": round(self.subjects_wrong, 4),
        }

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Self:
        """Reads what `to_dict` gave; a `KeyError`, `TypeError` or `ValueError` where it is not that."""
        low, high = data["interval"]
        return cls(
            int(data["frames"]), int(data["wrong"]), int(data["subjects"]), float(data["subjects_wrong"]),
            (float(low), float(high)),
        )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Scored:
    """Scores of frames, and whose frames they are.

    Attributes:
        scores: (N,) higher is more alive.
        subjects: (N,) a number or a name for each person and film.
    """

    scores: NDArray[np.float64]
    subjects: NDArray[Any]

    @classmethod
    def of(cls, scores: ArrayLike, subjects: ArrayLike) -> Self:
        """Checks them.

        Raises:
            BadInput: None, not as many subjects as scores, or a score that is no number.
        """
        checked, whose = check_scores(scores, "liveness scores"), np.asarray(subjects)
        if checked.shape != whose.shape or not checked.size:
            raise BadInput(f"one subject for each score, got {whose.shape} for {checked.shape}")
        return cls(checked.astype(np.float64), whose)


@dataclass(frozen=True, slots=True)
class AttackErrors:
    """What a threshold does.

    Attributes:
        threshold: Scores at or above it pass.
        living: How often living people are refused.
        attacks: Kind of attack → how often it passes.
    """

    threshold: float
    living: ErrorRate
    attacks: Mapping[str, ErrorRate]

    @property
    def apcer(self) -> float:
        """That of the kind of attack that passes most often."""
        return max(rate.rate for rate in self.attacks.values())

    @property
    def bpcer(self) -> float:
        """Share of the living that are refused."""
        return self.living.rate

    @property
    def acer(self) -> float:
        """Mean of `apcer` and `bpcer`."""
        return (self.apcer + self.bpcer) / 2


def errors_at(threshold: float, living: Scored, attacks: Mapping[str, Scored]) -> AttackErrors:
    """What a threshold does to living people and to attacks of each kind.

    Raises:
        BadInput: There is no attack.
    """
    if not attacks:
        raise BadInput("error rates need attacks")
    passed = {kind: ErrorRate.of(of.scores >= threshold, of.subjects) for kind, of in attacks.items()}
    return AttackErrors(threshold, ErrorRate.of(living.scores < threshold, living.subjects), passed)


def threshold_at_bpcer(living: Scored, bpcer: float) -> float:
    """The threshold that lets the fewest attacks pass and refuses no more than a share of living people and films.

    Each of them counts once, however many frames there are of it: one long film is not to decide alone. The threshold
    lies midway between the last score that passes and the first that does not.

    Raises:
        BadInput: The share lies outside [0, 1).
    """
    REFUSED.check(bpcer)
    _, whose, frames = np.unique(living.subjects, return_inverse=True, return_counts=True)
    order = np.argsort(living.scores, kind="stable")
    scores = living.scores[order]
    refused = np.cumsum(1 / frames[whose[order]]) / len(frames)
    # a threshold above scores[k - 1] refuses k frames, and k must not part frames of one score
    first = int(np.searchsorted(refused, bpcer + 1e-12, side="right"))
    while first and first < len(scores) and scores[first - 1] == scores[first]:
        first -= 1
    if not first:
        return float(scores[0])
    above = scores[first] if first < len(scores) else scores[-1]
    return float((scores[first - 1] + above) / 2)


def counts_of(living: Scored, attacks: Mapping[str, Scored]) -> ScoreCounts:
    """Scores of frames as those of comparisons, for what curves need: living are genuine, attacks impostors."""
    return ScoreCounts.of(living.scores, np.concatenate([of.scores for of in attacks.values()]))
