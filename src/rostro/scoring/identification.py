"""Error rates of "who is this?", from score matrices.

Names are those of ISO/IEC 19795-1 and NIST FRVT 1:N. A search is *mated* when the person is enrolled. Closed set: the
rank of the right person (CMC). Open set: TPIR is the part of mated searches whose right person is among the best
``rank`` and at or above the threshold, FPIR the part of non-mated searches with anybody at or above the threshold, and
FNIR = 1 - TPIR.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from rostro.core.errors import BadInput
from rostro.scoring.counts import ScoreCounts, check_scores

if TYPE_CHECKING:
    from rostro.scoring.counts import Numbers

Ranks = NDArray[np.int64]


def ranks_of(scores: NDArray[np.floating[Any]], own: NDArray[np.integer[Any]]) -> Ranks:
    """The rank of each probe's own person; ties count against it.

    Args:
        scores: (P, N) score of each probe with each enrolled person; a row of ``-inf`` is a probe without a face.
        own: (P,) column of each probe's own person.

    Returns:
        (P,) 1 is best; N + 1 for a probe without a face.

    Raises:
        BadInput: Shapes that do not fit, NaN or ``+inf``.
    """
    if scores.ndim != 2 or own.shape != scores.shape[:1]:
        raise BadInput(f"scores are (probes, people) and own (probes,), got {scores.shape} and {own.shape}")
    if own.size and not (own.min() >= 0 and own.max() < scores.shape[1]):
        raise BadInput("own names a column of scores")
    check_scores(scores.ravel())
    mine = scores[np.arange(own.size), own]
    ranks: Ranks = (scores >= mine[:, None]).sum(axis=1, dtype=np.int64)
    ranks[mine == -np.inf] = scores.shape[1] + 1
    return ranks


def cmc(ranks: Ranks, max_rank: int) -> Numbers:
    """Cumulative match characteristic.

    Args:
        ranks: (P,) from `ranks_of`.
        max_rank: Length of the curve.

    Returns:
        (max_rank,) part of the probes whose own person is among the best 1, 2, …

    Raises:
        BadInput: There are no probes, or a rank below 1.
    """
    if ranks.size == 0 or ranks.min() < 1 or max_rank < 1:
        raise BadInput("a CMC needs at least one probe, and ranks start at 1")
    found = np.bincount(np.minimum(ranks, max_rank + 1), minlength=max_rank + 2)
    curve: Numbers = np.cumsum(found[1 : max_rank + 1]) / ranks.size
    return curve


def open_set_scores(own_scores: NDArray[np.floating[Any]], ranks: Ranks, rank: int = 1) -> NDArray[np.floating[Any]]:
    """The score that a mated search must be judged by: the own person's, or ``-inf`` where they are not found.

    Args:
        own_scores: (P,) score of each probe with its own person.
        ranks: (P,) its rank.
        rank: How many candidates are looked at.
    """
    return np.where(ranks <= rank, own_scores, -np.inf)


def open_set_counts(found: NDArray[np.floating[Any]], strangers: NDArray[np.floating[Any]]) -> ScoreCounts:
    """Mated and non-mated searches in the form that the verification metrics read.

    There, FRR reads as FNIR, FAR as FPIR and `tar_at_fmr` as TPIR at FPIR.

    Args:
        found: (P,) from `open_set_scores`.
        strangers: (Q,) best score of each non-mated search; ``-inf`` for a probe without a face.
    """
    return ScoreCounts.of(found, strangers)


class SearchScores:
    """Searches and the subjects who made them, for intervals (see `rostro.scoring.bootstrap`)."""

    def __init__(
        self,
        found: NDArray[np.floating[Any]],
        mated_subjects: NDArray[np.integer[Any]],
        strangers: NDArray[np.floating[Any]],
        stranger_subjects: NDArray[np.integer[Any]],
        subjects: int,
    ) -> None:
        """Sorts the scores once.

        Args:
            found: (P,) from `open_set_scores`.
            mated_subjects: (P,) number of each probe's person, in [0, subjects).
            strangers: (Q,) best score of each non-mated search.
            stranger_subjects: (Q,) number of each stranger.
            subjects: How many subjects there are.

        Raises:
            BadInput: NaN or ``+inf``.
        """
        self.subjects = subjects
        scores = check_scores(np.concatenate([found, strangers]))
        self._values, places = np.unique(scores, return_inverse=True)
        self._mated, self._others = np.split(places, [found.size])
        self._mated_subjects, self._stranger_subjects = mated_subjects, stranger_subjects

    def counts(self, drawn: Numbers | None = None) -> ScoreCounts:
        """The searches, counted, given how often each subject was drawn; None for once each."""
        drawn = np.ones(self.subjects) if drawn is None else drawn
        mated = np.bincount(self._mated, drawn[self._mated_subjects], self._values.size)
        others = np.bincount(self._others, drawn[self._stranger_subjects], self._values.size)
        return ScoreCounts.at(self._values, mated, others)

    def independent_trials(self) -> tuple[int, int]:
        """People who searched mated, and strangers: more photos of the same people add no independent trial."""
        return np.unique(self._mated_subjects).size, np.unique(self._stranger_subjects).size
