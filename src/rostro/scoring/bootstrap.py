"""Confidence intervals that know that the scores of one person belong together.

Millions of comparisons of some thousand people are not millions of independent trials. So *subjects* are drawn with
replacement: a comparison counts as often as the subjects in it were drawn together (Bolle, Ratha, Pankanti, "Error
analysis of pattern recognition systems: the subsets bootstrap", 2004). With two subjects per impostor comparison the
interval errs on the wide side (Owen, "The pigeonhole bootstrap", 2007).
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Literal, Protocol

import numpy as np
from numpy.typing import NDArray

from rostro.core.errors import BadInput
from rostro.scoring.counts import Numbers, ScoreCounts, check_scores
from rostro.scoring.intervals import Interval, binomial_interval, check_confidence
from rostro.scoring.verification import rates_at

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

Subjects = NDArray[np.integer[Any]]
ErrorKind = Literal["far", "frr"]


@dataclass(frozen=True, slots=True, eq=False)
class AllPairs:
    """Every photo compared with every photo of the other subjects.

    Attributes:
        left: (subjects,) photos of each subject.
        right: (subjects,) photos of each on the other side, for example in another group; None where both sides are
            the same photos, and each two are compared once.
    """

    left: Numbers
    right: Numbers | None = None

    def comparisons(self, drawn: Numbers) -> float:
        """Impostor comparisons, given how often each subject was drawn."""
        left = drawn * self.left
        right = left if self.right is None else drawn * self.right
        every = float(left.sum() * right.sum() - left @ right)
        return every / 2 if self.right is None else every

    def subject_pairs(self) -> int:
        """Pairs of different subjects that were compared."""
        present = AllPairs(np.sign(self.left), None if self.right is None else np.sign(self.right))
        return round(present.comparisons(np.ones(self.left.size)))


class SubjectScores:
    """Comparisons and the subjects in them.

    Of very many impostor comparisons only the highest need to be listed: ``all_pairs`` says how many there are, and the
    others count as failed, that is rejected by every threshold, which is right for thresholds above their scores.
    """

    def __init__(
        self,
        scores: NDArray[np.floating[Any]],
        first: Subjects,
        second: Subjects,
        subjects: int,
        all_pairs: AllPairs | None = None,
    ) -> None:
        """Sorts the scores once.

        Args:
            scores: (N,) scores; ``-inf`` where the comparison could not be made.
            first: (N,) number of the first photo's subject, in [0, subjects).
            second: (N,) number of the second photo's subject; equal to ``first`` in genuine comparisons.
            subjects: How many subjects there are.
            all_pairs: Which impostor comparisons there are; None where all are listed.

        Raises:
            BadInput: Lengths differ, a score is NaN or ``+inf``, or a subject is out of range.
        """
        scores = check_scores(scores)
        if not scores.shape == first.shape == second.shape:
            raise BadInput("scores, first and second have one length")
        if scores.size and not (min(first.min(), second.min()) >= 0 and max(first.max(), second.max()) < subjects):
            raise BadInput(f"subjects are numbers in [0, {subjects})")
        self.subjects = subjects
        self._all_pairs = all_pairs
        self._values, places = np.unique(scores, return_inverse=True)
        order = np.argsort(places, kind="stable")  # counting in ascending order goes through memory once
        places, first, second = places[order], first[order].astype(np.intp), second[order].astype(np.intp)
        genuine = first == second
        self._genuine_places, self._genuine_subjects = places[genuine], first[genuine]
        self._impostor_places = places[~genuine]
        self._impostor_subjects = first[~genuine], second[~genuine]

    def counts(self, drawn: Numbers | None = None) -> ScoreCounts:
        """The scores, counted.

        Args:
            drawn: (subjects,) how often each subject was drawn; None for once each.
        """
        drawn = np.ones(self.subjects) if drawn is None else drawn
        first, second = self._impostor_subjects
        genuine = np.bincount(self._genuine_places, drawn[self._genuine_subjects], self._values.size)
        impostor = np.bincount(self._impostor_places, drawn[first] * drawn[second], self._values.size)
        counts = ScoreCounts.at(self._values, genuine, impostor)
        if self._all_pairs is None:
            return counts
        unlisted = self._all_pairs.comparisons(drawn) - float(impostor.sum())
        return replace(counts, failed_impostor=counts.failed_impostor + max(0.0, unlisted))

    def independent_trials(self) -> tuple[int, int]:
        """People with genuine comparisons, and pairs of people with impostor comparisons.

        More photos of the same people are not counted: they add no independent trial.
        """
        people = np.unique(self._genuine_subjects).size
        if self._all_pairs is not None:
            return people, self._all_pairs.subject_pairs()
        low, high = np.sort(self._impostor_subjects, axis=0)
        return people, np.unique(low * self.subjects + high).size


class Sample(Protocol):
    """Scores that can be drawn by subject."""

    @property
    def subjects(self) -> int:
        """How many subjects there are."""
        ...

    def counts(self, drawn: Numbers | None = None) -> ScoreCounts:
        """The scores, counted, given how often each subject was drawn; None for once each."""
        ...

    def independent_trials(self) -> tuple[int, int]:
        """How many independent genuine and impostor trials there are, for intervals where no error was seen."""
        ...


def subject_intervals(
    sample: Sample,
    metrics: Callable[[ScoreCounts], Sequence[float]],
    *,
    confidence: float = 0.95,
    replicates: int = 1000,
    seed: int = 0,
) -> list[Interval]:
    """Percentile bootstrap over subjects of metrics of the scores, all from the same draws.

    Args:
        sample: Comparisons and their subjects.
        metrics: For example ``lambda counts: [error_curve(counts).tar_at_fmr(1e-3)]``.
        confidence: Part of the replicates inside.
        replicates: How many times subjects are drawn.
        seed: The same seed gives the same intervals.

    Raises:
        BadInput: Fewer than two subjects, or no draw in which the metrics are defined.
    """
    check_confidence(confidence)
    if sample.subjects < 2:
        raise BadInput(f"a bootstrap over subjects needs at least two, got {sample.subjects}")
    random = np.random.default_rng(seed)
    values = []
    for _ in range(replicates):
        drawn = np.bincount(random.integers(sample.subjects, size=sample.subjects), minlength=sample.subjects)
        try:
            values.append(list(metrics(sample.counts(drawn.astype(np.float64)))))
        except BadInput:  # of few subjects, a draw may hold no comparison at all: it says nothing
            continue
    if not values:
        raise BadInput("no draw of the subjects holds a comparison")
    tail = (1 - confidence) / 2
    method = f"bootstrap over {sample.subjects} subjects"
    ends = np.quantile(np.array(values), [tail, 1 - tail], axis=0).T
    return [Interval(float(low), float(high), confidence, method) for low, high in ends]


def rate_intervals(
    sample: Sample,
    wanted: Sequence[tuple[ErrorKind, float]],
    *,
    confidence: float = 0.95,
    replicates: int = 1000,
    seed: int = 0,
) -> list[Interval]:
    """Intervals of error rates at thresholds.

    Where no error or nothing but errors were seen, a bootstrap would say that this is certain; the exact binomial
    interval (the rule of three) of the independent trials is given instead.

    Args:
        sample: Comparisons and their subjects.
        wanted: (which rate, threshold above the unlisted scores).
        confidence: As for `subject_intervals`.
        replicates: As for `subject_intervals`.
        seed: As for `subject_intervals`.
    """

    def rates(counts: ScoreCounts) -> list[float]:
        return [getattr(rates_at(counts, threshold), kind) for kind, threshold in wanted]

    drawn = subject_intervals(sample, rates, confidence=confidence, replicates=replicates, seed=seed)
    for index, rate in enumerate(rates(sample.counts())):
        if rate in {0.0, 1.0}:
            trials = sample.independent_trials()[wanted[index][0] == "far"]
            drawn[index] = binomial_interval(int(rate) * trials, trials, confidence)
    return drawn
